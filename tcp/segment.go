package tcp

import "github.com/reknit/reknit/stream"

// Flags are the control bits of a TCP header.
type Flags uint8

const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Has reports whether all of g are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Options says which options of a segment matter here.
type Options uint8

const (
	WindowScale   Options = 1 << iota // Segment.WindowScale is valid
	SACKPermitted                     // RFC 2018
	Timestamps                        // Segment.TSVal and TSEcr are valid
	FastOpen                          // RFC 7413
	Signed                            // the MD5 option (RFC 2385): a receiver without the key drops the segment; or options that may hide it
)

// Segment is a TCP segment as any decoder can give it. Payload is only used during the call.
type Segment struct {
	Seq, Ack     Seq
	Flags        Flags
	Options      Options
	WindowScale  uint8 // at most 14
	Window       uint16
	Urgent       uint16
	TSVal, TSEcr uint32
	SACK         [4][2]uint32
	SACKs        uint8
	Payload      []byte
	Policy       stream.Policy // of the receiving host
	Lost         int           // octets of the payload behind Payload that were not captured
	Time         int64         // nanoseconds since the Unix epoch
	NoPickup     bool          // when its connection was not seen to begin, it is not followed
}

// size returns the octets of payload that the segment carried.
func (g *Segment) size() int { return len(g.Payload) + g.Lost }

// end returns the sequence number behind the payload.
func (g *Segment) end() Seq { return g.Seq.Add(g.size()) }

// plain reports whether none of SYN, FIN and RST is set.
func (g *Segment) plain() bool { return g.Flags&(SYN|FIN|RST) == 0 }
