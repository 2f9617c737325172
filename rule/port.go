package rule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Ports is a set of ports. It is read-only; rules with the same text share it.
type Ports struct {
	any    bool
	ranges []portRange   // sorted, apart from each other
	bits   *[1024]uint64 // when there are many ranges
}

type portRange struct{ low, high uint16 }

// fewRanges is up to how many ranges are looked through one after the other.
const fewRanges = 8

// Any reports whether every port is in the set.
func (p *Ports) Any() bool { return p.any }

// Contains reports whether a port is in the set.
func (p *Ports) Contains(port uint16) bool {
	if p.any {
		return true
	}
	if p.bits != nil {
		return p.bits[port>>6]&(1<<(port&63)) != 0
	}
	for _, r := range p.ranges {
		if port <= r.high {
			return r.low <= port
		}
	}
	return false
}

// Ranges yields the first and the last port of each range, in their order.
func (p *Ports) Ranges(yield func(low, high uint16) bool) {
	if p.any {
		yield(0, 65535)
		return
	}
	for _, r := range p.ranges {
		if !yield(r.low, r.high) {
			return
		}
	}
}

// String returns the ports as ranges.
func (p *Ports) String() string {
	if p.any {
		return "any"
	}
	var parts []string
	for _, r := range p.ranges {
		text := strconv.Itoa(int(r.low))
		if r.high > r.low {
			text += ":" + strconv.Itoa(int(r.high))
		}
		parts = append(parts, text)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// portBits is a set of ports while it is built.
type portBits [1024]uint64

func (b *portBits) set(r portRange, on bool) {
	for p := int(r.low); p <= int(r.high); p++ {
		if on {
			b[p>>6] |= 1 << (p & 63)
		} else {
			b[p>>6] &^= 1 << (p & 63)
		}
	}
}

var errNoPort = errors.New("no port is left")

// newPorts returns the ports that are in plus and not in minus. Without plus it is all but minus.
func newPorts(plus, minus []portRange) (*Ports, error) {
	var b portBits
	if len(plus) == 0 {
		plus = []portRange{{0, 65535}}
	}
	for _, r := range plus {
		b.set(r, true)
	}
	for _, r := range minus {
		b.set(r, false)
	}
	p := &Ports{}
	for port := 0; port < 65536; port++ {
		if b[port>>6]&(1<<(port&63)) == 0 {
			continue
		}
		low := port
		for port < 65535 && b[(port+1)>>6]&(1<<((port+1)&63)) != 0 {
			port++
		}
		p.ranges = append(p.ranges, portRange{uint16(low), uint16(port)})
	}
	switch {
	case len(p.ranges) == 0:
		return nil, errNoPort
	case slices.Equal(p.ranges, []portRange{{0, 65535}}):
		return &Ports{any: true}, nil
	case len(p.ranges) > fewRanges:
		p.bits = (*[1024]uint64)(&b)
	}
	return p, nil
}

// parsePort reads "80", "80:90", ":90" or "80:".
func parsePort(text string) (portRange, error) {
	low, high, isRange := strings.Cut(text, ":")
	r := portRange{0, 65535}
	var err error
	if low = strings.TrimSpace(low); low != "" || !isRange {
		if r.low, err = portNumber(low); err != nil {
			return r, err
		}
	}
	if !isRange {
		r.high = r.low
	} else if high = strings.TrimSpace(high); high != "" {
		if r.high, err = portNumber(high); err != nil {
			return r, err
		}
	}
	if r.high < r.low {
		return r, fmt.Errorf("the range %s ends before it begins", text)
	}
	return r, nil
}

func portNumber(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q is not a port", text)
	}
	return uint16(n), nil
}
