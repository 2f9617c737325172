package defrag

import (
	"unsafe"

	"github.com/reknit/reknit/packet"
)

// Table puts datagrams together. It belongs to one goroutine.
type Table struct {
	Counters Counters

	config    Config
	index     map[key]uint32 // seeded, and it compares whole keys
	trackers  []*tracker     // by handle, from 1
	freeOnes  []uint32
	pages     []*page // by handle, from 1
	freePages []uint32
	oldest    uint32
	newest    uint32
	count     int // trackers in use
	fragments int
}

const (
	pageSize    = int64(unsafe.Sizeof(page{}))
	trackerSize = int64(unsafe.Sizeof(tracker{}) + unsafe.Sizeof(key{}) + 16) // with its place in the index
)

// New returns a Table.
func New(c Config) *Table {
	c.complete()
	return &Table{config: c, index: make(map[key]uint32), trackers: make([]*tracker, 1), pages: make([]*page, 1)}
}

// Add takes fragment p, at the time now, in nanoseconds. When p completes a datagram, Add appends that, headers
// included, to dst[:0] and returns it; otherwise it returns dst and false. Oddities are raised on p through d.
func (t *Table) Add(d *packet.Decoder, p *packet.Packet, now int64, dst []byte) (datagram []byte, complete bool) {
	if !p.Flags.Has(packet.Fragment) {
		return dst, false
	}
	tooLarge, ignored := packet.EventIPv6FragPacketTooLarge, packet.EventIPv6FragIgnored
	if p.Version == 4 {
		t.Counters.IPv4Fragments++
		tooLarge, ignored = packet.EventIPv4FragPacketTooLarge, packet.EventIPv4FragIgnored
	} else {
		t.Counters.IPv6Fragments++
	}
	t.expire(now)
	if p.Flags.Has(packet.Cut) {
		return dst, false
	}
	data := p.Transport
	if odd := len(data) % unitLen; odd != 0 && p.Frag.More {
		if p.Version == 6 { // the decoder said so
			return dst, false
		}
		data = data[:len(data)-odd]
	}
	if p.Frag.Offset+len(data)+headerOver(p) > 0xffff {
		d.Raise(p, tooLarge)
		return dst, false
	}
	k := t.key(p)
	h := t.find(&k, now)
	if len(data) == 0 || p.Frag.Header > pageLen {
		d.Raise(p, ignored)
		if h != 0 && t.trackers[h].policy == Linux6 { // the kernel takes it for corruption
			t.free(h)
		}
		return dst, false
	}
	if h == 0 {
		h = t.begin(&k, p, now)
	}
	if h == 0 || !t.insert(d, h, p, data) {
		d.Raise(p, ignored)
		return dst, false
	}
	tr := t.trackers[h]
	if !tr.final || tr.held != tr.end {
		return dst, false
	}
	dst, complete = t.assemble(tr, dst)
	t.free(h)
	if !complete {
		d.Raise(p, tooLarge)
	} else if p.Version == 4 {
		t.Counters.IPv4Reassembled++
	} else {
		t.Counters.IPv6Reassembled++
	}
	return dst, complete
}

// headerOver returns what the headers of the datagram take from the 65535 bytes that its length can tell.
func headerOver(p *packet.Packet) int {
	if p.Version == 4 {
		return p.Frag.Header
	}
	return p.Frag.Header - ipv6Len
}

// Len returns the number of incomplete datagrams.
func (t *Table) Len() int { return t.count }

// key returns the key of the datagram that p belongs to.
func (t *Table) key(p *packet.Packet) key {
	k := key{src: p.Src, dst: p.Dst, id: p.Frag.ID, version: p.Version}
	if p.Version == 4 {
		k.protocol = p.Protocol
	}
	if !t.config.IgnoreVLAN {
		k.vlan = p.VLAN
	}
	if !t.config.IgnoreDepth {
		k.depth = p.Depth
	}
	return k
}

