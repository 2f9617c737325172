package rule

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"slices"
)

// Addresses is a set of IP addresses. It is read-only; rules with the same text share it.
type Addresses struct {
	any     bool
	negated bool   // something was excluded
	v4, v6  []span // sorted, apart from each other
}

// span is a range of addresses of one version, both ends included.
type span struct{ low, high netip.Addr }

// Any reports whether every address is in the set.
func (a *Addresses) Any() bool { return a.any }

// Contains reports whether an address is in the set. It takes O(log n) and allocates nothing.
func (a *Addresses) Contains(ip netip.Addr) bool {
	if a.any {
		return true
	}
	list := a.v4
	if !ip.Is4() {
		list = a.v6
	}
	low, high := 0, len(list)
	for low < high { // the first span that does not end before ip
		mid := (low + high) / 2
		if list[mid].high.Less(ip) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low < len(list) && list[low].low.Compare(ip) <= 0
}

// Ranges yields the ranges of addresses, both ends included, in ascending order, IPv4 first.
func (a *Addresses) Ranges(yield func(low, high netip.Addr) bool) {
	all := [][]span{a.v4, a.v6}
	if a.any {
		all = [][]span{everything}
	}
	for _, list := range all {
		for _, s := range list {
			if !yield(s.low, s.high) {
				return
			}
		}
	}
}

// Share returns how much of all addresses is in the set: up to 1 for IPv4, and up to 1 for IPv6 besides.
func (a *Addresses) Share() (n float64) {
	for low, high := range a.Ranges {
		size := 1.0
		for i, b := range high.AsSlice() {
			size += (float64(b) - float64(low.AsSlice()[i])) * math.Exp2(float64(high.BitLen()-8*(i+1)))
		}
		n += size / math.Exp2(float64(high.BitLen()))
	}
	return n
}

// Len returns the number of ranges.
func (a *Addresses) Len() int { return len(a.v4) + len(a.v6) }

var everything = []span{
	{netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255})},
	{netip.AddrFrom16([16]byte{}), netip.AddrFrom16([16]byte(bytes.Repeat([]byte{255}, 16)))},
}

var (
	errNothing = errors.New("no address is left")
	errNotAny  = errors.New("!any stands for nothing")
)

// newAddresses returns the addresses that are in plus and not in minus. Of a version of IP that is only in minus it is all but those;
// so !192.0.2.0/24 is no IPv6 address, as with Suricata.
func newAddresses(plus, minus []span) (*Addresses, error) {
	all := plus
	for _, e := range everything {
		same := func(s span) bool { return s.low.BitLen() == e.low.BitLen() }
		if len(plus)+len(minus) == 0 || !slices.ContainsFunc(plus, same) && slices.ContainsFunc(minus, same) {
			all = append(slices.Clip(all), e)
		}
	}
	plus = all
	left := subtract(merge(plus), merge(minus))
	if len(left) == 0 {
		return nil, errNothing
	}
	if slices.Equal(left, everything) {
		return &Addresses{any: true}, nil
	}
	a := &Addresses{negated: len(minus) > 0}
	for _, s := range left {
		if s.low.Is4() {
			a.v4 = append(a.v4, s)
		} else {
			a.v6 = append(a.v6, s)
		}
	}
	return a, nil
}

// merge sorts ranges and joins those that overlap or touch. IPv4 comes first.
func merge(list []span) []span {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b span) int { return a.low.Compare(b.low) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && touches(out[n-1], s) {
			if out[n-1].high.Less(s.high) {
				out[n-1].high = s.high
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// touches reports whether b, which does not begin before a, begins at most one address behind it.
func touches(a, b span) bool {
	if a.low.BitLen() != b.low.BitLen() {
		return false
	}
	next := a.high.Next()
	return !next.IsValid() || next.BitLen() != a.low.BitLen() || b.low.Compare(next) <= 0
}

// subtract removes minus from plus; both are merged.
func subtract(plus, minus []span) []span {
	var out []span
	for _, p := range plus {
		rest, left := p, true
		for _, m := range minus {
			if m.low.BitLen() != p.low.BitLen() || m.high.Less(rest.low) {
				continue
			}
			if rest.high.Less(m.low) {
				break
			}
			if rest.low.Less(m.low) {
				out = append(out, span{rest.low, m.low.Prev()})
			}
			if rest.high.Compare(m.high) <= 0 {
				left = false
				break
			}
			rest.low = m.high.Next()
		}
		if left {
			out = append(out, rest)
		}
	}
	return out
}

// prefixSpan returns the range of a prefix.
func prefixSpan(p netip.Prefix) span {
	low := p.Masked().Addr()
	b := low.AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	high, _ := netip.AddrFromSlice(b)
	return span{low, high}
}
