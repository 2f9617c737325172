package stream

import (
	"bytes"

	"pgregory.net/rapid"
)

// read is an outcome of a read: what it returned, how it ended, how many bytes it passed.
type read struct {
	b      []byte
	ok     bool
	ending Ending
	passed int64
	lost   int64
	fault  Fault
}

// wantLine is Line on what can be read now, in an obvious way.
func wantLine(have []byte, beyond Fault, limit int) read {
	for n, b := range have {
		switch {
		case b == '\n' && n > 0 && have[n-1] == '\r' && n-1 <= limit:
			return read{b: have[:n-1], ok: true, ending: CRLF, passed: int64(n + 1)}
		case b == '\n' && n <= limit:
			return read{b: have[:n], ok: true, ending: LF, passed: int64(n + 1)}
		case n > limit || n == limit && b != '\r':
			return read{b: have[:limit], ok: true, passed: int64(limit)}
		}
	}
	return wantRest(have, beyond, limit)
}

// wantRest is what a search returns that finds nothing.
func wantRest(have []byte, beyond Fault, limit int) read {
	if beyond >= End && len(have) > 0 {
		n := min(limit, len(have))
		return read{b: have[:n], ok: true, passed: int64(n)}
	}
	return read{fault: beyond}
}

func wantUntil(have []byte, beyond Fault, delim []byte, limit int) read {
	for n := 0; n <= limit && n+len(delim) <= len(have); n++ {
		if len(delim) > 0 && bytes.Equal(have[n:n+len(delim)], delim) {
			return read{b: have[:n], ok: true, ending: Delim, passed: int64(n + len(delim))}
		}
	}
	if len(have) >= limit+len(delim) {
		return read{b: have[:limit], ok: true, passed: int64(limit)}
	}
	return wantRest(have, beyond, limit)
}

func wantNext(have []byte, beyond Fault, n int) read {
	if n > len(have) {
		return read{fault: beyond}
	}
	return read{b: have[:n], ok: true, passed: int64(n)}
}

// frameSize is a length of the whole unit by its first byte.
func frameSize(head []byte) int { return int(head[0]&31) - 3 }

func wantFrame(have []byte, beyond Fault, limit int) read {
	r := wantNext(have, beyond, 1)
	if !r.ok {
		return r
	}
	if n := frameSize(r.b); n >= 1 && n <= limit {
		return wantNext(have, beyond, n)
	}
	return read{fault: Protocol}
}

// wantAhead is Ahead with a Skip over at most limit bytes of what it returned. When some of have was searched in vain, it
// returns nothing; else something, but how much is up to it.
func wantAhead(have []byte, searched bool, limit int) read {
	if searched {
		return read{ok: true}
	}
	n := min(limit, len(have))
	return read{b: have[:n], ok: true, passed: int64(n)}
}

// useAhead uses as many of the next bytes as Ahead returns, up to limit, looking again as long as there are any.
func useAhead(c *Cursor, limit int) read {
	r := read{ok: true}
	for limit > len(r.b) {
		b := c.Ahead()
		b = b[:min(len(b), limit-len(r.b))]
		if len(b) == 0 {
			break
		}
		r.b = append(r.b, b...)
		c.Skip(int64(len(b)))
	}
	return r
}

// verb is a read of the test's own: it is the same read each time.
type verb struct {
	name  string
	limit int
	delim []byte
}

var verbs = []string{"line", "until", "next", "peek", "frame", "ahead", "piece", "skip"}

func drawVerb(t *rapid.T) verb {
	v := verb{name: rapid.SampledFrom(verbs).Draw(t, "verb"), limit: rapid.IntRange(1, 14).Draw(t, "limit")}
	if v.name == "until" {
		v.delim = []byte(rapid.SampledFrom([]string{"a", "\r\n", "aab", "abab", "\n\n"}).Draw(t, "delim"))
	}
	if v.name == "skip" && rapid.IntRange(0, 9).Draw(t, "far") == 0 {
		v.limit *= 5
	}
	return v
}

// sized reports whether the verb can know how many bytes it needs.
func (v verb) sized() bool { return v.name == "next" || v.name == "peek" || v.name == "piece" }

