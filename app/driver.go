package app

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/reknit/reknit/stream"
)

// drive is one call of the stream: the session, both cursors, and the directions that are due a turn.
type drive struct {
	*Session
	in    [2]*stream.Cursor // nil: there is none
	due   [2]bool
	had   [2]bool    // a turn of the parser
	about stream.Dir // whose bytes or gap the call is about
	first stream.Dir // has its turn first when both are due
	replay
}

// begins returns the drive for a call about direction d, by the caller's notion of directions.
func (s *Session) begins(d stream.Dir, in *stream.Cursor) (drive, stream.Dir) {
	v := drive{Session: s}
	d = s.side(d)
	v.in[d], v.in[d.Opposite()], v.about = in, in.Peer(), d
	if s.state&serverFirst != 0 {
		v.first = stream.ToClient
	}
	s.dir[d] |= seen
	return v, d
}

// Read gives the parser what arrived in direction d, and what it or the other direction's waited for.
func (s *Session) Read(d stream.Dir, in *stream.Cursor) {
	defer s.caught(d, in)
	if !s.steady() {
		s.read(d, in)
		return
	}
	before, at := in.Offset(), s.side(d)
	err := s.turn(at, in)
	if err == nil && s.steady() {
		if in.Offset() != before {
			s.dir[at.Opposite()] &^= peerLost
		}
		s.flush()
		return
	}
	v, at := s.begins(d, in)
	v.took(at, before, err)
	v.run()
}

// steady reports whether all that a Read has to do is to give the parser its turn: the protocol is settled, nobody
// waits, and the parser asked for nothing. It is so nearly always.
func (s *Session) steady() bool {
	return s.stream != nil && s.state&(disabled|switching|asked|bypassed) == 0 &&
		s.dir[0]&s.dir[1]&decided != 0 && (s.dir[0]|s.dir[1])&waiting == 0
}

// read is Read when anything may be the case.
func (s *Session) read(d stream.Dir, in *stream.Cursor) {
	v, d := s.begins(d, in)
	v.arrived(d)
	v.due[d] = true
	if o := d.Opposite(); v.answered(o) {
		v.due[o], v.first = true, o
	}
	v.run()
}

// answered reports whether direction d has bytes in which nothing was found so far, though the protocol is known, and the
// call is about bytes of the other side. These answer the former: they were all that was to be said, and are to be read
// first.
func (v *drive) answered(d stream.Dir) bool {
	return d != v.about && v.stream != nil && v.state&switching == 0 && v.dir[d]&decided == 0 &&
		v.dir[v.about]&decided != 0 && v.in[d] != nil && v.in[d].Len() > 0
}

// Gap tells the parser of lost bytes.
func (s *Session) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	v, d := s.begins(d, in)
	defer s.caught(d, in)
	v.gap(d, l)
	v.run()
}

// End tells the parser that direction d ended.
func (s *Session) End(d stream.Dir, rest []byte) {
	d = s.side(d)
	defer s.caught(d, nil)
	s.dir[d] |= ended
	if s.Framed() {
		s.rare.frames[d].over = true
	}
	if s.state&disabled != 0 {
		return
	}
	if s.state&switching != 0 {
		rest = nil // they are no longer the parser's
	}
	s.endParser(d, rest)
	s.disrupt(d)
	s.flush()
	if s.dir[d.Opposite()]&ended != 0 {
		s.finishAll()
	}
}

// endParser tells the parser once that direction d ended.
func (s *Session) endParser(d stream.Dir, rest []byte) {
	if e, ok := s.stream.(Ender); ok && s.dir[d]&told == 0 {
		s.dir[d] |= told
		s.turnOf(d)
		e.End(d, rest)
	}
}

// run takes turns until no direction is due one.
func (v *drive) run() {
	for budget := v.budget(); v.state&disabled == 0; budget-- {
		d, ok := v.next()
		if !ok && v.proceed() {
			continue
		}
		if !ok {
			break
		}
		if budget <= 0 {
			v.fail(CauseInternal, d, v.offset(d), errEndless, nil)
			break
		}
		v.due[d] = false
		if v.stream != nil && v.state&switching == 0 && v.dir[d]&decided != 0 {
			v.parse(d)
		} else {
			v.detect(d)
		}
	}
	v.flush()
	if v.state&disabled != 0 {
		abandon(v.in[0])
		abandon(v.in[1])
	}
}

