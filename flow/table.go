package flow

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"
	"unsafe"
)

const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
)

// Table holds flows, each with a value of type V. Make one with NewTable.
type Table[V any] struct {
	// What every packet needs comes first.
	clock  Clock
	due    int64 // when the hand moves next; 0: there was no packet
	slabs  []*slab[V]
	index  index
	hash   hashKey
	mask   uint64 // what of Key.tail counts
	limits *timeoutTable

	free Handle // list of entries that were used before
	used uint32 // entries from here on were never used

	memory    uint64
	deadlines []int64 // of each slab: nothing in it times out before
	hand      int     // the slab that the hand visits next
	taking    uint32  // where the search for an idle flow goes on
	emergency bool
	sweeping  bool // the hand is ending flows
	recovery  uint64
	normal    timeoutTable
	urgent    timeoutTable // the timeouts in emergency mode
	onEnd     func(Handle, *Entry[V], Reason)
	counters  Counters
}

// slab is where entries live. With entries of 120 bytes it fills whole pages.
type slab[V any] [slabSize]Entry[V]

const (
	slabShift = 10
	slabSize  = 1 << slabShift
)

// NewTable returns an empty table. end is called for every flow that ends, while its entry is still intact; of the
// table it may only call Entry. It may be nil.
func NewTable[V any](c Config, end func(h Handle, e *Entry[V], r Reason)) *Table[V] {
	t := &Table[V]{
		index:    newIndex(),
		mask:     math.MaxUint64,
		used:     1, // 0 is no Handle
		memory:   DefaultMemory,
		recovery: defaultRecovery,
		onEnd:    end,
	}
	for i := range t.hash {
		t.hash[i] = rand.Uint64()
	}
	if c.IgnoreVLAN {
		t.mask &^= vlanBits
	}
	if c.IgnoreRecursion {
		t.mask &^= recursionBits
	}
	if c.Memory > 0 {
		t.memory = uint64(c.Memory)
	}
	if c.EmergencyRecovery > 0 {
		t.recovery = uint64(min(c.EmergencyRecovery, 100))
	}
	t.normal, t.urgent = c.tables()
	t.limits = &t.normal
	t.counters.Memory = segmentBytes
	return t
}

// Entry returns the flow that h addresses.
func (t *Table[V]) Entry(h Handle) *Entry[V] { return &t.slabs[h>>slabShift][h%slabSize] }

// Counters returns the table's counters; read them only between calls.
func (t *Table[V]) Counters() *Counters { return &t.counters }

// Gauge sets those counters that tell the state of now.
func (t *Table[V]) Gauge() {
	c := &t.counters
	c.Spare = uint64(len(t.slabs))*slabSize - c.Active
	around := pass
	if t.emergency {
		around = urgentPass
	}
	c.Rate = uint64(len(t.slabs)) * slabSize / uint64(around/int64(time.Second))
}

// Memory returns how many bytes the table may use.
func (t *Table[V]) Memory() uint64 { return t.memory }

// Sweeping tells, when a flow ends, whether the table came upon it by itself, and not a packet.
func (t *Table[V]) Sweeping() bool { return t.sweeping }

// Now returns the time that the table has come to.
func (t *Table[V]) Now() int64 { return t.clock.now }

// InEmergency tells whether the table is in emergency mode.
func (t *Table[V]) InEmergency() bool { return t.emergency }

// Lookup returns the flow of a packet with key k at time now (nanoseconds since the Unix epoch), and the packet's
// direction in it. If there is no such flow it makes one; created tells. h is 0 if there is no memory for it.
// Flows that have timed out are ended first.
func (t *Table[V]) Lookup(k *Key, now int64) (h Handle, d Dir, created bool) {
	h, d = t.Find(k, now)
	if h != 0 {
		return h, d, false
	}
	h = t.Create(k, now)
	return h, ToServer, h != 0
}

// Find is Lookup, but makes no flow: h is 0 if there is none. Create may follow with the same key and time.
func (t *Table[V]) Find(k *Key, now int64) (h Handle, d Dir) {
	k.word = k.word&1 | uint32(k.hash(&t.hash, t.mask))<<1
	if c := &t.clock; now > c.now && now < t.due && c.ahead == 0 {
		c.now = now
	} else {
		now = t.advance(now)
	}
	b := t.index.bucket(k.word)
	for _, s := range &b.slots {
		if s == 0 {
			return 0, ToServer
		}
		if (s^k.word)>>handleBits == 0 {
			h = Handle(s & handleMask)
			e := t.Entry(h)
			if side := e.key.word ^ k.word; side <= 1 && e.key.differs(k, t.mask) == 0 {
				return t.met(h, e, now), Dir(side)
			}
		}
	}
	return t.findInChain(b.chain, k, now)
}

