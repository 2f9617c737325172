package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
)

// inspector writes down what it is given to inspect: "3> 0+2 text" is a chunk of the client at offset 0, given with packet 3,
// whose first two bytes were given before; "~" marks a gap before it, "?" a loose chunk.
type inspector struct {
	log  []string
	only func(d stream.Dir) bool // nil: both directions are wanted
	drop string                  // gives up a flow whose bytes have that
	asks int
}

func (i *inspector) Wants(_ *engine.Flow, d stream.Dir) bool {
	i.asks++
	return i.only == nil || i.only(d)
}

func (i *inspector) Inspect(f *engine.Flow, d stream.Dir, c *stream.Chunk) {
	text := string(c.Data)
	switch n := len(text); {
	case i.drop != "" && strings.Contains(text, i.drop):
		f.Drop()
	case n > 40 && text[:40] == strings.Repeat("x", 40):
		rest := strings.TrimLeft(text, "x")
		text = fmt.Sprintf("x*%d%s", n-len(rest), rest)
	}
	at := fmt.Sprint(c.Offset)
	if c.Seen > 0 {
		at += fmt.Sprintf("+%d", c.Seen)
	}
	if c.Gap {
		at = "~" + at
	}
	if c.Loose {
		at = "?"
	}
	i.log = append(i.log, fmt.Sprintf("%d%c %s %s", f.Packet(), "><"[d], at, strings.TrimRight(text, "\r\n")))
}

// TestInspect: what is inspected, and when. The handshake is packets 1 to 3.
func TestInspect(t *testing.T) {
	x := strings.Repeat("x", 1000)
	for _, test := range []struct {
		name   string
		config engine.Config
		play   func(a *talk)
		ids    []string
		inline []string
	}{
		{"less than a chunk waits for the end", engine.Config{}, func(a *talk) {
			a.say(0, "one")
			a.say(0, "two")
			a.say(1, "reply")
		}, []string{"0> 0 onetwo", "0< 0 reply"}, []string{"4> 0 one", "6> 0+3 onetwo", "8< 0 reply"}},

		{"a chunk is inspected with the next segment of its direction", engine.Config{}, func(a *talk) {
			for range 3 {
				a.say(0, x)
			}
			a.segment(1, ack, "")
			a.say(0, "end")
			a.segment(0, ack, "")
		}, []string{"11> 0 x*3000", "0> 3000 end"},
			[]string{"4> 0 x*1000", "6> 0+1000 x*2000", "8> 440+1560 x*2560", "11> 443+2557 x*2557end"}},

		{"of the configured size", engine.Config{Stream: stream.Config{Raw: stream.RawConfig{Chunk: [2]int{6, 3000}, Overlap: 4}}},
			func(a *talk) {
				a.say(0, "first")
				a.say(0, "second")
				a.say(0, "third")
				a.say(1, "reply")
			}, []string{"8> 0 firstsecond", "0> 7+4 condthird", "0< 0 reply"},
			[]string{"4> 0 first", "6> 3+2 stsecond", "8> 9+2 ndthird", "10< 0 reply"}},

		{"shutting down, nothing waits", engine.Config{}, func(a *talk) {
			a.say(0, "one")
			a.say(1, "two")
			a.close()
		}, []string{"8> 0 one", "9< 0 two"}, []string{"4> 0 one", "6< 0 two"}},

		{"a hole ends a chunk", engine.Config{}, func(a *talk) {
			a.say(0, "before")
			a.seq[0] += 10
			a.say(0, "after")
			a.close()
		}, []string{"8> 0 before", "8> ~16 after"}, []string{"4> 0 before", "6> 16 after"}},

		{"what fills a hole that was passed", engine.Config{}, func(a *talk) {
			a.say(0, "before")
			a.seq[0] += 6
			a.say(0, "after")
			a.at(0, psh|ack, 1007, 5001, "middle")
			a.close()
		}, []string{"8> ? middle", "9> 0 before", "9> ~12 after"}, []string{"4> 0 before", "6> 12 after", "8> ? middle"}},

		{"beyond the window", engine.Config{}, func(a *talk) {
			a.say(0, "one")
			a.at(0, psh|ack, 1004+1<<20, 5001, "far")
		}, []string{"6> ? far", "0> 0 one"}, []string{"4> 0 one", "6> ? far"}},

		{"no connection", engine.Config{}, func(a *talk) {
			a.all, a.wire = nil, nil
			a.segment(0, psh|ack, "text")
		}, []string{"1> ? text"}, []string{"1> ? text"}},

		{"at the depth, all there is", engine.Config{Stream: stream.Config{Depth: 10}}, func(a *talk) {
			a.segment(0, psh|ack, "123456")
			a.segment(0, psh|ack, "789012")
			a.segment(0, psh|ack, "345")
		}, []string{"5> ? 789012", "5> 0 123456", "6> ? 345"}, []string{"4> 0 123456", "5> ? 789012", "6> ? 345"}},

		{"at the depth of inspection", engine.Config{Stream: stream.Config{Raw: stream.RawConfig{Depth: 10}}}, func(a *talk) {
			a.say(0, "123456")
			a.say(0, "789012")
			a.say(0, "345")
			a.say(0, "678")
		}, []string{"8> 0 123456789012345", "10> ? 678"}, []string{"4> 0 123456", "6> 0+6 123456789012", "8> ? 345", "10> ? 678"}},

		{"packets alone", engine.Config{RawPackets: true}, func(a *talk) {
			a.say(0, "one")
			a.say(0, "two")
		}, []string{"4> ? one", "6> ? two"}, []string{"4> ? one", "6> ? two"}},

		{"a client that was reset", engine.Config{}, func(a *talk) {
			a.segment(0, psh|ack, "one")
			a.segment(0, rst|ack, "two")
		}, []string{"5> ? two", "5> 0 one"}, []string{"4> 0 one", "5> ? two"}},
	} {
		for _, inline := range []bool{false, true} {
			i := new(inspector)
			a := newScript().talk(client, server).open()
			test.play(a)
			c := test.config
			c.Inline, c.Raw = inline, i
			f := a.play(t, c)
			want := test.ids
			if inline {
				want = test.inline
			}
			if !slices.Equal(i.log, want) {
				t.Errorf("%s, inline %v:\n got  %q\n want %q", test.name, inline, i.log, want)
			}
			if n := f.counter("tcp.reassembly_memuse"); n != 0 {
				t.Errorf("%s, inline %v: %d bytes in use", test.name, inline, n)
			}
		}
	}
}