// abandon makes everything that is still to come on in pass unread.
func abandon(in *stream.Cursor) {
	const never = 1 << 62
	if in != nil && in.Offset() < never {
		in.Skip(never - in.Offset())
	}
}

// errEndless says that the driver gave up: a fault of a parser, whose turns change something without reading anything.
var errEndless = errors.New("turns do not come to an end")

// budget returns more turns than can be needed: each one is paid for by a byte read, by the end of a wait, or by one of
// a few changes of the session.
func (v *drive) budget() int {
	n := 64
	for _, in := range v.in {
		if in != nil {
			n += 4 * in.Len()
		}
	}
	return n
}

// next returns a direction that is due a turn.
func (v *drive) next() (d stream.Dir, ok bool) {
	d = v.first
	for range directions {
		if v.due[d] && v.in[d] != nil && v.dir[d]&ended == 0 && !v.waits(d) {
			return d, true
		}
		d = d.Opposite()
	}
	return d, false
}

// waits reports whether direction d waits for the other, and ends a wait that is in vain.
func (v *drive) waits(d stream.Dir) bool {
	if v.dir[d]&waiting == 0 {
		return false
	}
	in, peer, o := v.in[d], v.in[d.Opposite()], d.Opposite()
	switch {
	case v.gateway.config.Inline, v.state&oneSided != 0, peer == nil:
	case in.Len() >= v.gateway.config.MaxWait, in.Beyond() == stream.Gap:
	case v.dir[o]&waiting != 0 && d == stream.ToClient: // both wait: the server goes on, it answers
	case v.dir[o]&waiting == 0 && peer.Beyond() != stream.Short && !v.replaying():
		if peer.Len() > 0 && !v.had[o] {
			v.due[o] = true // the last bytes that could end the wait
			return true
		}
	default:
		in.Hold()
		return true
	}
	v.lose(d)
	return false
}

// lose ends the wait of direction d, if it waits, without the other having moved.
func (v *drive) lose(d stream.Dir) {
	if v.dir[d]&waiting != 0 {
		v.dir[d] = v.dir[d]&^waiting | peerLost
		v.due[d] = true
		v.gateway.counters.WaitsLost++
	}
}

// moved ends the wait of direction d because the other one moved.
func (v *drive) moved(d stream.Dir) {
	if v.dir[d]&waiting != 0 {
		v.due[d] = true
	}
	v.dir[d] &^= waiting | peerLost
}

// parse lets the parser read direction d.
func (v *drive) parse(d stream.Dir) {
	if v.rare != nil && v.rare.lost[d] != 0 {
		l := stream.Loss{Lost: v.rare.lost[d]}
		v.rare.lost[d] = 0
		if !v.tellGap(d, l, v.offset(d)) {
			return
		}
	}
	in := v.in[d]
	before := in.Offset()
	if v.replaying() {
		part := in.Before(v.until[d])
		if in = &part; in.Len() == 0 {
			return
		}
	}
	v.took(d, before, v.turn(d, in))
}

// turn calls the parser.
func (s *Session) turn(d stream.Dir, in *stream.Cursor) error {
	s.gateway.counters.Turns++
	s.state |= fed
	s.turnOf(d)
	if err := s.simulated(d, in); err != nil {
		return err
	}
	if d == stream.ToServer {
		return s.stream.Client(in)
	}
	return s.stream.Server(in)
}

// took acts on what came of a turn that began at offset before.
func (v *drive) took(d stream.Dir, before int64, err error) {
	in, o := v.in[d], d.Opposite()
	v.had[d] = true
	if err != nil {
		v.fail(CauseParser, d, in.Offset(), err, nil)
		return
	}
	if in.Offset() != before {
		v.moved(o)
	}
	if v.dir[o]&waiting != 0 {
		v.due[o] = true // perhaps it waits in vain from now on
	}
	if v.dir[d]&waiting != 0 {
		v.due[d] = true
	}
	if v.state&asked != 0 {
		v.state &^= asked
		v.change()
	}
	if v.state&bypassed != 0 {
		v.disable()
	}
}

