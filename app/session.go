package app

import (
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Session takes the bytes of one flow to its parser. It is a stream.Reader, and Datagram takes datagrams.
//
// Invariants: stream is nil unless proto is a protocol with a parser; live holds the transactions that are not complete,
// finished those that were not told yet, kept those that rules did not inspect yet.
type Session struct {
	gateway  *Gateway
	stream   StreamParser
	datagram DatagramParser
	rare     *rare

	live, finished, kept ring
	liveTx               uint32
	anomalies            uint16
	switches             uint8
	transport            Transport
	nextTx               uint64
	flow                 uint64

	proto    protoID // the flow's
	parsed   protoID // the one that the parser is for
	original protoID // before the first change
	expected protoID // after the last change
	was      protoID // before the change that TakeFlush is to tell of
	result   [2]protoID
	scanned  [2]uint16 // bytes in which patterns were looked for
	dir      [2]dirState
	state    sessionState

	clientPort, serverPort uint16
	keptTx                 uint32
}

// rare is what few sessions have.
type rare struct {
	request Switch   // the pending one, and its port later on
	state   any      // left by the predecessor
	before  uint64   // transactions of the protocols before the last change
	expect  protoID  // the flow was announced
	lost    [2]int64 // before there was a parser to tell
	files   uint32   // so far
	frames  *frames  // that somebody wants; nil: none
	order   []int64  // how far each direction was when the other one spoke, in turns
}

type dirState uint16

const (
	seen         dirState = 1 << iota // bytes or a gap arrived
	patternsDone                      // no pattern can match any more
	probesDone                        // no probe can say Yes any more
	decided                           // detection has ended
	ended                             // End was called
	waiting                           // for the other direction
	peerLost                          // the last wait ended without the other direction
	opaque                            // encrypted
	told                              // the parser was told that it ended
	inquired                          // the Expecter was asked for the flow
	inspectDue                        // see TakeDue
	unkept                            // see Unkept
)

type sessionState uint16

const (
	disabled  sessionState = 1 << iota // nothing for the parser any more
	switching                          // the parser asked for another protocol
	reversed                           // client and server were mistaken for each other
	midstream
	oneSided
	serverFirst // the first bytes were the server's
	firstSeen   // serverFirst is known
	fed         // a parser was given bytes
	bypassed
	dropped
	asked      // Switch was called in this turn
	serverTurn // the turn is that of the direction to the client
	flushDue   // see TakeFlush
	framed     // frames of the parser's protocol are wanted
	forRules   // Config.KeepForRules, as it was when the flow began
	afterRules // Config.TellAfterRules, likewise
)

// start makes s the session of a new flow.
func (s *Session) start(g *Gateway, info Info) {
	*s = Session{
		gateway:    g,
		flow:       info.Flow,
		transport:  info.Transport,
		clientPort: info.ClientPort,
		serverPort: info.ServerPort,
	}
	if g.config.KeepForRules {
		s.state |= forRules
		if g.config.TellAfterRules {
			s.state |= afterRules
		}
	}
	if info.Midstream {
		s.state |= midstream
	}
	if info.OneSided {
		s.state |= oneSided
	}
	if info.Expect != "" || info.State != nil {
		*s.few() = rare{expect: g.id(info.Expect), state: info.State}
	}
}

// few returns the part that few sessions have.
func (s *Session) few() *rare {
	if s.rare == nil {
		s.rare = new(rare)
	}
	return s.rare
}

// lean gives up the part that few sessions have, if nothing is in it.
func (s *Session) lean() {
	r := s.rare
	if r != nil && r.request.Expect == "" && r.request.Port == 0 && r.request.State == nil && r.state == nil &&
		r.expect == unknown && r.before == 0 && r.lost == [2]int64{} && r.files == 0 && r.order == nil && r.frames == nil {
		s.rare = nil
	}
}

// OneSided says that only one direction will be seen.
func (s *Session) OneSided() { s.state |= oneSided }

// Unkept says that bytes of direction d came and could not be kept: the direction has spoken, and what is missing of it will
// be a gap.
func (s *Session) Unkept(d stream.Dir) { s.dir[s.side(d)] |= unkept }

// Close ends the session: transactions that are still open are told to the Logger (those of datagrams are dropped), and
// the session goes back to its Gateway. It must not be used again.
func (s *Session) Close() {
	g := s.gateway
	s.shutdown()
	*s = Session{}
	g.free = append(g.free, s)
}

// Forget lets go of all transactions, and their files, without telling the Logger of those that it does not know.
func (s *Session) Forget() { s.drop() }

func (s *Session) shutdown() {
	defer s.caught(stream.ToServer, nil)
	if s.transport == UDP {
		for !s.live.empty() {
			t := s.live.first()
			s.live.remove(t)
			t.free()
		}
	}
	s.finishAll()
	s.abandon()
	s.dropParsers()
}

// Flow returns Info.Flow.
func (s *Session) Flow() uint64 { return s.flow }

// Transport returns Info.Transport.
func (s *Session) Transport() Transport { return s.transport }

// Protocol returns the name of the flow's protocol: empty while it is not known, Failed when it has none.
func (s *Session) Protocol() string { return s.gateway.kind(s.proto).Name }

// ProtocolOf returns the protocol that was detected in direction d.
func (s *Session) ProtocolOf(d stream.Dir) string { return s.gateway.kind(s.result[d]).Name }

// Original returns the protocol that the flow had before it changed, or nothing.
func (s *Session) Original() string { return s.gateway.kind(s.original).Name }

// Expected returns the protocol that was expected after the last change, or nothing.
func (s *Session) Expected() string { return s.gateway.kind(s.expected).Name }

// Fields returns what rules can inspect in the session's transactions.
func (s *Session) Fields() []Field { return s.gateway.kind(s.parsed).Fields }

// Decided reports whether detection has ended for direction d.
func (s *Session) Decided(d stream.Dir) bool { return s.dir[d]&decided != 0 }

// Disabled reports whether nothing is given to a parser any more.
func (s *Session) Disabled() bool { return s.state&disabled != 0 }

// Bypassed reports whether the parser said that the rest of the flow need not be seen.
func (s *Session) Bypassed() bool { return s.state&bypassed != 0 }

// Dropped reports whether the parser said that the flow must not go on.
func (s *Session) Dropped() bool { return s.state&dropped != 0 }

// Opaque reports whether the bytes of direction d are encrypted from here on.
func (s *Session) Opaque(d stream.Dir) bool { return s.dir[d]&opaque != 0 }

// Reversed reports whether client and server were mistaken for each other. All that the session tells is the right way
// round; Read, Gap, End and Datagram are called as before.
func (s *Session) Reversed() bool { return s.state&reversed != 0 }

// TxCount returns the number of transactions so far, of all protocols.
func (s *Session) TxCount() uint64 {
	if s.rare == nil {
		return s.nextTx
	}
	return s.rare.before + s.nextTx
}

// Busy reports whether there are transactions that were not told yet, or not inspected.
func (s *Session) Busy() bool { return s.liveTx > 0 || !s.finished.empty() || !s.kept.empty() }

// Depth returns the number of bytes of each direction that the protocol wants; 0: it has no wish of its own.
func (s *Session) Depth() int64 { return s.gateway.kind(s.proto).Depth }

// AppendJSON writes the members app_proto, app_proto_ts, app_proto_tc, app_proto_orig and app_proto_expected, those of
// them that say something.
func (s *Session) AppendJSON(o *event.Object) {
	p := s.AppProto()
	p.AppendJSON(o)
}

// AppProto returns what AppendJSON writes.
func (s *Session) AppProto() event.AppProto {
	name := func(id protoID) string { return s.gateway.kind(id).Name }
	return event.AppProto{
		Name:     name(s.proto),
		ToServer: name(s.result[stream.ToServer]),
		ToClient: name(s.result[stream.ToClient]),
		Original: name(s.original),
		Expected: name(s.expected),
	}
}

// side translates a direction of the caller's into ours.
func (s *Session) side(d stream.Dir) stream.Dir {
	if s.state&reversed != 0 {
		return d.Opposite()
	}
	return d
}
