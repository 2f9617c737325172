package engine_test

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
)

// Control bits of a TCP header.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// script is packets made by hand, with right checksums, a millisecond apart.
type script struct {
	all  []frame
	now  int64
	vlan []uint16 // of the packets to come
	wire []int    // lengths on the wire; 0: as captured
	isn  [2]uint32
}

func newScript() *script { return &script{now: 1_700_000_000e9, isn: [2]uint32{1000, 5000}} }

// wait lets time pass.
func (s *script) wait(d time.Duration) { s.now += int64(d) }

// last returns the bytes of the last packet, to be spoilt.
func (s *script) last() []byte { return s.all[len(s.all)-1].data }

// cut leaves n bytes of the last packet, as a snap length does.
func (s *script) cut(n int) {
	f := &s.all[len(s.all)-1]
	s.wire[len(s.all)-1] = len(f.data)
	f.data = f.data[:n]
}

// ip adds a packet with an IP header before body, which is of protocol p.
func (s *script) ip(src, dst netip.Addr, p byte, body []byte) {
	be := binary.BigEndian
	b := make([]byte, 12, 80+len(body)) // MAC addresses
	for _, id := range s.vlan {
		b = be.AppendUint16(b, 0x8100)
		b = be.AppendUint16(b, id)
	}
	if src.Is4() {
		b = be.AppendUint16(b, 0x0800)
		h := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, p, 0, 0}
		be.PutUint16(h[2:], uint16(20+len(body)))
		h = append(append(h, src.AsSlice()...), dst.AsSlice()...)
		be.PutUint16(h[10:], checksum(h))
		b = append(b, h...)
	} else {
		b = be.AppendUint16(b, 0x86dd)
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, uint16(len(body)))
		b = append(append(append(b, p, 64), src.AsSlice()...), dst.AsSlice()...)
	}
	s.all = append(s.all, frame{s.now, packet.LinkEthernet, append(b, body...)})
	s.wire = append(s.wire, 0)
	s.now += 1e6
}

