package engine_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

// heap returns the bytes of live heap.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// newEngine returns an engine with SMTP, checksums ignored, whose counter of records is n.
func newEngine(t testing.TB, c engine.Config, n map[string]int) *engine.Engine {
	t.Helper()
	c.Checksums = engine.ChecksumIgnore
	if c.Protocols == nil {
		c.Protocols = withSMTP.Protocols
	}
	c.Sink = sink(func(r *event.Record) { n[r.Type]++ })
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Half-open flows beyond the memory of the table make others end.
func TestFloodOfFlows(t *testing.T) {
	const memory, flows = 1 << 20, 100_000
	n := map[string]int{}
	before := heap()
	e := newEngine(t, engine.Config{Flow: flow.Config{Memory: memory}}, n)
	w := newWire(0)
	w.packet.Time = 1e18
	for i := range flows {
		w.client(i)
		w.packet.Time += 1e6
		w.seq = [2]uint32{uint32(i)}
		e.Worker().Packet(w.next(0, syn, 0))
	}
	if used := heap() - before; used > 2*memory {
		t.Errorf("%d bytes are in use, want at most %d", used, 2*memory)
	}
	s := e.Stats(0, 0)
	if s.Total.Value("flow.memuse") > memory || s.Total.Value("flow.emerg_mode_entered") == 0 {
		t.Errorf("flow.memuse is %d, emergency mode entered %d times", s.Total.Value("flow.memuse"), s.Total.Value("flow.emerg_mode_entered"))
	}
	e.Close()
	if missed := int(e.Stats(0, 0).Total.Value("flow.memcap")); n["flow"]+missed != flows {
		t.Errorf("%d flow records and %d packets without a flow, want %d together", n["flow"], missed, flows)
	}
	runtime.KeepAlive(e)
}

// Islands of one octet never become readable; what they take is limited per direction and in all.
func TestFloodOfIslands(t *testing.T) {
	for _, test := range []struct {
		name  string
		c     stream.Config
		flows int
		limit int64
	}{
		{"per direction", stream.Config{MaxHeld: 1000}, 20, 4 << 20},
		{"in all", stream.Config{MemoryCap: 1 << 20}, 20, 4 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := map[string]int{}
			e := newEngine(t, engine.Config{Stream: test.c}, n)
			before := heap()
			w := newWire(1)
			for i := range test.flows {
				w.client(i)
				w.seq = [2]uint32{}
				e.Worker().Packet(w.next(0, syn, 0))
				e.Worker().Packet(w.next(1, syn|ack, 0))
				e.Worker().Packet(w.next(0, ack, 0))
				for range 20_000 {
					w.seq[0]++ // is missing
					e.Worker().Packet(w.next(0, ack, 1))
				}
			}
			if used := heap() - before; used > test.limit {
				t.Errorf("%d bytes are in use, want at most %d", used, test.limit)
			}
			s := e.Stats(0, 0)
			if got := s.Total.Value("tcp.insert_data_normal_fail"); got == 0 {
				t.Error("no segment was refused")
			}
			if used := int64(s.Total.Value("tcp.reassembly_memuse")); test.c.MemoryCap > 0 && used > test.c.MemoryCap+1<<17 {
				t.Errorf("tcp.reassembly_memuse is %d, want at most %d", used, test.c.MemoryCap)
			}
			e.Close()
			if used := e.Stats(0, 0).Total.Value("tcp.reassembly_memuse"); used != 0 {
				t.Errorf("tcp.reassembly_memuse is %d at the end, want 0", used)
			}
		})
	}
}

// dialogue makes the packets of an SMTP conversation one at a time, with an acknowledgement after every eight segments,
// so that it can be as long as it likes.
type dialogue struct {
	*wire
	e     *engine.Engine
	count int
}

func newDialogue(e *engine.Engine) *dialogue {
	d := &dialogue{wire: newWire(1460), e: e}
	d.packet.Time = 1e18
	e.Worker().Packet(d.next(0, syn, 0))
	e.Worker().Packet(d.next(1, syn|ack, 0))
	e.Worker().Packet(d.next(0, ack, 0))
	return d
}

// send sends a segment of text in direction dir; a line end is not added.
func (d *dialogue) send(dir int, text string) {
	copy(d.frame[14+20+32:], text)
	d.e.Worker().Packet(d.next(dir, ack|psh, len(text)))
	if d.count++; d.count%8 == 0 {
		d.ack(1 - dir)
	}
}

