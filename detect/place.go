package detect

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// place is all rules that are looked for in the same packets or streams. Of these, only some can match those of a given kind, such as
// what clients send to port 25 in SMTP. They are made ready when that kind is first seen, and kept.
type place struct {
	class   class
	streams bool // not packets
	all     []*signature
	ports   *portKinds
	making  sync.Mutex
	made    atomic.Pointer[map[kind]*rules]
}

// kind is what packets and streams have in common for which the same rules can match. The zero value is all of them.
type kind struct {
	side     side
	dir      stream.Dir // as the parser has it
	port     uint16     // the kind of the server's port
	protocol string     // of the flow, or ""
}

// side is between which ends of a flow something goes.
type side uint8

const (
	noFlow side = iota
	fromClient
	fromServer
)

// maxKinds is for how many kinds a place has rules of their own. For others, all rules are looked for.
const maxKinds = 128

// serverPort returns which of the ports of what goes in direction physical is the server's.
func serverPort(physical stream.Dir, src, dst uint16) uint16 {
	if physical == stream.ToClient {
		return src
	}
	return dst
}

// kindOf returns the kind of what goes in direction physical of a flow, which its parser takes for dir. server is the port of its server.
func (p *place) kindOf(f *engine.Flow, server uint16, physical, dir stream.Dir) kind {
	if f == nil {
		return kind{}
	}
	k := kind{side: fromClient + side(physical), dir: dir}
	if p.class.hasPorts() {
		k.port = p.ports.of[server]
	}
	if s := f.Session(); s != nil {
		k.protocol = s.Protocol()
	}
	return k
}

// rules returns those that can match packets or streams of a kind. own is false if they are all, as there are too many kinds.
func (p *place) rules(k kind) (r *rules, own bool) {
	if r, own := p.find(k); r != nil {
		return r, own
	}
	p.making.Lock()
	defer p.making.Unlock()
	r, own = p.find(k)
	if r != nil { // another worker was faster
		return r, own
	}
	if !own {
		k = kind{}
	}
	made := map[kind]*rules{k: p.make(k)}
	if m := p.made.Load(); m != nil {
		maps.Copy(made, *m)
	}
	p.made.Store(&made)
	return made[k], own
}

// find returns the rules for a kind if they were made, and whether there are, or may be, ones of its own.
func (p *place) find(k kind) (r *rules, own bool) {
	m := p.made.Load()
	if m == nil {
		return nil, true
	}
	if r := (*m)[k]; r != nil || len(*m) < maxKinds {
		return r, true
	}
	return (*m)[kind{}], false
}

// make makes the rules for a kind.
func (p *place) make(k kind) *rules {
	r := &rules{}
	for _, g := range p.all {
		if p.may(g, k) {
			r.add(g, g.rawFast())
		}
	}
	r.ready()
	return r
}

// may reports whether a rule can match something of a kind.
func (p *place) may(g *signature, k kind) bool {
	switch {
	case k.side == noFlow:
		return true
	case !p.streams && p.class == ofTCP && g.Type == rule.StreamRule:
		return false // it looks at the stream
	case g.Dirs&(rule.ToServer<<k.dir) == 0 && !g.Transactional:
		return false
	case (p.streams && g.App != nil || g.Protocol.App != nil) && !slices.Contains(g.App, k.protocol):
		return false
	case !p.class.hasPorts():
		return true
	}
	server, client := g.DstPort, g.SrcPort
	if k.side == fromServer {
		server, client = client, server
	}
	port := p.ports.one[k.port]
	return p.ports.mean(server, port) || (g.BothWays || g.Transactional) && p.ports.mean(client, port)
}

// portKinds tells ports apart as far as many rules do.
type portKinds struct {
	of   [1 << 16]uint16      // by port
	one  []uint16             // a port of each kind
	sets map[*rule.Ports]bool // that are heeded
}

// A set of ports is heeded that so many rules name, or one that has no fast pattern.
const manyRules = 8

// portKindsOf returns what rules tell apart.
func portKindsOf(list []*signature) *portKinds {
	named := map[*rule.Ports]int{}
	for _, g := range list {
		n := 1
		if g.Fast == nil && g.Type != rule.IPOnly {
			n = manyRules
		}
		named[g.SrcPort] += n
		named[g.DstPort] += n
	}
	k := &portKinds{sets: map[*rule.Ports]bool{}, one: []uint16{0}}
	for _, g := range list { // in the order of the rules, so that it is the same each time
		for _, p := range []*rule.Ports{g.SrcPort, g.DstPort} {
			if named[p] >= manyRules && !p.Any() && !k.sets[p] {
				k.sets[p] = true
				k.split(p)
			}
		}
	}
	return k
}

// split tells ports of each kind apart by whether they are in a set.
func (k *portKinds) split(p *rule.Ports) {
	halves := make([]uint16, 2*len(k.one)) // kinds that are made of each, from 1 on
	var one []uint16
	for port, kind := range k.of {
		at := 2 * int(kind)
		if p.Contains(uint16(port)) {
			at++
		}
		half := &halves[at]
		if *half == 0 {
			one = append(one, uint16(port))
			*half = uint16(len(one))
		}
		k.of[port] = *half - 1
	}
	k.one = one
}

// mean reports whether a set of ports may have one of the kind of port.
func (k *portKinds) mean(p *rule.Ports, port uint16) bool { return !k.sets[p] || p.Contains(port) }
