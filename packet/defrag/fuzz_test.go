package defrag

import (
	"testing"

	"github.com/reknit/reknit/packet"
)

// Any fragments: memory stays within its limit, accounts are right, and what is complete decodes.
func FuzzAdd(f *testing.F) {
	f.Add(uint8(0), []byte{0x01, 3, 0x00, 0, 2, 0x80, 3, 3})
	f.Add(uint8(3), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Add(uint8(9), []byte("fragments of all kinds come and go"))
	f.Fuzz(func(t *testing.T, kind uint8, script []byte) {
		policy := Policy(kind) % numPolicies
		version := 4 + int(kind>>7)*2
		table := New(Config{Memory: 1, MaxTrackers: 4, MaxFragments: 16, Policy: policyOf(policy)})
		var d packet.Decoder
		var dst []byte
		now := int64(0)
		script = script[:min(len(script), 400)]
		for ; len(script) >= 4; script = script[4:] {
			b := script[:4]
			s := sender{version: version, id: uint32(b[0] & 3)}
			now += int64(b[0]>>2) * 1e9
			piece := piece{off: (int(b[1])<<5 | int(b[2])>>3) * 8, more: b[2]&1 == 0, data: text(b[3], int(b[3])*(1+int(b[2]&2)*20))}
			p := s.fragment(&d, piece)
			var complete bool
			dst, complete = table.Add(&d, p, now, dst)
			if complete {
				var q packet.Packet
				d.DecodeDatagram(&q, p, dst)
				if q.Flags.Has(packet.Fragment) || int(q.Version) != version || len(q.Network) != len(dst) {
					t.Fatalf("a datagram of %d bytes decodes with flags %b, version %d, length %d", len(dst), q.Flags, q.Version, len(q.Network))
				}
			}
			verify(t, table)
		}
		table.expire(now + 1e15)
		if table.Len() != 0 || table.fragments != 0 || table.Counters.MemoryUse != 0 || len(table.index) != 0 {
			t.Fatalf("%d datagrams, %d fragments, %d bytes after everything timed out", table.Len(), table.fragments, table.Counters.MemoryUse)
		}
	})
}

// verify checks the invariants of a table.
func verify(t *testing.T, table *Table) {
	t.Helper()
	count, fragments, memory := 0, 0, int64(0)
	for h, older := table.oldest, uint32(0); h != 0; older, h = h, table.trackers[h].newer {
		tr := table.trackers[h]
		if tr.older != older || table.index[tr.key] != h {
			t.Fatalf("datagram %d is not where it should be", h)
		}
		held := int32(0)
		for i, n := range tr.pages {
			if n == 0 {
				continue
			}
			memory += pageSize
			for u, o := range table.pages[n].owner {
				if o.end != 0 {
					held += int32(o.within(i*pageUnits + u))
				}
			}
		}
		if held != tr.held || held > tr.end || held == tr.end && tr.final {
			t.Fatalf("datagram %d has %d bytes, says %d of %d, final %v", h, held, tr.held, tr.end, tr.final)
		}
		if tr.headerPage != 0 {
			memory += pageSize
		}
		count++
		fragments += int(tr.fragments)
		memory += trackerSize
	}
	if count != table.count || count != len(table.index) || fragments != table.fragments || memory != int64(table.Counters.MemoryUse) {
		t.Fatalf("%d datagrams, %d fragments, %d bytes; says %d, %d, %d", count, fragments, memory, table.count, table.fragments,
			table.Counters.MemoryUse)
	}
	if memory > table.config.Memory || count > table.config.MaxTrackers || fragments > table.config.MaxFragments {
		t.Fatalf("%d datagrams, %d fragments, %d bytes held", count, fragments, memory)
	}
}
