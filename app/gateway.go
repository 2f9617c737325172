package app

import (
	"errors"
	"fmt"

	"github.com/reknit/reknit/stream"
)

// Mode says how much of a protocol is wanted.
type Mode uint8

const (
	Parse      Mode = iota // detected and parsed
	DetectOnly             // detected, not parsed
	Off                    // neither
)

// Settings are a protocol's own.
type Settings struct {
	Mode  Mode
	Ports []Port // where its probe runs; nil: Protocol.Ports
	MaxTx int    // zero: Protocol.MaxTx, or Config.MaxTx
}

// Config is how a Gateway works. The zero value is ready to use.
type Config struct {
	// Protocols has the settings of protocols, by name. A protocol that is not in it is parsed.
	Protocols map[string]Settings

	// Inline says that bytes are seen before the receiver has them. Parsers then do not wait for each other.
	Inline bool

	// MaxWait is the number of bytes held for a parser that waits for the other direction; with more it goes on without.
	// When zero, it is 64 KiB.
	MaxWait int

	// MaxTx is the number of transactions of a flow that may be incomplete at once.
	// When zero, it is 1024.
	MaxTx int

	// MaxAnomalies is the number of anomalies of a flow that are told to the Logger.
	// When zero, it is 1024.
	MaxAnomalies int

	// MaxSwitches is the number of times that a flow may change its protocol; then Conn.Switch refuses.
	// When zero, it is 8.
	MaxSwitches int

	// ProbeLimit is the number of bytes that a probe, or the check of a pattern, may look at before it is taken to have
	// said No.
	// When zero, it is 1024.
	ProbeLimit int

	// DetectLimit is the number of bytes of a direction that are held for the detection of a protocol once patterns and
	// probes had their chance, in the hope that the other direction will tell.
	// When zero, it is 100000.
	DetectLimit int

	// DetectMost is what DetectLimit grows to where the end that sends has announced a larger window, which the Logger
	// tells (Windower). When less than DetectLimit, windows do not matter.
	DetectMost int

	// SwitchLimit is the number of bytes after a protocol change in which a protocol must be found.
	// When zero, it is 4096.
	SwitchLimit int

	// Reverse has the bytes of a direction recognised by what the other one has, too, as long as that is unknown. A flow
	// that was picked up midstream is then turned round: its client and server were mistaken for each other.
	Reverse bool

	// Frames says which frames are kept.
	Frames FrameConfig

	// KeepForRules keeps finished transactions until Session.Inspected was called for both directions.
	KeepForRules bool

	// TellAfterRules has the Logger told of a transaction when rules have inspected it, with KeepForRules: they may want it not
	// told (Tx.Silence).
	TellAfterRules bool

	// Reuse has a transaction whose parser can do that (it has a method Reuse()) serve another one once it was told and rules are
	// through with it. The Logger then keeps none, nor anything that it points to, beyond the call.
	Reuse bool

	// Faults has parsers fail on purpose: when they are given the byte at this offset of their direction.
	Faults [2]Fault
}

func (c *Config) setDefaults() {
	SetLimits(
		Limit{Field: &c.MaxWait, Default: 64 << 10},
		Limit{Field: &c.MaxTx, Default: 1024},
		Limit{Field: &c.MaxAnomalies, Default: 1024},
		Limit{Field: &c.MaxSwitches, Default: 8},
		Limit{Field: &c.ProbeLimit, Default: 1024},
		Limit{Field: &c.DetectLimit, Default: 100000},
		Limit{Field: &c.SwitchLimit, Default: 4096},
	)
	c.Frames.setDefaults()
	c.MaxAnomalies = min(c.MaxAnomalies, 1<<16-1)
	c.MaxSwitches = min(c.MaxSwitches, 1<<8-1)
	c.ProbeLimit = min(c.ProbeLimit, 1<<16-1)
}

// Failed is the name of the protocol of a flow that has none of those that are known.
const Failed = "failed"

// protoID is an index into Gateway.kinds.
type protoID uint16

const (
	unknown protoID = iota // not decided
	failed                 // decided: none
	firstID
)

