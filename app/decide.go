package app

import (
	"github.com/reknit/reknit/stream"
)

// detect takes a turn in finding the protocol of direction d.
func (v *drive) detect(d stream.Dir) {
	in := v.in[d]
	if v.dir[d]&decided != 0 {
		v.undecided(d, in.Len(), in.Beyond())
		return
	}
	final, answered := in.Beyond() != stream.Short, v.answered(d)
	if id, flipped := v.look(d, v.head(d), final || answered); id != unknown {
		v.found(d, id, flipped)
		return
	}
	if answered && !final {
		v.dir[d] |= patternsDone | probesDone
	}
	if !final {
		in.Peek(v.wanted(d, in.Len())) // called again when there is so much
	}
	v.undecided(d, in.Len(), in.Beyond())
}

// head returns the bytes of direction d that patterns and probes may look at.
func (v *drive) head(d stream.Dir) []byte {
	if v.dir[d]&(patternsDone|probesDone) == patternsDone|probesDone {
		return nil
	}
	n := min(v.in[d].Len(), max(v.window(d), v.gateway.config.ProbeLimit))
	if n == 0 {
		return nil
	}
	head, _ := v.in[d].Peek(n)
	return head
}

// look matches the head of direction d. A direction in which nothing was found may still be of the protocol that the
// flow was announced to have.
func (v *drive) look(d stream.Dir, head []byte, final bool) (id protoID, flipped bool) {
	if len(head) > 0 {
		id, flipped = v.match(d, head, final)
	}
	if id == unknown && v.proto == unknown && v.in[d].Len() > 0 && (final || v.exhausted(d)) {
		id = v.announced(d)
	}
	return id, flipped
}

// announced returns the protocol that the flow was announced to have. It is asked for when patterns and probes found
// nothing in direction d, once.
func (s *Session) announced(d stream.Dir) protoID {
	g := s.gateway
	if s.dir[d]&inquired != 0 {
		return unknown
	}
	s.dir[d] |= inquired
	if s.rare != nil && s.rare.expect >= firstID {
		id := s.rare.expect
		s.rare.expect = unknown
		return id
	}
	if g.expecter == nil {
		return unknown
	}
	name, state := g.expecter.Expected(s)
	if name != "" && state != nil {
		s.few().state = state
	}
	return g.id(name)
}

// exhausted reports whether patterns and probes had their chance in direction d.
func (s *Session) exhausted(d stream.Dir) bool {
	const both = patternsDone | probesDone
	return s.dir[d]&both == both
}

// wanted returns how many bytes of direction d there must be before another attempt can give something new.
func (s *Session) wanted(d stream.Dir, n int) int {
	if s.exhausted(d) {
		limit := s.detectLimit(d) + 1
		if s.state&switching != 0 {
			limit = s.gateway.config.SwitchLimit
		}
		return max(limit, n+1)
	}
	if s.dir[d]&probesDone == 0 || s.mayFlip(d) {
		return n + 1
	}
	for _, p := range s.gateway.detector[s.transportIndex()].dir[d].patterns {
		if p.check != nil && p.depth <= n {
			return n + 1 // it may be this one's check that waits
		}
		if p.depth > n {
			return p.depth
		}
	}
	return n + 1
}

// found settles direction d.
func (v *drive) found(d stream.Dir, id protoID, flipped bool) {
	if flipped && v.state&midstream != 0 {
		v.flip()
		d = d.Opposite()
	}
	o := d.Opposite()
	k := v.gateway.kind(id)
	if k.ClientFirst && d == stream.ToClient && v.proto < firstID && v.state&fed == 0 && v.dir[o]&unkept == 0 {
		v.withhold(d)
		return
	}
	v.result[d] = id
	v.dir[d] |= decided | patternsDone | probesDone
	if v.result[o] == unknown {
		v.dir[o] &^= probesDone // the other direction's probe may now be tried there
	}
	switch {
	case v.result[o] < firstID:
		v.settle(id)
	case v.result[o] != id:
		v.odd(mismatch)
		if v.stream == nil {
			v.settle(v.result[stream.ToClient])
		}
	}
	v.due[d], v.due[o] = true, true
	if v.answered(o) {
		v.detect(o) // before anything is read: what is recorded may tell of both directions
	}
	v.hold()
}

// withhold leaves direction d, the server's, undecided until the client's bytes were recognised, as its protocol does not
// let the server speak first.
func (v *drive) withhold(d stream.Dir) {
	if o := d.Opposite(); v.dir[o]&seen == 0 && (v.in[o] == nil || v.in[o].Len() == 0) {
		v.odd(wrongFirstDirection)
		v.disable()
		return
	}
	v.dir[d] &^= patternsDone | probesDone
	v.scanned[d] = 0
	v.in[d].Peek(v.in[d].Len() + 1) // called again when there is more
}

