package engine_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// spoil is a capture that is changed as a program says: each of its bytes is what to do about the next packets, some with
// bytes behind that say how.
type spoil struct {
	program []byte
	in, out []frame
}

// arg takes a byte of the program.
func (s *spoil) arg() int {
	if len(s.program) == 0 {
		return 0
	}
	b := s.program[0]
	s.program = s.program[1:]
	return int(b)
}

// take takes the next packet. It may be changed.
func (s *spoil) take() (f frame, ok bool) {
	if len(s.in) == 0 {
		return f, false
	}
	f = s.in[0]
	f.data = slices.Clone(f.data)
	s.in = s.in[1:]
	return f, true
}

// run returns the capture as the program has it.
func (s *spoil) run() []frame {
	var late int64
	for len(s.program) > 0 {
		op := s.arg()
		if op >= 128 { // some packets as they are
			n := min(op-127, len(s.in))
			for _, f := range s.in[:n] {
				f.time += late
				s.out = append(s.out, f)
			}
			s.in = s.in[n:]
			continue
		}
		if op%8 == 6 { // time passes, up to a day; or it goes back
			late += int64(int8(s.arg())) * 1e9 << (s.arg() % 10)
			continue
		}
		if op%8 == 7 { // a packet that was sent before comes again
			if n := len(s.out); n > 0 {
				s.out = append(s.out, s.out[n-1-s.arg()*s.arg()%n])
			}
			continue
		}
		f, ok := s.take()
		if !ok {
			break
		}
		f.time += late
		switch op % 8 {
		case 0, 1: // bits flip, where headers are or anywhere
			at := s.arg()
			if op%8 == 1 {
				at *= s.arg()
			}
			f.data[at%len(f.data)] ^= byte(s.arg() | 1)
			s.out = append(s.out, f)
		case 2: // it is cut
			f.data = f.data[:s.arg()*s.arg()%len(f.data)]
			s.out = append(s.out, f)
		case 3: // it comes twice
			s.out = append(s.out, f, f)
		case 4: // it comes later
			n := min(1+s.arg()%16, len(s.in))
			s.out = append(append(s.out, s.in[:n]...), f)
			s.in = s.in[n:]
		case 5: // it is lost
		}
	}
	for _, f := range s.in {
		f.time += late
		s.out = append(s.out, f)
	}
	return s.out
}

// tally is a Sink that checks records and counts those of flows and mails.
type tally struct {
	t     *testing.T
	flows map[uint64][]uint64          // number of transactions of the flows with an ID
	mails map[uint64]map[uint64]uint64 // records of a transaction of the flows with an ID
	count uint64
}

func (s *tally) Event(r *event.Record) {
	if b := r.AppendJSON(nil, nil); !json.Valid(bytes.TrimSpace(b)) {
		s.t.Fatalf("not JSON: %s", b)
	}
	switch r.Type {
	case "flow":
		s.count++
		s.flows[r.FlowID] = append(s.flows[r.FlowID], r.Body.(*event.Flow).Transactions)
	case "smtp":
		if s.mails[r.FlowID] == nil {
			s.mails[r.FlowID] = map[uint64]uint64{}
		}
		s.mails[r.FlowID][r.TxID]++
	}
}

// check reports transactions that were told too often. Flows of a capture whose time goes back may have the same ID.
func (s *tally) check() {
	for id, mails := range s.mails {
		for tx, told := range mails {
			had := uint64(0)
			for _, n := range s.flows[id] {
				if n > tx {
					had++
				}
			}
			if told > had {
				s.t.Errorf("transaction %d of flow %d was told %d times, and %d flows have it", tx, id, told, had)
			}
		}
	}
}

// addPrograms adds a random program of so many steps for each mode.
func addPrograms(f *testing.F, modes, steps int) {
	for mode := range modes {
		r := rand.New(rand.NewPCG(uint64(mode), uint64(steps)))
		program := []byte{byte(mode)}
		for range steps {
			program = append(program, byte(r.Uint32()), byte(r.Uint32()>>r.IntN(30)))
		}
		f.Add(program)
	}
}

// besides checks what is given beside the parsers: no byte twice, and none before one that was given.
type besides struct {
	t      *testing.T
	at     map[besideOf]int64
	inline bool
}

type besideOf struct {
	flow string
	dir  stream.Dir
	log  bool
}

func (b *besides) Wants(f *engine.Flow, d stream.Dir) bool { return f.Client().Port()%8 != 0 }

func (b *besides) Inspect(f *engine.Flow, d stream.Dir, c *stream.Chunk) {
	if c.Loose || b.inline {
		return
	}
	if len(c.Data) <= c.Seen || c.Gap && c.Seen > 0 {
		b.t.Fatalf("chunk of %d bytes, %d of them seen, gap %v", len(c.Data), c.Seen, c.Gap)
	}
	b.next(besideOf{f.String(), d, false}, c.Offset+int64(c.Seen), len(c.Data)-c.Seen)
}

func (b *besides) Log(f *engine.Flow, d stream.Dir, off int64, data []byte) {
	b.next(besideOf{f.String(), d, true}, off, len(data))
}

func (b *besides) next(of besideOf, off int64, n int) {
	if off < b.at[of] || n == 0 {
		b.t.Fatalf("%v: %d bytes at %d after %d", of, n, off, b.at[of])
	}
	b.at[of] = off + int64(n)
}

func (b *besides) Finish(f *engine.Flow) {
	for d := range stream.Dir(2) {
		delete(b.at, besideOf{f.String(), d, false})
		delete(b.at, besideOf{f.String(), d, true})
	}
}

