package stream

import "fmt"

// Policy decides whose bytes win where a segment overlaps one that is held: it stands for what the receiving
// operating system does. A segment has to win against each one that brought the byte before.
type Policy uint8

const (
	Unset Policy = iota // not chosen yet; decides like BSD
	BSD
	BSDRight
	OldLinux
	Linux
	OldSolaris
	Solaris
	HPUX10
	HPUX11
	IRIX
	MacOS
	Windows
	Vista
	Windows2k3
	Linux6 // a current Linux kernel
	First  // what came first stays: inline mode, where later copies are rewritten
)

var policyNames = [...]string{"unset", "bsd", "bsd-right", "old-linux", "linux", "old-solaris", "solaris", "hpux10", "hpux11",
	"irix", "macos", "windows", "vista", "windows2k3", "linux-6", "first"}

func (p Policy) String() string { return policyNames[p] }

// ParsePolicy returns the policy that host-os-policy names.
func ParsePolicy(name string) (Policy, error) {
	for p := BSD; p <= Linux6; p++ {
		if policyNames[p] == name {
			return p, nil
		}
	}
	return Unset, fmt.Errorf("stream: no policy %q", name)
}

// newWins reports whether the new segment [c, d) replaces the bytes of the held segment [a, b) where they overlap.
func (p Policy) newWins(a, b, c, d int64) bool {
	switch p {
	case First, Vista:
		return false
	case Linux6:
		return c <= a // where it begins in the receiver's queue, of which it is no part otherwise
	case Linux:
		return c < a || c == a && d > b
	case OldLinux:
		return c < a || c == a && d >= b
	case Solaris, OldSolaris, HPUX11:
		return c < a && d >= b || c == a && d >= b || c > a && d > b
	default: // BSD and what behaves like it
		return c < a
	}
}

// bounded reports whether the policy asks where held segments began and ended.
func (p Policy) bounded() bool { return p != First && p != Vista }
