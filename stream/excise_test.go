package stream

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestExcise compares a stream from which bytes are taken out with a slice of bytes, with holes behind them.
func TestExcise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st := NewStore(Config{})
		var s Stream
		s.SetPolicy(rapid.SampledFrom([]Policy{Linux6, BSD}).Draw(t, "policy"))
		n := rapid.IntRange(1, 400).Draw(t, "bytes")
		step := rapid.IntRange(1, 30).Draw(t, "step")
		want := make([]byte, n)
		for i := range want {
			want[i] = byte(i)
		}
		for at := 0; at < n; at += step {
			st.Insert(&s, int64(at), want[at:min(n, at+step)])
		}
		behind := rapid.IntRange(0, 30).Draw(t, "behind")
		for i := range behind {
			st.Insert(&s, int64(n+2+2*i), []byte{byte(i)})
		}
		for range rapid.IntRange(1, 20).Draw(t, "times") {
			off := rapid.IntRange(0, n).Draw(t, "off")
			if st.Excise(&s, int64(off)) {
				want = append(want[:off:off], want[off+1:]...)
				n--
			} else if off < len(want) && s.index.levels() < 2 {
				t.Fatalf("the byte at %d stays", off)
			}
		}
		if s.Contiguous() != int64(n) || s.Held() != n+behind {
			t.Fatalf("contiguous to %d, held %d, want %d and %d", s.Contiguous(), s.Held(), n, n+behind)
		}
		for i := range behind { // the holes, the first of them as long as two
			st.Insert(&s, int64(n+2*i), []byte{'.', '.'}[min(i, 1):])
			if i > 0 {
				st.Insert(&s, int64(n+2*i+1), []byte{'.'})
			}
			want = append(want, '.')
			if i == 0 {
				want = append(want, '.')
			}
			want = append(want, byte(i))
		}
		var got []byte
		at, p := st.trees.seek(&s.index, 0)
		for off := int64(0); p != nil; at, p = st.trees.next(&s.index, at) {
			if p.off != off {
				t.Fatalf("a piece at %d, want one at %d", p.off, off)
			}
			off = p.end()
			got = append(got, st.pages.data(p.page)[p.at:][:p.n]...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if s.side != 0 && !st.sides.at(s.side).queue.empty() {
			t.Fatal("the receiver's queue has entries, although there is no hole")
		}
		st.Release(&s)
		if n := st.MemoryUse(); n != 0 {
			t.Logf("%d bytes of pages kept", n)
		}
	})
}
