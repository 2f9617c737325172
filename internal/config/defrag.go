package config

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
)

// Defrag is the section defrag: how fragments are put together.
type Defrag struct {
	Memcap    Size
	Trackers  int
	MaxFrags  int
	Timeout   int64         // seconds
	HostTimes []HostTimeout // the longest prefix that holds an address wins, and stands first
}

// HostTimeout is the time for fragments to the hosts of a network.
type HostTimeout struct {
	Network netip.Prefix
	Timeout int64 // seconds
}

func (d *Defrag) table() []row {
	return []row{
		{"defrag.memcap", size(&d.Memcap), "16 MiB", "32 MiB", "Memory for fragments."},
		{"defrag.trackers", number(&d.Trackers, 1, math.MaxInt32), "65535", "",
			"Incomplete datagrams that are held. A new one takes the place of the oldest."},
		{"defrag.max-frags", number(&d.MaxFrags, 1, math.MaxInt32), "65535", "", "Fragments that are held. Further ones are ignored."},
		{"defrag.timeout", number(&d.Timeout, 1, math.MaxInt32), "60", "",
			"Seconds after its first fragment when an incomplete datagram is given up. The list `defrag.host-config` has " +
				"elements of any name, with a `timeout` and an `address` or a list of addresses and networks it is for."},
	}
}

// hosts reads the list host-config.
func (d *Defrag) hosts(root *Node, ps *Problems) {
	const path = "defrag.host-config"
	n := root.Find(path)
	switch {
	case n == nil || n.Kind == Null:
		return
	case n.Kind != List:
		ps.add(BadValue, n.Pos, path, "%s: want a list, not %s", path, n.Kind)
		return
	}
	for _, i := range n.Items {
		name, body := i.titled()
		if body == nil {
			continue
		}
		var timeout int64
		var networks []netip.Prefix
		var words []string
		before := len(*ps)
		fill([]row{
			{"timeout", number(&timeout, 1, math.MaxInt32), "60", "", ""},
			{"address", list("a list of networks", &words, func(w string) error {
				p, err := parseNetwork(w)
				networks = append(networks, p)
				return err
			}), "[]", "", ""},
		}, body, join(join(path, i.Name), name), true, ps)
		if len(*ps) > before {
			continue
		}
		for _, p := range networks {
			d.HostTimes = append(d.HostTimes, HostTimeout{p, timeout})
		}
	}
	slices.SortStableFunc(d.HostTimes, func(a, b HostTimeout) int { return cmp.Compare(b.Network.Bits(), a.Network.Bits()) })
}
