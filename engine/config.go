package engine

import (
	"net/netip"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/expect"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// Checksums says what is done about packets with a wrong checksum.
type Checksums uint8

const (
	ChecksumAuto   Checksums = iota // verified, unless most of the first packets are wrong: then the capture was offloaded
	ChecksumVerify                  // a TCP segment with a wrong one counts for nothing
	ChecksumIgnore                  // not looked at
)

// Config says how an Engine works. The zero value, given protocols and a sink, is ready to use.
type Config struct {
	// Workers is the number of workers among which Engine.Run shares the flows out, each with a goroutine of its own. When 0
	// or 1, and with one Source, there is one, and packets are not handed over.
	//
	// The records are the same for any number, but for their order; so are the verdicts, which a Decider is told. Memory of
	// flows and streams is divided among the workers. Policy, Streams and the handlers of Protocols are called by several
	// goroutines at once, though for one flow by one only; Sink is too, if it is an event.ConcurrentSink, and Notice is not.
	Workers int
	// ByPair gives all flows of two hosts to the same worker.
	ByPair bool

	// Protocols are those that flows may have. Their order decides when two claim the same bytes.
	Protocols []app.Protocol
	// Sink is where event records go. When nil, there are none. Its counters are among those of the engine if it is a
	// stats.Lister; it is asked by another goroutine then.
	Sink event.Sink

	// Streams takes the streams of all TCP connections in place of Protocols. When nil, the Protocols do.
	Streams StreamHandler

	// Raw inspects the bytes of TCP connections as they are, beside Protocols or Streams. When nil, nothing is held for that.
	Raw RawHandler
	// RawPackets has Raw inspect payloads alone, not as parts of their streams.
	RawPackets bool
	// Logger is told the bytes of TCP connections as they are delivered. When nil, nobody is.
	Logger StreamLogger

	// Packets makes what looks at the packets of a worker. When nil, nobody does.
	Packets func() PacketHandler
	// ShowStreams has what streams held when a packet came stay until Packets saw the packet: see Flow.Held.
	ShowStreams bool

	// PacketLog is called once for each worker and returns who is told of its captured packets. When nil, nobody is.
	PacketLog func() PacketLog

	// Inline says that packets wait for the verdict: bytes are then parsed as they arrive, acknowledged or not.
	Inline bool
	// Prevent says that verdicts are carried out. Exceptions can then drop, so does, with Inline and unless KeepInvalid
	// is set, what does not fit the state of its connection, and the verdicts are counted.
	Prevent     bool
	KeepInvalid bool
	// Drops makes a record of each packet that is dropped, with Prevent.
	Drops bool
	// Exceptions says what becomes of traffic that cannot be followed or parsed.
	Exceptions Exceptions
	// BypassDeep ignores the rest of a connection of which a direction has reached the depth of Stream.
	BypassDeep bool
	// ConnectionMemory limits the memory of connections beyond that of their flows and streams, in bytes. When zero,
	// there is no limit but that of flows.
	ConnectionMemory int64
	// Faults has things fail on purpose.
	Faults Faults

	// Checksums says what is done about wrong checksums.
	Checksums Checksums
	// DecodeEvents and StreamEvents make anomaly records of what is odd in packets and in connections.
	DecodeEvents, StreamEvents bool
	// Segments makes a stream_tcp record of each segment of a connection that is followed. No half-open connection is kept small then.
	Segments bool
	// NoFlows leaves out flow records.
	NoFlows bool
	// Netflows makes a netflow record of each direction of a flow.
	Netflows bool
	// ARP makes a record of each valid ARP packet.
	ARP bool
	// PacketHeader adds the first 32 bytes of the packet to the records of DecodeEvents and StreamEvents.
	PacketHeader bool
	// Elephants says which flows are told to be large.
	Elephants Elephants
	// Ethernet keeps the link-layer addresses of flows and adds them to records.
	Ethernet bool

	// Tunnels says on which UDP ports packets in packets are looked for.
	Tunnels packet.Tunnels
	// MaxLayers is the number of headers with which a packet is not decoded any further.
	// When zero, it is 16.
	MaxLayers int
	// Defrag limits what is held of fragmented datagrams. Its Policy is that of the field Policy below unless it is set;
	// whether VLAN tags and tunnels tell datagrams apart is decided by Flow, for both.
	Defrag defrag.Config

	Flow   flow.Config
	Stream stream.Config
	TCP    tcp.Config
	App    app.Config // Reuse is on in any case: neither Sink nor handlers keep transactions
	// Expectations limits what is remembered of connections that others announced. The workers share it.
	Expectations expect.Config

	Stats stats.Config

	// Policy returns the overlap policy of a receiving host, for segments and for fragments. When nil, every host is
	// stream.Linux6.
	Policy func(netip.Addr) stream.Policy

	// Notice is told once about each thing that a user should know, such as checksums that are not verified.
	Notice func(text string)
}

// Faults are failures that are simulated, to see what the Exceptions do. Each is the number of a packet; 0: none.
type Faults struct {
	Flow       uint64 // gets no flow
	Fragment   uint64 // is a fragment that is not stored
	Connection uint64 // begins a connection that is not followed
	Data       uint64 // has a payload that is not stored
}

// prepare sets up a decoder.
func (c *Config) prepare(d *packet.Decoder) {
	d.SetTunnels(c.Tunnels)
	d.SetMaxLayers(c.MaxLayers)
}
