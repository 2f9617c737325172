package app

import "github.com/reknit/reknit/stream"

// Datagram gives one datagram to the parser. The first one of a direction decides what protocol that direction has.
func (s *Session) Datagram(d stream.Dir, b []byte) {
	d = s.side(d)
	if s.state&disabled != 0 {
		return
	}
	defer s.caught(d, nil)
	s.dir[d] |= seen
	if s.dir[d]&decided == 0 {
		d = s.detectDatagram(d, b)
	}
	if s.datagram != nil {
		s.gateway.counters.Turns++
		s.turnOf(d)
		if s.state&framed != 0 {
			s.frameDatagram(d, b)
		}
		err := s.datagram.Datagram(d, b)
		if s.gateway.config.Faults[d].meets(0, len(b)) {
			err = errSimulated
		}
		if err != nil {
			s.report(CauseParser, d, 0, err, nil) // the next datagram may be a good one
		}
	}
	s.flush()
	if s.state&bypassed != 0 {
		s.disable()
	}
}

// detectDatagram decides what protocol direction d has. It returns d, or the other direction if the flow turned out to be
// the other way round.
func (s *Session) detectDatagram(d stream.Dir, b []byte) stream.Dir {
	g := s.gateway
	first := s.dir[d.Opposite()]&decided == 0
	id, flipped := s.match(d, b, true)
	if flipped {
		s.flip()
		d = d.Opposite()
	}
	o := d.Opposite()
	s.dir[d] |= decided
	if id == unknown && s.proto < firstID {
		id = s.announced(d)
	}
	switch {
	case id == unknown && s.result[o] >= firstID:
		s.result[d] = s.result[o]
	case id == unknown:
		s.result[d] = failed
	default:
		s.result[d] = id
	}
	if first && s.result[d] == failed {
		g.counters.FailedUDP++
	}
	switch {
	case s.result[d] == failed:
		s.proto = failed
		if !first {
			g.logger.Detected(s)
			s.disable()
		}
	case s.proto < firstID:
		s.proto, s.parsed = id, id
		s.watch()
		if first {
			g.perKind[id].flow[1]++
		}
		if k := g.kind(id); k.NewDatagram != nil {
			s.datagram = k.NewDatagram((*Conn)(s))
		}
		g.logger.Detected(s)
		if s.datagram == nil {
			s.disable()
		}
	case s.proto != s.result[d]:
		s.odd(mismatch)
	}
	return d
}