// do performs v on c, whose bytes are those of h, and checks what it returns.
func (m *model) do(h *half, c *Cursor, v verb) (ok bool) {
	have, beyond := h.bytes(h.app, h.app+int64(c.Len())), c.Beyond()
	want, got := read{}, read{}
	lost := c.view.lost
	offset := c.Offset()
	switch v.name {
	case "line":
		want = wantLine(have, beyond, v.limit)
		got.b, got.ok = c.Line(v.limit)
		got.ending = c.Ending()
	case "until":
		want = wantUntil(have, beyond, v.delim, v.limit)
		got.b, got.ok = c.Until(v.delim, v.limit)
		got.ending = c.Ending()
	case "next":
		want = wantNext(have, beyond, v.limit)
		got.b, got.ok = c.Next(v.limit)
	case "peek":
		want = wantNext(have, beyond, v.limit)
		want.passed = 0
		got.b, got.ok = c.Peek(v.limit)
	case "frame":
		want = wantFrame(have, beyond, v.limit)
		got.b, got.ok = c.Frame(1, v.limit, frameSize)
	case "ahead":
		want = wantAhead(have, c.s.scan > 0, v.limit)
		got = useAhead(c, v.limit)
	case "piece":
		var p Piece
		p, got.ok = c.Piece(int64(v.limit))
		got.b, got.lost = p.Data, p.Lost
		switch n := max(0, min(int64(v.limit), lost, c.fence-h.app)); {
		case len(have) > 0: // any number of them
			n := max(1, min(len(p.Data), v.limit, len(have)))
			want = read{b: have[:n], ok: true, passed: int64(n)}
		case n > 0:
			want = read{ok: true, lost: n, passed: n}
		default:
			want.fault = beyond
		}
	case "skip":
		n := int64(v.limit)
		if !c.soft {
			n = min(n, c.fence-h.app)
		}
		over := min(h.app+n-c.view.limit, lost)
		c.Skip(int64(v.limit))
		got.ok = true
		want = read{ok: true, lost: max(0, over), passed: n}
		got.lost = lost - c.view.lost
	}
	if !got.ok {
		got.fault, got.ending = c.Fault(), None
	}
	m.notef("    %s %d %q at %d: %q %v %v %v", v.name, v.limit, v.delim, offset, got.b, got.ok, got.ending, got.fault)
	got.passed = c.Offset() - offset
	if !bytes.Equal(got.b, want.b) || got.ok != want.ok || got.ending != want.ending || got.passed != want.passed ||
		got.lost != want.lost || got.fault != want.fault {
		m.failf("%s(%d, %q) of %q, then %v: got %+v, want %+v", v.name, v.limit, v.delim, have, beyond, got, want)
	}
	h.app += want.passed
	return got.ok
}

// limit returns how far h can be read, and what lies there.
func (m *model) limit(h *half) (int64, Fault) {
	end, last := h.contig(), Short
	switch {
	case h.finished && end >= h.final:
		end, last = h.final, End
		if taken := h.acked > h.final && (h.cells[h.final] == nil || h.app > h.final); !m.closing && !m.config.Immediate && !taken {
			last = Short
		}
	case m.closing && end >= h.length():
		last = End
	case m.closing:
		last = Gap
	}
	if acked := max(h.acked, h.app); !m.closing && !m.config.Immediate && acked < end {
		end, last = acked, Short
	}
	if h.deep && !(h.finished && end >= h.final) {
		last = Depth
	}
	return end, last
}

// lost returns how many bytes of the hole behind what can be read are lost.
func (m *model) lost(h *half) int64 {
	contig, behind := h.contig(), h.next(h.contig())
	if h.finished && behind >= h.final {
		behind = -1
	}
	switch {
	case m.closing && behind < 0:
		return h.length() - contig
	case m.closing:
		return behind - contig
	case behind < 0:
		return 0
	}
	return max(0, min(behind, h.acked)-contig)
}

