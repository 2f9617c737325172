package defrag

import "github.com/reknit/reknit/packet"

// insert puts the data of fragment p in its datagram. It reports false when the fragment is ignored; the datagram is
// then as it was. A datagram that the fragment makes the receiver discard is freed.
func (t *Table) insert(d *packet.Decoder, h uint32, p *packet.Packet, data []byte) bool {
	tr := t.trackers[h]
	x := extent{uint16(p.Frag.Offset), uint16(p.Frag.Offset + len(data))}
	end, last := int32(x.end), !p.Frag.More
	if tr.policy.fixesEnd() {
		if tr.final && (end > tr.end || last && end != tr.end) || last && end < tr.end {
			if tr.policy == Linux6 {
				t.free(h)
			}
			return false
		}
	}
	if t.fragments >= t.config.MaxFragments {
		t.Counters.FragmentsReached++
		return false
	}
	if !t.reserve(h, x, p.Frag.Header) {
		return false
	}

	overlap, whole := t.overlap(tr, x)
	if overlap {
		e := packet.EventIPv6FragOverlap
		if p.Version == 4 {
			e = packet.EventIPv4FragOverlap
		}
		d.Raise(p, e)
		if tr.policy == Linux6 {
			if !whole {
				t.free(h)
			}
			return true
		}
	}
	switch {
	case end > tr.end:
		tr.end, tr.final = end, last
	case end == tr.end && last:
		tr.final = true
	}
	tr.fragments++
	t.fragments++
	t.write(tr, x, data, p)
	return true
}

// reserve sees to it that all pages are there that the extent x touches, and one for a long header.
func (t *Table) reserve(h uint32, x extent, headerLen int) bool {
	tr := t.trackers[h]
	for i := int(x.start) / pageLen; i <= int(x.end-1)/pageLen; i++ {
		if tr.pages[i] == 0 {
			if tr.pages[i] = t.takePage(h); tr.pages[i] == 0 {
				return false
			}
		}
	}
	if x.start == 0 && headerLen > inlineLen && tr.headerPage == 0 {
		tr.headerPage = t.takePage(h)
		return tr.headerPage != 0
	}
	return true
}

// overlap reports whether any unit of x has an owner, and whether all have.
func (t *Table) overlap(tr *tracker, x extent) (some, all bool) {
	all = true
	for u := int(x.start) / unitLen; u*unitLen < int(x.end); u++ {
		o := t.pages[tr.pages[u/pageUnits]].owner[u%pageUnits]
		if o.end == 0 {
			all = false
		} else {
			some = true
		}
	}
	return some, all && some
}

// write copies the units that the fragment wins. Units are copied in stretches that lie in one page.
func (t *Table) write(tr *tracker, x extent, data []byte, p *packet.Packet) {
	for len(data) > 0 {
		at := int(x.end) - len(data)
		pg := t.pages[tr.pages[at/pageLen]]
		n := min(len(data), pageLen-at%pageLen)
		from := at // of the stretch that was won and is not copied yet
		for b := at; b < at+n; b += unitLen {
			o := &pg.owner[b/unitLen%pageUnits]
			if o.end != 0 && !wins(tr.policy, *o, x, b/unitLen) {
				copy(pg.data[from%pageLen:], data[from-at:b-at])
				from = b + unitLen
				continue
			}
			if o.end != 0 {
				tr.held -= int32(o.within(b / unitLen))
			}
			*o = x
			tr.held += int32(x.within(b / unitLen))
			if b == 0 {
				t.keepHeader(tr, p)
			}
		}
		if from < at+n {
			copy(pg.data[from%pageLen:], data[from-at:n])
		}
		data = data[n:]
	}
}

// wins reports whether a fragment with the extent x takes a unit from its owner o. Where one of them ends within the
// unit, it is the one that has more of it.
func wins(policy Policy, o, x extent, unit int) bool {
	if a, b := o.within(unit), x.within(unit); a != b {
		return b > a
	}
	return policy.laterWins(o.start, o.end, x.start, x.end)
}

// keepHeader keeps the headers of p.
func (t *Table) keepHeader(tr *tracker, p *packet.Packet) {
	tr.headerLen, tr.named, tr.protocol = uint16(p.Frag.Header), uint16(p.Frag.Named), p.Protocol
	copy(t.header(tr), p.Network)
}

func (t *Table) header(tr *tracker) []byte {
	if tr.headerLen <= inlineLen {
		return tr.header[:tr.headerLen]
	}
	return t.pages[tr.headerPage].data[:tr.headerLen]
}
