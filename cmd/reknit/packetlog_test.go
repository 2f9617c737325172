package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// logged returns the milliseconds of the packets in a file of pcap-log, since the capture began; "none": there is no file.
func logged(t *testing.T, name string) string {
	t.Helper()
	r, err := pcapfile.Open(name, pcapfile.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return "none"
	} else if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var times []string
	var p packet.Packet
	for r.Next(&p) == nil {
		times = append(times, fmt.Sprint((p.Time-1_700_000_000e9)/1e6))
	}
	return strings.Join(times, " ")
}

// The packets of a conversation of which a rule tells at the second request, which is looked at when the client ends the connection: all, those from then on with the data before, or those
// that are tagged; and without those that a rule has pass or that come behind the depth. The number of threads does not matter.
func TestPacketLog(t *testing.T) {
	const second = `alert tcp any any -> any any (flow:to_server; content:"second"; sid:1;`
	for _, test := range []struct {
		options, rule, want string
	}{
		{"", second + ")", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"},
		{"conditional: all", second + ")", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"},
		{"conditional: alerts", second + ")", "3 5 7 9 11 12 13"},
		{"conditional: alerts", strings.Replace(second, "second", "third", 1) + ")", "none"},
		{"conditional: tag", second + " tag:session,2,packets;)", "3 5 7 9 11 12"},
		{"conditional: tag", second + ")", "none"},
		{"honor-pass-rules: yes", strings.Replace(second, "alert", "pass", 1) + ")", "0 1 2 3 4 5 6 7 8 9 10 11"},
		{"use-stream-depth: yes", second + ")", "0 1 2 3 4 5 6 7 8"},
		{"compression: lz4\n    lz4-level: 9\n    lz4-checksum: yes", second + ")", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"},
		{"bpf-filter: src port 9999", second + ")", "1 4 5 8 9 12"},
		{"enabled: no", second + ")", "none"},
	} {
		for _, runmode := range []string{"single", "autofp"} {
			t.Run(test.options+" "+runmode, func(t *testing.T) {
				files(t, map[string]string{"log/.keep": "", "r.rules": test.rule + "\n", "c.yaml": "stream: {reassembly: {depth: 25}}\n" +
					"outputs:\n- pcap-log:\n    enabled: yes\n    dir: log\n    filename: out\n    " + test.options + "\n"})
				x := newWire(t, "in.pcap")
				k := x.talk("192.0.2.1:40000", "192.0.2.2:9999").open()
				k.say(0, "first request").say(1, "answer").say(0, "second one")
				k.say(1, "the last answer, which is longer").close()
				x.close()
				got := execute(t, "-r", "in.pcap", "-c", "c.yaml", "-l", ".", "-S", "r.rules", "-k", "none", "--runmode", runmode)
				if got.code != 0 {
					t.Fatal(got)
				}
				name := "out.1700000000"
				if strings.Contains(test.options, "lz4") {
					name += ".lz4"
				}
				if l := logged(t, filepath.Join("log", name)); l != test.want {
					t.Errorf("packets %s, want %s; %v", l, test.want, got)
				}
			})
		}
	}
}

// In the mode multi each worker has files of its own, with all packets of a flow.
func TestPacketLogOfWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for filename, pattern := range map[string]string{"out": "out.%d.1700000000", "'%n-%t.pcap'": "%d-1700000000.pcap"} {
		files(t, map[string]string{"c.yaml": "threading: {detect-thread-ratio: 1}\noutputs:\n- pcap-log: {enabled: yes, mode: multi, filename: " + filename + "}\n"})
		x := newWire(t, "in.pcap")
		for i := range 20 {
			x.talk(fmt.Sprintf("192.0.2.1:%d", 40000+i), "192.0.2.2:9999").open()
		}
		x.close()
		if got := execute(t, "-r", "in.pcap", "-c", "c.yaml", "-l", ".", "-k", "none", "--runmode", "autofp"); got.code != 0 {
			t.Fatal(got)
		}
		var all []string
		for n := 1; n <= 2; n++ {
			l := strings.Fields(logged(t, fmt.Sprintf(pattern, n)))
			if len(l) == 0 || len(l)%3 != 0 {
				t.Errorf("worker %d: %v", n, l)
			}
			all = append(all, l...)
		}
		if len(all) != 60 {
			t.Errorf("%d packets, want 60: %v", len(all), all)
		}
	}
}
