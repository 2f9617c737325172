package stream

import "math"

// RawConfig says how streams are given to content inspection, apart from their parsers. It matters to streams for which
// HoldRaw was called.
type RawConfig struct {
	// Chunk is how many bytes of each direction are inspected together, unless there is a reason not to wait for as many.
	// Inline it is the size of the window around a segment. When zero, it is 2560.
	Chunk [2]int
	// Overlap is how many bytes of a chunk the next one begins with, so that what lies across their border is found. It is
	// at most 32 KiB. Inline, where windows overlap, it means nothing.
	Overlap int
	// Depth is the number of bytes of a direction after which inspection ends, with the chunk in which it is reached.
	// When zero, it does not.
	Depth int64
	// MaxLag is how many bytes wait for a segment of their own direction, with which they are inspected; with more they are
	// inspected with any. When zero, it is 64 KiB.
	MaxLag int
	// Apart has chunks not begin with what KeepInspected keeps.
	Apart bool
}

const (
	defaultChunk  = 2560
	defaultMaxLag = 64 << 10
	maxOverlap    = 32 << 10
	maxChunk      = 64 << 10 // new bytes
)

func (c *RawConfig) setDefaults() {
	for d := range c.Chunk {
		if c.Chunk[d] <= 0 {
			c.Chunk[d] = defaultChunk
		}
	}
	if c.MaxLag <= 0 {
		c.MaxLag = defaultMaxLag
	}
	c.Overlap = max(0, min(c.Overlap, maxOverlap))
}

// Chunk is bytes for content inspection, with no hole between them.
type Chunk struct {
	Data   []byte // valid during the call; not to be written to
	Offset int64  // of Data[0] in the stream
	Seen   int    // so many bytes at the front of Data were part of earlier chunks
	Gap    bool   // the bytes before Data are missing
	// Loose says that Data is the payload of a segment that did not become part of the stream: it came too late, lies
	// beyond the depth, or was refused. Offset means nothing then.
	Loose bool
}

// Inspector takes what is to be inspected. c is valid during the call.
type Inspector interface {
	Inspect(d Dir, c *Chunk)
}

// Due says what is inspected now.
type Due uint8

const (
	DueChunk Due = iota // what can be delivered, if it is a whole chunk, TriggerRaw was called, or nothing more will come
	DueNow              // what can be delivered
	DueAll              // all that is held, for the last time
)

// HoldRaw makes the stream keep its bytes until they were inspected, beginning at the first byte that is held.
func (s *Stream) HoldRaw() {
	if s.flags&rawOn == 0 {
		s.flags = s.flags&^rawOff | rawOn
		s.raw = min(s.app, s.edge)
	}
}

// DropRaw ends the inspection of the stream: nothing more is held for it.
func (s *Stream) DropRaw() { s.flags = s.flags&^(rawOn|rawDue|rawLast) | rawOff }

// EndRaw ends the inspection of the stream after what is held now.
func (s *Stream) EndRaw() { s.flags |= rawLast }

// TriggerRaw makes all that can be delivered due, however little it is.
func (s *Stream) TriggerRaw() { s.flags |= rawDue }

// Raw returns the offset of the next byte to be inspected, and whether the stream holds its bytes for that.
func (s *Stream) Raw() (off int64, holds bool) { return s.raw, s.flags&rawOn != 0 }

// RawEnded reports whether HoldRaw was called and inspection has ended since.
func (s *Stream) RawEnded() bool { return s.flags&rawOff != 0 }

// KeepInspected makes n bytes before what the parser and the inspection have read stay held, and part of the next chunk
// that TriggerRaw makes due, so that they can be inspected together with what the parser found. The largest n counts,
// rounded up to KiB; it is at most 255 KiB.
func (s *Stream) KeepInspected(n int) {
	s.inspect = max(s.inspect, uint8(min((max(n, 0)+1023)/1024, math.MaxUint8)))
}

// left returns the left edge: what lies before is held for nobody.
func (st *Store) left(s *Stream) int64 {
	if s.flags&(rawOn|logOn) == 0 {
		return s.app
	}
	return st.leftOfHolders(s, s.app)
}

// leftOfHolders returns the left edge when all but content inspection and dumps need nothing before l.
func (st *Store) leftOfHolders(s *Stream, l int64) int64 {
	if s.flags&rawOn != 0 {
		l = min(l, st.inspected(s))
	}
	if s.flags&logOn != 0 {
		l = min(l, s.log)
	}
	return l
}

// inspected returns the offset from which on bytes are kept for content inspection.
func (st *Store) inspected(s *Stream) int64 {
	cfg := &st.config.Raw
	keep := cfg.Overlap
	if st.config.Inline {
		keep = max(cfg.Chunk[0], cfg.Chunk[1])
	}
	l := s.raw - int64(keep)
	if s.inspect != 0 && s.flags&ended == 0 {
		l = min(l, min(s.app, s.raw)-int64(s.inspect)<<10)
	}
	return max(0, l)
}

