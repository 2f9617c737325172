package defrag

// Policy decides whose bytes win where fragments overlap: it stands for what the receiving operating system does.
type Policy uint8

// The policies. Beside each: when the bytes of the later fragment replace those of the earlier one.
const (
	Linux6   Policy = iota // a current Linux kernel: an overlap discards the datagram (RFC 5722), a duplicate nothing
	BSD                    // it begins before the earlier one
	BSDRight               // it does not begin before the earlier one
	Linux                  // it does not begin behind the earlier one's start
	First                  // never
	Solaris                // it begins before the earlier one and does not end before it
	Windows                // it begins before the earlier one and ends behind it
	Last                   // always
	numPolicies
)

var policyNames = [numPolicies]string{"linux-6", "bsd", "bsd-right", "linux", "first", "solaris", "windows", "last"}

func (p Policy) String() string { return policyNames[p] }

// laterWins reports whether a fragment with the bytes from c to d replaces those of an earlier one that had the bytes from
// a to b, where they overlap.
func (p Policy) laterWins(a, b, c, d uint16) bool {
	switch p {
	case BSD:
		return c < a
	case BSDRight:
		return c >= a
	case Linux:
		return c <= a
	case Solaris:
		return c < a && d >= b
	case Windows:
		return c < a && d > b
	case Last:
		return true
	}
	return false
}

// fixesEnd reports whether the first fragment that says it is the last one settles how long the datagram is. Elsewhere it
// is settled by the fragment that reaches farthest.
func (p Policy) fixesEnd() bool { return p == Linux6 || p == Linux }
