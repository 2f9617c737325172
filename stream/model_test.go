package stream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The model is a slow and obvious version of a Store with one connection: a map of bytes per direction, each with all
// segments that brought it. It plays the Reader, too: it makes random reads and knows what each must return, and when
// it may be called.

// cell is a byte of the model.
type cell struct {
	b      byte
	covers [][2]int64 // segments that brought it, won or not; with Linux6 the entry it belongs to
}

// half is a direction of the model.
type half struct {
	cells             map[int64]*cell
	app, acked, edge  int64
	final             int64
	raw, log          int64
	rawOn, logOn      bool
	rawDue, finished  bool
	keep              int64 // bytes before raw that are held
	deep, ended, held bool
	policy            Policy
	fin               int64 // out of order
	reached           int64 // contig when a FIN was looked for
	queues            queues
	queue             queue
	skip              int64 // read on from here at first

	// Of the call that is under way.
	inspecting, lastRaw bool
	rawUpto, logUpto    int64

	lateRaw int64 // where bytes came last that lay before the parser

	gapDue     bool  // Gap must be the next call
	failed     *verb // the read that failed last, of the direction's own cursor
	failedAt   int64
	failedWith int // bytes that could be read then
}

type model struct {
	t       *rapid.T
	st      *Store
	p       *Pair
	config  Config
	half    [2]half
	closing bool
	log     []string

	dir           Dir      // of the last segment
	refused       uint64   // bytes that were known to be refused
	gapAt, gapEnd [2]int64 // the gap that is being passed
}

func (m *model) notef(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf(format, args...))
}

func (m *model) failf(format string, args ...any) {
	m.t.Helper()
	m.tell()
	m.t.Fatalf(format, args...)
}

// tell logs all that happened.
func (m *model) tell() {
	for _, l := range m.log {
		m.t.Log(l)
	}
	for d := range m.p {
		m.t.Logf("%v: %+v", Dir(d), m.p[d])
	}
}

// contig returns where the bytes from app on meet the first hole.
func (h *half) contig() int64 {
	off := h.app
	for h.cells[off] != nil {
		off++
	}
	return off
}

func (h *half) left() int64 {
	l := h.app
	if h.rawOn {
		l = min(l, max(0, h.raw-h.keep))
	}
	if h.logOn {
		l = min(l, h.log)
	}
	return l
}

func (h *half) length() int64 {
	if h.finished {
		return h.final
	}
	return h.edge
}

// next returns the first byte at or behind off, or -1.
func (h *half) next(off int64) int64 {
	n := int64(-1)
	for o := range h.cells {
		if o >= off && (n < 0 || o < n) {
			n = o
		}
	}
	return n
}

// bytes returns the bytes of [from, to).
func (h *half) bytes(from, to int64) []byte {
	b := []byte{}
	for ; from < to; from++ {
		b = append(b, h.cells[from].b)
	}
	return b
}

// relation names the rows of the table of overlaps: of a held segment [a, b) and a new one [c, d).
func relation(a, b, c, d int64) int {
	switch {
	case c == a && d == b:
		return 1
	case c == a && d < b:
		return 2
	case c == a:
		return 3
	case c < a && d < b:
		return 4
	case c < a && d == b:
		return 5
	case c < a:
		return 6
	case d < b:
		return 7
	case d == b:
		return 8
	default:
		return 9
	}
}

// winners tells for each policy and relation whether the old (O) or the new (N) bytes stay.
var winners = map[Policy]string{
	Unset: "OOONNNOOO", BSD: "OOONNNOOO", BSDRight: "OOONNNOOO", HPUX10: "OOONNNOOO", IRIX: "OOONNNOOO", MacOS: "OOONNNOOO",
	Windows: "OOONNNOOO", Windows2k3: "OOONNNOOO",
	Linux:    "OONNNNOOO",
	OldLinux: "NONNNNOOO",
	Solaris:  "NONONNOON", OldSolaris: "NONONNOON", HPUX11: "NONONNOON",
	Vista: "OOOOOOOOO",
	First: "OOOOOOOOO",
}

