package detect_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/tcp"
)

// Control bits of TCP.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// conversation is packets between a client and a server, in order.
type conversation struct {
	frames [][]byte
	seq    [2]uint32
	ports  [2]uint16
}

// talk begins a conversation on a port of the server.
func talk(port uint16) *conversation {
	return &conversation{seq: [2]uint32{1000, 5000}, ports: [2]uint16{40000, port}}
}

// packet appends an IPv4 packet: from is 0 for the client's.
func (c *conversation) packet(from int, protocol byte, transport []byte) {
	b := make([]byte, 20, 20+len(transport))
	b[0] = 0x45
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(transport)))
	b[8], b[9] = 64, protocol
	ends := [2][4]byte{{192, 0, 2, 1}, {198, 51, 100, 25}}
	copy(b[12:], ends[from][:])
	copy(b[16:], ends[1-from][:])
	c.frames = append(c.frames, append(b, transport...))
}

// segment appends a TCP segment.
func (c *conversation) segment(from int, flags byte, payload string) *conversation {
	return c.optioned(from, flags, nil, payload)
}

// optioned appends a TCP segment with options, whose length is a multiple of 4.
func (c *conversation) optioned(from int, flags byte, options []byte, payload string) *conversation {
	b := make([]byte, 20, 60)
	binary.BigEndian.PutUint16(b[0:], c.ports[from])
	binary.BigEndian.PutUint16(b[2:], c.ports[1-from])
	binary.BigEndian.PutUint32(b[4:], c.seq[from])
	if flags&ack != 0 {
		binary.BigEndian.PutUint32(b[8:], c.seq[1-from])
	}
	b[12], b[13] = byte(5+len(options)/4)<<4, flags
	binary.BigEndian.PutUint16(b[14:], 65000)
	c.packet(from, 6, append(append(b, options...), payload...))
	c.seq[from] += uint32(len(payload))
	if flags&(syn|fin) != 0 {
		c.seq[from]++
	}
	return c
}

// open appends a handshake: packets 1 to 3.
func (c *conversation) open() *conversation {
	return c.segment(0, syn, "").segment(1, syn|ack, "").segment(0, ack, "")
}

// say appends a segment and its acknowledgement.
func (c *conversation) say(from int, payload string) *conversation {
	return c.segment(from, psh|ack, payload).segment(1-from, ack, "")
}

// datagram appends a UDP datagram.
func (c *conversation) datagram(from int, payload string) *conversation {
	b := make([]byte, 8)
	binary.BigEndian.PutUint16(b[0:], c.ports[from])
	binary.BigEndian.PutUint16(b[2:], c.ports[1-from])
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	c.packet(from, 17, append(b, payload...))
	return c
}

// outcome is what became of a conversation.
type outcome struct {
	alerts   []string // "packet sid", "end sid"
	records  []string // of all kinds, as JSON
	verdicts []packet.Verdict
	worker   *detect.Worker
}

// Event keeps a record.
func (o *outcome) Event(r *event.Record) {
	o.records = append(o.records, string(r.AppendJSON(nil, nil)))
	if a, ok := r.Body.(*event.Alert); ok {
		at := "end"
		if r.Number != 0 {
			at = fmt.Sprint(r.Number)
		}
		o.alerts = append(o.alerts, fmt.Sprint(at, " ", a.Rule.ID))
	}
}

func (o *outcome) String() string { return strings.Join(o.alerts, ", ") }

var protocols = []app.Protocol{smtp.New(smtp.Config{}), ftp.New(ftp.Config{}), http.New(http.Config{RequestBody: 100}), tls.New(tls.Config{})}

// slow has compile leave out fast patterns.
var slow bool

// compile reads rules, all of which must be right.
func compile(t testing.TB, text string, c detect.Config) *detect.Set {
	t.Helper()
	return compileIn(t, text, c, nil)
}

// compileIn is compile with the rules in the order of their actions.
func compileIn(t testing.TB, text string, c detect.Config, order []rule.Action) *detect.Set {
	t.Helper()
	return compileAll(t, text, c, rule.Lists{}, order)
}

// compileWith is compile for rules that look into lists.
func compileWith(t testing.TB, text string, c detect.Config, lists rule.Lists) *detect.Set {
	t.Helper()
	return compileAll(t, text, c, lists, nil)
}

func compileAll(t testing.TB, text string, c detect.Config, lists rule.Lists, order []rule.Action) *detect.Set {
	t.Helper()
	l := rule.Config{Protocols: protocols, Lists: lists, ReadFile: func(string) ([]byte, error) {
		return []byte("# MD5 of one.txt\n" + oneMD5 + "  one.txt\n"), nil
	}}
	for e := range tcp.NumEvents {
		l.StreamEvents = append(l.StreamEvents, e.String())
	}
	s := rule.New(l).NewSet()
	s.Load("test.rules", text)
	for _, p := range s.Problems {
		t.Fatal(p)
	}
	s.Order(order)
	c.Rules, c.Protocols = s.Rules, protocols
	if slow {
		for _, r := range s.Rules {
			r.Fast = nil
		}
	}
	set, refused := detect.New(c)
	for _, r := range refused {
		t.Fatal(r.Problem)
	}
	return set
}

// play has an engine with rules see a conversation.
func (c *conversation) play(t testing.TB, rules string, conf engine.Config) *outcome {
	return c.with(t, compile(t, rules, detect.Config{Prevent: conf.Prevent}), conf)
}

func (c *conversation) with(t testing.TB, set *detect.Set, conf engine.Config) *outcome {
	return c.live(t, detect.NewLive(set), conf, func(int) {})
}

// live calls before for the number of each packet that comes.
func (c *conversation) live(t testing.TB, live *detect.Live, conf engine.Config, before func(n int)) *outcome {
	t.Helper()
	o := &outcome{}
	if conf.Sink == nil {
		conf.Sink = o
	}
	if conf.Checksums = engine.ChecksumIgnore; conf.Protocols == nil {
		conf.Protocols = protocols
	}
	conf.App.KeepForRules = live.Set().UsesTransactions()
	conf.Packets = func() engine.PacketHandler {
		o.worker = live.Worker()
		return o.worker
	}
	e, err := engine.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range c.frames {
		p := packet.Packet{Number: uint64(i + 1), Time: int64(i+1) * 1e6, Link: packet.LinkRaw, Frame: f, WireLen: len(f)}
		before(i + 1)
		o.verdicts = append(o.verdicts, e.Worker().Packet(&p))
	}
	e.Close()
	return o
}

// counter returns a counter of the rules.
func (o *outcome) counter(name string) (v uint64) {
	o.worker.Each(func(n string, x uint64) {
		if n == name {
			v = x
		}
	})
	return v
}
