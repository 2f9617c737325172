package packet

import "slices"

// Tunnels tells on which UDP ports tunnels are looked for. The zero value is ready to use: every protocol on its own
// port.
type Tunnels struct {
	VXLAN  Ports // of the receiver; 4789
	Geneve Ports // of either end; 6081
	Teredo Ports // of either end; 3544
	GTP    Ports // of either end; 2152

	// StrictVXLAN has a VXLAN header with a reserved bit set taken for something else. Receivers ignore these bits
	// (RFC 7348, section 5).
	StrictVXLAN bool
}

// Ports are the UDP ports of one protocol. The zero value is the protocol's own port.
type Ports struct {
	Off  bool // none
	Any  bool // all
	List []uint16
}

// SetTunnels tells the decoder which UDP ports are those of tunnels.
func (d *Decoder) SetTunnels(t Tunnels) {
	p := newTunnelPorts(t)
	d.ports = &p
}

// tunnelPorts are Tunnels in the form in which they are looked up.
type tunnelPorts struct {
	filter uint64 // what portBit gives for each of the ports
	strict bool
	lists  [numUDPTunnels][]uint16
	any    [numUDPTunnels]bool
}

// udpTunnel is a tunnel protocol over UDP.
type udpTunnel uint8

const (
	tunnelTeredo udpTunnel = iota
	tunnelGeneve
	tunnelVXLAN
	tunnelGTP
	numUDPTunnels
)

var defaultPorts = newTunnelPorts(Tunnels{})

func newTunnelPorts(t Tunnels) tunnelPorts {
	p := tunnelPorts{strict: t.StrictVXLAN}
	for _, x := range [...]struct {
		kind  udpTunnel
		ports Ports
		own   uint16
	}{
		{tunnelTeredo, t.Teredo, 3544}, {tunnelGeneve, t.Geneve, 6081}, {tunnelVXLAN, t.VXLAN, 4789}, {tunnelGTP, t.GTP, 2152},
	} {
		list := x.ports.List
		switch {
		case x.ports.Off:
			continue
		case x.ports.Any:
			p.any[x.kind] = true
			p.filter = ^uint64(0)
		case len(list) == 0:
			list = []uint16{x.own}
		}
		p.lists[x.kind] = list
		for _, port := range list {
			p.filter |= portBit(port)
		}
	}
	return p
}

// portBit returns the bit of a port in a filter. The common ports that are not tunnels' have other ones.
func portBit(port uint16) uint64 { return 1 << ((port ^ port>>6) & 63) }

func (t *tunnelPorts) has(kind udpTunnel, port uint16) bool {
	return t.any[kind] || slices.Contains(t.lists[kind], port)
}
