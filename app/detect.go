package app

import (
	"bytes"
	"slices"
	"sort"

	"github.com/reknit/reknit/stream"
)

// detector finds the protocol of a direction from its first bytes, for one transport.
type detector struct {
	gateway *Gateway
	dir     [2]dirDetector
}

type dirDetector struct {
	patterns []pattern // by depth, then by the order of protocols
	window   int       // the greatest depth
	probes   map[uint16][]protoID
}

// pattern is a Pattern ready for use.
type pattern struct {
	id    protoID
	text  []byte // lower case if fold
	from  int
	depth int
	fold  bool
	check func(d stream.Dir, head []byte) Guess
}

func newDetector(g *Gateway, t Transport) detector {
	x := detector{gateway: g}
	for d := range x.dir {
		x.dir[d].probes = map[uint16][]protoID{}
	}
	bit := uint8(overTCP)
	if t == UDP {
		bit = overUDP
	}
	for id := firstID; int(id) < len(g.kinds); id++ {
		k := g.kind(id)
		for _, p := range k.Patterns {
			if p.Transport == t || p.Transport == 0 && k.transports&bit != 0 {
				x.dir[p.Dir].add(id, p)
			}
		}
		if k.probe(t) == nil {
			continue
		}
		for _, p := range k.Ports {
			if p.Transport == t {
				m := x.dir[p.Dir].probes
				m[p.Number] = append(m[p.Number], id)
			}
		}
	}
	for d := range x.dir {
		slices.SortStableFunc(x.dir[d].patterns, func(a, b pattern) int { return a.depth - b.depth })
	}
	return x
}

func (x *dirDetector) add(id protoID, p Pattern) {
	c := pattern{id: id, text: []byte(p.Text), from: p.Offset, depth: p.Depth, fold: p.Fold, check: p.Check}
	if c.depth == 0 {
		c.depth = p.Offset + len(p.Text)
	}
	if c.fold {
		c.text = bytes.ToLower(c.text)
	}
	x.patterns = append(x.patterns, c)
	x.window = max(x.window, c.depth)
}

// probe returns the function that recognises k's bytes over t, or nil.
func (k *kind) probe(t Transport) func(d stream.Dir, head []byte) Guess {
	if t == UDP {
		return k.ProbeDatagram
	}
	return k.Probe
}

// look is one attempt to detect the protocol of a direction.
type look struct {
	session *Session
	dir     stream.Dir // whose patterns and probes are tried
	head    []byte     // all that there is, at most a window
	final   bool       // no more can come

	claims  []claim
	pending bool // a probe or check wants more bytes
}

// claim is a protocol that accepts the head.
type claim struct {
	id      protoID
	flipped bool
	depth   int // bytes that the pattern needs; 0: a probe
	check   func(d stream.Dir, head []byte) Guess
}

// match returns the protocol that the first bytes of direction d belong to, or unknown, and whether they are rather
// those of the other direction. It notes which patterns and probes are done.
func (s *Session) match(d stream.Dir, head []byte, final bool) (id protoID, flipped bool) {
	g := s.gateway
	g.counters.Detects++
	g.counters.Examined += uint64(len(head))
	l := &g.look
	*l = look{session: s, dir: d, head: head, final: final, claims: l.claims[:0]}
	defer func() { l.session, l.head = nil, nil }()
	switch l.hinted(d) {
	case Yes:
		return s.hint(d), false
	case Unknown:
		if !final {
			return unknown, false
		}
	}
	if s.dir[d]&patternsDone == 0 {
		l.patterns(d, false)
		if s.mayFlip(d) {
			l.patterns(d.Opposite(), true)
		}
		if len(head) >= s.window(d) && !l.pending {
			s.dir[d] |= patternsDone
		}
	}
	if s.dir[d]&probesDone == 0 {
		l.pending = false
		l.probes(d)
		if !l.pending {
			s.dir[d] |= probesDone
		}
	}
	scanned := int(s.scanned[d])
	s.scanned[d] = uint16(min(len(head), 1<<16-1))
	return l.choose(scanned)
}

// hinted asks the protocol that direction d is likely to have before all others: what other protocols look for at the
// beginning may occur in it, too.
func (l *look) hinted(d stream.Dir) Guess {
	id := l.session.hint(d)
	if id < firstID || l.session.dir[d]&probesDone != 0 {
		return No
	}
	probe := l.session.gateway.kind(id).probe(l.session.transport)
	if probe == nil {
		return No
	}
	return l.ask(probe, d)
}

// mayFlip reports whether the bytes of direction d may turn out to be those of the other direction.
func (s *Session) mayFlip(d stream.Dir) bool {
	return s.gateway.config.Reverse && s.result[d.Opposite()] == unknown && s.state&(fed|switching) == 0
}

// window returns the number of bytes after which no pattern can match in direction d.
func (s *Session) window(d stream.Dir) int {
	x := &s.gateway.detector[s.transportIndex()]
	n := x.dir[d].window
	if s.mayFlip(d) {
		n = max(n, x.dir[d.Opposite()].window)
	}
	return n
}

