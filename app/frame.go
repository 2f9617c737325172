package app

import (
	"math"
	"slices"

	"github.com/reknit/reknit/stream"
)

// FrameID is an index into Protocol.Frames.
type FrameID uint8

const (
	// StreamFrame is the name of the frame that each direction of a TCP flow with a parser is as a whole. Parsers do not name it.
	StreamFrame = "stream"

	streamFrame   FrameID = maxFrameKinds
	maxFrameKinds         = 31
)

// FrameConfig says which frames are kept. The zero value keeps none, which costs nothing.
type FrameConfig struct {
	// Wanted are the names of the frames that rules look at, by protocol.
	Wanted map[string][]string
	// Tell has all frames of all protocols told to a Logger that is a FrameLogger.
	Tell bool
	// Payload is how many bytes of a frame a record shows. When zero, it is 4 KiB.
	Payload int
	// Chunk is how many bytes of a frame that goes on are looked at together, unless bytes are seen before the receiver has
	// them: then all that comes is. When zero, it is 2560.
	Chunk int
	// Most is how many frames of a direction are kept until they were looked at; others are not. When zero, it is 4096.
	Most int
	// Held is how many bytes of a direction are held until they were looked at, and Whole how many of a frame that goes on
	// are held to be looked at again together with its end. When zero, they are 1 MiB and 16 KiB.
	Held, Whole int
}

func (c *FrameConfig) setDefaults() {
	SetLimits(
		Limit{Field: &c.Payload, Default: 4 << 10},
		Limit{Field: &c.Chunk, Default: 2560},
		Limit{Field: &c.Most, Default: 4096},
		Limit{Field: &c.Held, Default: 1 << 20},
		Limit{Field: &c.Whole, Default: 16 << 10},
	)
	c.Whole = max(c.Whole, c.Payload)
	c.Held = max(c.Held, 2*c.Whole)
}

// bits returns which frames of p are wanted: a bit for each FrameID.
func (c *FrameConfig) bits(p *Protocol) (bits uint32) {
	if c.Tell {
		return math.MaxUint32
	}
	for _, name := range c.Wanted[p.Name] {
		if i := slices.Index(p.Frames, name); i >= 0 {
			bits |= 1 << i
		} else if name == StreamFrame {
			bits |= 1 << streamFrame
		}
	}
	return bits
}

// Frame is a part of the bytes of a direction that a parser named. It is valid until Session.FramesSeen is called.
type Frame struct {
	Number uint64 // counts the kept frames of the direction from 1
	Offset int64  // of its first byte in the stream; in a datagram from its beginning

	end   int64 // endless while it is not known
	seen  int64 // rules have looked at what lies before
	tx    uint64
	done  []uint32
	kind  protoID // of whom it is
	id    FrameID
	state frameState
}

const endless = math.MaxInt64

type frameState uint8

const (
	frameHasTx frameState = 1 << iota
	frameAwaitsTx
	frameTold
	frameDone // rules have looked at all of it
)

// Tx returns the number of the transaction that the frame belongs to, if the parser said so.
func (f *Frame) Tx() (id uint64, ok bool) { return f.tx, f.state&frameHasTx != 0 }

// Inspected returns what rules note of the frame, such as those that matched; it is theirs to change. Of a stream as a whole it is
// forgotten by Session.FramesSeen.
func (f *Frame) Inspected() *[]uint32 { return &f.done }

// IsStream reports whether the frame is a direction as a whole.
func (f *Frame) IsStream() bool { return f.id == streamFrame }

// frames are those of a session that somebody wants.
type frames [2]frameSide

// frameSide is what is kept of a direction.
type frameSide struct {
	list   []Frame // by number
	held   held
	count  uint64
	begins int64   // where the protocol begins
	opened protoID // whose frame of the whole stream there is
	over   bool    // nothing more will come
}

// Frame names a frame: length bytes of direction d, from an offset of the stream on, or of the datagram. A length below 0 is not
// known yet: EndFrame tells it, or else the frame ends with the stream. tx is the transaction that it belongs to, or nil. A frame
// does not begin before the bytes that the parser was given in this turn. When nobody wants frames nothing is done.
func (c *Conn) Frame(d stream.Dir, id FrameID, offset, length int64, tx Transaction) {
	if c.state&framed != 0 {
		(*Session)(c).frame(d, id, offset, length, tx)
	}
}

// Frames reports whether frames are wanted. A parser need not ask before it names one.
func (c *Conn) Frames() bool { return c.state&framed != 0 }

// EndFrame says before which offset of the stream the last frame of a kind ends, unless that is known.
func (c *Conn) EndFrame(d stream.Dir, id FrameID, end int64) {
	if f := (*Session)(c).last(d, id); f != nil && f.end == endless {
		f.end = max(end, f.Offset)
	}
}