func (m *model) policy(h *half) Policy {
	if m.config.Inline || m.config.Immediate && h.policy == Unset {
		return First
	}
	return h.policy
}

// wins reports whether a new segment replaces the byte c.
func (c *cell) wins(p Policy, start, end int64) bool {
	if p == Linux6 {
		return start <= c.covers[0][0]
	}
	for _, s := range c.covers {
		if winners[p][relation(s[0], s[1], start, end)-1] == 'O' {
			return false
		}
	}
	return true
}

// insert takes a segment and returns what Insert must say, leaving out what late bytes do.
func (m *model) insert(s *Stream, h *half, off int64, data []byte, last bool) Inserted {
	end := off + int64(len(data))
	if h.deep || h.ended {
		return Ignored
	}
	contig := h.contig()
	if m.config.Depth > 0 && end > m.config.Depth && end > contig {
		h.deep = true
		return TooDeep
	}
	policy := m.policy(h)
	next := max(contig, h.acked)
	fin := int64(noFin)
	if last && !h.finished {
		switch {
		case off <= next && (end >= next || end >= contig && end+1 == h.acked):
			h.final, h.finished = end, true
		case end <= next:
		case policy == Linux6:
			fin = end
		case m.covered(s, end):
		case h.fin == noFin || h.fin > end:
			h.fin = end
		}
	}
	if h.finished && m.config.Immediate && end > h.final {
		end = max(off, h.final)
		data = data[:end-off]
	}
	if len(data) == 0 && fin == noFin {
		m.settle(h)
		return 0
	}
	h.edge = max(h.edge, end)
	if off < h.fin && h.fin < end {
		h.fin = noFin
	}
	if off < h.app {
		h.lateRaw = end
	}
	if end <= h.left() {
		return 0
	}
	start, yields := off, false
	if policy == Linux6 {
		start, yields = m.mirror(h, off, end, fin, contig)
	}
	fixed := max(h.app, h.acked)
	if m.config.Immediate || h.policy == Linux6 {
		fixed = next
	}
	var did Inserted
	for i, b := range data {
		o := off + int64(i)
		c := h.cells[o]
		switch {
		case o < h.left():
		case c == nil:
			h.cells[o] = &cell{b, [][2]int64{{start, end}}}
		default:
			did |= Overlapped
			if m.config.CheckOverlap && c.b != b {
				did |= Differed
				if m.config.Inline {
					did |= Rewritten
				}
			}
			switch wins := !yields && c.wins(policy, start, end); {
			case o < fixed:
			case policy == Linux6 && wins:
				c.b, c.covers = b, [][2]int64{{start, end}}
			case policy != Linux6:
				if wins {
					c.b = b
				}
				c.covers = append(c.covers, [2]int64{start, end})
			}
		}
	}
	m.settle(h)
	return did
}

// mirror asks a queue of the model's own where the segment begins, as the policy Linux6 sees it.
func (m *model) mirror(h *half, start, end, fin, contig int64) (owner int64, yields bool) {
	m.drain(h, contig)
	if start <= max(contig, h.acked) {
		m.drain(h, max(contig, end))
		return start, false
	}
	if fin != noFin {
		end++
	}
	owner, taken := h.queues.insert(&h.queue, start, end, fin)
	if !taken {
		return start, true
	}
	return owner, false
}

func (m *model) drain(h *half, next int64) {
	if h.queue.empty() {
		return
	}
	last, at := h.queues.drain(&h.queue, next, h.acked)
	if last.fins == 0 {
		return
	}
	end := h.queues.ends(&last, at, func(from, to int64) { h.cells[to] = h.cells[from] })
	h.queues.forget(&last)
	if !h.finished {
		h.finished, h.final = true, end
	}
}

// settle notes how far the contiguous bytes reach now.
func (m *model) settle(h *half) {
	from := max(h.reached, h.app)
	h.reached = h.contig()
	m.drain(h, from)
	if h.fin == noFin {
		return
	}
	if (from <= h.fin && h.fin <= h.contig() || h.acked == h.fin+1) && !h.finished {
		h.finished, h.final = true, h.fin
	}
	if h.contig() >= h.fin || h.acked > h.fin {
		h.fin = noFin
	}
}

