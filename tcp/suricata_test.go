//go:build suricata

package tcp_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// The events and states of connections against those of Suricata 7.0: random short connections, steps as in testdata,
// are played and written to a capture at once, and what Suricata says of each packet is compared with the events raised.
//
//	go test -tags suricata -run Suricata -v ./tcp

var (
	connections = flag.Int("connections", 500, "random connections to compare with Suricata")
	steps       = flag.String("play", "", "steps to play, with ; between them, in place of random ones; before a first | options")
	shown       = flag.Int("shown", 5, "connections to show of each kind of difference")
)

const suricataConfig = `%%YAML 1.1
---
stats: {enabled: no}
outputs:
  - eve-log: {enabled: yes, filetype: regular, filename: eve.json, types: [{anomaly: {enabled: yes, types: {decode: no, stream: yes, applayer: no}}}, flow]}
  - tcp-data: {enabled: yes, type: dir, filename: tcp-data.log}
logging:
  default-log-level: notice
  outputs: [{console: {enabled: no}}]
pcap-file: {checksum-checks: no}
app-layer: {protocols: {tls: {enabled: no}}}
host-os-policy:
  %s: ["::/0", "0.0.0.0/0"]
stream: {memcap: 1gb, checksum-validation: no, inline: %s, midstream: %s, async-oneside: %s, reassembly: {memcap: 1gb, depth: 0}}
vars: {address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}, port-groups: {}}
classification-file: /etc/suricata/classification.config
reference-config-file: /etc/suricata/reference.config
`

// pcap is a capture of IPv4 packets.
type pcap struct {
	bytes.Buffer
	n int
}

