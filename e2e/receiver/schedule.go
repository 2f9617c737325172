package receiver

import (
	"fmt"
	"strings"
)

// Schedule is what a client and the listener's application do, in order.
type Schedule struct {
	Family  string
	Seed    uint64
	ISN     uint32 // of the client
	Buffer  int    // of the listener's socket, in octets; 0: the system's default
	Clamp   int    // the listener's window is no larger, although there is memory; 0: it is as large as that allows
	Stamped bool   // the client's SYN and its segments have timestamps
	Steps   []Step
}

// Action is what happens in a Step.
type Action uint8

// The actions.
const (
	Send     Action = iota // the client sends Segment
	Read                   // the application reads N octets at most, all that is there when negative
	Write                  // the application sends N octets
	Shutdown               // the application ends its own direction
	Wait                   // N milliseconds pass
)

// Step is one thing that happens.
type Step struct {
	Do Action
	N  int
	Segment
}

// Place is what a position is relative to.
type Place uint8

// The places of sequence numbers, and of acknowledgements.
const (
	Start  Place = iota // the first octet of data of its sender
	Edge                // the right edge of the receiver's window, as its last segment tells it
	Expect              // the number that the receiver acknowledged last
	Sent                // of acknowledgements: what follows all that the receiver sent
	Zero                // of acknowledgements: the number as it is
)

// Segment is what the client sends. Its acknowledgement is that of all that the receiver sent, unless it says something else.
type Segment struct {
	At      Place
	Off     int
	Data    []byte
	Flags   byte
	AckAt   Place
	Ack     int
	Window  uint16
	Options []byte
	NoStamp bool // no timestamp, although the schedule has them
	Stamp   int  // in ticks after the SYN's
	Echo    int  // added to the timestamp that is echoed
	Urgent  uint16
	Damage  Damage
}

// Damage is what is wrong with a segment as such.
type Damage uint8

// The kinds of damage.
const (
	Sound       Damage = iota
	Checksum           // it is wrong
	ShortHeader        // the header's length is four words
	LongHeader         // the header's length is beyond the segment
)

var (
	placeNames  = [...]string{"", "edge", "expect", "sent", "zero"}
	damageNames = [...]string{"", " bad-checksum", " short-header", " long-header"}
)

func (s Step) String() string {
	switch s.Do {
	case Read:
		return fmt.Sprintf("read %d", s.N)
	case Write:
		return fmt.Sprintf("write %d", s.N)
	case Shutdown:
		return "shutdown"
	case Wait:
		return fmt.Sprintf("wait %d ms", s.N)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s seq=%s%+d", flagNames(s.Flags), placeNames[s.At], s.Off)
	if s.Flags&flagACK != 0 && (s.AckAt != Sent || s.Ack != 0) || s.Flags&flagACK == 0 && s.AckAt != Zero {
		fmt.Fprintf(&b, " ack=%s%+d", placeNames[s.AckAt], s.Ack)
	}
	if s.Window != 65535 {
		fmt.Fprintf(&b, " win=%d", s.Window)
	}
	if s.Stamp != 0 || s.Echo != 0 {
		fmt.Fprintf(&b, " ts=%+d/%+d", s.Stamp, s.Echo)
	}
	if s.NoStamp {
		b.WriteString(" no-ts")
	}
	if len(s.Options) > 0 {
		fmt.Fprintf(&b, " options=%x", s.Options)
	}
	if s.Flags&flagURG != 0 || s.Urgent != 0 {
		fmt.Fprintf(&b, " urg=%d", s.Urgent)
	}
	b.WriteString(damageNames[s.Damage])
	if n := len(s.Data); n > 0 {
		fmt.Fprintf(&b, " [%d] %s", n, short(s.Data))
	}
	return b.String()
}

func (s *Schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d isn=%d", s.Family, s.Seed, s.ISN)
	if s.Buffer != 0 {
		fmt.Fprintf(&b, " buffer=%d", s.Buffer)
	}
	if s.Clamp != 0 {
		fmt.Fprintf(&b, " clamp=%d", s.Clamp)
	}
	if s.Stamped {
		b.WriteString(" stamped")
	}
	for _, step := range s.Steps {
		b.WriteString("\n    ")
		b.WriteString(step.String())
	}
	return b.String()
}

// short writes octets so that they can be told apart, long runs by their ends.
func short(b []byte) string {
	if len(b) <= 60 {
		return string(b)
	}
	return fmt.Sprintf("%s…(%d)…%s", b[:20], len(b)-40, b[len(b)-20:])
}
