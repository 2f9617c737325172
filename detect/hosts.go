package detect

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/reknit/reknit/rule"
)

// hosts is what rules keep of hosts, and of pairs of them. All workers share it.
type hosts struct {
	mu     sync.Mutex
	bits   map[hostBit]int64 // until when a bit is set; 0: for good
	counts map[counted]*window
}

// hostBit is a bit of a host, or of a pair.
type hostBit struct {
	name string
	a, b netip.Addr
}

// Limits of what is kept of hosts.
const (
	maxHostBits = 1 << 17
	maxCounted  = 1 << 17
)

func newHosts() *hosts { return &hosts{bits: map[hostBit]int64{}, counts: map[counted]*window{}} }

// has reports whether a bit is set.
func (h *hosts) has(b hostBit, now int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	until, ok := h.bits[b]
	if ok && until != 0 && now > until {
		delete(h.bits, b)
		return false
	}
	return ok
}

// set changes a bit, which holds until a time. When there are too many, those that ended are given up; if there are none, the
// new one is.
func (h *hosts) set(op rule.BitOp, b hostBit, now, until int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old, ok := h.bits[b]
	ok = ok && (old == 0 || now <= old)
	if op == rule.BitUnset || op == rule.BitToggle && ok {
		delete(h.bits, b)
		return
	}
	if !ok && len(h.bits) >= maxHostBits {
		for k, t := range h.bits {
			if t != 0 && now > t {
				delete(h.bits, k)
			}
		}
		if len(h.bits) >= maxHostBits {
			return
		}
	}
	h.bits[b] = until
}

// pair returns a bit of two hosts, whichever is named first.
func pair(name string, a, b netip.Addr) hostBit {
	if b.Less(a) {
		a, b = b, a
	}
	return hostBit{name, a, b}
}

// tracked returns the bit that xbits means.
func (w *Worker) tracked(x *rule.Xbits) (hostBit, bool) {
	if !w.src.IsValid() {
		return hostBit{}, false
	}
	switch x.Track {
	case "ip_src":
		return hostBit{name: "x" + x.Name, a: w.src}, true
	case "ip_dst":
		return hostBit{name: "x" + x.Name, a: w.dst}, true
	}
	return pair("x"+x.Name, w.src, w.dst), true
}

func xbitsTest(s *Set, t *rule.Xbits) check {
	want := t.Op == rule.BitIsSet
	if t.Track == "tx" {
		n := s.marks.number(mark{ofTxBit, t.Name}) | txBit
		return func(w *Worker) bool { return slices.Contains(*w.tx.Head().Inspected(), n) == want }
	}
	return func(w *Worker) bool {
		b, ok := w.tracked(t)
		return ok && w.set.hosts.has(b, w.now) == want
	}
}

// txBit is set in what is noted of a transaction for a bit, and in nothing that is noted of rules.
const txBit = 1 << 31

// txBitSet returns the effect on a bit of the transaction that the rule is about.
func txBitSet(s *Set, t *rule.Xbits) check {
	n := s.marks.number(mark{ofTxBit, t.Name}) | txBit
	return func(w *Worker) bool {
		if w.tx == nil {
			return true
		}
		noted := w.tx.Head().Inspected()
		i := slices.Index(*noted, n)
		switch {
		case i < 0 && t.Op != rule.BitUnset && len(*noted) < maxNoted:
			*noted = append(*noted, n)
		case i >= 0 && t.Op != rule.BitSet:
			*noted = slices.Delete(*noted, i, i+1)
		}
		return true
	}
}

// maxNoted bounds what is noted of a transaction.
const maxNoted = 1 << 16

func xbitsSet(s *Set, t *rule.Xbits) check {
	if t.Track == "tx" {
		return txBitSet(s, t)
	}
	return func(w *Worker) bool {
		if b, ok := w.tracked(t); ok {
			w.set.hosts.set(t.Op, b, w.now, w.now+int64(t.Expire))
		}
		return true
	}
}

// hostsOf calls f with the bits that hostbits means, until it returns false.
func (w *Worker) hostsOf(t *rule.Hostbits, f func(hostBit) bool) {
	if !w.src.IsValid() {
		return
	}
	if t.Host != "dst" && !f(hostBit{name: "h" + t.Name, a: w.src}) {
		return
	}
	if t.Host != "src" {
		f(hostBit{name: "h" + t.Name, a: w.dst})
	}
}

func hostbitsTest(t *rule.Hostbits) check {
	want := t.Op == rule.BitIsSet
	return func(w *Worker) bool {
		found := false
		w.hostsOf(t, func(b hostBit) bool {
			found = w.set.hosts.has(b, w.now) == want
			return !found
		})
		return found
	}
}

// hostBitTime is how long a bit of a host is set.
const hostBitTime = 300 * time.Second

func hostbitsSet(t *rule.Hostbits) check {
	return func(w *Worker) bool {
		w.hostsOf(t, func(b hostBit) bool {
			w.set.hosts.set(t.Op, b, w.now, w.now+int64(hostBitTime))
			return true
		})
		return true
	}
}
