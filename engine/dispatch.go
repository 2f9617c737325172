package engine

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
)

// dispatcher hands the packets of one Source, or queue, to the owners of their flows.
type dispatcher struct {
	config    *Config
	name      string
	live      Live    // nil: packets can wait
	waits     Decider // the same, if its packets wait for a verdict
	spread    *flow.Spread
	lanes     []*lane // of the workers
	rings     []*ring // to them
	datagrams *datagrams

	gate   *gate  // nil: workers do not wait for each other
	handed uint64 // number of the last packet that was handed over

	decoder  packet.Decoder // its counters count for nothing: workers decode again
	found    places
	clock    flow.Clock
	checksum checksum
	number   uint64 // of the packet
	pending  int    // packets since the rings were published

	// What each worker gets of the packet, made anew for each one that carries others.
	own       []layers
	sums      sums
	fragments []*fragment
	ballot    *ballot

	counters dispatched
	mu       sync.Mutex
	shown    dispatched // a copy of counters, now and then, for others
}

// dispatched counts what dispatchers do.
type dispatched struct {
	Unseen  uint64 `stat:"reknit.ring_drops"` // packets, or parts of them, for whose worker there was no room
	blocked uint64 // of these, packets that were dropped
	passed  uint64 // and those that were not
}

// overloads names the verdicts on packets that no worker judged.
type overloads struct {
	config *Config
	of     *dispatched
}

// Each calls yield for each counter, where packets can be dropped.
func (o overloads) Each(yield func(name string, value uint64)) {
	if o.config.Prevent {
		yield("ips.accepted", o.of.passed)
		yield("ips.blocked", o.of.blocked)
	}
}

// datagrams is shared by all dispatchers: a datagram's fragments may come on several queues.
type datagrams struct {
	mu    sync.Mutex
	table *defrag.Table
}

const (
	batch = 64                 // packets after which the workers get to know of them
	tell  = int64(time.Second) // of the capture, after which a worker without packets is told the time
)

// of makes src the source of the packets.
func (d *dispatcher) of(src Source) {
	d.live, _ = src.(Live)
	if d.live != nil && d.gate != nil { // its packets do not wait
		for _, l := range d.lanes {
			l.gate = nil
		}
		d.gate = nil
	}
	d.waits, _ = src.(Decider)
	for _, r := range d.rings {
		r.decider = d.waits
	}
}

// all hands all packets of src over, and tells the workers that these were all.
func (d *dispatcher) all(ctx context.Context, src Source) (err error) {
	defer d.close()
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Thread: d.name, Number: d.number, Value: v, Stack: debug.Stack()}
		}
	}()
	return d.run(ctx, src)
}