// AwaitTx says that FrameTx or DropFrame will be called for the last frame of a kind: its record waits for that, unless the stream
// ends before.
func (c *Conn) AwaitTx(d stream.Dir, id FrameID) {
	if f := (*Session)(c).last(d, id); f != nil && f.state&frameHasTx == 0 {
		f.state |= frameAwaitsTx
	}
}

// FrameTx says what transaction the last frame of a kind belongs to, if it waits for that.
func (c *Conn) FrameTx(d stream.Dir, id FrameID, tx Transaction) {
	if f := (*Session)(c).last(d, id); f != nil && f.state&frameAwaitsTx != 0 {
		f.of(tx)
	}
}

// DropFrame says that the last frame of a kind, if it waits for its transaction, was none.
func (c *Conn) DropFrame(d stream.Dir, id FrameID) {
	s := (*Session)(c)
	f := s.last(d, id)
	if f == nil || f.state&frameAwaitsTx == 0 {
		return
	}
	side, n := &s.rare.frames[d], f.Number
	side.list = slices.DeleteFunc(side.list, func(x Frame) bool { return x.Number == n })
	if side.count == n {
		side.count--
	}
}

func (f *Frame) of(tx Transaction) {
	if tx != nil && tx.Head().owner != nil {
		f.tx = tx.Head().ID
		f.state = f.state&^frameAwaitsTx | frameHasTx
	}
}

// watch begins to keep the frames of the protocol that was settled, if somebody wants them.
func (s *Session) watch() {
	s.state &^= framed
	if s.gateway.kind(s.parsed).frames == 0 {
		return
	}
	s.state |= framed
	if r := s.few(); r.frames == nil {
		r.frames = new(frames)
	}
}

// beginsAt says where the bytes of the protocol that follows another begin.
func (s *Session) beginsAt(d stream.Dir, in *stream.Cursor) {
	if s.Framed() && in != nil {
		s.rare.frames[d].begins = in.Offset()
	}
}

// Framed reports whether there are frames, or may be: the session wants to be given the bytes of its streams (Log).
func (s *Session) Framed() bool { return s.rare != nil && s.rare.frames != nil }

// FramesLeft reports whether direction d has frames that were not looked at to their end.
func (s *Session) FramesLeft(d stream.Dir) bool {
	return s.Framed() && len(s.rare.frames[s.side(d)].list) > 0
}

// frame keeps a frame that is wanted.
func (s *Session) frame(d stream.Dir, id FrameID, offset, length int64, tx Transaction) {
	side := &s.rare.frames[d]
	s.openStream(side)
	if length == 0 || s.gateway.kind(s.parsed).frames&(1<<id) == 0 {
		return
	}
	f := Frame{Offset: offset, end: endless, kind: s.parsed, id: id}
	if length > 0 {
		f.end = offset + length
	}
	f.of(tx)
	s.keepFrame(side, f)
}

// openStream makes the frame of the whole stream, if it is wanted and not there.
func (s *Session) openStream(side *frameSide) {
	if side.opened == s.parsed || s.transport != TCP {
		return
	}
	side.opened = s.parsed
	if s.gateway.kind(s.parsed).frames&(1<<streamFrame) != 0 {
		s.keepFrame(side, Frame{Offset: side.begins, end: endless, kind: s.parsed, id: streamFrame})
	}
}

// keepFrame adds f to those of a direction, unless there are too many.
func (s *Session) keepFrame(side *frameSide, f Frame) {
	if len(side.list) >= s.gateway.config.Frames.Most {
		s.gateway.counters.FramesRefused++
		return
	}
	side.count++
	f.Number, f.seen = side.count, f.Offset
	side.list = append(side.list, f)
	s.gateway.counters.Frames++
}

// last returns the last frame of a kind, if it is one of the latest and was not looked at to its end; else nil.
func (s *Session) last(d stream.Dir, id FrameID) *Frame {
	const latest = 16
	if s.state&framed == 0 {
		return nil
	}
	list := s.rare.frames[d].list
	for i := len(list) - 1; i >= max(0, len(list)-latest); i-- {
		if list[i].id == id && list[i].kind == s.parsed {
			return &list[i]
		}
	}
	return nil
}

// Log gives the session bytes of direction d, the caller's, for its frames, as stream.Store.Log does. A session without frames
// does not want them.
func (s *Session) Log(d stream.Dir, off int64, data []byte) {
	if !s.Framed() {
		return
	}
	side := &s.rare.frames[s.side(d)]
	s.openStream(side)
	s.gateway.counters.FrameBytesLost += uint64(side.held.add(off, data, s.gateway.config.Frames.Held))
}

// frameDatagram makes b what frames of direction d are parts of.
func (s *Session) frameDatagram(d stream.Dir, b []byte) {
	side := &s.rare.frames[d]
	side.list, side.over = side.list[:0], true
	side.held.borrow(b)
}

var _ stream.Logger = (*Session)(nil)