// covered reports whether a held piece has bytes on both sides of off.
func (m *model) covered(s *Stream, off int64) bool {
	for _, p := range pieces(m.st, s) {
		if p.off < off && off < p.end() {
			return true
		}
	}
	return false
}

// segment hands a segment to the Store and to the model.
func (m *model) segment(d Dir, off int64, data []byte, last bool) {
	h, s := &m.half[d], &m.p[d]
	m.dir = d
	m.notef("segment %v [%d,%d) %q last %v", d, off, off+int64(len(data)), data, last)
	refused := m.refused
	exact, ended := off >= h.left(), h.ended || h.deep
	want := m.insert(s, h, off, data, last)
	sent := slices.Clone(data)
	var got Inserted
	switch {
	case last:
		got = m.st.InsertLast(s, off, data)
	case m.config.Immediate:
		got = m.st.Push(m.p, d, off, data, m)
	default:
		got = m.st.Insert(s, off, data)
	}
	known := got &^ Refused
	if (ended || got&TooDeep != 0) && m.config.Inline {
		known &^= Overlapped | Differed | Rewritten
	}
	if exact && known != want {
		m.failf("insert said %b, want %b", got, want)
	}
	m.sync()
	m.passes(h, off, sent, data, got)
	if m.config.Inline && !last && got&(Refused|TooDeep|Ignored) == 0 {
		m.around(d, off, data)
	}
	if (m.refused > refused) != (got&Refused != 0) {
		m.failf("%d bytes refused, said %b", m.refused-refused, got)
	}
	if m.config.Immediate && !last {
		m.delivered(d)
	}
	if last && m.config.Immediate || rapid.Bool().Draw(m.t, "deliver") {
		m.deliver(d)
	}
}

// passes checks what the receiver gets of a segment whose bytes were sent: inline, what was read here where it may not have
// that yet.
func (m *model) passes(h *half, off int64, sent, data []byte, did Inserted) {
	if changed := !bytes.Equal(sent, data); changed != (did&Rewritten != 0) || changed && !m.config.Inline {
		m.failf("%q became %q, insert said %b", sent, data, did)
	}
	for i, b := range data {
		o := off + int64(i)
		if c := h.cells[o]; m.config.Inline && c != nil && o >= h.acked && o < min(h.contig(), h.length()) && b != c.b {
			m.failf("%q passes at %d, read was %q", b, o, c.b)
		}
	}
}

// sync takes bytes of the last segment out of the model that the Store had no room for.
func (m *model) sync() {
	h, s := &m.half[m.dir], &m.p[m.dir]
	n := m.st.Counters.RefusedBytes - m.refused
	m.refused += n
	if n == 0 {
		return
	}
	m.notef("  %d bytes refused", n)
	h.failed = nil
	have := make(map[int64]bool)
	for _, p := range pieces(m.st, s) {
		for off := p.off; off < p.end(); off++ {
			have[off] = true
		}
	}
	for off := range h.cells {
		if off >= m.st.edgeOf(s) && !have[off] {
			delete(h.cells, off)
			n--
		}
	}
	if n != 0 {
		m.failf("%d bytes more are said to be refused than are missing", n)
	}
}

func (m *model) deliver(d Dir) {
	m.notef("deliver %v", d)
	m.st.Deliver(m.p, d, m)
	m.delivered(d)
}

// delivered checks that nothing is left to deliver in direction d.
func (m *model) delivered(d Dir) {
	h, s := &m.half[d], &m.p[d]
	if h.ended {
		return
	}
	m.settle(h)
	limit, last := m.limit(h)
	switch {
	case h.gapDue:
		m.failf("gap not told")
	case last >= End && s.flags&onHold == 0:
		m.failf("not ended")
	case last >= End && !h.held:
		m.failf("held by nobody")
	case last < End && limit-h.app >= int64(max(s.want, 1)):
		m.failf("%d bytes to read, wanted %d", limit-h.app, s.want)
	case last < End && m.lost(h) > 0 && m.config.GracePackets == 0:
		m.failf("%d bytes lost", m.lost(h))
	}
}

