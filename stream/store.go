package stream

import (
	"hash/maphash"
	"math"
	"time"
)

// Config says how streams are kept and delivered. The zero value is ready to use: acknowledged bytes only, no limits
// but MaxHeld's default.
type Config struct {
	// Immediate delivers bytes as soon as they follow without a hole. Without it, a byte is delivered once its receiver
	// acknowledged it (or at the end of the connection).
	Immediate bool
	// Inline is Immediate for an engine that sits in the path: what came first wins every overlap. What is delivered but
	// not acknowledged stays held, so that a retransmission can be compared with it, which sets CheckOverlap; where it
	// differs, its bytes are overwritten with those that are held, and are what the receiver is to get.
	Inline bool
	// Depth is the number of bytes of a direction that are looked at. A segment that crosses it is discarded whole.
	// When zero, there is no such limit.
	Depth int64
	// MaxHeld is the number of bytes held per direction, at most 2 GiB. When zero, it is 64 MiB. A segment that does not
	// fit is refused.
	MaxHeld int
	// MemoryCap is the memory in use by all streams of a Store: pages that hold their bytes, and the index. When zero,
	// it is DefaultMemoryCap, 256 MiB.
	MemoryCap int64
	// CheckOverlap compares overlapping bytes and reports when they differ.
	CheckOverlap bool
	// OverlapWindow is how many bytes behind those that were delivered stay held for CheckOverlap. When zero, it is
	// 16 KiB. Inline it means nothing.
	OverlapWindow int
	// GracePackets and GraceTime are how long a hole that was acknowledged is left open for a late segment: so many
	// further segments of the direction, or so much packet time, whichever comes first. When both are zero the hole is
	// declared lost at once.
	GracePackets int
	GraceTime    time.Duration
	// Raw says how content inspection sees streams.
	Raw RawConfig
}

// DefaultMemoryCap is the default of Config.MemoryCap.
const DefaultMemoryCap = 256 << 20

const (
	defaultMaxHeld       = 64 << 20
	defaultOverlapWindow = 16 << 10
	keepArena            = 256 << 10
)

// Counters count what a Store did.
type Counters struct {
	Gaps           uint64 `stat:"tcp.reassembly_gap"` // holes declared lost that the receiver acknowledged, or part of them
	LostBytes      uint64 // bytes in them
	Overlaps       uint64 `stat:"tcp.overlap"`              // segments that overlapped a held one
	OverlapsDiffer uint64 `stat:"tcp.overlap_diff_data"`    // of these, with other bytes
	DepthReached   uint64 `stat:"tcp.stream_depth_reached"` // segments discarded for the depth
	Refused        uint64 `stat:"tcp.insert_data_normal_fail"`
	RefusedOverlap uint64 `stat:"tcp.insert_data_overlap_fail"`
	RefusedBytes   uint64
	LateBytes      uint64 // bytes that arrived after their hole was declared lost, or twice
	Scanned        uint64 // bytes searched for the end of a line or a delimiter
	Copied         uint64 // bytes copied to make a unit contiguous
	Inspected      uint64 `stat:"reknit.inspected_bytes"` // bytes given to content inspection, each once
	InspectedLate  uint64 `stat:"reknit.inspected_late"`  // times that too much waited for a segment of its direction
	MemoryUse      uint64 `stat:"tcp.reassembly_memuse,gauge"`
	FromCache      uint64 `stat:"tcp.segment_from_cache"` // pages that had been in use before
	FromPool       uint64 `stat:"tcp.segment_from_pool"`  // and new ones
}

// Store keeps what the streams of one worker hold. It is not safe for concurrent use.
type Store struct {
	Counters Counters

	config  Config
	plain   bool // Config.plain
	pages   pages
	trees   trees
	sides   slab[side]
	queues  queues
	cursors [2]Cursor
	views   [2]view
	pair    *Pair // being delivered
	closing bool  // without limit
	lingers bool  // what was read stays held
	// lingering is where what lingers begins, by direction.
	lingering [2]int64
	arena     []byte // units that did not lie in one piece, valid during one call of a Reader
	chunk     Chunk  // being inspected
	now       int64  // packet time, nanoseconds
	seed      maphash.Seed
}

// NewStore returns an empty Store.
func NewStore(c Config) *Store {
	if c.Inline {
		c.Immediate, c.CheckOverlap = true, true
	}
	if c.MaxHeld == 0 {
		c.MaxHeld = defaultMaxHeld
	}
	if c.MemoryCap == 0 {
		c.MemoryCap = DefaultMemoryCap
	}
	if c.OverlapWindow == 0 {
		c.OverlapWindow = defaultOverlapWindow
	}
	c.MaxHeld = min(c.MaxHeld, math.MaxInt32)
	c.Raw.setDefaults()
	st := &Store{config: c, plain: c.plain(), seed: maphash.MakeSeed()}
	for i := range st.cursors {
		st.cursors[i].view = &st.views[i]
		st.views[i].dir = Dir(i)
		st.views[i].store, st.views[i].peer = st, &st.cursors[1-i]
	}
	return st
}

// plain reports whether bytes pass as they come: they are wanted at once, and no depth, comparison or copy of them.
func (c *Config) plain() bool { return c.Immediate && !c.Inline && !c.CheckOverlap && c.Depth == 0 }

// CheckOverlap sets Config.CheckOverlap for what comes from now on. Inline it is always set.
func (st *Store) CheckOverlap(on bool) {
	c := &st.config
	c.CheckOverlap = on || c.Inline
	st.plain = c.plain()
}

// Config returns the configuration with its defaults filled in.
func (st *Store) Config() Config { return st.config }

// Immediate reports whether bytes are delivered before they are acknowledged.
func (st *Store) Immediate() bool { return st.config.Immediate }

// Tick tells the Store the time of the packet that it works for, in nanoseconds.
func (st *Store) Tick(now int64) { st.now = now }

// MemoryUse returns the memory that streams use: their pages, also what is still empty of them, and their index.
func (st *Store) MemoryUse() int64 {
	return st.pages.bytes + st.trees.bytes() + st.sides.bytes + st.queues.bytes + st.queues.marks.bytes
}

// Gauge sets the counters that tell what is in use now.
func (st *Store) Gauge() {
	c := &st.Counters
	c.MemoryUse, c.FromCache, c.FromPool = uint64(st.MemoryUse()), st.pages.again, st.pages.fresh
}

// fits reports whether n bytes more stay below the cap.
func (st *Store) fits(n int64) bool { return n <= st.config.MemoryCap-st.MemoryUse() }

// Release frees all that s holds.
func (st *Store) Release(s *Stream) {
	st.trim(s, math.MaxInt64)
	if s.side != 0 {
		st.drop(s)
	}
	s.contig = s.app
	s.flags |= closed
}

// Restart forgets all that s has seen: it begins again, with its policy and for the same holders.
func (st *Store) Restart(s *Stream) {
	st.Release(s)
	*s = Stream{policy: s.policy, flags: s.flags & (rawOn | rawOff | logOn), inspect: s.inspect}
}

// trim frees what lies before left.
func (st *Store) trim(s *Stream, left int64) {
	for s.index.root() != 0 {
		p := st.trees.first(&s.index)
		if p.end() > left {
			return
		}
		s.held -= uint32(p.n)
		page := p.page
		st.trees.removeFirst(&s.index)
		st.pages.unref(page)
	}
	if s.page != 0 {
		st.pages.unref(s.page)
		s.page = 0
	}
}
