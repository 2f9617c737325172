package pcaplog_test

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/sink/pcaplog"
)

// contents returns what is in the files of a directory: "name=frames".
func contents(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		r, err := pcapfile.Open(name, pcapfile.Options{Warn: func(err error) { t.Error(err) }})
		if err != nil {
			t.Fatal(err)
		}
		text := filepath.Base(name) + "="
		var p packet.Packet
		for err = r.Next(&p); err == nil; err = r.Next(&p) {
			text += string(p.Frame)
			if p.Link != packet.LinkEthernet || p.Time%1e9 != 5000 || p.WireLen != len(p.Frame)+1 {
				t.Errorf("%s: link %v, time %d, length %d", name, p.Link, p.Time, p.WireLen)
			}
		}
		if err != io.EOF {
			t.Error(err)
		}
		r.Close()
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func frame(time int64, text string) *packet.Packet {
	return &packet.Packet{Time: time*1e9 + 5678, Link: packet.LinkEthernet, Frame: []byte(text), WireLen: len(text) + 1}
}

func TestLog(t *testing.T) {
	for _, test := range []struct {
		name string
		c    pcaplog.Config
		want string
	}{
		{"one file", pcaplog.Config{Name: "log.pcap"}, "log.pcap.1=aabbccdd"},
		{"limit", pcaplog.Config{Name: "log.pcap", Limit: 24 + 2*18}, "log.pcap.1=aabb log.pcap.3=ccdd"},
		{"fewer than packets", pcaplog.Config{Name: "log.pcap", Limit: 1, MaxFiles: 2}, "log.pcap.3=cc log.pcap.3-1=dd"},
		{"compressed", pcaplog.Config{Name: "log.pcap", LZ4: &pcaplog.LZ4{}}, "log.pcap.1.lz4=aabbccdd"},
		{"compressed, small", pcaplog.Config{Name: "log.pcap", Limit: 1, LZ4: &pcaplog.LZ4{Level: 12, Checksum: true}},
			"log.pcap.1.lz4=aa log.pcap.2.lz4=bb log.pcap.3-1.lz4=dd log.pcap.3.lz4=cc"},
		{"name with the time", pcaplog.Config{Name: "%t.pcap", Microseconds: true}, "1.000005.pcap=aabbccdd"},
	} {
		dir := t.TempDir()
		test.c.Name = filepath.Join(dir, test.c.Name)
		l := pcaplog.New(test.c)
		for _, p := range []*packet.Packet{frame(1, "aa"), frame(2, "bb"), frame(3, "cc"), frame(3, "dd")} {
			l.Write(p)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if got := contents(t, dir); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// What is remembered of a flow is written when it is recalled, once; there is room for the latest.
func TestRemember(t *testing.T) {
	dir := t.TempDir()
	l := pcaplog.New(pcaplog.Config{Name: filepath.Join(dir, "x"), Before: 3 * 82})
	for i, text := range []string{"aa", "bb", "cc", "dd"} {
		l.Remember(uint64(1+i%2), frame(int64(i), text))
	}
	l.Remember(9, frame(1, strings.Repeat("long", 100)))
	l.Recall(1)
	l.Recall(1)
	l.Write(frame(5, "ee"))
	for i := range 100 {
		l.Remember(3, frame(5, fmt.Sprint(i%10, "x")))
	}
	l.Recall(2)
	l.Recall(3)
	l.Close()
	if got := contents(t, dir); got != "x.2=ccee7x8x9x" {
		t.Error(got)
	}
	var counters []string
	l.Each(func(name string, v uint64) { counters = append(counters, fmt.Sprint(name, " ", v)) })
	if got := strings.Join(counters, ", "); got != "pcap_log.written 5, reknit.pcap_log.forgotten 101, reknit.pcap_log.errors 0" {
		t.Error(got)
	}
}

// Logs beside each other count together.
func TestBeside(t *testing.T) {
	dir := t.TempDir()
	one := pcaplog.New(pcaplog.Config{Name: filepath.Join(dir, "one")})
	two := one.Beside(filepath.Join(dir, "two"))
	one.Write(frame(1, "a"))
	two.Write(frame(2, "b"))
	one.Close()
	two.Close()
	if got := contents(t, dir); got != "one.1=a two.2=b" {
		t.Error(got)
	}
	one.Each(func(name string, v uint64) {
		if name == "pcap_log.written" && v != 2 {
			t.Errorf("%s is %d, want 2", name, v)
		}
	})
}

func TestFails(t *testing.T) {
	var told []error
	l := pcaplog.New(pcaplog.Config{Name: filepath.Join(t.TempDir(), "no", "x"), Report: func(err error) { told = append(told, err) }})
	l.Write(frame(1, "a"))
	l.Write(frame(2, "b"))
	l.Each(func(name string, v uint64) {
		if want := map[string]uint64{"reknit.pcap_log.errors": 2}[name]; v != want {
			t.Errorf("%s is %d, want %d", name, v, want)
		}
	})
	if len(told) != 1 {
		t.Error(told)
	}
}
