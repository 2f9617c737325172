package tcp

// Seq is a TCP sequence number. It wraps; compare it only with its methods.
type Seq uint32

// Before reports whether s precedes t (RFC 9293, section 3.4).
func (s Seq) Before(t Seq) bool { return int32(s-t) < 0 }

// After reports whether s follows t.
func (s Seq) After(t Seq) bool { return int32(s-t) > 0 }

// AtOrBefore reports whether s is t or precedes it.
func (s Seq) AtOrBefore(t Seq) bool { return int32(s-t) <= 0 }

// within reports whether s is first, last or lies between them.
func (s Seq) within(first, last Seq) bool { return !s.Before(first) && s.AtOrBefore(last) }

// latest returns the later of s and t.
func (s Seq) latest(t Seq) Seq {
	if t.After(s) {
		return t
	}
	return s
}

// Add returns the number n octets further on.
func (s Seq) Add(n int) Seq { return s + Seq(n) }
