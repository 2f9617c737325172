package stream

// Stream is one direction of a connection: what is held of it, and how far its consumers have come. Offsets are
// counted from the first byte after the SYN and never wrap. The zero Stream is empty and begins at offset 0. It holds
// no pointers; its bytes are in the Store that all its calls go to.
//
// Invariants: app and acked never decrease; contig is at least app; no held piece begins before contig and ends behind
// it, and none begins at contig; edge is at least the end of the last piece.
type Stream struct {
	app    int64 // the next byte for the parser; beyond contig after a Skip into what has not arrived
	contig int64 // what lies between app and here can be read without a hole
	edge   int64 // the end of the highest byte that arrived
	acked  int64 // the receiver acknowledged everything before
	raw    int64 // the next byte for content inspection; kept only with rawOn
	log    int64 // the next byte for dumps; kept only with logOn
	final  int64 // where the stream ends; known with finished
	index  index
	page   pageID // being filled
	held   uint32 // bytes of all pieces
	want   uint32 // the parser's read can succeed when so many bytes lie between app and the limit
	scan   uint32 // so many bytes from app on were searched by the read that scanFor tells, without success
	// scanFor is what scan was about: 0 nothing, 1 a line's end, else the name of a delimiter.
	scanFor uint32
	side    uint32 // what few streams have, 0: nothing
	flags   flags
	policy  Policy
	inspect uint8 // KiB before app and raw that stay held for content inspection
}

type flags uint16

const (
	rawOn    flags = 1 << iota // raw inspection holds data
	logOn                      // a dump holds data
	finished                   // final is known
	deep                       // the depth was reached: nothing more is taken
	ended                      // End was called
	closed                     // nothing is stored or delivered any more
	hasGap                     // a gap was declared
	graced                     // the hole at contig is left open for a while
	seen                       // a byte arrived
	onHold                     // the end waits for the Reader
	rawDue                     // what there is for content inspection is due, however little it is
	rawLast                    // what is held is the last for content inspection
	rawOff                     // content inspection has ended
	deeper                     // the depth is the stream's own
	finSure                    // the receiver came upon several FINs as one: it acknowledges more than its place
	unread                     // what is held behind final was never read; it is inspected all the same
)

// App returns the offset of the next byte for the parser.
func (s *Stream) App() int64 { return s.app }

// Edge returns the end of the highest byte that arrived; it may lie beyond holes.
func (s *Stream) Edge() int64 { return s.edge }

// Contiguous returns where the bytes from App on meet the first hole.
func (s *Stream) Contiguous() int64 { return s.contig }

// Acked returns the offset before which the receiver acknowledged everything.
func (s *Stream) Acked() int64 { return s.acked }

// Ack notes that the receiver acknowledged all bytes before off. It never goes back.
func (s *Stream) Ack(off int64) { s.acked = max(s.acked, off) }

// Finish fixes the offset at which the stream ends: the position of the FIN. The first call counts, until Reopen. Where
// acknowledged bytes only are delivered, the end is told when the FIN is acknowledged: an Ack beyond off. Bytes behind
// off are kept until then.
func (s *Stream) Finish(off int64) {
	if s.flags&finished == 0 {
		s.final = off
		s.flags |= finished
	}
}

// Unread fixes the offset behind which the receiver read nothing more, whatever the sender's FIN or RST says: parsers
// and dumps see the end there. Content inspection is given what stands behind.
func (s *Stream) Unread(off int64) {
	s.final = off
	s.flags |= finished | unread
}

// Reopen takes Finish back: the receiver did not take the FIN. It does nothing once the end was told, or
// when the receiver came upon several FINs that it took for one: then what it acknowledges does not tell.
func (s *Stream) Reopen() {
	if s.flags&(ended|finSure) == 0 {
		s.final, s.flags = 0, s.flags&^finished
	}
}

// Finished returns the offset at which the stream ends, and whether it is known.
func (s *Stream) Finished() (off int64, known bool) { return s.final, s.flags&finished != 0 }

// Ended reports whether End was called for the stream.
func (s *Stream) Ended() bool { return s.flags&ended != 0 }

// HasGap reports whether bytes of the stream were declared lost.
func (s *Stream) HasGap() bool { return s.flags&hasGap != 0 }

// Seen reports whether any byte of the stream arrived.
func (s *Stream) Seen() bool { return s.flags&seen != 0 }

// Deep reports whether the depth limit was reached.
func (s *Stream) Deep() bool { return s.flags&deep != 0 }

// Held returns the number of bytes that are held.
func (s *Stream) Held() int { return int(s.held) }

// Policy returns the overlap policy; Unset when none was chosen.
func (s *Stream) Policy() Policy { return s.policy }

// SetPolicy chooses the overlap policy.
func (s *Stream) SetPolicy(p Policy) { s.policy = p }

// length returns where the stream ends, as far as anybody knows.
func (s *Stream) length() int64 {
	if s.flags&(finished|unread) == finished {
		return s.final
	}
	return s.edge
}