func (d *dialogue) ack(dir int) { d.e.Worker().Packet(d.next(dir, ack, 0)) }

// say sends lines, those that begin with "<" as the server's.
func (d *dialogue) say(lines ...string) {
	for _, l := range lines {
		dir := strings.Index("><", l[:1])
		d.send(dir, l[2:]+"\r\n")
		d.ack(1 - dir)
	}
}

func (d *dialogue) begin() {
	d.say("< 220 mx.example.org ESMTP", "> EHLO client.example.net", "< 250 mx.example.org", "> MAIL FROM:<ann@example.net>",
		"< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok")
}

func (d *dialogue) data(header ...string) {
	d.say("> DATA", "< 354 go on")
	for _, h := range header {
		d.say("> " + h)
	}
}

// What a connection takes does not depend on how long its lines are, on how many mails it carries, or on their size.
func TestEndless(t *testing.T) {
	segments := 20_000 // 29 MB
	if testing.Short() {
		segments = 3000
	}
	lines := strings.Repeat(strings.Repeat("a", 70)+"\r\n", 20)
	base64 := strings.Repeat(strings.Repeat("QUJD", 18)+"\r\n", 19)
	long := strings.Repeat("a", 1460)
	repeat := func(d *dialogue, dir int, text string) {
		for range segments {
			d.send(dir, text)
		}
	}
	for _, test := range []struct {
		name  string
		run   func(d *dialogue)
		mails int
	}{
		{"a command without end", func(d *dialogue) { d.begin(); repeat(d, 0, long) }, 1},
		{"a reply without end", func(d *dialogue) { d.begin(); repeat(d, 1, long) }, 1},
		{"a body line without end", func(d *dialogue) { d.begin(); d.data("Subject: x", ""); repeat(d, 0, long) }, 1},
		{"a header without end", func(d *dialogue) { d.begin(); d.data("Subject: x"); repeat(d, 0, "\tmore\r\n"+long[:1400]+"\r\n") }, 1},
		{"headers without end", func(d *dialogue) { d.begin(); d.data(); repeat(d, 0, strings.Repeat("X-Header: x\r\n", 100)) }, 1},
		{"parts without end", func(d *dialogue) {
			d.begin()
			d.data("Content-Type: multipart/mixed; boundary=b", "")
			repeat(d, 0, strings.Repeat("--b\r\nContent-Disposition: attachment; filename=f\r\n\r\nx\r\n", 20))
		}, 1},
		{"recipients without end", func(d *dialogue) { d.begin(); repeat(d, 0, strings.Repeat("RCPT TO:<someone@example.org>\r\n", 40)) }, 1},
		{"commands without replies", func(d *dialogue) { d.begin(); repeat(d, 0, strings.Repeat("NOOP\r\n", 200)) }, 1},
		{"replies without commands", func(d *dialogue) { d.begin(); repeat(d, 1, strings.Repeat("250 ok\r\n", 150)) }, 1},
		{"mails without replies", func(d *dialogue) {
			d.begin()
			repeat(d, 0, strings.Repeat("RSET\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n", 20))
		}, -1},
		{"a large text", func(d *dialogue) {
			d.begin()
			d.data("Subject: x", "")
			repeat(d, 0, lines)
			d.say("> .", "< 250 ok")
		}, 1},
		{"a large attachment", func(d *dialogue) {
			d.begin()
			d.data("Content-Type: application/x; name=f", "Content-Transfer-Encoding: base64", "")
			repeat(d, 0, base64)
			d.say("> .", "< 250 ok")
		}, 1},
		{"many mails", func(d *dialogue) {
			d.begin()
			for range segments / 20 {
				d.data("Subject: x", "", "text", ".")
				d.say("< 250 ok", "> MAIL FROM:<ann@example.net>", "< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok")
			}
		}, segments/20 + 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := map[string]int{}
			e := newEngine(t, engine.Config{}, n)
			d := newDialogue(e)
			before := heap()
			test.run(d)
			if used := heap() - before; used > 2<<20 {
				t.Errorf("%d bytes are in use at the end", used)
			}
			if used := e.Stats(0, 0).Total.Value("tcp.reassembly_memuse"); used > 1<<18 {
				t.Errorf("tcp.reassembly_memuse is %d", used)
			}
			if scanned, bytes := e.Scanned(), e.Totals().Bytes; scanned > 3*bytes {
				t.Errorf("%d bytes searched of %d", scanned, bytes)
			}
			e.Close()
			if test.mails >= 0 && n["smtp"] != test.mails {
				t.Errorf("%d mails, want %d", n["smtp"], test.mails)
			}
		})
	}
}