// kind is a protocol as the gateway needs it. A name that was only ever expected has a kind without a parser.
type kind struct {
	Protocol
	event      string
	complete   [2]Progress
	maxTx      int
	tooMany    EventID // index of too_many_transactions; noEvent
	transports uint8   // overTCP, overUDP
	frames     uint32  // that are wanted: a bit for each FrameID
	off        bool    // not to be detected
}

// Gateway makes the sessions of one worker and has what they share. It must be used by one goroutine at a time.
type Gateway struct {
	config   Config
	kinds    []kind
	ids      map[string]protoID
	detector [2]detector // TCP, UDP
	logger   Logger
	files    FileLogger  // nil: the Logger does not want them
	opener   FileOpener  // nil
	errors   ErrorLogger // nil
	expecter Expecter    // nil
	windower Windower    // nil
	missing  Missinger   // nil
	address  Addresser   // nil
	framer   FrameLogger // nil

	now    int64  // of the packet being processed
	number uint64 // likewise

	counters Counters
	perKind  []kindCounters

	free    []*Session
	look    look     // being taken
	anomaly Anomaly  // being told
	file    fileBody // being recorded
	frame   frameRecord

	frameText []byte
}

// NewGateway returns a gateway for the given protocols. The order of protocols decides when two of them claim the same
// bytes. An error names the protocol whose description is not possible.
func NewGateway(c Config, protocols []Protocol, l Logger) (*Gateway, error) {
	c.setDefaults()
	g := &Gateway{
		config: c,
		kinds:  []kind{unknown: {}, failed: {Protocol: Protocol{Name: Failed}}},
		ids:    map[string]protoID{},
		logger: l,
	}
	g.files, _ = l.(FileLogger)
	g.opener, _ = l.(FileOpener)
	g.errors, _ = l.(ErrorLogger)
	g.expecter, _ = l.(Expecter)
	g.windower, _ = l.(Windower)
	g.missing, _ = l.(Missinger)
	g.address, _ = l.(Addresser)
	g.framer, _ = l.(FrameLogger)
	for i := range protocols {
		p := protocols[i]
		if err := check(&p); err != nil {
			return nil, fmt.Errorf("protocol %q: %w", p.Name, err)
		}
		if _, double := g.ids[p.Name]; double {
			return nil, fmt.Errorf("protocol %q: given twice", p.Name)
		}
		g.add(p, c.Protocols[p.Name])
	}
	g.detector[0] = newDetector(g, TCP)
	g.detector[1] = newDetector(g, UDP)
	return g, nil
}

// check reports what is impossible in p.
func check(p *Protocol) error {
	if p.Name == "" || p.Name == Failed {
		return errors.New("name is empty or reserved")
	}
	for _, t := range p.Patterns {
		if t.Text == "" || t.Offset < 0 || t.Depth != 0 && t.Depth < t.Offset+len(t.Text) || t.Depth > 1<<12 {
			return fmt.Errorf("pattern %q cannot match", t.Text)
		}
	}
	if len(p.Frames) > maxFrameKinds {
		return fmt.Errorf("more than %d frames", maxFrameKinds)
	}
	return nil
}

// add makes p known, with the settings for it.
func (g *Gateway) add(p Protocol, s Settings) protoID {
	k := kind{Protocol: p, event: p.Event, complete: p.Complete, maxTx: s.MaxTx, tooMany: noEvent}
	k.transports = transportsOf(&p)
	switch s.Mode {
	case DetectOnly:
		k.NewStream, k.NewDatagram = nil, nil
	case Off:
		k.off = true
		k.NewStream, k.NewDatagram = nil, nil
		k.Patterns, k.Ports, k.Probe, k.ProbeDatagram = nil, nil, nil, nil
	}
	if s.Ports != nil && s.Mode != Off {
		k.Ports = s.Ports
	}
	if k.ProbeDatagram == nil {
		k.ProbeDatagram = k.Probe
	}
	if k.event == "" {
		k.event = p.Name
	}
	for d := range k.complete {
		k.complete[d] = max(k.complete[d], 1)
	}
	if k.maxTx <= 0 {
		k.maxTx = p.MaxTx
	}
	if k.maxTx <= 0 {
		k.maxTx = g.config.MaxTx
	}
	for i := range p.Events {
		if p.Events[i].Name == tooManyTx {
			k.tooMany = EventID(i)
		}
	}
	if k.Parsed() {
		k.frames = g.config.Frames.bits(&p)
	}
	id := protoID(len(g.kinds))
	g.kinds = append(g.kinds, k)
	g.perKind = append(g.perKind, make([]kindCounters, len(g.kinds)-len(g.perKind))...)
	g.ids[p.Name] = id
	return id
}

