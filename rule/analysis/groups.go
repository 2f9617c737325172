package analysis

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/reknit/reknit/rule"
)

// portGroup is a range of ports with the rules that packets to it can match.
type portGroup struct {
	Port  uint16 `json:"port"`
	Port2 uint16 `json:"port2"` // the last one
	Group group  `json:"rulegroup"`
	rules []*rule.Rule
}

type group struct {
	ID    int       `json:"id"` // the same for the same rules
	Rules []ruleRef `json:"rules,omitempty"`
}

type ruleRef struct {
	ID uint32 `json:"sig_id"`
}

// WriteGroups writes a JSON object with the ranges of ports, of the destination to servers and of the source to clients, that
// the same rules are about; those that are of addresses or of what cannot be decoded left out. First come those with the most
// rules. list has the rules of each listed, too.
func WriteGroups(w io.Writer, rules []*rule.Rule, list bool) error {
	all := map[string]map[string][]portGroup{}
	for name, transport := range map[string]rule.Transports{"tcp": rule.TCP, "udp": rule.UDP} {
		all[name] = map[string][]portGroup{}
		for d, direction := range directionNames {
			all[name][direction] = groups(rules, transport, rule.ToServer<<d, list)
		}
	}
	return json.NewEncoder(w).Encode(all)
}

// groups returns the groups of a transport in a direction.
func groups(rules []*rule.Rule, transport rule.Transports, dir rule.Dirs, list bool) []portGroup {
	var some []*rule.Rule
	for _, r := range rules {
		ofAll := r.Type == rule.IPOnly || r.Type == rule.DecodeEventOnly
		if !ofAll && r.Dirs&dir != 0 && (r.Protocol.Transports == 0 || r.Protocol.Transports&transport != 0) {
			some = append(some, r)
		}
	}
	found := split(some, func(r *rule.Rule) *rule.Ports {
		if dir == rule.ToServer {
			return r.DstPort
		}
		return r.SrcPort
	})
	slices.SortStableFunc(found, func(a, b portGroup) int { return cmp.Compare(len(b.rules), len(a.rules)) })
	for i := range found {
		g := &found[i]
		same := slices.IndexFunc(found[:i], func(o portGroup) bool { return slices.Equal(o.rules, g.rules) })
		switch {
		case same >= 0:
			g.Group.ID = found[same].Group.ID
		case i > 0:
			g.Group.ID = slices.MaxFunc(found[:i], func(a, b portGroup) int { return cmp.Compare(a.Group.ID, b.Group.ID) }).Group.ID + 1
		}
		if list {
			for _, r := range g.rules {
				g.Group.Rules = append(g.Group.Rules, ruleRef{r.SID})
			}
		}
	}
	return found
}

// split returns the ranges of ports that the same rules are about, in their order. Those that none is about are left out.
func split(rules []*rule.Rule, of func(*rule.Rule) *rule.Ports) []portGroup {
	const end = 1 << 16
	cuts := map[int]bool{0: true, end: true}
	for _, r := range rules {
		for low, high := range of(r).Ranges {
			cuts[int(low)], cuts[int(high)+1] = true, true
		}
	}
	found := []portGroup{}
	places := slices.Sorted(maps.Keys(cuts))
	for i, low := range places[:len(places)-1] {
		g := portGroup{Port: uint16(low), Port2: uint16(places[i+1] - 1)}
		for _, r := range rules {
			if of(r).Contains(g.Port) {
				g.rules = append(g.rules, r)
			}
		}
		last := len(found) - 1
		switch {
		case len(g.rules) == 0:
		case last >= 0 && found[last].Port2+1 == g.Port && slices.Equal(found[last].rules, g.rules):
			found[last].Port2 = g.Port2
		default:
			found = append(found, g)
		}
	}
	return found
}
