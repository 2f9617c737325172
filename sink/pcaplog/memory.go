package pcaplog

import (
	"slices"

	"github.com/reknit/reknit/packet"
)

// memory is the latest packets of flows of which nobody told yet, in order. When there is no room, the oldest go.
type memory struct {
	limit, bytes int
	list         []remembered // from first on
	first        int
	flows        map[uint64]int // how many packets of each are in the list
}

// remembered is a packet.
type remembered struct {
	flow    uint64 // 0: it was taken
	time    int64
	link    packet.LinkType
	frame   []byte
	wireLen int
}

// overhead is what a packet takes beside its bytes.
const overhead = 80

// add adds a packet, and returns how many had to go.
func (m *memory) add(flow uint64, p *packet.Packet) (gone uint64) {
	need := len(p.Frame) + overhead
	if need > m.limit {
		return 1
	}
	for m.bytes+need > m.limit {
		if m.drop() {
			gone++
		}
	}
	m.bytes += need
	m.flows[flow]++
	m.list = append(m.list, remembered{flow, p.Time, p.Link, append([]byte(nil), p.Frame...), p.WireLen})
	return gone
}

// drop forgets the oldest. It reports whether that was not taken before.
func (m *memory) drop() bool {
	r := &m.list[m.first]
	m.bytes -= len(r.frame) + overhead
	kept := r.flow != 0
	if kept {
		m.forget(r.flow)
	}
	*r = remembered{}
	if m.first++; m.first > len(m.list)/2 {
		m.list = slices.Delete(m.list, 0, m.first)
		m.first = 0
	}
	return kept
}

// take calls f for the packets of a flow and forgets them.
func (m *memory) take(flow uint64, f func(r *remembered)) {
	for i := m.first; i < len(m.list) && m.flows[flow] > 0; i++ {
		if r := &m.list[i]; r.flow == flow {
			f(r)
			m.forget(flow)
			m.bytes -= len(r.frame)
			r.flow, r.frame = 0, nil
		}
	}
}

// forget counts a packet of a flow less.
func (m *memory) forget(flow uint64) {
	if m.flows[flow]--; m.flows[flow] == 0 {
		delete(m.flows, flow)
	}
}
