package app

import "github.com/reknit/reknit/stream"

// Bytes that are held until the protocol is known are read in the order in which they came, as they would have been if
// it had been known before. For that, a session notes where each direction was when the other one began to speak:
//
//	client  aaaaa|     bbb|         the first to speak is in serverFirst
//	server       cccccc   dddd...   turns = [end of a, end of c, end of b]

// maxOrder is the number of turns that are noted; what comes later counts as one.
const maxOrder = 64

// arrived notes that bytes of direction d came.
func (v *drive) arrived(d stream.Dir) {
	if v.in[d].Len() == 0 || v.stream != nil && v.state&switching == 0 {
		return
	}
	if v.state&firstSeen == 0 {
		v.state |= firstSeen
		v.state &^= serverFirst
		if d == stream.ToClient {
			v.state |= serverFirst
		}
		v.first = v.speaker(0)
		return
	}
	n := 0
	if v.rare != nil {
		n = len(v.rare.order)
	}
	if last := v.speaker(n); last != d && n < maxOrder && v.in[last] != nil {
		few := v.few()
		few.order = append(few.order, v.in[last].Offset()+int64(v.in[last].Len()))
	}
}

// speaker returns whose turn the i-th is.
func (s *Session) speaker(i int) stream.Dir {
	d := stream.ToServer
	if s.state&serverFirst != 0 {
		d = stream.ToClient
	}
	if i%2 != 0 {
		d = d.Opposite()
	}
	return d
}

// replay is where the reading of held bytes has come to.
type replay struct {
	order []int64  // the turns that are to come; nil: nothing is replayed
	at    int      // the number of the next
	until [2]int64 // how far each direction may be read
}

func (r *replay) replaying() bool { return r.order != nil }

// hold begins to read the held bytes in their order.
func (v *drive) hold() {
	if v.rare == nil || v.rare.order == nil {
		return
	}
	v.order, v.rare.order = v.rare.order, nil
	v.lean()
	v.at = 0
	v.until = [2]int64{}
	v.proceed()
}

// proceed lets the next speaker go on, or both when all had their turns, and reports whether there was something to
// replay.
func (v *drive) proceed() bool {
	if !v.replaying() {
		return false
	}
	if v.at == len(v.order) || v.state&switching != 0 {
		v.order = nil
		v.due[0], v.due[1] = true, true
		return true
	}
	d := v.speaker(v.at)
	v.until[d] = v.order[v.at]
	v.due[d] = true
	v.at++
	return true
}
