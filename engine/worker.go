package engine

import (
	"bytes"
	"sync/atomic"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// Worker takes packets through all stations. It belongs to one goroutine.
type Worker struct {
	config    Config
	decoder   packet.Decoder
	datagrams *defrag.Table
	found     places // packets in the captured one
	flows     *flow.Table[flowState]
	conns     conns
	sessions  numbered[*app.Session]
	values    numbered[any] // of a StreamHandler's flows, in place of sessions
	whole     ConnectionHandler
	packets   PacketHandler // nil: nobody
	early     early         // packets, if it is one
	keeper    FlowKeeper    // packets, if it is one
	anomalist Anomalist
	store     *stream.Store
	tracker   *tcp.Tracker
	gateway   *app.Gateway
	checksum  checksum
	counters  Counters
	endings   endings
	elephants elephants
	memory    memory
	demand    *Demand                 // that it heeds; nil: the configuration's
	wanted    *atomic.Pointer[Demand] // of the engine
	faults    int                     // of parsers, that the user was told of
	details   map[flow.Handle]*detail // nil: not wanted

	expectations *expectations
	lane         *lane                  // nil: there is but this worker
	parents      map[flow.Handle]uint64 // identifiers of the flows that announced these

	exceptions exceptions
	verdicts   verdicts

	beside *beside      // nil: nobody reads beside the parsers
	chunk  stream.Chunk // being inspected alone

	share // of the packets, where there are several workers

	current
	flow     Flow
	segment  tcp.Segment
	verdict  packet.Verdict
	why      reason    // with the verdict Drop
	rejected Exception // Reject or RejectBoth

	packetLog PacketLog // nil: nobody
	fate      Fate      // of the captured packet

	record   event.Record
	anomaly  event.Anomaly
	segments *segmentRecords // nil: there was none
	frame    event.Frame
	ended    event.Flow
	netflow  event.Netflow
	dropped  event.Drop
	arp      event.ARP
	macs     [2]event.MAC // of the record
}

// current is the packet being processed, or the flow being ended.
type current struct {
	packet *packet.Packet // nil while a flow is ended
	entry  *flow.Entry[flowState]
	handle flow.Handle
	dir    stream.Dir // of the packet
	now    int64      // nanoseconds since the Unix epoch

	followed *packet.Packet // the packet, once its connection took it
	agreed   bool           // its connection was established before

	blamed  *event.Signature // rule that the packet is dropped for; nil: none
	again   bool             // it began a connection on the addresses of another
	flushed bool             // no packet: the flow is inspected before it goes on as something else
	first   bool             // the packet is the flow's first in its direction
	spared  bool             // an exception policy has the packet not looked at
	passing bool             // its rules have the flow pass from the next packet on

	untracked bool // it is to have no flow
}

// flowState is what the worker keeps of a flow: 24 bytes without pointers.
type flowState struct {
	conn    uint32 // of a TCP flow whose connection is followed; 0: none. Of an ICMP flow: types and codes; of ESP: the SPI
	session uint32 // or the number of a StreamHandler's value; 0: none
	opening tcp.Opening
}

// setICMP remembers the type and code of the first packet of an ICMP flow, setReply those of the first answer.
func (v *flowState) setICMP(kind, code uint8)  { v.conn = uint32(kind)<<8 | uint32(code) }
func (v *flowState) setReply(kind, code uint8) { v.conn |= uint32(kind)<<24 | uint32(code)<<16 }

func (v *flowState) icmp() (kind, code uint8)  { return uint8(v.conn >> 8), uint8(v.conn) }
func (v *flowState) reply() (kind, code uint8) { return uint8(v.conn >> 24), uint8(v.conn >> 16) }

// Marks of a flow.Entry.
const (
	dropped       uint16 = 1 << iota // nothing more is done about its packets
	bypassed                         // its packets are only counted
	replied                          // an ICMP flow has its answer
	begun                            // a ConnectionHandler knows it
	passed                           // an exception policy has it pass
	condemned                        // an exception policy has it dropped
	muted                            // it is not parsed any more
	shownToServer                    // a drop in this direction was told
	shownToClient
	metNoConnection // the exceptions that it met
	metNoData
	metNoSession
	metParserError
	astray  // packets of one direction came on several queues
	alerted // a rule told of it
)

// Counters count what no other station counts.
type Counters struct {
	InvalidChecksum uint64 `stat:"tcp.invalid_checksum"`
	BypassedPackets uint64 `stat:"flow_bypassed.local_pkts"`
	BypassedBytes   uint64 `stat:"flow_bypassed.local_bytes"`
	FlowsDropped    uint64 // by a handler
	Unwelcome       uint64 `stat:"reknit.emergency_without_flow"` // segments that began no flow because memory was short

	ConnectionsRefused uint64 `stat:"tcp.ssn_memcap_drop"`
	SegmentsRefused    uint64 `stat:"tcp.segment_memcap_drop"`

	WrongThread uint64 `stat:"tcp.pkt_on_wrong_thread"`
	// Most link-layer addresses of an end of a flow, with Config.Ethernet.
	ClientMACs uint64 `stat:"decoder.max_mac_addrs_src,max"`
	ServerMACs uint64 `stat:"decoder.max_mac_addrs_dst,max"`

	SplitQueues uint64 `stat:"reknit.flow_split_queues"` // flows whose directions came on different queues
}

// newWorker returns a worker for a configuration that was completed.
func newWorker(c Config) (*Worker, error) {
	w := &Worker{config: c, store: stream.NewStore(c.Stream)}
	w.tracker = tcp.NewTracker(c.TCP, w.store)
	c.App.Reuse = true // a Sink keeps nothing
	g, err := app.NewGateway(c.App, c.Protocols, (*logger)(w))
	if err != nil {
		return nil, err
	}
	w.gateway = g
	w.flows = flow.NewTable(c.Flow, w.endFlow)
	w.checksum.mode = c.Checksums
	c.prepare(&w.decoder)
	c.prepare(&w.quiet)
	w.datagrams = defrag.New(c.defragConfig())
	w.flow.w = w
	w.exceptions.config, w.verdicts.config, w.elephants.config = &w.config, &w.config, &w.config
	w.whole, _ = c.Streams.(ConnectionHandler)
	w.beside = newBeside(&w.config)
	if c.Packets != nil {
		w.packets = c.Packets()
		w.equip()
	}
	if c.PacketLog != nil {
		w.packetLog = c.PacketLog()
	}
	if c.Netflows || c.Ethernet || c.Elephants.Bytes > 0 {
		w.details = make(map[flow.Handle]*detail)
	}
	return w, nil
}

// Packet decodes p, which a Source filled in, takes it and the packets in it through all stations, and returns what is to
// become of it.
func (w *Worker) Packet(p *packet.Packet) packet.Verdict {
	w.change()
	w.decoder.Decode(p)
	w.verdict, w.why, w.rejected, w.fate = packet.Pass, noReason, Ignore, Fate{}
	w.process(p)
	if p.Flags&(packet.HasInner|packet.Fragment) != 0 {
		w.unpack(p)
	}
	if w.config.Prevent {
		w.judge()
	}
	if w.packetLog != nil {
		w.packetLog.Log(p, w.fate)
	}
	return w.verdict
}

// process takes p through all stations.
func (w *Worker) process(p *packet.Packet) {
	w.current = current{packet: p, now: p.Time}
	w.gateway.Packet(p.Time, p.Number)
	switch {
	case p.WantsFlow() && w.early.flow != nil && w.stopped(p):
	case p.WantsFlow():
		w.track(p)
	case p.Flags&packet.HasICMP != 0:
		w.quoted(p)
	default:
		w.flows.Advance(p.Time)
		w.oddities(p)
		if w.config.ARP && p.Flags&packet.HasARP != 0 {
			w.arpRecord(p)
		}
	}
	if w.packets != nil && p.Flags&packet.Fragment == 0 {
		w.show(p)
	}
	if w.followed != nil {
		w.let()
	}
	if w.beside != nil && w.beside.frames && w.entry != nil {
		w.framesSeen()
	}
	if w.packetLog != nil {
		w.noteFate(p)
	}
}

// track finds the flow of p and hands p to what follows the flow.
func (w *Worker) track(p *packet.Packet) {
	var k flow.Key
	src, dst := p.SrcPort, p.DstPort
	if p.Flags&(packet.HasICMP|packet.HasESP) != 0 {
		src, dst = portsOf(p)
	}
	k.Set((*[16]byte)(&p.Src), (*[16]byte)(&p.Dst), src, dst, &p.VLAN, p.Protocol, p.Version, p.Depth)
	h, d, created := w.lookup(&k, p)
	if h == 0 {
		w.flowless(p)
		return
	}
	isTCP := p.Flags&packet.HasTCP != 0
	if isTCP && !w.verify(p) {
		w.visit(h, d, p)
		if w.entry.Mark&dropped != 0 {
			w.dropOfFlow()
		}
		return
	}
	if isTCP {
		w.fill(p)
		if !created && w.segment.Flags&tcp.SYN != 0 && w.reused(h, stream.Dir(d)) {
			before := w.arrivedOn(h)
			if d == flow.ToClient {
				before[0], before[1] = before[1], before[0]
			}
			w.flows.End(h, flow.TCPReuse)
			if h, d = w.flows.Create(&k, p.Time), flow.ToServer; h == 0 {
				w.flowless(p)
				return
			}
			w.arrives(h, before)
			w.again = true
		}
	}
	w.visit(h, d, p)
	if w.queues != nil {
		w.arrive(p, created)
	}
	switch {
	case p.Flags&packet.HasICMP != 0:
		w.message(p, created)
	case p.Flags&packet.HasESP != 0 && created:
		w.entry.Value.conn = p.SPI
	}
	switch e := w.entry; {
	case e.Mark&dropped != 0:
		w.dropOfFlow()
	case e.Mark&bypassed != 0:
		w.counters.BypassedPackets++
		w.counters.BypassedBytes += uint64(len(p.Frame))
	case isTCP && w.early.stream != nil && w.heldUp(p):
	case isTCP:
		w.follow(p)
	case p.Flags&(packet.HasUDP|packet.HasInner) == packet.HasUDP && len(p.Payload) > 0 && w.config.Streams == nil && e.Mark&muted == 0:
		w.datagram(p)
	}
}

// lookup finds the flow of p, or makes one.
func (w *Worker) lookup(k *flow.Key, p *packet.Packet) (h flow.Handle, d flow.Dir, created bool) {
	if f := w.config.Faults.Flow; f != 0 && f == p.Number {
		w.flows.Counters().Memcap++
		return 0, 0, false
	}
	if h, d = w.flows.Find(k, p.Time); h != 0 {
		return h, d, false
	}
	if w.unwelcome(p) {
		return 0, 0, false
	}
	h = w.flows.Create(k, p.Time)
	return h, flow.ToServer, h != 0
}

// portsOf returns what stands for the ports in the key of the flow of p.
func portsOf(p *packet.Packet) (src, dst uint16) {
	switch {
	case p.Flags&packet.HasICMP != 0:
		return flow.ICMPPorts(p.Version, p.ICMPType)
	case p.Flags&packet.HasESP != 0:
		return espPorts(p)
	}
	return p.SrcPort, p.DstPort
}

// espPorts returns what makes the SPI part of the key of a flow, the same in both directions.
func espPorts(p *packet.Packet) (src, dst uint16) {
	src, dst = uint16(p.SPI>>16), uint16(p.SPI)
	if bytes.Compare(p.Src[:], p.Dst[:]) > 0 {
		src, dst = dst, src
	}
	return src, dst
}

// visit makes h the flow of the packet and counts the packet.
func (w *Worker) visit(h flow.Handle, d flow.Dir, p *packet.Packet) {
	w.handle, w.entry, w.dir = h, w.flows.Entry(h), stream.Dir(d)
	w.first = w.entry.Count(d, frameLen(p))
	if w.details != nil {
		w.note(h, w.dir, p)
	}
	w.oddities(p)
}

// message remembers what the first packet of an ICMP flow is about, and the first answer.
func (w *Worker) message(p *packet.Packet, first bool) {
	switch e := w.entry; {
	case first:
		e.Value.setICMP(p.ICMPType, p.ICMPCode)
	case w.dir == stream.ToClient && e.Mark&replied == 0:
		e.Mark |= replied
		e.Value.setReply(p.ICMPType, p.ICMPCode)
	}
}

// quoted counts an ICMP error as a packet of the flow that it is about, if there is one.
func (w *Worker) quoted(p *packet.Packet) {
	q, ok := p.Quote()
	if !ok {
		w.flows.Advance(p.Time)
		w.oddities(p)
		return
	}
	var k flow.Key
	k.Set((*[16]byte)(&q.Src), (*[16]byte)(&q.Dst), q.SrcPort, q.DstPort, &p.VLAN, q.Protocol, p.Version, p.Depth)
	if h, d := w.flows.Find(&k, p.Time); h != 0 {
		d = d.Opposite() // the quoted packet went the other way
		w.handle, w.entry, w.dir = h, w.flows.Entry(h), stream.Dir(d)
		w.entry.CountAbout(d, len(p.Frame))
		if w.details != nil {
			w.note(h, w.dir, p)
		}
	}
	w.oddities(p)
}

// fill makes the segment of a TCP packet.
func (w *Worker) fill(p *packet.Packet) {
	g, t := &w.segment, &p.TCP
	g.Seq, g.Ack, g.Flags = tcp.Seq(t.Seq), tcp.Seq(t.Ack), tcp.Flags(t.Flags)
	g.Window, g.Urgent = t.Window, t.Urgent
	g.Payload, g.Lost, g.Time = p.Payload, p.Lost, p.Time
	g.Options, g.SACKs, g.NoPickup = 0, 0, false
	if t.Options == 0 {
		return
	}
	g.TSVal, g.TSEcr = t.TSVal, t.TSEcr
	if t.Options == packet.OptTimestamp {
		g.Options = tcp.Timestamps
		return
	}
	for _, o := range optionsOf {
		if t.Options&o.packet != 0 {
			g.Options |= o.tcp
		}
	}
	g.WindowScale = t.WindowScale
	g.SACKs = t.SACKs
	copy(g.SACK[:g.SACKs], t.SACK[:])
}

var optionsOf = [...]struct {
	packet packet.TCPOptions
	tcp    tcp.Options
}{
	{packet.OptTimestamp, tcp.Timestamps},
	{packet.OptWindowScale, tcp.WindowScale},
	{packet.OptSACKPermitted, tcp.SACKPermitted},
	{packet.OptFastOpen, tcp.FastOpen},
	{packet.OptMD5 | packet.OptUnreadable, tcp.Signed},
}

func (w *Worker) policy(p *packet.Packet) stream.Policy {
	if w.config.Policy == nil {
		return stream.Linux6
	}
	return w.config.Policy(p.DestAddr())
}

// datagram gives a UDP payload to the flow's session.
func (w *Worker) datagram(p *packet.Packet) {
	s := w.session(app.UDP)
	s.Datagram(w.dir, p.Payload)
	w.heed(s)
	w.settle()
}

// heed does with the flow what its parser asked for.
func (w *Worker) heed(s *app.Session) {
	if s.Dropped() && w.entry.Mark&dropped == 0 {
		w.entry.Mark |= dropped
		w.counters.FlowsDropped++
	}
	if s.Bypassed() {
		w.entry.Mark |= bypassed
	}
}

// session returns the session of the flow, which it makes if there is none yet.
func (w *Worker) session(t app.Transport) *app.Session {
	v := &w.entry.Value
	if v.session == 0 {
		tuple := w.entry.Key().Tuple()
		info := app.Info{Flow: uint64(w.handle), Transport: t, ClientPort: tuple.SrcPort, ServerPort: tuple.DstPort}
		if v.conn != 0 {
			c := w.conns.at(v.conn)
			info.Midstream, info.OneSided = c.Midstream(), c.Async()
		}
		v.session = w.sessions.put(w.gateway.NewSession(info))
	}
	return w.sessions.at(v.session)
}