// FuzzEngine changes a capture in all ways. The first byte of a program is how the engine works.
func FuzzEngine(f *testing.F) {
	plain := load(f, mailCapture)
	f.Add([]byte{0})
	f.Add([]byte{1})
	addPrograms(f, 128, 200)
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) == 0 || len(program) > 1<<12 {
			return
		}
		mode := program[0]
		told := &tally{t: t, flows: map[uint64][]uint64{}, mails: map[uint64]map[uint64]uint64{}}
		c := engine.Config{
			Protocols: withSMTP.Protocols, Sink: told, Inline: mode&1 != 0, DecodeEvents: true, StreamEvents: true,
			Checksums: engine.ChecksumIgnore,
			TCP:       tcp.Config{Midstream: mode&2 != 0, AsyncOneSide: mode&2 != 0, TrustAfterLoss: mode&4 != 0},
			Notice:    func(text string) { t.Error(text) },
		}
		if mode&8 != 0 {
			c.Stream = stream.Config{MaxHeld: 4 << 10, CheckOverlap: true, GracePackets: 3}
		}
		if mode&16 != 0 {
			c.Stream.Depth = 2000
		}
		if mode&32 != 0 {
			c.Prevent, c.Drops = true, true
		}
		if mode&96 != 0 { // every policy has its turn
			of := func(n int) engine.Exception { return engine.Exception((len(program) + n) % 8) }
			c.Exceptions = engine.Exceptions{Connection: of(0), Midstream: of(1), Data: of(2), Flow: of(3), Fragment: of(4), Parser: of(5)}
			c.BypassDeep, c.Ethernet, c.Netflows, c.PacketHeader = true, true, true, true
			c.ConnectionMemory = 2 << 10
			c.App.Faults[0] = app.Fault{On: true, Offset: 300}
		}
		if len(program)%2 == 0 {
			b := &besides{t: t, at: map[besideOf]int64{}, inline: c.Inline}
			c.Raw, c.Logger = b, b
			c.Stream.Raw = stream.RawConfig{Chunk: [2]int{100, 200}, Overlap: len(program) % 30}
		}
		if len(program)%3 == 0 {
			c.Packets = func() engine.PacketHandler { return chance(len(program)) }
		}
		e, err := engine.New(c)
		if err != nil {
			t.Fatal(err)
		}
		s := spoil{program: program[1:], in: plain}
		var p packet.Packet
		for i, f := range s.run() {
			p.Number, p.Time, p.Link, p.Frame, p.WireLen = uint64(i+1), f.time, f.link, slices.Clone(f.data), len(f.data)
			if v := e.Worker().Packet(&p); v == packet.Drop && mode&32 == 0 || v == packet.Rewritten && !c.Inline {
				t.Fatalf("verdict %v on packet %d, and nobody wants it", v, i+1)
			}
		}
		e.Close()
		told.check()
		total := e.Stats(0, 0).Total
		for _, gauge := range []string{"tcp.reassembly_memuse", "tcp.memuse", "tcp.active_sessions", "flow.active"} {
			if n := total.Value(gauge); n != 0 {
				t.Errorf("%s is %d after Close, want 0", gauge, n)
			}
		}
		if n := total.Value("flow.total"); n != told.count {
			t.Errorf("%d flow records of %d flows", told.count, n)
		}
		if scanned, bytes := e.Scanned(), e.Totals().Bytes; scanned > 4*bytes+1<<16 {
			t.Errorf("%d bytes searched of %d captured", scanned, bytes)
		}
	})
}

// chance wants something for a packet now and then, the same each time.
type chance int

func (n chance) FlowStart(f *engine.Flow, p *packet.Packet) engine.Action { return n.of(p, 101) }

func (n chance) Packet(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	if f != nil && (p == nil || p.Number%11 == 0) {
		f.Alert()
	}
	return n.of(p, 53)
}

func (n chance) of(p *packet.Packet, of uint64) engine.Action {
	if p == nil {
		return engine.DropFlow
	}
	if x := (p.Number*31 + uint64(p.Depth)*7 + uint64(n)) % of; x < 8 {
		return engine.Action(x)
	}
	return engine.Ignore
}

// FuzzWorkers changes a capture in all ways, in tunnels or in fragments as the first byte has it, and wants the records of one
// worker from several.
func FuzzWorkers(f *testing.F) {
	plain := load(f, mailCapture)
	in := [][]frame{
		plain,
		rewrite(plain, func(b []byte) [][]byte { return fragmented(b, 64) }),
		rewrite(plain, func(b []byte) [][]byte { return fragmented(in4(47, inGRE(b)), 400) }),
		rewrite(plain, func(b []byte) [][]byte { return [][]byte{in6(ipProtocol(b), b)} }),
	}
	addPrograms(f, 32, 100)
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) == 0 || len(program) > 1<<12 {
			return
		}
		mode := program[0]
		s := spoil{program: program[1:], in: in[mode&3]}
		all := s.run()
		c := engine.Config{
			Inline: mode&4 != 0, Checksums: engine.Checksums(mode >> 3 & 1),
			TCP:    tcp.Config{Midstream: mode&16 != 0, AsyncOneSide: mode&16 != 0},
			Notice: func(text string) {},
		}
		if len(program)%2 == 0 {
			c.Packets = func() engine.PacketHandler { return chance(len(program)) }
		}
		want, single := shared(t, c, 1, all)
		got, e := shared(t, c, 2+int(mode>>5), all)
		diff(t, got, want)
		diff(t, alike(e), alike(single))
	})
}
