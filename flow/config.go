package flow

import "time"

// Config limits a Table. The zero value is ready to use.
type Config struct {
	// Memory is the number of bytes that slabs and index may take.
	// When zero, it is DefaultMemory, 128 MiB: some 1 050 000 flows with a value of 24 bytes; the least that works is some 150 KB, and
	// there are never more than 16 million flows.
	Memory int64

	// IgnoreVLAN makes packets with different VLAN identifiers belong to the same flow.
	IgnoreVLAN bool

	// IgnoreRecursion does the same for packets inside different numbers of tunnels.
	IgnoreRecursion bool

	// Timeouts apply normally, Emergency in emergency mode. A value of Emergency that is larger than its counterpart
	// in Timeouts is replaced by a tenth of that.
	Timeouts, Emergency Timeouts

	// EmergencyRecovery is the part of the table that must be free, in percent, for emergency mode to end.
	// When zero, it is 30.
	EmergencyRecovery int
}

// Timeouts tells how long after its last packet a flow ends, by protocol.
type Timeouts struct{ TCP, UDP, ICMP, Default StateTimeouts }

// StateTimeouts tells how long after its last packet a flow ends, by state. A value of zero stands for the default; a
// negative value for none at all: the flow ends at once.
//
// The defaults are, in seconds (and in emergency mode):
//
//	           TCP         UDP, ICMP    others
//	New        60 (5)      30 (10)      30 (10)
//	Established 600 (100)  300 (100)    300 (100)
//	Closed     60 (10)     0 (0)        0 (0)
//	Bypassed   100 (50)    100 (50)     100 (50)
type StateTimeouts struct{ New, Established, Closed, Bypassed time.Duration }

// DefaultMemory is the default of Config.Memory.
const DefaultMemory = 128 << 20

const defaultRecovery = 30

var (
	defaultTCP            = StateTimeouts{60 * time.Second, 600 * time.Second, 60 * time.Second, 100 * time.Second}
	defaultOther          = StateTimeouts{30 * time.Second, 300 * time.Second, 0, 100 * time.Second}
	defaultEmergencyTCP   = StateTimeouts{5 * time.Second, 100 * time.Second, 10 * time.Second, 50 * time.Second}
	defaultEmergencyOther = StateTimeouts{10 * time.Second, 100 * time.Second, 0, 50 * time.Second}
)

// class of protocols with timeouts of their own. It is part of an Entry's flags.
type class uint16

const (
	classOther class = iota << classShift
	classTCP
	classUDP
	classICMP
)

// timeoutTable holds timeouts in nanoseconds, by class and state as they stand in an Entry's flags.
type timeoutTable [1 << (classShift + 2)]int64

// tables returns the timeouts of c, defaults applied.
func (c *Config) tables() (normal, emergency timeoutTable) {
	for _, p := range []struct {
		class             class
		normal, emergency StateTimeouts
		n, e              StateTimeouts // defaults
	}{
		{classTCP, c.Timeouts.TCP, c.Emergency.TCP, defaultTCP, defaultEmergencyTCP},
		{classUDP, c.Timeouts.UDP, c.Emergency.UDP, defaultOther, defaultEmergencyOther},
		{classICMP, c.Timeouts.ICMP, c.Emergency.ICMP, defaultOther, defaultEmergencyOther},
		{classOther, c.Timeouts.Default, c.Emergency.Default, defaultOther, defaultEmergencyOther},
	} {
		n, e := p.normal.or(p.n), p.emergency.or(p.e)
		for s := range numStates {
			i := int(p.class) | int(s)
			normal[i] = int64(n.of(s))
			emergency[i] = int64(e.of(s))
			if emergency[i] > normal[i] {
				emergency[i] = normal[i] / 10
			}
		}
	}
	return normal, emergency
}

// or replaces values that are zero by those of d, and negative ones by zero.
func (t StateTimeouts) or(d StateTimeouts) StateTimeouts {
	set := func(v, d time.Duration) time.Duration {
		if v == 0 {
			return d
		}
		return max(v, 0)
	}
	return StateTimeouts{
		set(t.New, d.New), set(t.Established, d.Established), set(t.Closed, d.Closed), set(t.Bypassed, d.Bypassed),
	}
}

func (t StateTimeouts) of(s State) time.Duration {
	switch s {
	case Established:
		return t.Established
	case Closed:
		return t.Closed
	case LocalBypassed, CaptureBypassed:
		return t.Bypassed
	}
	return t.New
}