// agree checks that the Store is sound and knows what the model knows.
func (m *model) agree() {
	m.t.Helper()
	if err := check(m.st, &m.p[0], &m.p[1]); err != nil {
		m.failf("%v", err)
	}
	for d := range m.p {
		s, h := &m.p[d], &m.half[d]
		m.settle(h)
		final, finished := s.Finished()
		if s.Ended() != h.ended || s.Deep() != h.deep || s.Acked() != h.acked ||
			!h.ended && (finished != h.finished || final != h.final) {
			m.failf("direction %d: got %+v, want %+v", d, s, h)
		}
		if h.ended {
			continue
		}
		want := make(map[int64]byte)
		for off, c := range h.cells {
			want[off] = c.b
		}
		if err := holds(m.st, s, m.st.edgeOf(s), want); err != nil {
			m.failf("direction %d: %v", d, err)
		}
		if s.App() != h.app || s.Contiguous() != h.contig() || s.Edge() != h.edge {
			m.failf("direction %d: app %d, contig %d, edge %d, want %d, %d, %d", d, s.App(), s.Contiguous(), s.Edge(),
				h.app, h.contig(), h.edge)
		}
	}
}

func drawConfig(t *rapid.T) Config {
	c := Config{
		Raw:           drawRaw(t),
		Immediate:     rapid.Bool().Draw(t, "immediate"),
		CheckOverlap:  rapid.Bool().Draw(t, "check overlap"),
		OverlapWindow: 20,
	}
	if rapid.IntRange(0, 3).Draw(t, "inline") == 0 {
		c.Inline = true
	}
	if rapid.IntRange(0, 3).Draw(t, "depth") == 0 {
		c.Depth = int64(rapid.IntRange(1, 120).Draw(t, "depth at"))
	}
	switch rapid.IntRange(0, 5).Draw(t, "limits") {
	case 0:
		c.MaxHeld = rapid.IntRange(1, 60).Draw(t, "max held")
	case 1:
		c.MemoryCap = int64(rapid.IntRange(100, 1500).Draw(t, "memory cap"))
	}
	return c
}

func newModel(t *rapid.T) *model {
	m := &model{t: t, config: drawConfig(t), p: new(Pair)}
	m.st = NewStore(m.config)
	m.config = m.st.Config()
	limited := m.config.MaxHeld < 100 || m.config.MemoryCap < 10000
	for d := range m.half {
		h := &m.half[d]
		h.cells, h.fin = make(map[int64]*cell), noFin
		h.policy = rapid.SampledFrom([]Policy{Unset, BSD, OldLinux, Linux, Solaris, Vista, Linux6}).Draw(t, "policy")
		if limited {
			h.policy = Vista // what a limit does to the others is not in the model
		}
		if rapid.Bool().Draw(t, "raw") {
			m.p[d].HoldRaw()
			h.rawOn, h.keep = true, m.keeps()
		}
		if rapid.IntRange(0, 3).Draw(t, "log") == 0 {
			m.p[d].HoldLog()
			h.logOn = true
		}
		if h.rawOn || h.logOn {
			h.policy = Vista // for the others see TestInspectSkipped
		}
		m.p[d].SetPolicy(h.policy)
		if m.config.Depth == 0 && rapid.IntRange(0, 2).Draw(t, "far") == 0 {
			h.skip = 1<<32 - 5
		}
	}
	return m
}

func (m *model) ack(d Dir, off int64) {
	m.notef("ack %v %d", d, off)
	m.p[d].Ack(off)
	h := &m.half[d]
	h.acked = max(h.acked, off)
	if h.rawOn && !m.config.Inline && rapid.Bool().Draw(m.t, "inspect") {
		m.deliver(d)
		m.inspect(d, rapid.SampledFrom([]Due{DueChunk, DueNow}).Draw(m.t, "due"))
	}
}