func (c *pcap) add(d stream.Dir, port uint16, g *tcp.Segment) {
	var opts []byte
	be := binary.BigEndian
	if g.Options&tcp.Timestamps != 0 {
		opts = append(opts, 1, 1, 8, 10)
		opts = be.AppendUint32(be.AppendUint32(opts, g.TSVal), g.TSEcr)
	}
	if g.Options&tcp.WindowScale != 0 {
		opts = append(opts, 1, 3, 3, g.WindowScale)
	}
	if g.Options&tcp.SACKPermitted != 0 {
		opts = append(opts, 1, 1, 4, 2)
	}
	if g.SACKs > 0 {
		opts = append(opts, 1, 1, 5, 2+8*g.SACKs)
		for _, b := range g.SACK[:g.SACKs] {
			opts = be.AppendUint32(be.AppendUint32(opts, b[0]), b[1])
		}
	}
	if g.Options&tcp.Signed != 0 {
		opts = append(append(opts, 1, 1, 19, 18), make([]byte, 16)...)
	}
	if g.Options&tcp.FastOpen != 0 {
		opts = append(opts, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1)
	}
	p := make([]byte, 40)
	p[0], p[8], p[9] = 0x45, 64, 6
	be.PutUint16(p[2:], uint16(40+len(opts)+len(g.Payload)))
	src, dst := []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
	ports := [2]uint16{port, 4242}
	if d == stream.ToClient {
		src, dst = dst, src
		ports[0], ports[1] = ports[1], ports[0]
	}
	copy(p[12:], src)
	copy(p[16:], dst)
	be.PutUint16(p[20:], ports[0])
	be.PutUint16(p[22:], ports[1])
	be.PutUint32(p[24:], uint32(g.Seq))
	be.PutUint32(p[28:], uint32(g.Ack))
	p[32], p[33] = byte(5+len(opts)/4)<<4, byte(g.Flags)
	be.PutUint16(p[34:], g.Window)
	be.PutUint16(p[38:], g.Urgent)
	p = append(append(p, opts...), g.Payload...)
	if c.n == 0 {
		c.Write([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00"))
	}
	c.n++
	now := 1_700_000_000_000_000 + c.n*100
	for _, v := range []uint32{uint32(now / 1e6), uint32(now % 1e6), uint32(len(p)), uint32(len(p))} {
		binary.Write(c, binary.LittleEndian, v)
	}
	c.Write(p)
}

// step is a packet of a schedule and what came of it.
type step struct {
	line   string
	packet int // in the capture
	got    string
	state  string
}

// schedule makes a random connection.
func schedule(r *rand.Rand, kind string) []string {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	side := func() string { return pick("c> ", "s> ") }
	near := func(name string, n int) string {
		if r.IntN(3) > 0 {
			return ""
		}
		return fmt.Sprintf(" %s=%d", name, max(-5, n+r.IntN(9)-4))
	}
	var lines []string
	opts := ""
	base := 0
	if r.IntN(3) == 0 {
		opts += " sack"
	}
	if r.IntN(4) == 0 {
		opts += " ws=3"
	}
	stamps := r.IntN(5) == 0
	ts := func() string {
		if !stamps || base > 2 && r.IntN(8) == 0 {
			return ""
		}
		base++
		switch base {
		case 1:
			return " ts=100/0"
		case 2:
			return " ts=100/100"
		}
		return fmt.Sprintf(" ts=%d/100", 100+len(lines)+r.IntN(4)-2)
	}
	switch kind {
	case "handshake":
		lines = append(lines, "c> SYN"+opts+ts())
	case "midstream":
		lines = append(lines, "c~ "+`"unseen"`, "s~ "+`"unseen"`, "c> "+pick(`"data"`, "ACK", "FIN ACK "+`"end"`, "SYN ACK")+opts+ts())
		kind = pick("window", "closing")
	case "one side":
		lines = append(lines, "c> SYN"+opts+ts())
		only := pick("c", "s")
		if only == "s" {
			lines[0] = "s> SYN ACK" + opts + ts()
		}
		rest := schedule(r, pick("window", "closing"))[3:]
		for _, l := range rest {
			if l[0] != only[0] && r.IntN(10) > 0 {
				l = l[:1] + "~" + l[2:]
			}
			lines = append(lines, l)
		}
		return lines
	default:
		lines = append(lines, "c> SYN"+opts+ts(), "s> SYN ACK"+opts+ts(), "c> ACK"+ts())
	}
	n := 3 + r.IntN(8)
	for range n {
		var l string
		x := r.IntN(100)
		switch kind {
		case "handshake":
			switch {
			case x < 30:
				l = pick("c> SYN", "c> SYN", "s> SYN") + opts + pick("", "", " seq=0", " seq=5000") + near("number", 1)
			case x < 60:
				l = pick("s> SYN ACK", "s> SYN ACK", "s> SYN ACK", "c> SYN ACK") + opts + pick("", " seq=0", " seq=7000") + pick("", "", " ack=1", " ack=2")
			case x < 75:
				l = side() + "ACK" + near("seq", 1) + near("ack", 1)
			case x < 85:
				l = side() + `"data"` + near("seq", 1) + near("ack", 1)
			case x < 92:
				l = side() + pick("RST", "RST ACK") + near("seq", 1) + near("ack", 1)
			default:
				l = side() + "FIN ACK" + near("seq", 1)
			}
		case "window":
			switch {
			case x < 40:
				l = side() + pick(`"data"`, `"x"`, `"longer"*4`, `"y"*30`) + near("seq", 10) + near("ack", 10) + pick("", "", " win=20", " win=0", " win=40")
			case x < 80:
				l = side() + "ACK" + pick("", "", near("ack", 20), " ack=1", " seq=1") + pick("", " win=20", " win=0", " win=60", " win=8") +
					pick("", "", "", " block=10/20", " block=5/9", " block=30/35")
			case x < 90:
				l = pick("c~ ", "s~ ") + pick(`"lost"`, "ACK")
			default:
				l = side() + pick("FIN ACK", "RST", `FIN ACK "end"`)
			}
		case "closing":
			switch {
			case x < 30:
				l = side() + pick("FIN ACK", "FIN ACK", `FIN ACK "end"`, "FIN") + near("seq", 5) + near("ack", 5)
			case x < 55:
				l = side() + "ACK" + near("seq", 5) + near("ack", 5)
			case x < 85:
				l = side() + `"data"` + near("seq", 5) + near("ack", 5)
			case x < 90:
				l = side() + pick("RST", "RST ACK", "RST md5") + near("seq", 5)
			case x < 94:
				l = side() + pick("SYN", "SYN ACK") + pick("", " seq=0", " seq=900000")
			default:
				l = pick("c~ ", "s~ ") + pick(`"lost"`, "ACK", "FIN ACK")
			}
		}
		lines = append(lines, l+ts())
	}
	return lines
}

// differing is how many of a hundred connections may differ, of each kind. Where the receiver decides reknit follows it
// and not Suricata: what fills a hole is no retransmission, a FIN counts at its place, an acknowledgement may be ahead of
// its data. Random connections are full of these.
var differing = map[string]int{"handshake": 45, "window": 35, "closing": 65, "midstream": 70, "one side": 40}

func TestSuricata(t *testing.T) {
	if _, err := exec.LookPath("suricata"); err != nil {
		t.Skip(err)
	}
	if *steps != "" {
		options, text, _ := strings.Cut(*steps, "|")
		policy, mode := "windows", ""
		for _, o := range strings.Fields(options) {
			if p, ok := strings.CutPrefix(o, "policy="); ok {
				policy = p
			} else {
				mode = o
			}
		}
		*connections = 1
		compare(t, policy, text, mode)
		return
	}
	for _, policy := range []string{"bsd", "linux", "windows"} {
		for _, kind := range []string{"handshake", "window", "closing"} {
			for _, mode := range []string{"", "inline"} {
				t.Run(strings.TrimSpace(policy+" "+kind+" "+mode), func(t *testing.T) { compare(t, policy, kind, mode) })
			}
		}
		t.Run(policy+" midstream", func(t *testing.T) { compare(t, policy, "midstream", "midstream") })
		t.Run(policy+" one side", func(t *testing.T) { compare(t, policy, "one side", "async") })
	}
}

func compare(t *testing.T, policy, kind, mode string) {
	dir := t.TempDir()
	var file pcap
	all := make([][]step, *connections)
	for i := range all {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		p := newPlay(t, mode+" policy="+policy)
		p.isn = [2]tcp.Seq{1000, 700000}
		port := uint16(1024 + i)
		lines := strings.Split(kind, ";")
		if len(lines) == 1 {
			lines = schedule(r, kind)
		}
		for _, line := range lines {
			line = strings.TrimSpace(line)
			words := split(line)
			d := stream.ToServer
			if words[0][0] == 's' {
				d = stream.ToClient
			}
			g := p.segment(d, words[1:])
			if words[0][1] == '~' {
				all[i] = append(all[i], step{line: line})
				continue
			}
			file.add(d, port, g)
			p.log = p.log[:0]
			p.give(d, g)
			var names []string
			p.tracker.Events().Each(func(e tcp.Event) {
				if e != tcp.SeqGap && e != tcp.OverlapDifferentData && e != tcp.SuspectedFin {
					names = append(names, e.String())
				}
			})
			sort.Strings(names)
			all[i] = append(all[i], step{line: line, packet: file.n, got: strings.Join(names, " "), state: p.conn.State().String() + "  " + strings.Join(p.log, ", ")})
		}
	}
	theirs, states := suricata(t, dir, &file, fmt.Sprintf(suricataConfig, policy, yes(mode == "inline"), yes(mode == "midstream"), yes(mode == "async")))
	kinds := map[string]int{}
	differ := 0
	for i, steps := range all {
		for _, s := range steps {
			if s.packet == 0 {
				continue
			}
			want := strings.Join(theirs[s.packet], " ")
			if s.got == want {
				continue
			}
			key := fmt.Sprintf("%q, Suricata %q", s.got, want)
			kinds[key]++
			differ++
			if kinds[key] <= *shown {
				t.Log("--", key)
				for _, s := range steps {
					if s.packet != 0 {
						t.Logf("   %-40s %-40s | %s | %s", s.line, s.got, strings.Join(theirs[s.packet], " "), s.state)
					} else {
						t.Logf("   %s", s.line)
					}
				}
				t.Logf("   %s", states[1024+i])
			}
			break // what follows depends on it
		}
	}
	if *steps != "" {
		for _, s := range all[0] {
			t.Logf("   %-40s %-40s | %s | %s", s.line, s.got, strings.Join(theirs[s.packet], " "), s.state)
		}
		t.Log("state", states[1024])
		return
	}
	t.Logf("%d of %d connections differ", differ, len(all))
	if most := differing[kind]; differ*100 > len(all)*most {
		t.Errorf("more than %d in a hundred", most)
	}
	for k, n := range kinds {
		t.Logf("%5d %s", n, k)
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// suricata returns the events of each packet, and the last state of each connection.
func suricata(t *testing.T, dir string, file *pcap, config string) (events map[int][]string, states map[int]string) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "x.pcap")
	must(os.WriteFile(name, file.Bytes(), 0o666))
	must(os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(config), 0o666))
	args := []string{"-c", filepath.Join(dir, "c.yaml"), "-r", name, "-l", dir, "-k", "none", "-S", "/dev/null", "--runmode", "single"}
	if out, err := exec.Command("suricata", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "eve.json"))
	must(err)
	defer f.Close()
	events, states = map[int][]string{}, map[int]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			Type    string `json:"event_type"`
			Packet  int    `json:"pcap_cnt"`
			SrcPort int    `json:"src_port"`
			Anomaly struct{ Event string }
			TCP     struct{ State string }
		}
		must(json.Unmarshal(lines.Bytes(), &r))
		switch r.Type {
		case "anomaly":
			switch r.Anomaly.Event {
			case "stream.reassembly_seq_gap", "stream.reassembly_overlap_different_data":
				continue // told again and again
			}
			events[r.Packet] = append(events[r.Packet], strings.TrimPrefix(r.Anomaly.Event, "stream."))
		case "flow":
			states[r.SrcPort] = r.TCP.State
		}
	}
	for _, e := range events {
		sort.Strings(e)
	}
	return events, states
}
