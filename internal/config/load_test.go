package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// write makes a configuration file and returns its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func load(t *testing.T, text string, set ...string) (*Config, Problems) {
	t.Helper()
	t.Chdir(t.TempDir())
	return Load(Options{File: write(t, "t.yaml", text), Set: set})
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		name, text string
		set        []string
		want       []string // lines
	}{
		{"nothing", "", nil, nil},
		{"comments only", "%YAML 1.1\n---\n# nothing\n", nil, nil},
		{"good", "%YAML 1.1\n---\nstream:\n  memcap: 64mb\n  midstream: on\n", nil, nil},
		{"misspelled key", "stream:\n  inline: yes\n  midstrem: yes\n", nil,
			[]string{"t.yaml:3:3: unknown key stream.midstrem; did you mean stream.midstream?"}},
		{"misspelled section", "straem:\n  memcap: 1mb\n", nil,
			[]string{"t.yaml:1:1: unknown key straem; did you mean stream?"}},
		{"key in the wrong place", "reassembly:\n  depth: 1mb\n", nil,
			[]string{"t.yaml:1:1: unknown key reassembly; there is stream.reassembly"}},
		{"nothing near", "xyzzy: 1\n", nil, []string{"t.yaml:1:1: unknown key xyzzy"}},
		{"known, not yet", "nfq:\n  mode: accept\nmpm-algo: ac\n", nil, []string{
			"t.yaml:1:1: nfq has no effect yet", "t.yaml:3:1: mpm-algo has no effect yet"}},
		{"unknown key in a section without effect", "nfq:\n  mod: accept\n", nil, []string{
			"t.yaml:1:1: nfq has no effect yet", "t.yaml:2:3: unknown key nfq.mod; did you mean nfq.mode?"}},
		{"read, not heeded yet", "outputs:\n  - eve-log:\n      threaded: yes\n", nil, []string{
			"t.yaml:3:7: outputs.0.eve-log.threaded has no effect yet"}},
		{"what is the default asks for nothing", "stream:\n  bypass: off\n  memcap: 65536kb\n  reassembly:\n    raw: true\n", nil, nil},
		{"switched off", "unix-command:\n  enabled: no\n  filename: x\nnfq:\n", nil, nil},
		{"names of the author", "vars:\n  address-groups:\n    MY_NET: any\n", nil,
			nil},
		{"obsolete", "stream:\n  max-sessions: 1\n", nil,
			[]string{"t.yaml:2:3: stream.max-sessions is obsolete and has no effect"}},
		{"underscores", "stream:\n  checksum_validation: no\n", nil,
			[]string{"t.yaml:2:3: checksum_validation is spelled checksum-validation today"}},
		{"twice", "stream:\n  midstream: yes\nstream:\n  inline: yes\n", nil,
			[]string{"t.yaml:3:1: stream was given before, at t.yaml:1:1; this one counts"}},
		{"output nobody has", "outputs:\n  - eve-lgo:\n      enabled: yes\n", nil,
			[]string{"t.yaml:2:5: unknown key outputs.0.eve-lgo; did you mean outputs.0.eve-log?"}},
		{"types", "outputs:\n  - eve-log:\n      enabled: yes\n      types: [smtp, htt, nfs]\n", nil, []string{
			"t.yaml:4:21: unknown key outputs.0.eve-log.types.1.htt; did you mean outputs.0.eve-log.types.1.http?",
			"t.yaml:4:26: outputs.0.eve-log.types.2.nfs has no effect yet"}},
		{"not indented", "outputs:\n - eve-log:\n     enabled: yes\n     types:\n     - files:\n       force-magic: yes\n", nil,
			[]string{"t.yaml:6:8: force-magic stands beside files and has no effect there: indent it"}},
		{"every bad value", "stream:\n  memcap: 64xb\n  midstream: maybe\n  max-syn-queued: 300\nflow: {hash-size: many}\n", nil,
			[]string{
				`t.yaml:2:11: stream.memcap: want a size such as 64mb or 100 KiB, not "64xb"`,
				`t.yaml:3:14: stream.midstream: want yes or no, not "maybe"`,
				`t.yaml:4:19: stream.max-syn-queued: want a number from 0 to 255, not 300`,
				`t.yaml:5:19: flow.hash-size: want a number, not "many"`}},
		{"wrong kind", "stream:\n  memcap: [1]\noutputs: yes\n", nil, []string{
			"t.yaml:2:11: stream.memcap: want a size, not a list",
			"t.yaml:3:10: outputs: want a list, not a single value"}},
		{"policy", "stream:\n  midstream-policy: pass-flo\n", nil, []string{
			`t.yaml:2:21: stream.midstream-policy: want auto, ignore, drop-flow, drop-packet, reject, rejectboth, ` +
				`pass-flow, pass-packet or bypass, not "pass-flo"; did you mean pass-flow?`}},
		{"network", "host-os-policy:\n  windows: [10.0.0.0/33]\n", nil, []string{
			`t.yaml:2:12: host-os-policy.windows: want networks such as 10.0.0.0/8, not "10.0.0.0/33"`}},
		{"hash", "outputs:\n- eve-log:\n    enabled: yes\n    types:\n    - files:\n        force-hash: [shanani]\n", nil, []string{
			`t.yaml:6:21: outputs.0.eve-log.types.0.files.force-hash: ` +
				`Invalid configuration: force-hash algorithm: want md5, sha1 or sha256, not "shanani"`}},
		{"emergency longer than normal", "flow-timeouts:\n  tcp:\n    emergency-new: 100\n", nil, []string{
			"t.yaml:3:20: flow-timeouts.tcp.emergency-new is longer than new (100 > 30 seconds): taken as 3"}},
		{"syntax", "stream: [\nflow: 1\n", nil, []string{
			"t.yaml:3:1: not valid YAML: while parsing a flow sequence did not find expected ',' or ']'"}},
		{"no mapping", "- 1\n", nil, []string{"t.yaml:1:1: a configuration is a mapping of keys to values"}},
		{"bytes", "\x00", nil, []string{"t.yaml: not valid YAML: control characters are not allowed (value: 0)"}},
		{"set: unknown", "", []string{"stream.midstrem=true"}, []string{
			"--set stream.midstrem=true: unknown key stream.midstrem; did you mean stream.midstream?"}},
		{"set: bad value", "", []string{"stream.midstream=maybe"}, []string{
			`--set stream.midstream=maybe: stream.midstream: want yes or no, not "maybe"`}},
		{"set: always", "", []string{"decoder.erspan.typeI.enabled=true"}, []string{
			"--set decoder.erspan.typeI.enabled=true: decoder.erspan.typeI.enabled: ERSPAN Type I is no longer configurable, it is always on"}},
		{"set: no value", "", []string{"stream.midstream"}, []string{
			`--set wants KEY=VALUE, such as stream.midstream=true, not "stream.midstream"`}},
		{"include: no file", "include: nowhere.yaml\n", nil, []string{
			"t.yaml:1:10: open nowhere.yaml: no such file or directory"}},
		{"include: itself", "include: t.yaml\n", nil, []string{
			"t.yaml:1:10: t.yaml includes itself"}},
		{"include: through another", "include: other.yaml\nstream:\n  midstream: maybe\n", nil, []string{
			"other.yaml:1:10: t.yaml includes itself, through other.yaml",
			`t.yaml:3:14: stream.midstream: want yes or no, not "maybe"`}},
		{"level", "logging:\n  default-log-level: warn\n", nil, []string{
			`t.yaml:2:22: logging.default-log-level: want error, warning, notice, info, perf, config or debug, not "warn"`}},
		{"detection ports", "app-layer:\n  protocols:\n    smtp:\n      detection-ports: {dp: '25,twenty', sp: [1:60000]}\n", nil, []string{
			`t.yaml:4:29: app-layer.protocols.smtp.detection-ports.dp: want ports such as 25, [25, 465], 5900:5909 or any, not "twenty"`,
			`t.yaml:4:46: app-layer.protocols.smtp.detection-ports.sp: want at most 1024 ports; any stands for all`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "other.yaml", "include: t.yaml\n")
			_, ps := Load(Options{File: write(t, "t.yaml", test.text), Set: test.set})
			var got []string
			for _, p := range ps {
				got = append(got, p.String())
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Load(%q) found\n\t%s\nwant\n\t%s", test.text, strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

func TestValues(t *testing.T) {
	for _, test := range []struct {
		name, text string
		set        []string
		got        func(c *Config) any
		want       any
	}{
		{"default with a file", "", nil, func(c *Config) any { return c.Flow.Memcap }, Size(32 << 20)},
		{"size", "stream:\n  memcap: 64mb\n", nil, func(c *Config) any { return c.Stream.Memcap }, Size(64 << 20)},
		{"size with a blank", "stream: {memcap: 4 KiB}\n", nil, func(c *Config) any { return c.Stream.Memcap }, Size(4096)},
		{"layers", "decoder: {max-layers: 4}\n", nil, func(c *Config) any { return c.Decoder.MaxLayers }, 4},
		{"detection ports", "app-layer:\n  protocols:\n    smtp:\n      detection-ports: {dp: '587, 25:27', sp: any}\n", nil,
			func(c *Config) any { return c.Protocols.SMTP.DetectOn },
			DetectionPorts{Given: true, Destination: []uint16{25, 26, 27, 587}, Source: []uint16{0}}},
		{"detection ports, none given", "app-layer:\n  protocols:\n    smtp:\n      detection-ports: {dp: }\n", nil,
			func(c *Config) any { return c.Protocols.SMTP.DetectOn }, DetectionPorts{}},
		{"octal", "stats:\n  interval: 010\n", nil, func(c *Config) any { return c.Stats.Interval }, int64(8)},
		{"hexadecimal", "stats:\n  interval: 0x10\n", nil, func(c *Config) any { return c.Stats.Interval }, int64(16)},
		{"on", "stream:\n  midstream: On\n", nil, func(c *Config) any { return c.Stream.Midstream }, true},
		{"quoted", "stream:\n  midstream: \"yes\"\n", nil, func(c *Config) any { return c.Stream.Midstream }, true},
		{"tristate", "stream:\n  inline: true\n", nil, func(c *Config) any { return c.Stream.Inline }, Yes},
		{"null keeps the default", "stream:\n  midstream:\n", nil, func(c *Config) any { return c.Stream.Midstream }, false},
		{"underscores", "stream:\n  async_oneside: yes\n", nil, func(c *Config) any { return c.Stream.AsyncOneside }, Yes},
		{"dotted key", "stream.midstream: yes\n", nil, func(c *Config) any { return c.Stream.Midstream }, true},
		{"alias", "x: &a {midstream: yes}\nstream: *a\n", nil, func(c *Config) any { return c.Stream.Midstream }, true},
		{"merge", "x: &a {midstream: yes, inline: no}\nstream:\n  <<: *a\n  inline: yes\n", nil,
			func(c *Config) any { return []any{c.Stream.Midstream, c.Stream.Inline} }, []any{true, Yes}},
		{"detection only", "app-layer:\n  protocols:\n    smtp:\n      enabled: detection-only\n", nil,
			func(c *Config) any { return c.Protocols.SMTP.Enabled }, "detection-only"},
		{"schemes", "app-layer.protocols.smtp.mime.extract-urls-schemes: [http, https]\n", nil,
			func(c *Config) any { return c.Protocols.SMTP.MIME.URLSchemes }, []string{"http", "https"}},
		{"hosts", "host-os-policy:\n  windows: [10.0.0.0/8, \"fe80::/10\"]\n  linux: 1.2.3.4\n", nil,
			func(c *Config) any {
				var s []string
				for _, h := range c.HostOS {
					s = append(s, h.Network.String()+" "+h.System)
				}
				return s
			}, []string{"1.2.3.4/32 linux", "10.0.0.0/8 windows", "fe80::/10 windows"}},
		{"set", "", []string{"stream.midstream=true"}, func(c *Config) any { return c.Stream.Midstream }, true},
		{"set with blanks", "", []string{"stream.midstream = true"}, func(c *Config) any { return c.Stream.Midstream }, true},
		{"set wins", "stream:\n  midstream: no\n", []string{"stream.midstream=yes"},
			func(c *Config) any { return c.Stream.Midstream }, true},
		{"set leaves the rest", "stream:\n  inline: yes\n", []string{"stream.midstream=yes"},
			func(c *Config) any { return c.Stream.Inline }, Yes},
		{"set: underscores", "", []string{"stream.async_oneside=yes"}, func(c *Config) any { return c.Stream.AsyncOneside }, Yes},
		{"set in a list by index", "outputs:\n- fast:\n- eve-log:\n    enabled: no\n", []string{"outputs.1.eve-log.enabled=yes"},
			func(c *Config) any { return len(c.EVE) }, 1},
		{"set in a list by key", "outputs:\n- fast:\n- eve-log:\n    enabled: no\n", []string{"outputs.eve-log.enabled=yes"},
			func(c *Config) any { return len(c.EVE) }, 1},
		{"set below a word", "outputs:\n- eve-log:\n    enabled: yes\n    types: [flow, anomaly]\n",
			[]string{"outputs.0.eve-log.types.1.anomaly.types.stream=yes"},
			func(c *Config) any { return c.EVE[0].Anomaly }, AnomalyLog{AppLayer: true, Stream: true}},
		{"set below a word by key", "outputs:\n- eve-log:\n    enabled: yes\n    types: [flow, anomaly]\n",
			[]string{"outputs.eve-log.types.anomaly.types.stream=yes"},
			func(c *Config) any { return c.EVE[0].Anomaly }, AnomalyLog{AppLayer: true, Stream: true}},
		{"set where there is no list", "", []string{"outputs.0.eve-log.enabled=yes", "outputs.0.eve-log.types.0=flow"},
			func(c *Config) any { return c.EVE[0].Types }, []string{"flow"}},
		{"types", "outputs:\n- eve-log:\n    enabled: yes\n    types:\n    - flow\n    - smtp:\n    - anomaly:\n        enabled: no\n" +
			"    - files:\n        force-hash: [md5]\n", nil,
			func(c *Config) any { return []any{c.EVE[0].Types, c.EVE[0].Files.ForceHash} },
			[]any{[]string{"flow", "smtp", "files"}, []string{"md5"}}},
		{"disabled output", "outputs:\n- eve-log:\n    enabled: no\n", nil, func(c *Config) any { return len(c.EVE) }, 0},
		{"no outputs", "stream:\n", nil, func(c *Config) any { return len(c.EVE) }, 0},
		{"file mode", "outputs:\n- eve-log:\n    enabled: yes\n    filemode: 640\n", nil,
			func(c *Config) any { return c.EVE[0].FileMode }, uint32(0o640)},
		{"logging", "logging:\n  default-log-level: Config\n  outputs:\n  - console:\n      enabled: no\n  - file:\n      enabled: yes\n" +
			"      level: perf\n      type: json\n", nil,
			func(c *Config) any { return c.Logging },
			Logging{"config", LogOutput{false, "", "suricata.log", true, "regular"},
				[]LogOutput{{true, "perf", "suricata.log", true, "json"}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, ps := load(t, test.text, test.set...)
			if ps.Fatal(false) {
				t.Fatalf("Load(%q): %v", test.text, ps)
			}
			if got := test.got(c); !reflect.DeepEqual(got, test.want) {
				t.Errorf("Load(%q, %q) gives %v, want %v", test.text, test.set, got, test.want)
			}
		})
	}
}

func TestIncludes(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "main.yaml", `
stream:
  midstream: yes
  inline: yes
vars:
  address-groups:
    HOME_NET: 10.0.0.0/8
    include: sub/vars.yaml
  port-groups:
    HTTP: 80
include: [sub/over.yaml, sub/dotted.yaml]
stats: !include sub/stats.yaml
`)
	write(t, "sub/over.yaml", "stream:\n  midstream: no\ninclude: deeper.yaml\n")
	write(t, "sub/deeper.yaml", "flow:\n  memcap: 1mb\n")
	write(t, "sub/dotted.yaml", "vars.address-groups.HOME_NET: 192.168.0.0/16\nvars.port-groups.FTP_PORTS: 21\n")
	write(t, "sub/vars.yaml", "MY_NET: any\n")
	write(t, "sub/stats.yaml", "interval: 3\n")
	write(t, "option.yaml", "flow:\n  hash-size: 99\n")
	c, ps := Load(Options{File: "main.yaml", Includes: []string{"option.yaml"}})
	if ps.Fatal(true) {
		t.Fatal(ps)
	}
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"replaced", c.Stream.Midstream, false},
		{"replaced as a whole", c.Stream.Inline, Auto},
		{"--include replaces as well", c.Flow.Memcap, Size(32 << 20)},
		{"--include", c.Flow.HashSize, 99},
		{"tag", c.Stats.Interval, int64(3)},
		{"variable", c.Root.Find("vars.address-groups.HOME_NET").Text, "192.168.0.0/16"},
		{"new variable", c.Root.Find("vars.port-groups.FTP_PORTS").Text, "21"},
		{"beside it", c.Root.Find("vars.port-groups.HTTP").Text, "80"},
		{"below", c.Root.Find("vars.address-groups.MY_NET").Text, "any"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestWithoutFile(t *testing.T) {
	c, ps := Load(Options{})
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if c.Stream.AsyncOneside != Auto || c.Timeouts.TCP.Normal.Closed != 60 || c.Flow.Memcap != 128<<20 {
		t.Errorf("Load() gives %+v %+v %+v", c.Stream, c.Timeouts.TCP, c.Flow)
	}
	if len(c.HostOS) != 2 || c.HostOS[0].System != "linux-6" {
		t.Errorf("Load() gives host-os-policy %v", c.HostOS)
	}
	if len(c.EVE) != 1 || !c.EVE[0].Enabled || !c.EVE[0].Logs("smtp") || !c.EVE[0].Anomaly.AppLayer {
		t.Errorf("Load() gives outputs %+v", c.EVE)
	}
}

func TestCheckMidstream(t *testing.T) {
	for _, test := range []struct {
		policy            Policy
		midstream, inline bool
		ok                bool
	}{
		{"", true, true, true}, {PolicyIgnore, true, false, true}, {PolicyPassFlow, true, true, true},
		{PolicyAuto, false, true, true}, {PolicyDropFlow, false, true, true}, {PolicyBypass, false, true, true},
		{PolicyBypass, false, false, true}, {PolicyReject, false, true, true},
		{PolicyDropFlow, false, false, false}, {PolicyDropFlow, true, true, false}, {PolicyDropFlow, true, false, false},
		{PolicyDropPacket, false, true, false}, {PolicyDropPacket, true, true, false}, {PolicyPassPacket, true, true, false},
		{PolicyBypass, true, true, false}, {PolicyBypass, true, false, false},
	} {
		p := Policies{Midstream: test.policy}
		if err := p.CheckMidstream(test.midstream, test.inline); (err == nil) != test.ok {
			t.Errorf("CheckMidstream(%t, %t) of %q = %v, want ok %t", test.midstream, test.inline, test.policy, err, test.ok)
		}
	}
}

// The configurations of the conformance cases hold the vocabulary that people use.
func TestKnowsConformanceCases(t *testing.T) {
	root := os.Getenv("REKNIT_CONFORMANCE")
	if root == "" {
		t.Skip("REKNIT_CONFORMANCE does not name the directory of the conformance cases")
	}
	n := 0
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".yaml") || d.Name() == "test.yaml" ||
			strings.Contains(name, "config-includes-array") {
			return err
		}
		if d.Name() != "suricata.yaml" && !strings.Contains(name, "/etc/") && d.Name() != "base.yaml" {
			return nil // part of another
		}
		n++
		_, ps := Load(Options{File: name})
		for _, p := range ps {
			if p.Kind == UnknownKey || p.Kind == BadValue && !strings.Contains(name, "invalid") {
				t.Error(p)
			}
		}
		return nil
	})
	t.Logf("%d configurations", n)
	if err != nil {
		t.Fatal(err)
	}
}

// The configuration is printed as suricata --dump-config does.
func TestDump(t *testing.T) {
	c, ps := load(t, "vars:\n  port-groups: {A: 1}\nsensor-name:\noutputs:\n  - fast\n  - eve-log:\n      types: [flow, smtp: {md5: [body]}]\n",
		"stream.midstream=true")
	if ps.Fatal(false) {
		t.Fatal(ps)
	}
	var b strings.Builder
	if err := c.Dump(&b); err != nil {
		t.Fatal(err)
	}
	const want = `vars = (null)
vars.port-groups = (null)
vars.port-groups.A = 1
sensor-name = (null)
outputs = (null)
outputs.0 = fast
outputs.1 = eve-log
outputs.1.eve-log = (null)
outputs.1.eve-log.types = (null)
outputs.1.eve-log.types.0 = flow
outputs.1.eve-log.types.1 = smtp
outputs.1.eve-log.types.1.smtp = (null)
outputs.1.eve-log.types.1.smtp.md5 = (null)
outputs.1.eve-log.types.1.smtp.md5.0 = body
stream = (null)
stream.midstream = true
`
	if got := b.String(); got != want {
		t.Errorf("Dump writes\n%s\nwant\n%s", got, want)
	}
}

// A tls without any options does not log sessions that are resumed, one with any other option does.
func TestTLSWithoutOptions(t *testing.T) {
	for text, want := range map[string]bool{
		"[tls]": false, "[tls: {extended: yes}]": true, "[tls: {session-resumption: no}]": false, "[http, tls: {custom: [sni]}]": true,
	} {
		name := write(t, filepath.Join(t.TempDir(), "c.yaml"), "outputs: [eve-log: {enabled: yes, types: "+text+"}]\n")
		c, ps := Load(Options{File: name})
		if len(c.EVE) != 1 || c.EVE[0].TLS.Resumed != want {
			t.Errorf("%s: session-resumption is not %v; %v", text, want, ps)
		}
	}
}

// TestSets reads the sets of the section datasets, and leaves their names as they are.
func TestSets(t *testing.T) {
	c, problems := load(t, "datasets:\n  defaults: {memcap: 1mb, hashsize: 7}\n  rules: {allow-write: no}\n"+
		"  my_set: {type: md5, state: a}\n  other: {type: ip, load: b, save: c, memcap: 2kb, hashsize: 9, colour: red}\n")
	if len(problems) != 1 || problems[0].Kind != UnknownKey || problems[0].Path != "datasets.other.colour" {
		t.Errorf("problems %v", problems)
	}
	l := &c.Lists
	if l.SetMemcap != 1<<20 || l.SetHashsize != 7 || l.AllowWrite || l.AllowAbsolute || l.MaxHashsize != 262144 || l.DataDir != "/var/lib/suricata" {
		t.Errorf("lists %+v", l)
	}
	want := []Dataset{{Name: "my_set", Type: "md5", State: "a"}, {Name: "other", Type: "ip", Load: "b", Save: "c", Memcap: 2048, Hashsize: 9}}
	for i := range l.Sets {
		l.Sets[i].Pos = Pos{}
	}
	if !reflect.DeepEqual(l.Sets, want) {
		t.Errorf("sets %+v, want %+v", l.Sets, want)
	}
}