// Inspect gives i what is due of s, which is of direction d: one chunk for each run of bytes without a hole, and for each
// 64 KiB of it. A byte is given when its receiver acknowledged it, or at once where bytes are delivered at once. A hole ends
// a chunk, and is passed once it was given up for the parser.
func (st *Store) Inspect(s *Stream, d Dir, due Due, i Inspector) {
	if s.flags&rawOn == 0 {
		return
	}
	cfg := &st.config.Raw
	limit := st.visible(s)
	last := due == DueAll || s.flags&(deep|rawLast) != 0 || cfg.Depth > 0 && limit >= cfg.Depth
	switch {
	case last:
		limit = s.length()
	case due == DueChunk && s.flags&rawDue == 0 && limit-s.raw < int64(cfg.Chunk[d]):
		return
	}
	back := int64(cfg.Overlap)
	if s.flags&rawDue != 0 && !cfg.Apart {
		back = max(back, s.raw-st.inspected(s))
	}
	for {
		_, p := st.trees.seek(&s.index, s.raw)
		if p == nil {
			break
		}
		from := max(p.off, s.raw)
		if from >= limit || from > s.raw && !last && !s.passed(from) {
			break
		}
		c := &st.chunk
		*c = Chunk{Gap: from > s.raw}
		if c.Gap {
			back = 0
		}
		c.Offset, c.Data = st.runOver(s, max(0, from-back), from, min(limit, from+maxChunk))
		c.Seen = int(from - c.Offset)
		s.raw = c.Offset + int64(len(c.Data))
		s.flags &^= rawDue
		st.Counters.Inspected += uint64(len(c.Data) - c.Seen)
		i.Inspect(d, c)
		back = int64(cfg.Overlap)
	}
	if last {
		s.DropRaw()
	}
	st.tidy(s)
}

// InspectLate is Inspect for a stream whose direction is silent: what waits is given when it is too much.
func (st *Store) InspectLate(s *Stream, d Dir, i Inspector) {
	if s.flags&rawOn == 0 || st.visible(s)-s.raw <= int64(st.config.Raw.MaxLag) {
		return
	}
	before := s.raw
	st.Inspect(s, d, DueNow, i)
	if s.raw > before {
		st.Counters.InspectedLate++
	}
}

// passed reports whether the hole before off, which is held, will not be filled any more: it was given up for the parser, or
// the receiver acknowledged it where nobody asks for the parser.
func (s *Stream) passed(off int64) bool { return off <= s.acked && off <= s.contig }

// visible returns the offset before which bytes are delivered.
func (st *Store) visible(s *Stream) int64 {
	end := s.length()
	if st.config.Immediate {
		return end
	}
	return min(s.acked, end)
}

// runOver returns bytes that are held without a hole and include the one at over, which is held: from from on, or where
// the hole before over ends, up to limit or the next hole. They are valid until bytes are copied together again.
func (st *Store) runOver(s *Stream, from, over, limit int64) (off int64, b []byte) {
	at, p := st.trees.seek(&s.index, from)
	off = max(from, p.off)
	first, end, copied := true, off, false
	for ; p != nil && end < limit; at, p = st.trees.next(&s.index, at) {
		if p.off > end {
			if end > over {
				break
			}
			off, end, first, copied, b = p.off, p.off, true, false, nil
		}
		data := st.pages.data(p.page)[int64(p.at)+end-p.off : int(p.at)+int(p.n)]
		if more := limit - end; int64(len(data)) > more {
			data = data[:more]
		}
		switch {
		case first:
			b = data
		case !copied:
			b = append(append(st.arena[:0], b...), data...)
			copied = true
		default:
			b = append(b, data...)
		}
		first, end = false, end+int64(len(data))
	}
	if copied {
		st.arena = b
		st.Counters.Copied += uint64(len(b))
	}
	return off, b[:len(b):len(b)]
}

// InspectAround gives i the window around a segment of direction d, whose payload data stands at off and is part of s: as
// many bytes as a chunk has, before and behind it. Only with Config.Inline, where each segment is inspected before it
// passes. Where the segment is not held whole, it is given alone.
func (st *Store) InspectAround(s *Stream, d Dir, off int64, data []byte, i Inspector) {
	if s.flags&rawOn == 0 {
		return
	}
	cfg := &st.config.Raw
	n := int64(len(data))
	end, size := off+n, int64(cfg.Chunk[d])
	if size <= n || n > 2*(size/3) {
		size = n + size/3
	}
	c := &st.chunk
	*c = Chunk{Offset: off, Data: data}
	if _, p := st.trees.seek(&s.index, off); p != nil && p.off <= off {
		at, b := st.runOver(s, max(0, off-(size-n)), off, end+(size-n))
		if at+int64(len(b)) >= end {
			from, to := window(at, at+int64(len(b)), off, end, size)
			c.Offset, c.Data, c.Seen = from, b[from-at:to-at], int(off-from)
		}
	}
	st.Counters.Inspected += uint64(n)
	to := c.Offset + int64(len(c.Data))
	switch {
	case !st.beyond(s):
	case s.raw >= s.acked:
		to = s.raw
	case c.Offset > s.acked:
		to = s.acked
	}
	s.raw = max(s.raw, min(to, s.edge))
	i.Inspect(d, c)
	if s.flags&(deep|rawLast) != 0 || cfg.Depth > 0 && end >= cfg.Depth {
		s.DropRaw()
	}
	st.tidy(s)
}

// InspectedAcked says, with Config.Inline, that what the receiver acknowledged of s needs no inspection: it had it when it
// passed.
func (st *Store) InspectedAcked(s *Stream) {
	if to := min(s.acked, s.edge); s.flags&rawOn != 0 && s.raw < to {
		s.raw = to
		st.tidy(s)
	}
}

// window returns size bytes of [lo, hi) around [from, to), or all if there are no more. Half of what is left beside the
// segment lies before it, unless there is less.
func window(lo, hi, from, to, size int64) (a, b int64) {
	half := (size - (to - from)) / 2
	before, behind := from-lo, hi-to
	switch {
	case hi-lo <= size:
		return lo, hi
	case behind == 0:
		return hi - size, hi
	case before == 0:
		return lo, lo + size
	case before < half:
		return lo, min(hi, to+2*half-before)
	case behind < half:
		return max(lo, from-(2*half-behind)), hi
	}
	return from - half, to + half
}
