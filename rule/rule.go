package rule

import (
	"github.com/reknit/reknit/rule/payload"
)

// Rule is a rule that was read and found to be right.
type Rule struct {
	Pos  Pos
	Text string // as written, on one line

	Action           Action
	Scope            Scope // of Action
	Protocol         *Protocol
	Src, Dst         *Addresses
	SrcPort, DstPort *Ports
	BothWays         bool // <>: also with the ends exchanged
	Transactional    bool // =>: both directions of a transaction together

	GID, SID, Rev uint32
	Msg           string
	Class         *Class // nil: none
	Priority      uint8
	References    []Reference
	Metadata      []Pair
	Target        Target
	NoAlert       bool

	Flow     Flow
	Sections []*Section // what is looked for in buffers, in the order of the rule
	Tests    []Test     // what else must be true
	Effects  []Effect   // what happens when the rule matched

	Threshold *Threshold // nil: none
	Filter    *Threshold // detection_filter; nil: none

	Vars      payload.Vars // names of the variables that tests read from buffers
	App       []string     // application protocols that it can match; nil: any
	Type      Type
	Dirs      Dirs   // in which it is inspected
	Fast      *Fast  // nil: no fast pattern, the rule is always evaluated
	Prefilter Test   // the test that prefilter named; nil: none
	traits    traits // of its keywords
}

// Section is what is looked for in one buffer.
type Section struct {
	Buffer     *Buffer
	Dirs       Dirs // in which it is looked at, if the rule is
	Transforms []Transform
	Tests      []payload.Test
}

// Fast is the content that must be somewhere before the rule is evaluated.
type Fast struct {
	Section *Section
	Content *payload.Content
}

// Test is something that must be true of a packet, a flow or a transaction.
type Test interface {
	// String returns the test as a rule writes it.
	String() string
}

// Effect is something that happens when a rule matched.
type Effect interface {
	// String returns the effect as a rule writes it.
	String() string
}

// Pair is a key with its value, of metadata.
type Pair struct{ Key, Value string }

// Target says which end is the victim.
type Target uint8

const (
	NoTarget Target = iota
	SourceTarget
	DestTarget
)

// Type says by what a rule is evaluated.
type Type uint8

const (
	DecodeEventOnly Type = iota // packets that could not be decoded
	IPOnly                      // addresses alone: the first packet of each direction of a flow
	LikeIPOnly                  // the same with negated addresses
	DetectionOnly               // the protocol of a flow, once it is known
	PacketRule                  // every packet
	PacketStream                // packets and the stream, both
	StreamRule                  // the stream
	AppLayer                    // every packet of a flow of a protocol
	Transaction                 // transactions
)

// String names the type as rules.md does.
func (t Type) String() string {
	return [...]string{"de_only", "ip_only", "like_ip_only", "pd_only", "packet", "packet+stream", "stream", "app_layer", "app_tx"}[t]
}

// Dirs is a set of directions.
type Dirs uint8

const (
	ToServer Dirs = 1 << iota
	ToClient
	Both = ToServer | ToClient
)

// String names the directions.
func (d Dirs) String() string {
	return [...]string{"none", "to server", "to client", "both directions"}[d&Both]
}

// traits are what a rule's keywords need.
type traits uint16

const (
	needsPacket   traits = 1 << iota // properties of a packet
	needsAddress                     // addresses, which flows have, too
	needsTx                          // a transaction
	needsState                       // flow state, set by packets or other rules
	needsDetected                    // that the flow's protocol is decided
	isMeta                           // nothing
	afterMatch                       // nothing: it happens when the rule matched
)