// undecided acts on direction d having n bytes, and then beyond, in which nothing was found.
func (v *drive) undecided(d stream.Dir, n int, beyond stream.Fault) {
	o := d.Opposite()
	switch {
	case v.state&midstream != 0 && v.proto == unknown && v.exhausted(stream.ToServer):
		v.giveUp(false)
	case v.state&switching != 0:
		if n >= v.gateway.config.SwitchLimit || beyond >= stream.End {
			v.unchanged()
		}
	case v.proto >= firstID:
		if v.dir[d]&decided == 0 {
			v.follow(d, beyond)
		}
	case v.dir[o]&decided != 0 && (v.exhausted(d) || beyond != stream.Short || v.dir[d]&decided != 0):
		v.giveUp(false) // a gap took the other direction's chance
	default:
		v.bail()
	}
}

// follow gives direction d to the parser of the protocol that was found in the other direction, once its own bytes had
// their chance.
func (v *drive) follow(d stream.Dir, beyond stream.Fault) {
	switch {
	case v.gateway.kind(v.proto).ClientFirst && v.state&serverFirst != 0 && v.state&fed == 0:
		v.disable()
		return
	case v.exhausted(d):
		v.odd(onlyOneDirection)
		v.result[d] = failed
	case beyond == stream.Gap:
		v.result[d] = failed
	case beyond != stream.Short:
		v.result[d] = v.proto
	default:
		return
	}
	v.dir[d] |= decided
	v.due[d] = true
}

// bail gives up when neither direction has a protocol and there is no more hope for one.
func (v *drive) bail() {
	limit := [2]int{v.detectLimit(stream.ToServer), v.detectLimit(stream.ToClient)}
	var size [2]int
	for _, d := range directions {
		if v.in[d] != nil {
			size[d] = v.in[d].Len()
		}
	}
	const ts, tc = stream.ToServer, stream.ToClient
	doneTS, doneTC := v.exhausted(ts), v.exhausted(tc)
	switch {
	case doneTS && doneTC:
		v.giveUp(false)
	case size[tc] > 2*limit[tc] || size[ts] > 2*limit[ts],
		doneTS && size[ts] > limit[ts] && size[tc] == 0,
		doneTC && size[tc] > limit[tc] && size[ts] == 0,
		v.dir[ts]&probesDone != 0 && !doneTS && doneTC && size[tc] > limit[tc],
		v.dir[tc]&probesDone != 0 && !doneTC && doneTS && size[ts] > limit[ts]:
		v.giveUp(true)
	}
}

// detectLimit returns how many bytes of direction d are held for its detection.
func (s *Session) detectLimit(d stream.Dir) int {
	c := &s.gateway.config
	if c.DetectMost <= c.DetectLimit || s.gateway.windower == nil {
		return c.DetectLimit
	}
	if s.state&reversed != 0 {
		d = d.Opposite()
	}
	return max(c.DetectLimit, min(s.gateway.windower.Window(s, d), c.DetectMost))
}

// giveUp settles the flow as having no protocol that we know.
func (v *drive) giveUp(skipped bool) {
	if skipped {
		v.odd(detectionSkipped)
	}
	v.proto = failed
	for _, d := range directions {
		v.dir[d] |= decided
	}
	v.gateway.counters.FailedTCP++
	v.gateway.logger.Detected(v.Session)
	v.disable()
}

// settle gives the flow a protocol and the protocol's parser.
func (v *drive) settle(id protoID) {
	g := v.gateway
	follows := v.state&switching != 0
	if follows {
		v.changed(id)
	}
	k := g.kind(id)
	v.proto = id
	g.perKind[id].flow[v.transportIndex()]++
	v.parsed = id
	v.watch()
	for d := range v.in {
		if follows {
			v.beginsAt(stream.Dir(d), v.in[d])
		}
	}
	if k.NewStream != nil {
		v.stream = k.NewStream((*Conn)(v.Session))
	}
	g.logger.Detected(v.Session)
	if v.stream == nil {
		v.disable()
	}
}

// detectGap ends the detection in direction d at a gap. The bytes before it had their chance in the Read that came first.
func (v *drive) detectGap(d stream.Dir, l stream.Loss) {
	if v.dir[d]&decided == 0 {
		v.result[d] = failed
		v.dir[d] |= decided | patternsDone | probesDone
		if v.dir[d.Opposite()]&decided != 0 {
			switch {
			case v.state&switching != 0:
				v.unchanged()
			case v.proto == unknown:
				v.giveUp(false)
			}
		}
	}
	if v.state&disabled != 0 {
		return
	}
	v.few().lost[d] += l.Lost
	v.due[d] = true
}

// flip turns the flow round: client and server were mistaken for each other.
func (v *drive) flip() {
	v.Session.flip()
	v.in[0], v.in[1] = v.in[1], v.in[0]
	v.had[0], v.had[1] = v.had[1], v.had[0]
	v.first, v.about = v.first.Opposite(), v.about.Opposite()
	v.due[0], v.due[1] = v.due[1], v.due[0]
}

// flip is the part that needs no cursors.
func (s *Session) flip() {
	s.state ^= reversed | serverFirst // who spoke first is now the other
	s.clientPort, s.serverPort = s.serverPort, s.clientPort
	s.result[0], s.result[1] = s.result[1], s.result[0]
	s.scanned[0], s.scanned[1] = s.scanned[1], s.scanned[0]
	s.dir[0], s.dir[1] = s.dir[1], s.dir[0]
}