// patterns claims the protocols whose patterns for direction d match.
func (l *look) patterns(d stream.Dir, flipped bool) {
	scanned := int(l.session.scanned[l.dir])
	list := l.session.gateway.detector[l.session.transportIndex()].dir[d].patterns
	for i := range list {
		p := &list[i]
		if p.depth > len(l.head) && !l.final {
			break
		}
		if p.check == nil && p.depth <= scanned || !p.in(l.head) {
			continue
		}
		if l.ask(p.check, d) == Yes {
			l.claims = append(l.claims, claim{id: p.id, flipped: flipped, depth: p.depth, check: p.check})
		}
	}
}

// in reports whether p's text is where it should be.
func (p *pattern) in(head []byte) bool {
	head = head[:min(p.depth, len(head))]
	for from := p.from; from+len(p.text) <= len(head); from++ {
		if p.at(head[from:]) {
			return true
		}
	}
	return false
}

func (p *pattern) at(b []byte) bool {
	if !p.fold {
		return bytes.HasPrefix(b, p.text)
	}
	for i, c := range p.text {
		x := b[i]
		if 'A' <= x && x <= 'Z' {
			x += 'a' - 'A'
		}
		if x != c {
			return false
		}
	}
	return true
}

// ask lets a probe or check look at the head. An answer that needs more bytes than there can be is No.
func (l *look) ask(probe func(stream.Dir, []byte) Guess, d stream.Dir) Guess {
	if probe == nil {
		return Yes
	}
	limit := l.session.gateway.config.ProbeLimit
	if l.session.transport == UDP {
		limit = len(l.head) // there is no more of it
	}
	answer := probe(d, l.head[:min(len(l.head), limit)])
	if answer == Unknown {
		if len(l.head) >= limit {
			return No
		}
		l.pending = true
	}
	return answer
}

// probes claims the protocols whose probes accept the head: those of the server's port, and, as those of the other
// direction's bytes, those of the client's. A flow of datagrams may always begin in its middle.
func (l *look) probes(d stream.Dir) {
	s := l.session
	x := &s.gateway.detector[s.transportIndex()].dir[d]
	for _, id := range x.probes[s.port()] {
		l.probe(d, id)
	}
	for _, id := range x.probes[0] {
		l.probe(d, id)
	}
	if s.mayFlip(d) || s.transport == UDP && s.dir[d.Opposite()]&decided == 0 {
		o := d.Opposite()
		other := s.gateway.detector[s.transportIndex()].dir[o].probes
		for _, id := range other[s.clientPort] {
			l.probeAs(o, id, true)
		}
		if s.transport == UDP && s.serverPort != s.clientPort {
			for _, id := range other[s.serverPort] {
				l.probeAs(o, id, true)
			}
		}
	}
}

func (l *look) probe(d stream.Dir, id protoID) { l.probeAs(d, id, false) }

func (l *look) probeAs(d stream.Dir, id protoID, flipped bool) {
	if id < firstID {
		return
	}
	probe := l.session.gateway.kind(id).probe(l.session.transport)
	if probe == nil {
		return
	}
	if l.ask(probe, d) == Yes {
		l.claims = append(l.claims, claim{id: id, flipped: flipped, check: probe})
	}
}

// hint returns the protocol that direction d is likely to have.
func (s *Session) hint(d stream.Dir) protoID {
	switch o := s.result[d.Opposite()]; {
	case o >= firstID:
		return o
	case s.state&switching != 0:
		return s.expected
	case s.rare != nil:
		return s.rare.expect
	}
	return unknown
}

// port returns the server's port, or that which a protocol change asked to probe with.
func (s *Session) port() uint16 {
	if s.original != unknown && s.rare != nil && s.rare.request.Port != 0 {
		return s.rare.request.Port
	}
	return s.serverPort
}

// choose returns the claim that needs the fewest bytes, so that the outcome does not depend on how many arrived at once. Of
// two that need the same, a probe is preferred: the port speaks for it, too.
func (l *look) choose(scanned int) (protoID, bool) {
	if len(l.claims) == 0 {
		return unknown, false
	}
	best, need := 0, 0
	for i := 0; i < len(l.claims) && len(l.claims) > 1; i++ {
		n := l.claims[i].need(l, scanned)
		if i == 0 || n < need || n == need && l.claims[i].depth == 0 && l.claims[best].depth != 0 {
			best, need = i, n
		}
	}
	return l.claims[best].id, l.claims[best].flipped
}

// need returns the length of the shortest prefix of the head that c accepts, given that one of length scanned was not.
func (c *claim) need(l *look, scanned int) int {
	if l.session.transport == UDP {
		return len(l.head)
	}
	if c.check == nil {
		return c.depth
	}
	d := l.dir
	if c.flipped {
		d = d.Opposite()
	}
	low := max(scanned, c.depth-1)
	return low + 1 + sort.Search(max(len(l.head)-low-1, 0), func(i int) bool {
		return c.check(d, l.head[:low+1+i]) == Yes
	})
}
