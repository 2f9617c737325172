package stream

import (
	"bytes"

	"pgregory.net/rapid"
)

// drawRaw draws how the model's streams are inspected.
func drawRaw(t *rapid.T) RawConfig {
	c := RawConfig{
		Chunk:   [2]int{rapid.IntRange(1, 30).Draw(t, "chunk"), rapid.IntRange(1, 30).Draw(t, "chunk")},
		Overlap: rapid.IntRange(0, 9).Draw(t, "overlap"),
		MaxLag:  rapid.IntRange(1, 60).Draw(t, "lag"),
	}
	if rapid.IntRange(0, 3).Draw(t, "raw depth") == 0 {
		c.Depth = int64(rapid.IntRange(1, 150).Draw(t, "raw depth at"))
	}
	return c
}

// keeps returns how many bytes before the progress of inspection are held.
func (m *model) keeps() int64 {
	if m.config.Inline {
		return int64(max(m.config.Raw.Chunk[0], m.config.Raw.Chunk[1]))
	}
	return int64(m.config.Raw.Overlap)
}

// visible returns where what is delivered ends.
func (m *model) visible(h *half) int64 {
	if m.config.Immediate {
		return h.length()
	}
	return min(h.acked, h.length())
}

// next returns the first byte at or behind off that may be given when what lies before limit is, or -1.
func (m *model) due(h *half, off, limit int64, closing bool) int64 {
	n := h.next(off)
	if n < 0 || n >= limit || n > off && !closing && (n > h.acked || n > h.contig()) {
		return -1
	}
	return n
}

// inspect has the Store inspect direction d, and checks that it does what it should.
func (m *model) inspect(d Dir, due Due) {
	h, s := &m.half[d], &m.p[d]
	m.notef("inspect %v, due %d", d, due)
	raw := &m.config.Raw
	limit := m.visible(h)
	h.lastRaw = due == DueAll || h.deep || s.flags&rawLast != 0 || raw.Depth > 0 && limit >= raw.Depth
	h.rawUpto = limit
	if h.lastRaw {
		h.rawUpto = h.length()
	}
	h.inspecting = h.lastRaw || due == DueNow || h.rawDue || limit-h.raw >= int64(raw.Chunk[d])
	m.st.Inspect(s, d, due, m)
	m.inspected(d)
}

// inspected checks that everything was inspected that was to be.
func (m *model) inspected(d Dir) {
	h, s := &m.half[d], &m.p[d]
	if !h.rawOn {
		h.inspecting = false
		return
	}
	if n := m.due(h, h.raw, h.rawUpto, h.lastRaw); h.inspecting && n >= 0 {
		m.failf("byte %d is not inspected", n)
	}
	if h.inspecting && h.lastRaw {
		h.rawOn = false
	}
	h.inspecting = false
	if at, on := s.Raw(); at != h.raw || on != h.rawOn || !on && !s.RawEnded() {
		m.failf("inspected up to %d, goes on %v, want %d, %v", at, on, h.raw, h.rawOn)
	}
}

// Inspect checks a chunk.
func (m *model) Inspect(d Dir, c *Chunk) {
	h := &m.half[d]
	m.notef("  chunk %v at %d, %d seen: %q", d, c.Offset, c.Seen, c.Data)
	if !h.inspecting || c.Loose {
		m.failf("it is not due")
	}
	from, end := c.Offset+int64(c.Seen), c.Offset+int64(len(c.Data))
	for i, b := range c.Data {
		if x := h.cells[c.Offset+int64(i)]; x == nil || x.b != b {
			m.failf("chunk has %q at %d", b, c.Offset+int64(i))
		}
	}
	if first := m.due(h, h.raw, h.rawUpto, h.lastRaw); from != first || c.Gap != (from > h.raw) || end <= from {
		m.failf("chunk begins at %d, gap %v, want %d", from, c.Gap, first)
	}
	if end < h.rawUpto && h.cells[end] != nil {
		m.failf("chunk ends at %d", end)
	}
	back := 0
	for back < m.config.Raw.Overlap && !c.Gap && h.cells[from-int64(back)-1] != nil && from-int64(back) > 0 {
		back++
	}
	if c.Seen < back && !h.fresh(from) || c.Seen > m.config.Raw.Overlap {
		m.failf("chunk repeats %d bytes, want %d", c.Seen, back)
	}
	h.raw, h.rawDue = end, false
}