// gap tells the parser of a gap in direction d, or detection when there is no parser yet.
func (v *drive) gap(d stream.Dir, l stream.Loss) {
	if v.state&disabled != 0 {
		return
	}
	if v.dir[d]&decided == 0 || v.stream == nil || v.state&switching != 0 {
		v.detectGap(d, l)
		return
	}
	if v.tellGap(d, l, v.offset(d)) {
		v.lose(d.Opposite())
	}
}

// tellGap gives a gap to the parser and reports whether it goes on.
func (s *Session) tellGap(d stream.Dir, l stream.Loss, offset int64) bool {
	h, ok := s.stream.(GapHandler)
	if !ok {
		s.dir[d] |= inspectDue
		s.fail(CauseGap, d, offset, GapError{l.Lost}, nil)
		return false
	}
	s.turnOf(d)
	h.Gap(d, l)
	return true
}

// turnOf notes whose turn it is.
func (s *Session) turnOf(d stream.Dir) {
	s.state &^= serverTurn
	if d == stream.ToClient {
		s.state |= serverTurn
	}
}

// turning returns the direction whose turn it is.
func (s *Session) turning() stream.Dir {
	if s.state&serverTurn != 0 {
		return stream.ToClient
	}
	return stream.ToServer
}

// offset returns how far direction d was read.
func (v *drive) offset(d stream.Dir) int64 {
	if v.in[d] == nil {
		return 0
	}
	return v.in[d].Offset()
}

// fail ends the session's parsing.
func (s *Session) fail(c Cause, d stream.Dir, offset int64, err error, stack []byte) {
	s.report(c, d, offset, err, stack)
	s.disable()
}

// report counts an error and tells the Logger of it.
func (s *Session) report(c Cause, d stream.Dir, offset int64, err error, stack []byte) {
	g := s.gateway
	s.countError(c)
	if g.errors == nil {
		return
	}
	g.errors.Error(s, &Error{
		Cause: c, Protocol: g.kind(s.parsed).Name, Dir: d, Offset: offset, Number: g.number, Err: err, Stack: stack,
	})
}

// dropParsers lets go of the parser.
func (s *Session) dropParsers() {
	p, q := s.stream, s.datagram
	s.stream, s.datagram = nil, nil
	if c, ok := p.(Closer); ok {
		c.Close()
	}
	if c, ok := q.(Closer); ok {
		c.Close()
	}
}

// disable ends the session's parsing, quietly. What there is of transactions is told.
func (s *Session) disable() {
	s.state |= disabled
	s.nextTx = s.TxCount() // no other will begin
	s.dropParsers()
	if r := s.rare; r != nil {
		s.rare = nil
		if r.frames != nil { // they go on to the end of the flow
			s.few().frames = r.frames
		}
	}
	s.finishAll()
}

// caught turns the panic of a parser into an error of its flow.
func (s *Session) caught(d stream.Dir, in *stream.Cursor) {
	fault := recover()
	if fault == nil {
		return
	}
	g := s.gateway
	g.counters.Panics++
	s.state |= disabled
	var offset int64
	if in != nil && s.turning() == d {
		offset = in.Offset()
	} else if in != nil && in.Peer() != nil {
		offset = in.Peer().Offset()
	}
	s.report(CauseInternal, s.turning(), offset, fmt.Errorf("panic: %v", fault), debug.Stack())
	s.salvage()
	if in != nil {
		abandon(in)
		abandon(in.Peer())
	}
}

// salvage tells of the transactions of a parser that panicked, unless they panic too.
func (s *Session) salvage() {
	defer func() {
		if recover() != nil {
			s.gateway.counters.Panics++
			s.drop()
		}
	}()
	s.dropParsers()
	s.finishAll()
}