// Bits of kind.transports.
const (
	overTCP = 1 << iota
	overUDP
)

// transportsOf tells over which transports p runs. A protocol that is only detected runs over those of its ports, or TCP.
func transportsOf(p *Protocol) (bits uint8) {
	if p.NewStream != nil {
		bits |= overTCP
	}
	if p.NewDatagram != nil {
		bits |= overUDP
	}
	if bits != 0 {
		return bits
	}
	for _, port := range p.Ports {
		if port.Transport == UDP {
			bits |= overUDP
		} else {
			bits |= overTCP
		}
	}
	if bits == 0 {
		bits = overTCP
	}
	return bits
}

// id returns the number of a protocol's name. A name that is not known yet becomes a protocol that cannot be detected:
// it may still be expected.
func (g *Gateway) id(name string) protoID {
	if name == "" {
		return unknown
	}
	if id, ok := g.ids[name]; ok {
		return id
	}
	return g.add(Protocol{Name: name}, Settings{Mode: Off})
}

func (g *Gateway) kind(id protoID) *kind { return &g.kinds[id] }

// Change has flows that begin from now on parsed as protocols say, which are those of NewGateway with other settings of their own,
// and with the values of c for FrameConfig.Wanted, Config.KeepForRules and Config.TellAfterRules. Flows that there are go on as they
// began.
func (g *Gateway) Change(protocols []Protocol, c *Config) {
	g.config.KeepForRules, g.config.TellAfterRules, g.config.Frames.Wanted = c.KeepForRules, c.TellAfterRules, c.Frames.Wanted
	for i := range protocols {
		p := &protocols[i]
		id, known := g.ids[p.Name]
		if !known {
			continue
		}
		k := g.kind(id)
		if k.NewStream != nil {
			k.NewStream = p.NewStream
		}
		if k.NewDatagram != nil {
			k.NewDatagram = p.NewDatagram
		}
		if k.Parsed() {
			k.frames = g.config.Frames.bits(p)
		}
	}
}

// Packet tells the time and number of the packet that the sessions will be given bytes of; number 0 is no packet of the
// capture.
func (g *Gateway) Packet(now int64, number uint64) { g.now, g.number = now, number }

// Info is what a session must know of its flow.
type Info struct {
	// Flow is for the owner; Session.Flow returns it.
	Flow uint64

	Transport  Transport
	ClientPort uint16
	ServerPort uint16

	// Midstream says that the flow was picked up without its beginning, so that client and server may be swapped.
	Midstream bool
	// OneSided says that only one direction will ever be seen, so that nobody waits for the other.
	OneSided bool

	// Expect names the protocol that the flow was announced to have, and State is what the announcing parser left for
	// its successor (Conn.State).
	Expect string
	State  any
}

// sessionBlock is the number of sessions that are allocated at once: with the allocator's header they take 4 KiB.
const sessionBlock = 31

// NewSession returns the session of a new flow. Session.Close gives it back.
func (g *Gateway) NewSession(info Info) *Session {
	if len(g.free) == 0 {
		block := make([]Session, sessionBlock)
		for i := range block {
			g.free = append(g.free, &block[i])
		}
	}
	s := g.free[len(g.free)-1]
	g.free = g.free[:len(g.free)-1]
	s.start(g, info)
	return s
}

var directions = [2]stream.Dir{stream.ToServer, stream.ToClient}