// find returns the handle of the datagram with key k, or 0.
func (t *Table) find(k *key, now int64) uint32 {
	h := t.index[*k]
	if h == 0 || now < t.trackers[h].deadline {
		return h
	}
	t.Counters.Timeouts++ // one whose time is shorter than that of older ones
	t.Counters.SoftReuse++
	t.free(h)
	return 0
}

// begin returns the handle of a new datagram with key k, or 0 when there is no room.
func (t *Table) begin(k *key, p *packet.Packet, now int64) uint32 {
	if t.count >= t.config.MaxTrackers {
		t.Counters.HardReuse++
		t.free(t.oldest)
	}
	if !t.room(trackerSize, 0) {
		return 0
	}
	h := t.takeTracker()
	tr := t.trackers[h]
	*tr = tracker{key: *k, older: t.newest}
	timeout := t.config.Timeout
	if f := t.config.TimeoutOf; f != nil {
		if own := f(p.DestAddr()); own > 0 {
			timeout = own
		}
	}
	tr.deadline = now + int64(timeout)
	if f := t.config.Policy; f != nil {
		tr.policy = f(p.DestAddr())
	}
	if t.newest != 0 {
		t.trackers[t.newest].newer = h
	} else {
		t.oldest = h
	}
	t.newest = h
	t.index[*k] = h
	t.count++
	return h
}

// expire gives up the oldest datagrams whose time is over.
func (t *Table) expire(now int64) {
	for t.oldest != 0 && now >= t.trackers[t.oldest].deadline {
		t.Counters.Timeouts++
		t.free(t.oldest)
	}
}

// room makes room for n bytes by giving up the oldest datagrams, but for keep.
func (t *Table) room(n int64, keep uint32) bool {
	for int64(t.Counters.MemoryUse)+n > t.config.Memory {
		victim := t.oldest
		if victim == keep && victim != 0 {
			victim = t.trackers[victim].newer
		}
		if victim == 0 {
			t.Counters.TrackersReached++
			return false
		}
		t.Counters.HardReuse++
		t.free(victim)
	}
	return true
}

func (t *Table) takeTracker() uint32 {
	t.Counters.MemoryUse += uint64(trackerSize)
	if n := len(t.freeOnes); n > 0 {
		h := t.freeOnes[n-1]
		t.freeOnes = t.freeOnes[:n-1]
		return h
	}
	t.trackers = append(t.trackers, new(tracker))
	return uint32(len(t.trackers) - 1)
}

// takePage returns the handle of an empty page for tracker h, or 0.
func (t *Table) takePage(h uint32) uint32 {
	if !t.room(pageSize, h) {
		return 0
	}
	t.Counters.MemoryUse += uint64(pageSize)
	if n := len(t.freePages); n > 0 {
		i := t.freePages[n-1]
		t.freePages = t.freePages[:n-1]
		t.pages[i].owner = [pageUnits]extent{}
		return i
	}
	t.pages = append(t.pages, new(page))
	return uint32(len(t.pages) - 1)
}

// free forgets a datagram.
func (t *Table) free(h uint32) {
	tr := t.trackers[h]
	for i, n := range tr.pages {
		if n != 0 {
			t.freePages = append(t.freePages, n)
			tr.pages[i] = 0
			t.Counters.MemoryUse -= uint64(pageSize)
		}
	}
	if tr.headerPage != 0 {
		t.freePages = append(t.freePages, tr.headerPage)
		t.Counters.MemoryUse -= uint64(pageSize)
	}
	if tr.older != 0 {
		t.trackers[tr.older].newer = tr.newer
	} else {
		t.oldest = tr.newer
	}
	if tr.newer != 0 {
		t.trackers[tr.newer].older = tr.older
	} else {
		t.newest = tr.older
	}
	t.fragments -= int(tr.fragments)
	t.count--
	t.Counters.MemoryUse -= uint64(trackerSize)
	delete(t.index, tr.key)
	*tr = tracker{}
	t.freeOnes = append(t.freeOnes, h)
}