// A transaction that is complete in a direction has what led to it inspected, and a change of protocol has all of it.
func TestInspectTransactions(t *testing.T) {
	i := new(inspector)
	a := newScript().talk(client, server).open()
	a.greet()
	a.mail("one")
	n := len(a.all) // the acknowledgement of the last reply
	a.smtp("> NOOP", "< 250 ok")
	a.smtp("> STARTTLS", "< 220 ready")
	a.close()
	f := a.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Raw: i})
	mail := slices.IndexFunc(i.log, func(l string) bool { return strings.HasSuffix(l, "\r\n.") })
	if mail < 0 || !strings.HasPrefix(i.log[mail], fmt.Sprintf("%d> ", n)) {
		t.Errorf("the mail is inspected as %q", i.log)
	}
	flushed := slices.IndexFunc(i.log, func(l string) bool { return strings.HasPrefix(l, "0") && strings.HasSuffix(l, "STARTTLS") })
	if flushed < 0 || flushed+1 >= len(i.log) || !strings.HasPrefix(i.log[flushed+1], "0< ") {
		t.Errorf("the change of protocol is inspected as %q", i.log)
	}
	if n := f.counter("tcp.pseudo"); n != 2 {
		t.Errorf("tcp.pseudo is %d, want 2", n)
	}
}

// A packet that passes for an exception is not inspected; a flow that does is not from then on.
func TestInspectExceptions(t *testing.T) {
	for policy, want := range map[engine.Exception][]string{
		engine.Ignore:     {"5> ? two", "0> 0 one", "0> ~6 three"},
		engine.PassPacket: {"0> 0 one", "0> ~6 three"},
		engine.PassFlow:   nil,
		engine.DropFlow:   nil,
	} {
		i := &inspector{only: func(d stream.Dir) bool { return d == stream.ToServer }}
		a := newScript().talk(client, server).open()
		a.segment(0, psh|ack, "one")
		a.segment(0, psh|ack, "two")
		a.segment(1, ack, "")
		a.segment(0, psh|ack, "three")
		a.segment(1, fin|ack, "")
		a.segment(0, fin|ack, "")
		a.segment(1, ack, "")
		f := a.play(t, engine.Config{Raw: i, Exceptions: engine.Exceptions{Data: policy}, Faults: engine.Faults{Data: 5}})
		if !slices.Equal(i.log, want) {
			t.Errorf("%v: got %q, want %q", policy, i.log, want)
		}
		f.check(f.one("flow"), map[string]any{"app_proto": nil})
	}
}

