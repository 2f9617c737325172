package app

import "github.com/reknit/reknit/stream"

// change begins a protocol change that the parser asked for: detection starts again at the cursors' offsets. The old
// parser and its transactions stay until a protocol was found.
func (v *drive) change() {
	g := v.gateway
	v.switches++
	v.flushes()
	v.was = v.proto
	if v.original == unknown {
		v.original = v.proto
	}
	v.expected = g.id(v.rare.request.Expect)
	v.state |= switching
	v.result = [2]protoID{}
	v.scanned = [2]uint16{}
	v.rare.lost = [2]int64{}
	v.rare.order = nil
	v.state &^= firstSeen
	for _, d := range directions {
		v.dir[d] &^= patternsDone | probesDone | decided | waiting | peerLost
		v.due[d] = true
	}
	if v.expected != unknown && !g.detectable(v.expected, v.Session) {
		// There is nothing to recognise it by: take the parser's word, for both directions.
		for _, d := range directions {
			v.result[d] = v.expected
			v.dir[d] |= patternsDone | probesDone | decided
		}
		v.settle(v.expected)
	}
}

// detectable reports whether the bytes of a flow can be recognised as those of a protocol.
func (g *Gateway) detectable(id protoID, s *Session) bool {
	if g.kind(id).probe(s.transport) != nil {
		return true
	}
	x := &g.detector[s.transportIndex()]
	for d := range x.dir {
		for i := range x.dir[d].patterns {
			if x.dir[d].patterns[i].id == id {
				return true
			}
		}
	}
	return false
}

// changed ends a protocol change: the old parser goes.
func (v *drive) changed(id protoID) {
	v.state &^= switching
	if v.expected != unknown && v.expected != id {
		v.unexpected()
	}
	for _, d := range directions {
		v.endParser(d, nil)
		v.dir[d] &^= told
	}
	v.finishAll()
	v.dropParsers()
	v.rare.before += v.nextTx
	v.nextTx = 0 // the numbers are those of another protocol from here on
	v.rare.state, v.rare.request.State = v.rare.request.State, nil
}

// unchanged ends a protocol change for which no protocol was found: from here on the flow has none.
func (v *drive) unchanged() {
	v.state &^= switching
	if v.expected != unknown {
		v.unexpected()
	}
	for _, d := range directions {
		v.endParser(d, nil)
	}
	v.finishAll()
	v.proto = failed
	v.gateway.counters.FailedTCP++
	v.gateway.logger.Detected(v.Session)
	v.disable()
}

// unexpected tells that another protocol than the expected one follows.
func (v *drive) unexpected() {
	v.odd(unexpectedProtocol)
	if v.gateway.kind(v.expected).Name == "tls" {
		v.odd(noTLSAfterStartTLS)
	}
}

var _ stream.Reader = (*Session)(nil)
