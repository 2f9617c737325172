package defrag

import (
	"bytes"
	"testing"

	"github.com/reknit/reknit/packet"
	"pgregory.net/rapid"
)

// model is a datagram as the slow and obvious version has it: the list of its fragments, gone through for every byte.
type model struct {
	policy Policy
	all    []piece
}

// add returns the data of the datagram when f completes it. ok is false when f is ignored, gone when the receiver gives the
// datagram up.
func (m *model) add(f piece) (data []byte, ok, gone bool) {
	end := f.off + len(f.data)
	if m.policy == Linux || m.policy == Linux6 {
		for _, g := range m.all {
			gEnd := g.off + len(g.data)
			if !g.more && (end > gEnd || !f.more && end != gEnd) || !f.more && end < gEnd {
				return nil, false, m.policy == Linux6
			}
		}
	}
	if m.policy == Linux6 {
		some, all := false, true
		for i := f.off; i < end; i++ {
			if m.owner(i/8) != nil {
				some = true
			} else {
				all = false
			}
		}
		if some {
			return nil, true, !all
		}
	}
	m.all = append(m.all, f)
	return m.data(), true, false
}

// owner returns the fragment whose bytes a unit has.
func (m *model) owner(unit int) *piece {
	has := func(f *piece) int { return min(f.off+len(f.data), unit*8+8) - max(f.off, unit*8) }
	var owner *piece
	for i := range m.all {
		f := &m.all[i]
		switch {
		case has(f) <= 0:
		case owner == nil, has(f) > has(owner):
			owner = f
		case has(f) < has(owner):
		case m.policy.laterWins(uint16(owner.off), uint16(owner.off+len(owner.data)), uint16(f.off), uint16(f.off+len(f.data))):
			owner = f
		}
	}
	return owner
}

// data returns the datagram's data, or nil when it has a hole or its end is not known.
func (m *model) data() []byte {
	end, final := 0, false
	for _, f := range m.all {
		switch fEnd := f.off + len(f.data); {
		case fEnd > end:
			end, final = fEnd, !f.more
		case fEnd == end && !f.more:
			final = true
		}
	}
	if !final {
		return nil
	}
	var data []byte
	for i := range end {
		f := m.owner(i / 8)
		if f == nil || i >= f.off+len(f.data) {
			return nil
		}
		data = append(data, f.data[i-f.off])
	}
	return data
}

// Random fragments of one identification, for every policy: the same bytes at the same time.
func TestModel(t *testing.T) {
	for policy := range numPolicies {
		t.Run(policy.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				version := rapid.SampledFrom([]int{4, 6}).Draw(t, "version")
				table := New(Config{Policy: policyOf(policy)})
				m := &model{policy: policy}
				var d packet.Decoder
				base := rapid.SampledFrom([]int{0, 0, 2032}).Draw(t, "base") // across a page border, too
				for i := range rapid.IntRange(1, 12).Draw(t, "fragments") {
					f := piece{more: rapid.IntRange(0, 3).Draw(t, "more") > 0}
					if at := rapid.IntRange(0, 6).Draw(t, "off"); at > 0 {
						f.off = base + at*8
					}
					n := rapid.IntRange(1, 5).Draw(t, "len") * 8
					if f.off == 0 {
						n += base
					}
					if f.off == 0 {
						f.more = true // else it is no fragment
					}
					if !f.more {
						n -= rapid.IntRange(0, 7).Draw(t, "odd")
					}
					f.data = text('a'+byte(i), n)
					p := sender{version: version}.fragment(&d, f)
					got, complete := table.Add(&d, p, 0, nil)
					want, ok, gone := m.add(f)
					if complete != (want != nil) || complete && !bytes.Equal(payload(got, version), want) {
						t.Fatalf("fragment %d: complete %v, %q; want %v, %q", i, complete, got, want != nil, want)
					}
					if ignored := p.AddEvent(0) && hasEvent(p, "ignored"); ignored == ok {
						t.Fatalf("fragment %d: events %v, taken: %v", i, events(p), ok)
					}
					if gone || complete {
						m = &model{policy: policy}
					}
					if n := min(len(m.all), 1); table.Len() != n {
						t.Fatalf("fragment %d: %d datagrams held, want %d", i, table.Len(), n)
					}
				}
			})
		})
	}
}