// run hands all packets of src over.
func (d *dispatcher) run(ctx context.Context, src Source) error {
	var p packet.Packet
	for n := 1; ; n++ {
		if d.live != nil && d.pending > 0 && !d.live.Ready() {
			d.publish()
		}
		switch err := src.Next(&p); {
		case err == nil:
			d.packet(&p)
			d.handed = p.Number
			if d.pending++; d.pending == batch {
				d.publish()
			}
		case errors.Is(err, ErrQuiet):
			d.quiet(p.Time)
			n = 0 // look whether the run was cancelled
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
		if n%cancelCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// packet hands p to its owner, or to several, if it carries packets of other flows.
func (d *dispatcher) packet(p *packet.Packet) {
	d.number = p.Number
	d.decoder.Decode(p)
	before := d.clock
	d.sums = sumsOwn
	d.sample(p)
	d.clock.Advance(p.Time)
	if p.Flags&(packet.HasInner|packet.Fragment) == 0 {
		owner := d.owner(p)
		if owner < 0 {
			owner = int(p.Number % uint64(len(d.rings)))
		}
		d.hand(p, owner, 1, before)
		return
	}
	d.unpack(p)
	d.share()
	for owner, own := range d.own {
		if own != 0 {
			d.hand(p, owner, own, before)
		}
	}
	d.fragments, d.ballot = nil, nil
}

// share has the workers that have a part of the packet agree on what becomes of it, where somebody wants to know.
func (d *dispatcher) share() {
	if !d.config.Prevent && d.waits == nil && d.config.PacketLog == nil {
		return
	}
	n := int32(0)
	for _, own := range d.own {
		if own != 0 {
			n++
		}
	}
	if n > 1 {
		d.ballot = new(ballot)
		d.ballot.left.Store(n)
	}
}

// owner returns the worker that p belongs to, itself and not what it carries, or -1 when any will do.
func (d *dispatcher) owner(p *packet.Packet) int {
	var k flow.Key
	switch {
	case p.WantsFlow():
		if d.gate != nil && p.Flags&packet.HasTCP != 0 && d.gate.announcers.has(p) {
			d.gate.needed.Store(true)
		}
		src, dst := portsOf(p)
		k.Set((*[16]byte)(&p.Src), (*[16]byte)(&p.Dst), src, dst, &p.VLAN, p.Protocol, p.Version, p.Depth)
	case p.Flags&packet.HasICMP != 0:
		q, ok := p.Quote()
		if !ok {
			return -1
		}
		k.Set((*[16]byte)(&q.Src), (*[16]byte)(&q.Dst), q.SrcPort, q.DstPort, &p.VLAN, q.Protocol, p.Version, p.Depth)
	default:
		return -1
	}
	return d.spread.Owner(&k)
}

// unpack finds the owners of p and of the packets in it, as Worker.unpack comes across them. What has no flow goes where it
// costs no further copy: to the owner of what is in it, or of what is around it.
func (d *dispatcher) unpack(p *packet.Packet) {
	var owners [maxLayers]int
	n := 0
	for owners[0] = d.owner(p); n < maxLayers-1; {
		f := d.found.place(n)
		if p.Flags&packet.HasInner != 0 {
			d.decoder.DecodeInner(&f.packet, p)
		} else if p.Flags&packet.Fragment == 0 || !d.defragment(f, p) {
			break
		}
		n++
		p = &f.packet
		d.sample(p)
		d.clock.Advance(p.Time)
		owners[n] = d.owner(p)
	}
	clear(d.own)
	for i := n; i >= 0; i-- {
		if owners[i] < 0 && i < n {
			owners[i] = owners[i+1]
		}
	}
	last := int(p.Number % uint64(len(d.rings)))
	for i := range n + 1 {
		if owners[i] >= 0 {
			last = owners[i]
		}
		d.own[last] |= 1 << i
	}
}

// defragment adds fragment p to its datagram, and reports whether f is now the whole of it.
func (d *dispatcher) defragment(f *found, p *packet.Packet) bool {
	of := &fragment{}
	d.fragments = append(d.fragments, of)
	if n := d.config.Faults.Fragment; n != 0 && n == p.Number {
		of.refused = true
		return false
	}
	before := len(p.Events())
	t := d.datagrams.table
	d.datagrams.mu.Lock()
	refused := t.Counters.TrackersReached + t.Counters.FragmentsReached
	datagram, complete := t.Add(&d.decoder, p, d.clock.Now(), nil)
	of.refused = t.Counters.TrackersReached+t.Counters.FragmentsReached != refused
	d.datagrams.mu.Unlock()
	of.events = append([]packet.Event(nil), p.Events()[before:]...)
	if complete {
		of.datagram = datagram
		d.decoder.DecodeDatagram(&f.packet, p, datagram)
	}
	return complete
}

// sample finds out whether the checksums of the capture were filled in, which the order of all packets decides. Only the
// innermost packet can be a TCP segment.
func (d *dispatcher) sample(p *packet.Packet) {
	c := &d.checksum
	switch {
	case c.mode != ChecksumAuto || p.Flags&packet.HasTCP == 0:
	case c.given:
		d.sums = sumsOff
	case !c.sampling():
	case p.ChecksumOK():
		c.right()
		d.sums = sumsOff
	default:
		excused, shown := c.mistake()
		if d.sums = sumsWrong; excused {
			d.sums = sumsExcused
		}
		if shown && d.config.Notice != nil {
			d.config.Notice(checksumsGiven)
		}
	}
}

// hand copies p into the ring of a worker.
func (d *dispatcher) hand(p *packet.Packet, owner int, own layers, clock flow.Clock) {
	r := d.rings[owner]
	s := r.reserve(len(p.Frame))
	for s == nil {
		if d.live != nil {
			d.overload(p)
			return
		}
		d.publish()
		r.await()
		s = r.reserve(len(p.Frame))
	}
	copy(s.frame, p.Frame)
	s.number, s.time, s.link, s.wireLen = p.Number, p.Time, p.Link, p.WireLen
	s.clock, s.own = clock, own
	s.sums, s.fragments, s.ballot = d.sums, d.fragments, d.ballot
	r.told = d.clock.Now()
}

// overload does with a packet, or a part of it, what the policy says: its worker cannot keep up.
func (d *dispatcher) overload(p *packet.Packet) {
	d.counters.Unseen++
	v, known := d.config.unseenPart(d.ballot)
	if !known {
		return
	}
	if v == packet.Drop {
		d.counters.blocked++
	} else {
		d.counters.passed++
	}
	decide(d.waits, p.Number, v, d.ballot.frame(p.Frame))
}

// quiet tells all workers the time: no packets come.
func (d *dispatcher) quiet(now int64) {
	d.clock.Advance(now)
	for _, r := range d.rings {
		d.tell(r)
	}
	d.publish()
}

// publish lets the workers know of their packets, and those that got none for long, of the time.
func (d *dispatcher) publish() {
	d.pending = 0
	for i, r := range d.rings {
		if d.clock.Now()-r.told >= tell {
			d.tell(r)
		}
		if r.publish() {
			d.lanes[i].wake()
		}
	}
	if d.gate != nil {
		d.gate.published.Store(d.handed)
		d.gate.tell()
	}
	if d.counters != d.shown {
		d.mu.Lock()
		d.shown = d.counters
		d.mu.Unlock()
	}
}

// tell tells a worker the time, unless it has so much to do that it must wait for that.
func (d *dispatcher) tell(r *ring) {
	if s := r.reserve(0); s != nil {
		s.number, s.time, s.clock = d.number, d.clock.Now(), d.clock
		s.own, s.fragments, s.ballot = 0, nil, nil
		r.told = d.clock.Now()
	}
}

// close tells the workers that nothing is to come.
func (d *dispatcher) close() {
	d.handed = lastNumber
	d.publish()
	for i, r := range d.rings {
		r.final = d.clock
		r.closed.Store(true)
		d.lanes[i].wake()
	}
}
