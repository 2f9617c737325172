package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Decoder is the section decoder: what is looked for in packets.
type Decoder struct {
	Teredo, VXLAN, Geneve, GTP Tunnel
	VXLANReserved              string // strict or permissive
	MaxLayers                  int
	TrackRecursion             bool // the number of tunnels around a packet is part of its flow's key
}

// Tunnel says on which UDP ports a tunnel protocol is looked for.
type Tunnel struct {
	Enabled bool
	Any     bool // on all of them
	Ports   []uint16

	words []string // as given
}

func (d *Decoder) table() []row {
	return []row{
		{"decoder.teredo.enabled", boolean(&d.Teredo.Enabled), "yes", "", "Look for IPv6 in UDP as Teredo has it."},
		{"decoder.teredo.ports", ports(&d.Teredo), "any", "3544", "UDP ports of Teredo, of either end."},
		{"decoder.vxlan.enabled", boolean(&d.VXLAN.Enabled), "yes", "", "Look for VXLAN."},
		{"decoder.vxlan.ports", ports(&d.VXLAN), "4789", "", "UDP ports of VXLAN, of the receiver."},
		{"decoder.vxlan.reserved-bits-check", oneOf(&d.VXLANReserved, "strict", "permissive"), "strict", "permissive",
			"A VXLAN header with a reserved bit set is taken for something else (strict), or the bit is ignored, as receivers do."},
		{"decoder.geneve.enabled", boolean(&d.Geneve.Enabled), "yes", "", "Look for Geneve."},
		{"decoder.geneve.ports", ports(&d.Geneve), "6081", "", "UDP ports of Geneve, of either end."},
		{"decoder.gtp.enabled", boolean(&d.GTP.Enabled), "no", "yes", "Look for packets in GTP-U. Suricata does not."},
		{"decoder.gtp.ports", ports(&d.GTP), "2152", "", "UDP ports of GTP-U, of either end."},
		{"decoder.erspan.typeI.enabled", always("ERSPAN Type I"), "yes", "", "Look for ERSPAN without a header of its own: what is given does not matter."},
		{"decoder.max-layers", number(&d.MaxLayers, 1, 255), "16", "",
			"A packet with so many headers, those of the packets around it included, is not decoded any further."},
		{"decoder.recursion-level.use-for-tracking", boolean(&d.TrackRecursion), "yes", "",
			"Packets inside different numbers of tunnels belong to different flows."},
	}
}

// always is for a key that turned something on, or off, which is always on now. what says what.
func always(what string) binding {
	b := boolean(new(bool))
	read := b.read
	b.read = func(n *Node) error {
		if err := read(n); err != nil || n.Pos == (Pos{}) { // the default
			return err
		}
		return mild{fmt.Errorf("%s is no longer configurable, it is always on", what)}
	}
	return b
}

// ports is for keys that name UDP ports: numbers, any, or a variable of vars.port-groups. What is given is looked at when
// the variables are known, in resolve.
func ports(to *Tunnel) binding {
	b := list("ports, any or a variable", &to.words, nil)
	read := b.read
	b.read = func(n *Node) error {
		err := read(n)
		if err != nil || to.variable() {
			return err
		}
		return to.set(nil)
	}
	return b
}

// resolve fills in variables.
func (d *Decoder) resolve(root *Node, ps *Problems) {
	for _, t := range []struct {
		tunnel *Tunnel
		path   string
	}{
		{&d.Teredo, "decoder.teredo.ports"}, {&d.VXLAN, "decoder.vxlan.ports"},
		{&d.Geneve, "decoder.geneve.ports"}, {&d.GTP, "decoder.gtp.ports"},
	} {
		n := root.Find(t.path)
		if n == nil || !t.tunnel.variable() {
			continue
		}
		if err := t.tunnel.set(root.Find("vars.port-groups")); err != nil {
			ps.add(BadValue, n.Pos, t.path, "%s: %v", t.path, err)
		}
	}
}

// variable reports whether the words name a variable.
func (t *Tunnel) variable() bool {
	return slices.ContainsFunc(t.words, func(w string) bool { return strings.HasPrefix(w, "$") })
}

// set takes the ports from the words, with the variables in groups.
func (t *Tunnel) set(groups *Node) error {
	p := portWords{groups: groups}
	if err := p.add(t.words, 0); err != nil {
		return err
	}
	t.Any, t.Ports = p.any, p.ports
	return nil
}

// portWords collects ports.
type portWords struct {
	groups *Node // variables, may be nil
	any    bool
	ports  []uint16
}

// maxVariables is how many variables may name one another.
const maxVariables = 8

func (p *portWords) add(words []string, depth int) error {
	for _, w := range words {
		name, variable := strings.CutPrefix(w, "$")
		switch {
		case strings.EqualFold(w, "any"):
			p.any = true
		case variable:
			n := p.groups.Find(name)
			if n == nil {
				return fmt.Errorf("there is no variable %s in vars.port-groups", name)
			}
			if depth == maxVariables {
				return fmt.Errorf("variable %s names too many others", name)
			}
			var inner []string
			if err := list("a list of ports", &inner, nil).read(n); err != nil {
				return fmt.Errorf("variable %s: %w", name, err)
			}
			if err := p.add(inner, depth+1); err != nil {
				return err
			}
		default:
			port, err := strconv.ParseUint(w, 10, 16)
			if err != nil || port == 0 {
				return fmt.Errorf("want ports such as 4789 or [8472, 4789], not %q", w)
			}
			p.ports = append(p.ports, uint16(port))
		}
	}
	return nil
}
