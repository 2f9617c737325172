package flow

import (
	"math/bits"
	"math/rand/v2"
)

// Spread assigns flows to owners, such as workers. The same packets of both directions always have the same owner; which one
// it is cannot be foreseen from outside, and differs from Spread to Spread.
type Spread struct {
	owners uint64
	pairs  bool
	key    hashKey
}

// NewSpread returns a Spread over so many owners. With pairs, all flows of two hosts have the same one.
func NewSpread(owners int, pairs bool) *Spread {
	s := &Spread{owners: uint64(owners), pairs: pairs}
	for i := range s.key {
		s.key[i] = rand.Uint64()
	}
	return s
}

// Owner returns the owner of the flow with key k, from 0. VLAN identifiers and tunnels do not count.
func (s *Spread) Owner(k *Key) int {
	mask := uint64(0xff << protocolShift)
	if s.pairs {
		l := *k
		l.ports, k, mask = 0, &l, 0
	}
	owner, _ := bits.Mul64(k.hash(&s.key, mask), s.owners)
	return int(owner)
}
