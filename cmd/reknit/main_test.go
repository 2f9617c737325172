package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const capture = "../../testdata/mail.pcap"

// result is what a run of the program left.
type result struct {
	code     int
	out, err string
}

func execute(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, stdio{strings.NewReader(""), &out, &errs, func(string) string { return "" }})
	return result{code, out.String(), errs.String()}
}

// files makes files in a new directory, which becomes the current one, and returns the capture's name from there.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	name, err := filepath.Abs(capture)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for n, text := range texts {
		if err := os.MkdirAll(filepath.Dir(n), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(n, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

func TestCommandLine(t *testing.T) {
	mail := files(t, map[string]string{
		"good.yaml":     "%YAML 1.1\n---\nstream:\n  midstream: yes\n",
		"typo.yaml":     "stream:\n  midstrem: yes\n  memcap: 1mb\nflow:\n  memcp: 1mb\n",
		"bad.yaml":      "stream:\n  memcap: lots\n  midstream: maybe\n",
		"later.yaml":    "vars:\n  address-groups:\n    HOME_NET: any\nnfq:\n  mode: accept\n",
		"eve.yaml":      "outputs:\n- eve-log:\n    enabled: yes\n    filename: no/such/dir/eve.json\n    types: [flow]\n",
		"wrong.rules":   "alert tcp any any -> any any (contnet:\"a\"; sid:1;)\n",
		"later.rules":   "alert smtp any any -> any any (file.magic; content:\"a\"; sid:1;)\n",
		"retired.rules": "alert pkthdr any any -> any any (decode-event:udp.hlen_invalid; sid:1;)\n",
		"class.rules":   "alert tcp any any -> any any (classtype:x; sid:1;)\n",
		"rules.yaml": "%YAML 1.1\n---\ndefault-rule-path: .\nrule-files: [some.rules, more.rules]\nclassification-file: none\n" +
			"reference-config-file: none\n",
		"hooks.rules": "drop:flow dns:request_complete any any -> any any (sid:1;)\nalert tcp:pre_flow any any -> any any (sid:2;)\n",
		"filter":      "not\n tcp\n",
		"empty.rules": "# nothing\n\n", "some.rules": "# one\nalert tcp any any -> any any (sid:1;)\n",
		"file": "", "text.pcap": "this is no capture", "dir/x": "", "other.yaml": "flow.memcap: 7mb\n",
	})
	for _, test := range []struct {
		args     string // separated by blanks; CAPTURE is the capture
		code     int
		out, err string // expressions that must match; empty: nothing is printed
	}{
		{"", 2, "", "nothing to read"},
		{"-V", 0, `version 8\.0\.7\n$`, ""},
		{"--version", 0, `version 8\.0\.7\n$`, ""},
		{"--build-info", 0, `(?m)^Features: .*RUST`, ""},
		{"-h", 0, `--init-errors-fatal`, ""},
		{"--help", 0, `Usage:`, ""},
		{"help", 0, `Usage:`, ""},
		{"completion bash", 0, `__start_reknit`, ""},

		{"-r CAPTURE", 0, `227 packets`, ""},
		{"-rCAPTURE", 0, `227 packets`, ""},
		{"--read=CAPTURE", 0, `227 packets`, ""},
		{"-r CAPTURE -r CAPTURE", 0, `454 packets`, ""},
		{"-r CAPTURE -k none --runmode single --no-random --data-dir=x --strict-rule-keywords=all", 0, `227 packets`, ""},
		{"-r CAPTURE --runmode=single --simulate-ips -k all", 0, `227 packets`, ""},
		{"-r CAPTURE --runmode autofp --set threading.detect-thread-ratio=4", 0, `227 packets`, ""},
		{"-r CAPTURE --runmode workers --simulate-ips", 0, `227 packets`, ""},
		{"-r CAPTURE --set stream.midstream=yes --set stream.inline=true", 0, `227 packets`, ""},
		{"-r CAPTURE --cpu-profile /nonexistent/cpu", 1, ``, `/nonexistent/cpu: no such file`},
		{"-r CAPTURE --disable-detection -S some.rules --init-errors-fatal", 0, `227 packets`, ""},
		{"-r CAPTURE -S empty.rules --init-errors-fatal", 0, `227 packets`, "1 rule files specified, but no rules were loaded!"},
		{"-r CAPTURE -S some.rules", 0, `227 packets`, ""},
		{"-r CAPTURE -S wrong.rules", 0, `227 packets`, "Error: detect-parse: contnet: unknown keyword"},
		{"-r CAPTURE -S wrong.rules --init-errors-fatal", 1, "", "Error: detect-parse: contnet: unknown keyword"},
		{"--engine-analysis -S later.rules", 0, "the buffer file.magic is not evaluated yet", "error parsing signature"},
		{"-r CAPTURE -S later.rules --init-errors-fatal", 1, "", "Error: detect: the buffer file.magic is not evaluated yet"},
		{"-r CAPTURE -S no.rules --init-errors-fatal", 1, "", "no.rules: no such file"},

		{"-r no.pcap", 1, "", `^reknit: no.pcap: no such file or directory\n$`},
		{"-r text.pcap", 1, "", "text.pcap: not a capture file"},
		{"-r file", 1, "", "file: empty file"},
		{"-r dir", 1, "", "no capture file|not a capture|empty"},
		{"-r CAPTURE -l nowhere", 1, "", `^reknit: log directory nowhere: no such file or directory\n$`},
		{"-r CAPTURE -l file", 1, "", `^reknit: log directory file: not a directory\n$`},
		{"-r CAPTURE -o nowhere/eve.json", 1, "", "nowhere/eve.json: no such file"},

		{"--runmod single", 2, "", `unknown option --runmod; did you mean --runmode\?`},
		{"--simulate", 2, "", `did you mean --simulate-ips\?`},
		{"-read CAPTURE", 2, "", `unknown option -read; did you mean --read\?`},
		{"-x", 2, "", "unknown option -x"},
		{"--xyzzy", 2, "", `unknown option --xyzzy\n`},
		{"-r", 2, "", "option -r wants FILE"},
		{"--set", 2, "", "option --set wants KEY=VALUE"},
		{"-k sometimes -r CAPTURE", 2, "", `-k wants all, none or auto, not "sometimes"`},
		{"--runmode=fast -r CAPTURE", 2, "", `no run mode "fast"`},
		{"-r CAPTURE --simulate-packet-flow-memcap=1 --simulate-applayer-error-at-offset-ts=0", 0, `227 packets`, ""},
		{"-r CAPTURE --simulate-packet-flow-memcap=x", 2, "", "simulate-packet-flow-memcap"},
		{"-r CAPTURE --simulate-applayer-error-at-offset-tc=-1", 2, "", `want an offset, not "-1"`},
		{"-T --set flow.memcap-policy=drop-flow", 0, `in order`, "flow.memcap-policy: drop-flow is for flows: taken as drop-packet"},
		{"-i eth0", 1, "", "-i: capturing from an interface is not supported yet"},
		{"--af-packet", 1, "", "--af-packet: capturing .* not supported yet"},
		{"--af-packet=eth0", 1, "", "--af-packet: capturing .* not supported yet"},
		{"-r CAPTURE tcp dst port 25", 0, `116 packets`, ""},
		{"-r CAPTURE not tcp", 0, `3 packets`, ""},
		{"-r CAPTURE -F filter", 0, `3 packets`, ""},
		{"-r CAPTURE -F filter tcp", 2, "", `-F filter and tcp: one capture filter is enough`},
		{"-r CAPTURE -F nowhere", 1, "", `nowhere: no such file`},
		{"-r CAPTURE tcp prt 25", 2, "", `capture filter, at character 5: want and, or or the end`},
		{"CAPTURE", 2, "", "to read .*mail.pcap, say reknit -r .*mail.pcap"},

		{"-T -c good.yaml", 0, "Notice: reknit: Configuration provided was successfully loaded", ""},
		{"-T", 0, `in order`, ""},
		{"-T --set x", 2, "", "--set wants KEY=VALUE"},
		{"-T -c typo.yaml", 1, "This is reknit", `(?s)typo.yaml:2:3: unknown key stream.midstrem; did you mean stream.midstream\?.*typo.yaml:5:3`},
		{"-T -c bad.yaml", 1, "This is reknit", `(?s)bad.yaml:2:11: .*bad.yaml:3:14: `},
		{"-T -c no.yaml", 1, "This is reknit", "no.yaml: no such file"},
		{"-T --set stream.midstrem=yes", 1, "", "--set stream.midstrem=yes: unknown key"},
		{"-T -c later.yaml", 0, `(?s)later.yaml:4:1: nfq has no effect yet`, ""},
		{"-T -c bad.yaml -l nowhere -S some.rules -s no.rules --set stream.midstream-policy=drop-flow", 1, "This is reknit", `(?s)bad.yaml:2:11: .*bad.yaml:3:14: ` +
			`.*log directory nowhere.*stream.midstream-policy: drop-flow.*no.rules: no such file`},
		{"-T -S some.rules", 0, "in order", ""},
		{"-T -S wrong.rules", 1, "", `(?s)Error: detect-parse: contnet: unknown keyword; did you mean content\?.* from file wrong.rules at line 1, column 31`},
		{"-T -S some.rules -s wrong.rules", 1, "", "from file wrong.rules at line 1, column 31"},
		{"-T -S class.rules", 0, "in order", "Warning: detect-classtype: class.rules:1:31: classtype: unknown classtype x"},
		{"-T -S retired.rules", 0, "in order", `Warning: detect: .*decode-event keyword no longer supports event "decoder.udp.hlen_invalid"`},
		{"-T -S retired.rules --strict-rule-keywords=decode-event", 1, "", `Error: detect: decode-event keyword no longer supports event`},
		{"-T -S class.rules --strict-rule-keywords", 1, "", "Error: detect-classtype: unknown classtype x"},
		{"-T -c rules.yaml", 0, "(?s)no file more.rules.*1 rule files processed. 1 rules successfully loaded, 0 rules failed, 0 rules skipped", ""},
		{"-r CAPTURE -c rules.yaml -l .", 0, "1 rule files processed. 1 rules successfully loaded", ""},
		{"rules check some.rules", 0, `^some.rules: 1 rule loaded, 0 failed, 0 skipped\n$`, ""},
		{"rules check -v some.rules", 0, `^1:1:0  alert tcp  ip_only, both directions  -  \nsome.rules: 1 rule`, ""},
		{"rules check some.rules wrong.rules", 1, `(?s)^wrong.rules:1:31: error: contnet: .*\nsome.rules: .*` +
			`wrong.rules: 0 rules loaded, 1 failed, 0 skipped\n  1  unknown keyword: contnet\nall files: 1 rule loaded, 1 failed, 0 skipped\n  1  unknown keyword`, ""},
		{"rules check -c rules.yaml", 0, "^some.rules: 1 rule loaded", "there is no file more.rules"},
		{"rules check no.rules", 1, "", "no.rules: no such file"},
		{"rules check", 2, "", "no rules: give files of rules"},
		{"rules check --hlep", 2, "", "unknown option --hlep; did you mean"},
		{"rules chekc", 2, "", "unknown command rules chekc; did you mean check"},
		{"rules explain 1 some.rules", 0, `(?s)^rule +1:1, revision 0, at some.rules:2\n.*cost +low`, ""},
		{"rules explain 1 hooks.rules", 0, `(?s)action +drop the flow\n.*\nhook +transactions that come to request_complete, to_server\n`, ""},
		{"rules explain 2 hooks.rules", 0, `(?s)\nhook +each packet, before it is looked for its flow\n`, ""},
		{"--list-app-layer-hooks", 0, `(?s)\nhttp1:request_started\nhttp1:request_line\n.*\ntls:client_hello_done\n`, ""},
		{"rules explain 2 some.rules", 1, "", "there is no rule 2"},
		{"rules explain 1 wrong.rules", 1, "", "rule 1 was not loaded: wrong.rules:1:31"},
		{"rules explain x some.rules", 2, "", `"x" is not the number of a rule`},
		{"rules explain", 2, "", "explain wants the number of a rule"},
		{"rules", 0, "(?s)reknit rules check.*reknit rules explain", ""},
		{"-r CAPTURE -c typo.yaml -l .", 0, "Warning: config: typo.yaml:2:3: unknown key", ""},
		{"-r CAPTURE -c bad.yaml -l .", 1, "This is reknit", "Error: config: bad.yaml:2:11"},
		{"-r CAPTURE -c later.yaml -l .", 0, "1 setting has no effect yet: nfq", ""},
		{"-r CAPTURE -c eve.yaml -l .", 0, "Warning: output: .*going on without", ""},
		{"-r CAPTURE -c eve.yaml -l . --init-errors-fatal", 1, "This is reknit", "no/such/dir/eve.json: no such file"},
		{"-r CAPTURE -c good.yaml -l nowhere", 1, "This is reknit", "log directory nowhere: no such file or directory"},
		{"--dump-config -c bad.yaml", 1, `stream.memcap = `, `bad.yaml:2:11`},
		{"-r CAPTURE --simulate-packet-loss=1", 0, `226 packets`, ""},
		{"-r CAPTURE --simulate-packet-loss=x", 2, "", "simulate-packet-loss"},
		{"-r CAPTURE --simulate-alert-queue-realloc-failure", 1, "", "the alert queue is not supported yet"},
		{"--dump-config -c good.yaml --include other.yaml", 0, `(?s)stream.midstream = yes.*flow.memcap = 7mb`, ""},
	} {
		t.Run(test.args, func(t *testing.T) {
			got := execute(t, strings.Fields(strings.ReplaceAll(test.args, "CAPTURE", mail))...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d", got.code, test.code)
			}
			for _, x := range []struct{ name, got, want string }{{"output", got.out, test.out}, {"error output", got.err, test.err}} {
				if x.want == "" && x.got != "" || !regexp.MustCompile(x.want).MatchString(x.got) {
					t.Errorf("%s is %q, want %q", x.name, x.got, x.want)
				}
			}
		})
	}
}

// types counts the records of EVE JSON by event_type.
func types(t *testing.T, eve string) map[string]int {
	t.Helper()
	n := map[string]int{}
	for line := range strings.Lines(eve) {
		var r struct {
			Type string `json:"event_type"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		n[r.Type]++
	}
	return n
}

func TestEVEOnStandardOutput(t *testing.T) {
	got := execute(t, "-r", capture, "-o", "-")
	if got.code != 0 || got.err != "" {
		t.Fatalf("exit code %d, error output %q", got.code, got.err)
	}
	n := types(t, got.out)
	if n["smtp"] == 0 || n["fileinfo"] == 0 || n["flow"] == 0 || n["stats"] != 1 {
		t.Errorf("record types %v", n)
	}
}

// With a configuration messages go to standard output, unless that is where the records go; errors never do.
func TestMessagesOnStandardOutput(t *testing.T) {
	mail := files(t, map[string]string{
		"c.yaml":   "outputs:\n- eve-log: {enabled: yes, types: [smtp]}\n",
		"out.yaml": "outputs:\n- eve-log: {enabled: yes, types: [smtp], filename: /dev/stdout}\n",
		"x.rules":  "alert tcp any any -> any any (sid:1;)\nalert x\n",
	})
	for _, test := range []struct {
		args    string
		records bool // standard output is for them
	}{
		{"-c c.yaml -l .", false}, {"-c c.yaml -l . -o more.json", false}, {"-c c.yaml -o -", true}, {"-c c.yaml -l . -o /dev/stdout", true},
		{"-c out.yaml -l .", true}, {"-c out.yaml -l . --engine-analysis", false},
	} {
		got := execute(t, append(strings.Fields(test.args), "-r", mail, "-S", "x.rules")...)
		notices, other := got.out, got.err
		if test.records {
			notices, other = got.err, got.out
		}
		if !strings.Contains(notices, "Notice: ") || strings.Contains(other, "Notice: ") || !strings.Contains(got.err, "Error: ") ||
			strings.Contains(got.out, "Error: ") {
			t.Errorf("%s: output %q, error output %q", test.args, got.out, got.err)
		}
	}
}

func TestLogDirectory(t *testing.T) {
	mail := files(t, nil)
	got := execute(t, "-r", mail, "-l", ".")
	if got.code != 0 || !strings.Contains(got.out, "227 packets") {
		t.Fatalf("exit code %d, output %q, error output %q", got.code, got.out, got.err)
	}
	eve, err := os.ReadFile("eve.json")
	if err != nil {
		t.Fatal(err)
	}
	if n := types(t, string(eve)); n["smtp"] == 0 {
		t.Errorf("record types %v", n)
	}
}

func TestOutputsOfConfiguration(t *testing.T) {
	mail := files(t, map[string]string{"c.yaml": `%YAML 1.1
---
outputs:
- eve-log:
    enabled: yes
    filename: flows.json
    sensor-name: probe
    types: [flow]
- eve-log:
    enabled: yes
    filename: mail.json
    suricata-version: yes
    types:
    - smtp:
        custom: [subject]
    - files:
        force-hash: [md5]
- eve-log:
    enabled: no
    filename: never.json
logging:
  outputs:
  - file:
      enabled: yes
      filename: suricata.log
  - file:
`})
	got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--runmode", "single")
	if got.code != 0 || got.err != "" || !strings.Contains(got.out, "Notice: pcap: read 1 file, 227 packets") {
		t.Fatalf("exit code %d, output %q, error output %q", got.code, got.out, got.err)
	}
	for _, test := range []struct {
		file  string
		types []string
		holds string
	}{
		{"flows.json", []string{"flow"}, `"host":"probe"`},
		{"mail.json", []string{"fileinfo", "smtp"}, `"suricata_version":"8.0.7"`},
		{"mail.json", []string{"fileinfo", "smtp"}, `"subject":"Minutes of Monday"`},
		{"mail.json", []string{"fileinfo", "smtp"}, `"md5":"`},
	} {
		eve, err := os.ReadFile(test.file)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for typ := range types(t, string(eve)) {
			found = append(found, typ)
		}
		slices.Sort(found)
		if !slices.Equal(found, test.types) || !strings.Contains(string(eve), test.holds) {
			t.Errorf("%s has types %v, want %v, and must hold %s", test.file, found, test.types, test.holds)
		}
	}
	if _, err := os.Stat("never.json"); err == nil {
		t.Error("never.json was written")
	}
	log, err := os.ReadFile("suricata.log")
	if err != nil || !strings.Contains(string(log), "Notice: pcap: read 1 file") {
		t.Errorf("suricata.log is %q, %v", log, err)
	}
}

// The same engine may serve an output that wants the packets of anomalies, and one that does not.
func TestOtherOutputs(t *testing.T) {
	mail := files(t, map[string]string{"c.yaml": `
outputs:
- stats:
    enabled: yes
    threads: yes
- eve-log:
    enabled: yes
    filename: with.json
    types: [netflow, {anomaly: {types: {decode: yes, stream: yes}, packethdr: yes}}]
    ethernet: yes
- eve-log:
    enabled: yes
    filename: without.json
    types: [anomaly: {types: {stream: yes}}]
`})
	got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--runmode", "single")
	if got.code != 0 {
		t.Fatal(got)
	}
	for _, test := range []struct {
		file, holds, lacks string
	}{
		{"stats.log", `(?m)^decoder\.pkts +\| Total +\| 227$`, `\| 0\n`},
		{"stats.log", `(?m)^decoder\.pkts +\| W#01 +\| 227$`, `^$`},
		{"with.json", `"event_type":"netflow"`, `"event_type":"flow"`},
		{"with.json", `"ether":\{"dest_macs":\["`, `^$`},
		{"without.json", `^`, `"packet":|"ether"|netflow`},
	} {
		text, err := os.ReadFile(test.file)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(test.holds).Match(text) || len(text) > 0 && regexp.MustCompile(test.lacks).Match(text) {
			t.Errorf("%s must hold %s and not %s:\n%.2000s", test.file, test.holds, test.lacks, text)
		}
	}
}

// Two outputs tell of the packets that a policy drops, each as it was asked to.
func TestDropOutputs(t *testing.T) {
	mail := files(t, map[string]string{"c.yaml": `
stream.memcap-policy: drop-flow
outputs:
- eve-log:
    enabled: yes
    filename: start.json
    types: [drop, flow, stats]
- eve-log:
    enabled: yes
    filename: all.json
    types: [drop: {flows: all, verdict: yes}]
`})
	got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--simulate-ips", "-k", "none", "--simulate-packet-tcp-ssn-memcap=1")
	if got.code != 0 {
		t.Fatal(got)
	}
	start, err := os.ReadFile("start.json")
	if err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadFile("all.json")
	if err != nil {
		t.Fatal(err)
	}
	some, every := types(t, string(start))["drop"], types(t, string(all))["drop"]
	if some != 2 || every <= 2 {
		t.Errorf("%d and %d records of drops, want 2 and more", some, every)
	}
	if strings.Contains(string(start), `"verdict"`) || !strings.Contains(string(all), `"verdict":{"action":"drop"}`) {
		t.Error("the verdict is where it was not asked for, or not where it was")
	}
	if want := `"exception_policy":[{"target":"stream_memcap","policy":"drop_flow"}]`; !strings.Contains(string(start), want) {
		t.Errorf("no flow record has %s", want)
	}
}

func TestCaptureFileName(t *testing.T) {
	mail := files(t, map[string]string{"c.yaml": "outputs:\n- eve-log:\n    enabled: yes\n    pcap-file: yes\n    types: [flow, smtp, stats]\n"})
	got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--runmode", "single")
	if got.code != 0 {
		t.Fatal(got)
	}
	eve, err := os.ReadFile("eve.json")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(eve)) {
		if !strings.Contains(line, `"pcap_filename":"`+strings.ReplaceAll(mail, `\`, `\\`)+`"`) {
			t.Errorf("no pcap_filename: %s", line)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	names := []string{"-r", capture}
	for range 8 { // more packets than pass between two looks
		names = append(names, "-r", capture)
	}
	var out, errs bytes.Buffer
	code := run(ctx, names, stdio{strings.NewReader(""), &out, &errs, func(string) string { return "" }})
	if code != 0 || !strings.Contains(out.String(), "Interrupted. 256 packets") {
		t.Errorf("exit code %d, output ends %q, error output %q", code, out.String()[max(0, out.Len()-200):], errs.String())
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestStandardOutputFull(t *testing.T) {
	var messages bytes.Buffer
	code := run(context.Background(), []string{"-r", "../../testdata/mail.pcap"}, stdio{strings.NewReader(""), full{}, &messages, os.Getenv})
	if code != exitError || !strings.Contains(messages.String(), "standard output: no space left on device") {
		t.Errorf("exit %d, %q", code, messages.String())
	}
}

func TestCPUProfile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cpu.pb")
	if r := execute(t, "-r", capture, "--cpu-profile", name); r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	if b, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		t.Errorf("the profile begins with %x, %v; want gzip", b[:min(len(b), 4)], err)
	}
}