// TestModel plays random connections against the model.
func TestModel(t *testing.T) { rapid.Check(t, playModel) }

// FuzzStream is TestModel with choices that the fuzzer makes.
func FuzzStream(f *testing.F) { seeded(f, playModel) }

// seeded fuzzes a property, from some inputs that are long enough to do something.
func seeded(f *testing.F, property func(t *rapid.T)) {
	for i := range byte(20) {
		seed := make([]byte, 2<<10)
		rand.NewChaCha8([32]byte{i}).Read(seed)
		f.Add(seed)
	}
	f.Fuzz(rapid.MakeFuzz(property))
}

func playModel(t *rapid.T) {
	m := newModel(t)
	sound := false
	defer func() {
		if !sound && !t.Failed() {
			m.tell() // a panic
		}
	}()
	limited := m.config.MaxHeld < 100 || m.config.MemoryCap < 10000
	for d := range m.half {
		if m.half[d].skip > 0 {
			m.segment(Dir(d), 0, []byte("x"), false)
			m.ack(Dir(d), 1)
			m.deliver(Dir(d))
			m.agree()
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"": func(*rapid.T) { m.agree() },
		"segment": func(t *rapid.T) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			from := rapid.SampledFrom([]int64{m.half[d].contig(), m.half[d].edge}).Draw(t, "from")
			off := from + int64(rapid.IntRange(-12, 20).Draw(t, "off"))
			data := rapid.SliceOfN(rapid.SampledFrom([]byte("aab\r\n%")), 1, 16).Draw(t, "data")
			if rapid.Bool().Draw(t, "in order") {
				off = m.half[d].contig()
			}
			m.segment(d, off, data, false)
		},
		"last": func(t *rapid.T) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			if limited || rapid.IntRange(0, 3).Draw(t, "really") > 0 {
				t.Skip()
			}
			data := rapid.SliceOfN(rapid.SampledFrom([]byte("ab\n")), 0, 5).Draw(t, "data")
			m.segment(d, m.half[d].contig()+int64(rapid.IntRange(-3, 15).Draw(t, "off")), data, true)
		},
		"ack": func(t *rapid.T) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			m.ack(d, m.half[d].contig()+int64(rapid.IntRange(-9, 9).Draw(t, "off")))
			m.deliver(d)
		},
		"reopen": func(t *rapid.T) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			h := &m.half[d]
			if !h.finished || h.ended || rapid.IntRange(0, 3).Draw(t, "really") > 0 {
				t.Skip()
			}
			m.notef("reopen %v", d)
			m.p[d].Reopen()
			h.finished, h.final = false, 0
			m.deliver(d)
		},
		"inspect": func(t *rapid.T) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			h := &m.half[d]
			if !h.rawOn || m.config.Inline {
				t.Skip()
			}
			due := rapid.SampledFrom([]Due{DueChunk, DueChunk, DueNow}).Draw(t, "due")
			switch rapid.IntRange(0, 8).Draw(t, "why") {
			case 0:
				m.p[d].TriggerRaw()
				h.rawDue = true
			case 1:
				m.p[d].EndRaw()
			}
			m.inspect(d, due)
		},
		"log": func(t *rapid.T) { m.dump(Dir(rapid.IntRange(0, 1).Draw(t, "dir")), false) },
	})
	for d := range m.half {
		if !m.config.Inline && rapid.Bool().Draw(t, "inspect at the end") {
			m.inspect(Dir(d), DueAll)
		}
		m.dump(Dir(d), true)
	}
	m.closing = true
	m.notef("close")
	m.st.Close(m.p, m)
	if !m.half[0].ended || !m.half[1].ended || m.st.MemoryUse() != 0 {
		m.failf("closed, but ended %v, %v, %d bytes in use", m.half[0].ended, m.half[1].ended, m.st.MemoryUse())
	}
	if err := check(m.st, &m.p[0], &m.p[1]); err != nil {
		m.failf("closed: %v", err)
	}
	sound = true
}
