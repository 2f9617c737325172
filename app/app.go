package app

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

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

// Ender is a parser that wants to know when a direction ended. rest is what nobody read.
type Ender interface {
	End(d stream.Dir, rest []byte)
}

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
	Number    uint16
	Dir       stream.Dir // whose bytes are probed; ToServer: destination port, ToClient: source port
}

// Pattern is a literal that the first bytes of a direction must hold.
type Pattern struct {
	Dir    stream.Dir
	Text   string
	Offset int                                   // first byte of the search
	Depth  int                                   // the match must end before this offset; 0: Offset + len(Text)
	Fold   bool                                  // letters match in either case
	Check  func(d stream.Dir, head []byte) Guess // optional confirmation
}

// Protocol is everything that the engine needs to know about a protocol.
type Protocol struct {
	Name        string // EVE app_proto
	Ports       []Port
	Patterns    []Pattern
	Probe       func(d stream.Dir, head []byte) Guess
	NewStream   func(c *Conn) StreamParser   // nil: no TCP
	NewDatagram func(c *Conn) DatagramParser // nil: no UDP
	Fields      []Field
	Events      []EventInfo
	// Complete is the progress at which a direction of a transaction is complete.
	Complete [2]Progress
}

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
}

// Transaction is a unit of a protocol: a request and its reply, a mail, a message.
type Transaction interface {
	Head() *Tx                  // embed Tx
	AppendJSON(o *event.Object) // the members after the common header: "smtp":{…},"email":{…}
}

// Tx is what every transaction has. Embed it.
type Tx struct {
	ID uint64 // 0-based, per connection
	// the driver keeps progress, dirty, logged and event marks here
}

// Head returns t; it makes an embedding type a Transaction.
func (t *Tx) Head() *Tx { return t }

// Advance says how far direction d has come. Progress never falls.
func (t *Tx) Advance(d stream.Dir, to Progress) { panic("BUG: not built") }

// Switch asks for another protocol from here on.
type Switch struct {
	Expect string // name of the protocol that should follow; empty: any
	Port   uint16 // to probe with; 0: the connection's own
	State  any    // carried to the successor's Conn
}

// Expectation announces a connection to come.
type Expectation struct {
	Client, Server netip.Addr
	Port           uint16
	Protocol       string
	Lifetime       time.Duration // 0: 30 s
	State          any
}

// Conn is the parser's view of its connection.
type Conn struct{}

func (c *Conn) Begin(tx Transaction)            { panic("BUG: not built") }
func (c *Conn) Raise(e EventID, tx Transaction) { panic("BUG: not built") } // tx may be nil
func (c *Conn) WaitPeer()                       { panic("BUG: not built") }
func (c *Conn) PeerLost() bool                  { panic("BUG: not built") }
func (c *Conn) Switch(s Switch)                 { panic("BUG: not built") }
func (c *Conn) Opaque(d stream.Dir)             { panic("BUG: not built") }
func (c *Conn) Bypass()                         { panic("BUG: not built") }
func (c *Conn) Expect(e Expectation)            { panic("BUG: not built") }
func (c *Conn) Inline() bool                    { panic("BUG: not built") }
func (c *Conn) Now() time.Time                  { panic("BUG: not built") }