// A mail of a gigabyte goes through in constant memory.
func TestLargeMail(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	n := map[string]int{}
	var size int64
	h := &smtp.Handler{OnMail: func(at smtp.At, m *smtp.Mail) app.Verdict { size = m.Message.Size; return app.Continue }}
	e := newEngine(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{Handler: h})}}, n)
	d := newDialogue(e)
	d.begin()
	d.data("Subject: large", "")
	text := strings.Repeat(strings.Repeat("a", 71)+"\r\n", 20)
	const segments = 1 << 30 / (20 * 73)
	before, most := heap(), int64(0)
	for i := range segments {
		d.send(0, text)
		if i%(segments/8) == 0 {
			most = max(most, heap()-before)
		}
	}
	d.say("> .", "< 250 ok")
	if most > 1<<20 {
		t.Errorf("%d bytes were in use, want at most a megabyte", most)
	}
	if want := int64(segments * len(text)); size < want {
		t.Errorf("the mail has %d bytes, want %d and its header", size, want)
	}
	e.Close()
	if n["smtp"] != 1 {
		t.Errorf("%d mails, want 1", n["smtp"])
	}
}

// Once things have found their size, packets cost no allocation.
func TestAllocs(t *testing.T) {
	t.Run("connections of an Assembler", func(t *testing.T) {
		for _, immediate := range []bool{false, true} {
			var c counter
			e, err := engine.New(engine.Config{Streams: &c, Checksums: engine.ChecksumIgnore, Stream: stream.Config{Immediate: immediate}})
			if err != nil {
				t.Fatal(err)
			}
			w := newWire(1000)
			run := func(dir int, bits byte, n int) { e.Worker().Packet(w.next(dir, bits, n)) }
			run(0, syn, 0)
			run(1, syn|ack, 0)
			run(0, ack, 0)
			round := func() {
				run(0, ack, 1000)
				w.seq[0] += 1000 // out of order: the second first
				run(0, ack, 1000)
				w.seq[0] -= 2000
				run(0, ack, 1000)
				w.seq[0] += 1000
				run(1, ack, 500)
				run(0, ack, 0)
			}
			for range 1000 {
				round()
			}
			if got := testing.AllocsPerRun(1000, round); got != 0 {
				t.Errorf("immediate %v: %v allocations in five packets, want 0", immediate, got)
			}
			if c.octets < 2000*3500-70000 {
				t.Errorf("%d octets delivered", c.octets)
			}
		}
	})
	for name, header := range map[string][]string{
		"text":   {"Subject: x", ""},
		"base64": {"Content-Type: application/x; name=f", "Content-Transfer-Encoding: base64", ""},
		"quoted": {"Content-Type: text/plain", "Content-Transfer-Encoding: quoted-printable", ""},
	} {
		for _, inline := range []bool{false, true} {
			t.Run(fmt.Sprintf("mail body, %s, inline %v", name, inline), func(t *testing.T) {
				e := newEngine(t, engine.Config{Inline: inline}, map[string]int{})
				d := newDialogue(e)
				d.begin()
				d.data(header...)
				text := strings.Repeat(strings.Repeat("QUJD", 18)+"\r\n", 19)[7:] // lines go over the end of segments
				for range 1000 {
					d.send(0, text)
				}
				if got := testing.AllocsPerRun(1000, func() { d.send(0, text) }); got != 0 {
					t.Errorf("%v allocations a packet, want 0", got)
				}
			})
		}
	}
	t.Run("flows that come and go", func(t *testing.T) {
		e := newEngine(t, engine.Config{Flow: flow.Config{Memory: 1 << 20}}, map[string]int{})
		w := newWire(0)
		w.packet.Time = 1e18
		i := 0
		round := func() {
			w.client(i % 5000)
			i++
			w.seq = [2]uint32{uint32(i)}
			w.packet.Time += 1e8
			e.Worker().Packet(w.next(0, syn, 0))
			e.Worker().Packet(w.next(1, syn|ack, 0))
			e.Worker().Packet(w.next(0, ack, 0))
			e.Worker().Packet(w.next(0, rst, 0))
		}
		for range 20_000 {
			round()
		}
		if got := testing.AllocsPerRun(1000, round); got != 0 {
			t.Errorf("%v allocations a connection, want 0", got)
		}
	})
}