// fresh reports whether bytes shortly before off may have come too late to be repeated.
func (h *half) fresh(off int64) bool { return h.lateRaw > 0 && off-h.lateRaw < 40 }

// around has the Store inspect a segment inline, and checks the window.
func (m *model) around(d Dir, off int64, data []byte) {
	h, s := &m.half[d], &m.p[d]
	if !h.rawOn || len(data) == 0 || off < 0 {
		return
	}
	var w windowOf
	m.st.InspectAround(s, d, off, data, &w)
	m.notef("  window %v at %d: %q", d, w.Offset, w.Data)
	end, upto := off+int64(len(data)), w.Offset+int64(len(w.Data))
	size := m.config.Raw.Chunk[d]
	if size <= len(data) || len(data) > 2*(size/3) {
		size = len(data) + size/3
	}
	if len(w.Data) > size || w.Offset > off || upto < end || w.Seen != int(off-w.Offset) {
		m.failf("window [%d,%d) of %d around [%d,%d), %d seen", w.Offset, upto, size, off, end, w.Seen)
	}
	alone := w.Offset == off && upto == end
	for i, b := range w.Data {
		if x := h.cells[w.Offset+int64(i)]; !alone && (x == nil || x.b != b) {
			m.failf("window has %q at %d", b, w.Offset+int64(i))
		}
	}
	if alone && !bytes.Equal(w.Data, data) {
		m.failf("window has %q", w.Data)
	}
	if alone && size > len(data)+1 && off >= m.st.edgeOf(s) && h.cells[off] != nil && h.cells[end] != nil && h.cells[end-1] != nil && s.Held() > 0 {
		whole := true
		for o := off; o <= end; o++ {
			whole = whole && h.cells[o] != nil
		}
		if whole && h.held64(m.st, s, off, end+1) {
			m.failf("window [%d,%d) is less than there is", off, end)
		}
	}
	raw, on := s.Raw()
	if raw < h.raw || raw > h.edge {
		m.failf("inspected up to %d after %d", raw, h.raw)
	}
	h.raw, h.rawOn = raw, on
}

// held64 reports whether all bytes of [from, to) are held.
func (h *half) held64(st *Store, s *Stream, from, to int64) bool {
	for ; from < to; from++ {
		if st.held(s, from) == nil {
			return false
		}
	}
	return true
}

type windowOf struct{ Chunk }

func (w *windowOf) Inspect(_ Dir, c *Chunk) {
	w.Chunk = *c
	w.Data = bytes.Clone(c.Data)
}

// dump has the Store log direction d, and checks that everything is told that was delivered.
func (m *model) dump(d Dir, closing bool) {
	h, s := &m.half[d], &m.p[d]
	h.logUpto, h.lastRaw = m.visible(h), closing
	if closing {
		h.logUpto = h.length()
	}
	m.notef("log %v", d)
	m.st.Log(s, d, closing, m)
	if n := m.due(h, h.log, h.logUpto, closing); h.logOn && n >= 0 {
		m.failf("byte %d is not logged", n)
	}
	h.logOn = h.logOn && !closing
}

// Log checks what is logged.
func (m *model) Log(d Dir, off int64, data []byte) {
	h := &m.half[d]
	m.notef("  log %v at %d: %q", d, off, data)
	if first := m.due(h, h.log, h.logUpto, h.lastRaw); off != first || !h.logOn || len(data) == 0 {
		m.failf("logged at %d, want %d", off, first)
	}
	for i, b := range data {
		if x := h.cells[off+int64(i)]; x == nil || x.b != b || off+int64(i) >= h.logUpto {
			m.failf("logged %q at %d", b, off+int64(i))
		}
	}
	h.log = off + int64(len(data))
}