// findInChain is Find among the flows that have no place in the bucket.
func (t *Table[V]) findInChain(h Handle, k *Key, now int64) (Handle, Dir) {
	for h != 0 {
		e := t.Entry(h)
		if side := e.key.word ^ k.word; side <= 1 && e.key.differs(k, t.mask) == 0 {
			return t.met(h, e, now), Dir(side)
		}
		h = e.next
	}
	return 0, ToServer
}

// met returns h after a packet of the flow was seen, or 0 if the flow had timed out before.
func (t *Table[V]) met(h Handle, e *Entry[V], now int64) Handle {
	if t.clock.now-e.last < t.limits[e.flags&kindMask] {
		e.last = now
		return h
	}
	return t.missed(h, e)
}

// missed ends a flow that has timed out, which nobody had noticed.
func (t *Table[V]) missed(h Handle, e *Entry[V]) Handle {
	t.counters.LookupEvicted++
	t.end(h, e, Timeout)
	return 0
}

// Create makes a flow for a packet of which Find has found none, or whose flow was ended since. The packet's source
// is the client. h is 0 if there is no memory.
func (t *Table[V]) Create(k *Key, now int64) (h Handle) {
	if now < t.clock.now {
		now = t.clock.now
	}
	h = t.take()
	if h == 0 {
		t.counters.Memcap++
		return 0
	}
	e := t.Entry(h)
	*e = Entry[V]{key: *k, flags: live | flags(classOf(k.Protocol())), last: now, start: now}
	t.insert(t.index.bucket(k.word), h, e)
	t.counters.began(k)
	t.lowerDeadline(h, e)
	t.growIndex()
	return h
}

// SetState changes the state of a flow.
func (t *Table[V]) SetState(h Handle, s State) {
	e := t.Entry(h)
	e.flags = e.flags&^stateMask | flags(s)&stateMask
	t.lowerDeadline(h, e)
}

// End ends a flow.
func (t *Table[V]) End(h Handle, r Reason) { t.end(h, t.Entry(h), r) }

// Deadline returns when e times out, or timed out, which the table may notice later.
func (t *Table[V]) Deadline(e *Entry[V]) int64 { return e.last + t.limits[e.flags&kindMask] }

// Close ends all flows, in the order of their start times. Those that have timed out, which the hand would have come to,
// end for that reason. The table is empty afterwards and can be used again.
func (t *Table[V]) Close() {
	all := make([]Handle, 0, t.counters.Active)
	for h := Handle(1); h < Handle(t.used); h++ {
		if t.Entry(h).flags&live != 0 {
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b Handle) int { return cmp.Compare(t.Entry(a).start, t.Entry(b).start) })
	for _, h := range all {
		e, why := t.Entry(h), Shutdown
		if t.clock.now-e.last >= t.limits[e.flags&kindMask] {
			why = Timeout
		}
		t.end(h, e, why)
	}
}

// end tells the caller, takes the entry out of the index and puts it on the free list.
func (t *Table[V]) end(h Handle, e *Entry[V], r Reason) {
	if t.emergency {
		e.flags |= emergency
	}
	if t.onEnd != nil {
		t.onEnd(h, e, r)
	}
	t.counters.ended(e.State(), r)
	t.remove(h, e)
	e.flags = 0
	e.next, t.free = t.free, h
}

// take returns an entry that is not in use; 0 if there is none.
func (t *Table[V]) take() Handle {
	if t.free == 0 && int(t.used) == len(t.slabs)*slabSize || len(t.slabs) == 0 {
		if !t.addSlab() && !t.takeIdle() {
			return 0
		}
	}
	if h := t.free; h != 0 {
		t.free = t.Entry(h).next
		return h
	}
	t.used++
	return Handle(t.used - 1)
}

// addSlab adds a slab if the memory allows it, with its part of the index.
func (t *Table[V]) addSlab() bool {
	const indexBytes = slabSize/flowsPerBucket*64 + 64
	bytes := uint64(unsafe.Sizeof(slab[V]{}))
	index := max(uint64(len(t.slabs)+1)*indexBytes, segmentBytes)
	if uint64(len(t.slabs)+1)*bytes+index > t.memory || len(t.slabs) == 1<<(handleBits-slabShift) {
		t.counters.Unmet++
		return false
	}
	t.slabs = append(t.slabs, new(slab[V]))
	t.counters.Synced++
	t.counters.PerSync[0] += slabSize
	t.counters.PerSync[1]++
	t.deadlines = append(t.deadlines, never)
	t.counters.Memory += bytes
	return true
}

func classOf(protocol uint8) class {
	switch protocol {
	case protocolTCP:
		return classTCP
	case protocolUDP:
		return classUDP
	case protocolICMP, protocolICMPv6:
		return classICMP
	}
	return classOther
}