// checksum is that of RFC 1071, over all parts as if they were one; none but the last may have an odd length.
func checksum(parts ...[]byte) uint16 {
	var sum uint32
	for _, b := range parts {
		for ; len(b) > 1; b = b[2:] {
			sum += uint32(b[0])<<8 | uint32(b[1])
		}
		if len(b) > 0 {
			sum += uint32(b[0]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// pseudo is the header that the checksums of transport protocols cover.
func pseudo(src, dst netip.Addr, p byte, n int) []byte {
	return append(append(src.AsSlice(), dst.AsSlice()...), 0, p, byte(n>>8), byte(n))
}

// udp adds a datagram.
func (s *script) udp(src, dst netip.AddrPort, text string) {
	be := binary.BigEndian
	b := be.AppendUint16(nil, src.Port())
	b = be.AppendUint16(b, dst.Port())
	b = be.AppendUint16(b, uint16(8+len(text)))
	b = append(append(b, 0, 0), text...)
	be.PutUint16(b[6:], checksum(pseudo(src.Addr(), dst.Addr(), 17, len(b)), b))
	s.ip(src.Addr(), dst.Addr(), 17, b)
}

// icmp adds an ICMP message.
func (s *script) icmp(src, dst netip.Addr, kind, code byte, rest []byte) {
	b := append([]byte{kind, code, 0, 0, 0, 1, 0, 2}, rest...)
	if src.Is4() {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
		s.ip(src, dst, 1, b)
		return
	}
	binary.BigEndian.PutUint16(b[2:], checksum(pseudo(src, dst, 58, len(b)), b))
	s.ip(src, dst, 58, b)
}

// talk is a TCP connection in a script. Direction 0 is the client's.
type talk struct {
	*script
	ends [2]netip.AddrPort
	seq  [2]uint32 // what each end sends next
}

var (
	client  = netip.MustParseAddrPort("192.0.2.1:40000")
	client2 = netip.MustParseAddrPort("192.0.2.7:40001")
	server  = netip.MustParseAddrPort("198.51.100.25:25")
)

func (s *script) talk(client, server netip.AddrPort) *talk {
	return &talk{script: s, ends: [2]netip.AddrPort{client, server}, seq: s.isn}
}

// segment adds a segment of direction d, and moves on.
func (t *talk) segment(d int, bits byte, text string) {
	t.at(d, bits, t.seq[d], t.seq[1-d], text)
	t.seq[d] += uint32(len(text))
	if bits&(syn|fin) != 0 {
		t.seq[d]++
	}
}

// at adds a segment with these numbers.
func (t *talk) at(d int, bits byte, seq, acked uint32, text string) {
	be := binary.BigEndian
	src, dst := t.ends[d], t.ends[1-d]
	b := be.AppendUint16(nil, src.Port())
	b = be.AppendUint16(b, dst.Port())
	b = be.AppendUint32(b, seq)
	if bits&ack == 0 {
		acked = 0
	}
	b = be.AppendUint32(b, acked)
	b = append(b, 5<<4, bits, 0xff, 0xff, 0, 0, 0, 0)
	b = append(b, text...)
	be.PutUint16(b[16:], checksum(pseudo(src.Addr(), dst.Addr(), 6, len(b)), b))
	t.ip(src.Addr(), dst.Addr(), 6, b)
}

// open adds the handshake.
func (t *talk) open() *talk {
	t.segment(0, syn, "")
	t.segment(1, syn|ack, "")
	t.segment(0, ack, "")
	return t
}

// say adds a line of text, or more, and its acknowledgement.
func (t *talk) say(d int, text string) {
	t.segment(d, psh|ack, text)
	t.segment(1-d, ack, "")
}

// close adds the end: the client's FIN first.
func (t *talk) close() {
	t.segment(0, fin|ack, "")
	t.segment(1, fin|ack, "")
	t.segment(0, ack, "")
}

// smtp has lines of an SMTP conversation said, "> " those of the client, "< " those of the server.
func (t *talk) smtp(lines ...string) {
	for _, l := range lines {
		t.say(strings.Index("><", l[:1]), l[2:]+"\r\n")
	}
}

// greet is the beginning of such a conversation.
func (t *talk) greet() {
	t.smtp("< 220 mx.example.org ESMTP", "> EHLO client.example.net", "< 250 mx.example.org")
}

// mail is a mail in it.
func (t *talk) mail(subject string) {
	t.smtp("> MAIL FROM:<ann@example.net>", "< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok", "> DATA", "< 354 go on",
		"> Subject: "+subject, "> ", "> text", "> .", "< 250 queued")
}

// source makes a script a Source.
func (s *script) source() engine.Source { return &scripted{script: s} }

type scripted struct {
	*script
	frames
	begun bool
}

func (s *scripted) Next(p *packet.Packet) error {
	if !s.begun {
		s.frames.all, s.begun = s.script.all, true
	}
	err := s.frames.Next(p)
	if err == nil && s.wire[s.n-1] != 0 {
		p.WireLen = s.wire[s.n-1]
	}
	return err
}

// found is what an engine made of a script.
type found struct {
	t        *testing.T
	records  []record
	verdicts []packet.Verdict // of each packet
	notices  []string
	engine   *engine.Engine
}

// record is an EVE record.
type record map[string]any

// of returns the value at a path, nil when there is none.
func (r record) of(path ...string) any {
	var v any = map[string]any(r)
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// play has an engine process a script, and closes it.
func (s *script) play(t *testing.T, c engine.Config) *found {
	t.Helper()
	f := s.start(t, c)
	f.engine.Close()
	return f
}

// start has an engine process a script, and leaves its flows open.
func (s *script) start(t *testing.T, c engine.Config) *found {
	t.Helper()
	f := &found{t: t}
	c.Sink = sink(func(r *event.Record) {
		var m map[string]any
		if err := json.Unmarshal(r.AppendJSON(nil, &event.Options{Ethernet: c.Ethernet}), &m); err != nil {
			t.Fatal(err)
		}
		f.records = append(f.records, m)
	})
	c.Notice = func(text string) { f.notices = append(f.notices, text) }
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f.engine = e
	src := s.source()
	for p := new(packet.Packet); src.Next(p) == nil; {
		f.verdicts = append(f.verdicts, e.Worker().Packet(p))
	}
	return f
}

// all returns the records of a type.
func (f *found) all(kind string) (all []record) {
	for _, r := range f.records {
		if r["event_type"] == kind {
			all = append(all, r)
		}
	}
	return all
}

// one returns the only record of a type.
func (f *found) one(kind string) record {
	f.t.Helper()
	all := f.all(kind)
	if len(all) != 1 {
		f.t.Fatalf("%d records of type %s, want 1: %v", len(all), kind, f.records)
	}
	return all[0]
}

// check compares values of a record; a path is written with dots.
func (f *found) check(r record, want map[string]any) {
	f.t.Helper()
	for path, w := range want {
		if n, ok := w.(int); ok {
			w = float64(n)
		}
		if got := r.of(strings.Split(path, ".")...); got != w {
			f.t.Errorf("%s is %v, want %v", path, got, w)
		}
	}
}

// counter returns the value of a counter.
func (f *found) counter(name string) uint64 {
	s := f.engine.Stats(0, 0)
	return s.Total.Value(name)
}

// addPort returns the address with a port that is so much higher.
func addPort(a netip.AddrPort, n int) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr(), a.Port()+uint16(n))
}
