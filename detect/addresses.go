package detect

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/reknit/reknit/rule"
)

// addressed are rules for addresses alone. Of thousands, few mean a packet: they are found by the address that they are more particular
// about.
type addressed struct {
	src, dst ranges
	rest     []*signature // those that are about any
}

// ranges finds the rules that mean an address: from each low on, up to the next.
type ranges struct {
	lows  []netip.Addr
	rules [][]*signature
	edges []edge // while rules are added
}

// edge is where the addresses of a rule begin, or where they have ended.
type edge struct {
	at netip.Addr
	*signature
	ends bool
}

func (a *addressed) add(g *signature) {
	src, dst := g.Src.Share(), g.Dst.Share()
	switch {
	case g.Src.Any() && g.Dst.Any():
		a.rest = append(a.rest, g)
	case g.BothWays:
		few := g.Src
		if dst < src {
			few = g.Dst
		}
		a.src.add(g, few)
		a.dst.add(g, few)
	case dst < src:
		a.dst.add(g, g.Dst)
	default:
		a.src.add(g, g.Src)
	}
}

func (r *ranges) add(g *signature, of *rule.Addresses) {
	for low, high := range of.Ranges {
		r.edges = append(r.edges, edge{at: low, signature: g})
		next := high.Next()
		if !next.IsValid() && high.Is4() {
			next = netip.IPv6Unspecified() // where the others begin
		}
		if next.IsValid() {
			r.edges = append(r.edges, edge{next, g, true})
		}
	}
}

func (a *addressed) ready() {
	a.src.ready()
	a.dst.ready()
}

// ready makes the ranges of what was added.
func (r *ranges) ready() {
	slices.SortStableFunc(r.edges, func(a, b edge) int { return a.at.Compare(b.at) })
	var now []*signature
	for i, e := range r.edges {
		j, _ := slices.BinarySearchFunc(now, e.signature, byIndex)
		if e.ends {
			now = slices.Delete(now, j, j+1)
		} else {
			now = slices.Insert(now, j, e.signature)
		}
		if i+1 == len(r.edges) || r.edges[i+1].at != e.at {
			r.lows, r.rules = append(r.lows, e.at), append(r.rules, slices.Clone(now))
		}
	}
	r.edges = nil
}

// of returns the rules that mean an address.
func (r *ranges) of(ip netip.Addr) []*signature {
	i, ok := slices.BinarySearchFunc(r.lows, ip, netip.Addr.Compare)
	if ok {
		i++
	}
	if i == 0 {
		return nil
	}
	return r.rules[i-1]
}

// addressed evaluates the rules for addresses alone, in their order.
func (w *Worker) addressed() {
	a := &w.set.ipOnly
	w.maybe = append(append(append(w.maybe[:0], a.rest...), a.src.of(w.src)...), a.dst.of(w.dst)...)
	slices.SortFunc(w.maybe, byIndex)
	w.each(slices.Compact(w.maybe))
}

func byIndex(a, b *signature) int { return cmp.Compare(a.index, b.index) }
