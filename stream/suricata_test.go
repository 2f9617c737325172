//go:build suricata

package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The policies of Suricata against Suricata 7.0: connections of random overlapping segments are written to a capture for
// each policy, and the bytes that its tcp-data output writes are compared with those that a Stream delivers.
//
//	go test -tags suricata -run Suricata -v ./stream
//
// Two segments always give the same. Of more, a few connections in a hundred differ: looking for what a new segment
// overlaps, Suricata walks back until a segment does not reach it, and misses longer ones before that.

const suricataConfig = `%%YAML 1.1
---
stats: {enabled: no}
outputs:
  - tcp-data: {enabled: yes, type: dir, filename: tcp-data.log}
logging:
  default-log-level: notice
  outputs: [{console: {enabled: no}}]
pcap-file: {checksum-checks: no}
app-layer: {protocols: {tls: {enabled: no}}}
host-os-policy:
  %s: ["::/0", "0.0.0.0/0"]
stream: {memcap: 1gb, checksum-validation: no, inline: no, midstream: false, reassembly: {memcap: 1gb, depth: 0}}
vars: {address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}, port-groups: {}}
classification-file: /etc/suricata/classification.config
reference-config-file: /etc/suricata/reference.config
`

// capture is a pcap file of IPv4 packets.
type capture struct {
	bytes.Buffer
	n uint32
}

func (c *capture) packet(toServer bool, port uint16, seq, ack uint32, flags byte, payload []byte) {
	p := make([]byte, 40, 40+len(payload))
	p[0], p[8], p[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(p[2:], uint16(40+len(payload)))
	client, server := []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
	ports := [2]uint16{port, 4242}
	if !toServer {
		client, server = server, client
		ports[0], ports[1] = ports[1], ports[0]
	}
	copy(p[12:], client)
	copy(p[16:], server)
	binary.BigEndian.PutUint16(p[20:], ports[0])
	binary.BigEndian.PutUint16(p[22:], ports[1])
	binary.BigEndian.PutUint32(p[24:], seq)
	binary.BigEndian.PutUint32(p[28:], ack)
	p[32], p[33] = 5<<4, flags
	binary.BigEndian.PutUint16(p[34:], 65535)
	p = append(p, payload...)
	if c.n == 0 {
		c.Write([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00"))
	}
	c.n++
	for _, v := range []uint32{1_700_000_000 + c.n/1000, c.n % 1000 * 1000, uint32(len(p)), uint32(len(p))} {
		binary.Write(c, binary.LittleEndian, v)
	}
	c.Write(p)
}

// overlapping makes a schedule: segments behind a hole, then what fills the holes between them.
func overlapping(r *rand.Rand) []segment {
	var s []segment
	letter := byte('a')
	span := 8 + r.IntN(16)
	put := func(from, to int) {
		s = append(s, segment{off: int64(from), data: bytes.Repeat([]byte{letter}, to-from)})
		letter++
	}
	for range 2 + r.IntN(5) {
		from := 1 + r.IntN(span)
		put(from, from+1+r.IntN(8))
	}
	have := make([]bool, span+10)
	for _, seg := range s {
		for i := range seg.data {
			have[int(seg.off)+i] = true
		}
	}
	last := len(have)
	for last > 0 && !have[last-1] {
		last--
	}
	for i := last - 1; i >= 0; i-- {
		if !have[i] {
			s = append(s, segment{off: int64(i), data: []byte{'.'}})
		}
	}
	return s
}

func TestSuricata(t *testing.T) {
	if _, err := exec.LookPath("suricata"); err != nil {
		t.Skip(err)
	}
	const connections = 1000
	for _, policy := range []Policy{BSD, Linux, OldLinux, Solaris, Vista} {
		dir := t.TempDir()
		var c capture
		const isn, peer = 1000, 5000
		var schedules [][]segment
		for i := range connections {
			s := overlapping(rand.New(rand.NewPCG(uint64(i), 7)))
			schedules = append(schedules, s)
			port := uint16(10000 + i)
			c.packet(true, port, isn, 0, 2, nil)
			c.packet(false, port, peer, isn+1, 18, nil)
			c.packet(true, port, isn+1, peer+1, 16, nil)
			end := uint32(0)
			for _, seg := range s {
				c.packet(true, port, isn+1+uint32(seg.off), peer+1, 24, seg.data)
				end = max(end, uint32(seg.off)+uint32(len(seg.data)))
			}
			c.packet(false, port, peer+1, isn+1+end, 16, nil)
			c.packet(true, port, isn+1+end, peer+1, 17, nil)
			c.packet(false, port, peer+1, isn+2+end, 17, nil)
			c.packet(true, port, isn+2+end, peer+2, 16, nil)
		}
		pcap, config := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "suricata.yaml")
		os.WriteFile(pcap, c.Bytes(), 0o600)
		os.WriteFile(config, fmt.Appendf(nil, suricataConfig, policy), 0o600)
		if out, err := exec.Command("suricata", "-c", config, "-r", pcap, "-l", dir, "--runmode", "single", "-k", "none").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
		if len(files) == 0 {
			t.Fatal("no output")
		}
		got := make(map[string][]byte)
		for _, f := range files {
			b, _ := os.ReadFile(f)
			got[filepath.Base(f)] = b
		}
		differ := 0
		for i, s := range schedules {
			st := NewStore(Config{})
			var p Pair
			var r collect
			p[0].SetPolicy(policy)
			for _, seg := range s {
				st.Insert(&p[0], seg.off, seg.data)
			}
			p[0].Ack(p[0].Edge())
			st.Deliver(&p, ToServer, &r)
			var want []byte
			for name, b := range got {
				if strings.Contains(name, fmt.Sprintf("_%d-", 10000+i)) && strings.Contains(name, "ts") {
					want = b
				}
			}
			if !bytes.Equal(r.b, want) {
				differ++
				if segments(s) <= 2 {
					t.Errorf("%v, connection %d: got %q, Suricata %q", policy, i, r.b, want)
				}
			}
		}
		t.Logf("%v: %d of %d connections differ", policy, differ, connections)
		if differ > connections*6/100 {
			t.Errorf("%v: %d of %d connections differ", policy, differ, connections)
		}
	}
}

// segments returns how many segments of a schedule overlap, not those that fill the holes.
func segments(s []segment) int {
	n := 0
	for _, seg := range s {
		if seg.data[0] != '.' {
			n++
		}
	}
	return n
}