func (m *model) Read(d Dir, in *Cursor) {
	h := &m.half[d]
	m.sync()
	m.settle(h)
	limit, beyond := m.limit(h)
	lost := in.view.lost
	m.notef("  read %v at %d, %d bytes, then %v, %d lost", d, in.Offset(), in.Len(), in.Beyond(), lost)
	if lost > 0 {
		beyond = Gap
		if lost != m.lost(h) || limit != h.contig() {
			m.failf("%d bytes lost at %d, want %d; limit %d", lost, h.contig(), m.lost(h), limit)
		}
	}
	if in.Offset() != h.app || in.view.limit != limit || in.Beyond() != beyond || h.ended || h.gapDue {
		m.failf("read at %d up to %d then %v, want %d, %d, %v; ended %v, gap due %v", in.Offset(), in.view.limit, in.Beyond(),
			h.app, limit, beyond, h.ended, h.gapDue)
	}
	if lost == 0 && beyond == Short && in.Len() == 0 {
		m.failf("nothing to read")
	}
	if v := h.failed; v != nil {
		h.failed = nil
		if h.app == h.failedAt && lost == 0 && beyond == Short {
			if in.Len() <= h.failedWith {
				m.failf("read again with %d bytes, had %d", in.Len(), h.failedWith)
			}
			if ok := m.do(h, in, *v); !ok && v.sized() {
				m.failf("called before %s %d can succeed", v.name, v.limit)
			}
		}
	}
	if h.skip > h.app {
		in.Skip(h.skip - h.app)
		h.app = h.skip
	}
	m.reads(d, in)
	if lost > 0 {
		if m.gapEnd[d] = limit + lost; in.view.lost > 0 {
			h.gapDue = true
			m.gapAt[d] = limit + lost - in.view.lost
		}
	}
}

// reads makes some random reads.
func (m *model) reads(d Dir, in *Cursor) {
	h := &m.half[d]
	for range rapid.IntRange(0, 5).Draw(m.t, "reads") {
		switch rapid.IntRange(0, 11).Draw(m.t, "how") {
		case 0:
			o := &m.half[d.Opposite()]
			peer := in.Peer()
			if limit, _ := m.limit(o); peer.Offset() != o.app || peer.Len() > 0 && peer.view.limit > limit {
				m.failf("peer at %d up to %d, want %d, %d", peer.Offset(), peer.view.limit, o.app, limit)
			}
			m.notef("    peer:")
			m.do(o, peer, drawVerb(m.t))
			o.failed = nil
		case 1:
			w := in.Within(int64(rapid.IntRange(0, 12).Draw(m.t, "within")))
			for range rapid.IntRange(0, 3).Draw(m.t, "reads within") {
				m.do(h, &w, drawVerb(m.t))
			}
		case 2:
			w := in.Before(h.app + int64(rapid.IntRange(-1, 12).Draw(m.t, "before")))
			for range rapid.IntRange(0, 3).Draw(m.t, "reads before") {
				m.do(h, &w, drawVerb(m.t))
			}
		case 3:
			in.Hold()
			h.held = true
		default:
			v := drawVerb(m.t)
			if !m.do(h, in, v) {
				if in.Fault() != Protocol && in.Beyond() == Short {
					h.failed, h.failedAt, h.failedWith = &v, h.app, in.Len()
				}
				return
			}
		}
	}
}

func (m *model) Gap(d Dir, in *Cursor, l Loss) {
	h := &m.half[d]
	m.notef("  gap %v %q+%d", d, l.Held, l.Lost)
	held := h.bytes(h.app, max(h.app, m.gapAt[d]))
	if !h.gapDue || l.Lost != m.gapEnd[d]-m.gapAt[d] || !bytes.Equal(l.Held, held) {
		m.failf("gap %q+%d, want %q+%d, due %v", l.Held, l.Lost, held, m.gapEnd[d]-m.gapAt[d], h.gapDue)
	}
	h.gapDue = false
	h.app = m.gapEnd[d]
	h.failed = nil
	if in.Len() != 0 || in.Offset() != h.app {
		m.failf("in a gap: %d bytes at %d, want %d", in.Len(), in.Offset(), h.app)
	}
	if n := rapid.IntRange(0, 20).Draw(m.t, "skip in gap"); n > 15 {
		m.do(h, in, verb{name: "skip", limit: n})
	}
}

func (m *model) End(d Dir, rest []byte) {
	h := &m.half[d]
	m.settle(h)
	limit, last := m.limit(h)
	m.notef("  end %v %q", d, rest)
	want := h.bytes(h.app, max(h.app, limit))
	if last < End || h.ended || h.gapDue || !bytes.Equal(rest, want) {
		m.failf("end %q, want %q; %v, ended %v, gap due %v", rest, want, last, h.ended, h.gapDue)
	}
	h.ended = true
	h.app = max(h.app, limit)
}