// Inline, what passed and was acknowledged is let go of but for a chunk, also behind what was lost.
func TestInspectMemoryInline(t *testing.T) {
	a := newScript().talk(client, server).open()
	a.say(1, "one")
	a.seq[1] += 10
	for range 60 {
		a.segment(1, psh|ack, strings.Repeat("x", 1000))
	}
	a.segment(0, ack, "")
	f := a.start(t, engine.Config{Inline: true, Raw: new(inspector), Streams: new(reads)})
	if held := f.counter("tcp.reassembly_memuse"); held > 32<<10 {
		t.Errorf("%d bytes in use", held)
	}
	f.engine.Close()
}

// A protocol may want more of its streams than all others, from when it is known.
func TestProtocolDepth(t *testing.T) {
	for depth, whole := range map[int64]bool{0: false, 300: true} {
		p := smtp.New(smtp.Config{})
		p.Depth = depth
		a := newScript().talk(client, server).open()
		a.greet()
		a.mail("one")
		a.smtp("> NOOP", "< 250 ok")
		a.close()
		f := a.play(t, engine.Config{Protocols: []app.Protocol{p}, Stream: stream.Config{Depth: 60}})
		mails := f.all("smtp")
		if n := f.counter("tcp.stream_depth_reached"); (n == 0) != whole || len(mails) == 0 {
			t.Fatalf("depth %d: reached %d times, %d records", depth, n, len(mails))
		}
		if all := mails[0].of("smtp", "rcpt_to") != nil && mails[0].of("email", "status") == "PARSE_DONE"; all != whole {
			t.Errorf("depth %d: %v", depth, mails[0])
		}
	}
}

// Who inspects can stop the flow: inline at the segment that completes what is not wanted.
func TestInspectDrop(t *testing.T) {
	a := newScript().talk(client, server).open()
	a.say(0, "GET /se")
	a.segment(0, psh|ack, "cret")
	at := len(a.all) - 1
	a.segment(1, ack, "")
	a.say(0, "more")
	i := &inspector{drop: "secret"}
	f := a.play(t, engine.Config{Inline: true, Prevent: true, Raw: i})
	for n, v := range f.verdicts {
		want := packet.Pass
		if n >= at {
			want = packet.Drop
		}
		if v != want {
			t.Errorf("verdict on packet %d is %v, want %v", n+1, v, want)
		}
	}
}

// Nothing is held for a direction that nobody wants, and what waits in a direction that is silent is bounded.
func TestInspectMemory(t *testing.T) {
	a := newScript().talk(client, server).open()
	for range 100 {
		a.say(0, strings.Repeat("x", 1000))
		a.segment(0, ack, "")
	}
	i := &inspector{only: func(d stream.Dir) bool { return d == stream.ToClient }}
	f := a.start(t, engine.Config{Raw: i, Streams: new(reads)})
	if n := f.counter("tcp.reassembly_memuse"); n != 0 || len(i.log) != 0 {
		t.Errorf("%d bytes are held, %q was inspected", n, i.log)
	}
	f.engine.Close()

	a = newScript().talk(client, server).open()
	a.say(0, "GET /")
	for range 100 {
		a.segment(1, psh|ack, strings.Repeat("x", 1000))
	}
	acked := a.seq[1] - 100_000
	for range 100 { // one by one, and the server is silent
		acked += 1000
		a.at(0, ack, a.seq[0], acked, "")
	}
	i = new(inspector)
	f = a.start(t, engine.Config{Raw: i, Streams: new(reads), Stats: stats.Config{Extensions: true}, Stream: stream.Config{Raw: stream.RawConfig{MaxLag: 20_000}}})
	if n := f.counter("reknit.inspected_late"); n < 3 {
		t.Errorf("inspected late %d times", n)
	}
	if held := f.counter("tcp.reassembly_memuse"); held > 64<<10 || len(i.log) < 4 {
		t.Errorf("%d bytes in use, %d chunks", held, len(i.log))
	}
	f.engine.Close()
}

// At the end of a flow a direction that was not inspected to its end is something that is left, also of a closed connection.
func TestInspectLeft(t *testing.T) {
	for _, inspected := range []bool{false, true} {
		a := newScript().talk(client, server).open()
		a.say(1, "220 ready")
		a.segment(0, rst|ack, "")
		shown, notes := watch(watcher{})
		c := engine.Config{Streams: new(reads), Packets: shown}
		if inspected {
			c.Raw = new(inspector)
		}
		a.play(t, c)
		ends := slices.DeleteFunc(*notes, func(n string) bool { return !strings.HasPrefix(n, "end ") })
		want := []string(nil)
		if inspected {
			want = []string{"end to_client established last"}
		}
		if !slices.Equal(ends, want) {
			t.Errorf("inspected %v: %q, want %q", inspected, ends, want)
		}
	}
}
