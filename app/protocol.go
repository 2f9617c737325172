package app

import "github.com/reknit/reknit/stream"

// StreamParser reads one connection. Each method reads what it can and returns nil; an error ends the session's
// parsing, is logged with its offset and counted. It must not block and must not keep slices.
type StreamParser interface {
	Client(in *stream.Cursor) error // bytes the client sent
	Server(in *stream.Cursor) error // bytes the server sent
}

// DatagramParser reads datagrams, one at a time.
type DatagramParser interface {
	Datagram(d stream.Dir, b []byte) error
}

// GapHandler is a StreamParser that goes on after lost bytes.
type GapHandler interface {
	Gap(d stream.Dir, l stream.Loss)
}

// Ender is a StreamParser that wants to know when a direction ended. rest is what nobody read.
type Ender interface {
	End(d stream.Dir, rest []byte)
}

// Closer is a parser that holds something that others share. Close is called once, when nothing is given to it any more.
type Closer interface{ Close() }

// Guess is a probe's answer. More bytes never turn a Yes into a No, or back.
type Guess uint8

const (
	Unknown Guess = iota
	Yes
	No
)

// Transport of a Port.
type Transport uint8

const (
	TCP Transport = 6
	UDP Transport = 17
)

// Port is where a protocol's probe runs.
type Port struct {
	Transport Transport
	Number    uint16     // 0: every port
	Dir       stream.Dir // whose bytes are probed; ToServer: destination port, ToClient: source port
}

// Pattern is a literal that the first bytes of a direction must hold. It is looked for once Depth bytes are there, or no
// more can come.
type Pattern struct {
	Dir       stream.Dir
	Text      string
	Offset    int                                   // first byte of the search
	Depth     int                                   // the match must end before this offset; 0: Offset + len(Text)
	Fold      bool                                  // ASCII letters match in either case
	Check     func(d stream.Dir, head []byte) Guess // optional confirmation; monotone like a probe
	Transport Transport                             // 0: every transport that the protocol has a parser for
}

// Protocol is everything that the engine needs to know about a protocol.
type Protocol struct {
	Name  string // EVE app_proto
	Event string // EVE event_type of its transactions; empty: Name
	// Unnumbered says that records of its transactions have no tx_id beside the object.
	Unnumbered bool

	Ports    []Port
	Patterns []Pattern
	// Probe looks at the first bytes of a direction, on the protocol's ports, when the other direction is of the
	// protocol, or when it is expected. It is monotone, sees at most Config.ProbeLimit bytes and may be nil.
	Probe func(d stream.Dir, head []byte) Guess
	// ProbeDatagram looks at one datagram, all of it, once for each direction; it need not be monotone. When nil, it is
	// Probe.
	ProbeDatagram func(d stream.Dir, b []byte) Guess
	// ClientFirst says that the server never speaks first: its bytes alone decide nothing.
	ClientFirst bool

	// NewStream and NewDatagram make a flow's parser. When both are nil the protocol is detected, not parsed.
	NewStream   func(c *Conn) StreamParser   // nil: no TCP
	NewDatagram func(c *Conn) DatagramParser // nil: no UDP

	Fields []Field
	Events []EventInfo
	Frames []string // parts of its bytes that the parser names (Conn.Frame), as rules and EVE write them; at most 31
	// Complete is the progress at which a direction of a transaction is complete.
	// When zero, it is 1.
	Complete [2]Progress
	// States are the names that rules have for the progress of each direction, in its order, without request_started,
	// request_complete, response_started and response_complete, which are there for every protocol.
	States [2][]State
	// PerFlow says that a flow is one transaction from its beginning to its end, which is not counted.
	PerFlow bool
	// MaxTx is the number of transactions of a flow that may be incomplete at once; with more the oldest ends and is
	// given the event too_many_transactions. When zero, it is Config.MaxTx.
	MaxTx int
	// Announces says that the parser calls Conn.Expect: others may wait until it has read what comes before.
	Announces bool
	// Depth is the number of bytes of each direction that the parser wants, when that is more than the engine's own.
	Depth int64
	// Inspect is the number of bytes of each direction, before those that the parser has read, that are inspected together
	// with the next ones when a transaction was completed.
	Inspect [2]int
}

// Parsed reports whether the protocol has a parser. Others are detected, and that is all.
func (p *Protocol) Parsed() bool { return p.NewStream != nil || p.NewDatagram != nil }

// EventID is an index into Protocol.Events.
type EventID uint16

// EventInfo names an anomaly that a parser can raise.
type EventInfo struct {
	Name string // as rules write it, lower case: "invalid_reply"
	EVE  string // as EVE writes it; empty: Name
}

// Progress of a transaction in one direction; a protocol's own scale, 0 is started.
type Progress uint8

// Field is something that rules can inspect.
type Field struct {
	Name string // sticky buffer: "smtp.mail_from"
	Dir  stream.Dir
	At   Progress                                        // from this progress on it is ready
	Get  func(tx Transaction, i int) (b []byte, ok bool) // i: instance, for fields that occur more than once
	// Same is the name of another field of the direction, which has the same bytes from the same progress on: what rules look for
	// in the two is looked for once. Empty: there is none.
	Same string
}
