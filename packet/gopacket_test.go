package packet

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"pgregory.net/rapid"
)

// Packets that another library makes, with lengths and checksums of its own, are read here as they are read there.
func TestAgainstGopacket(t *testing.T) {
	var d Decoder
	var p Packet
	rapid.Check(t, func(t *rapid.T) {
		frame := drawFrame(t)
		padding := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "padding")
		p.Link, p.Frame = LinkEthernet, append(frame, padding...)
		p.WireLen = len(p.Frame)
		d.Decode(&p)
		if len(p.Events()) > 0 || !p.WantsFlow() || !p.ChecksumOK() {
			t.Fatalf("%x: Decode gives %q, ChecksumOK() = %v", frame, describe(&p), p.ChecksumOK())
		}
		compare(t, &p, gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy))
	})
}

// Frames with a few bytes changed: what both find valid they read alike.
func TestAgainstGopacketMutated(t *testing.T) {
	var d Decoder
	var p Packet
	rapid.Check(t, func(t *rapid.T) {
		frame := drawFrame(t)
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(frame)-1).Draw(t, "at")
			frame[at] = rapid.Byte().Draw(t, "value")
		}
		p.Link, p.Frame, p.WireLen = LinkEthernet, frame, len(frame)
		d.Decode(&p)
		other := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
		if len(p.Events()) == 0 && other.ErrorLayer() == nil && p.Flags&(HasTCP|HasUDP) != 0 && p.Flags&Offload == 0 {
			compare(t, &p, other)
		}
	})
}

// drawFrame makes an Ethernet frame with a TCP, UDP or ICMP packet in it.
func drawFrame(t *rapid.T) []byte {
	var stack []gopacket.SerializableLayer
	version := rapid.SampledFrom([]int{4, 6}).Draw(t, "version")
	inner := layers.EthernetTypeIPv4
	if version == 6 {
		inner = layers.EthernetTypeIPv6
	}
	ethernet := &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: inner}
	stack = append(stack, ethernet)
	switch n := rapid.IntRange(0, 5).Draw(t, "tags"); n {
	case 0, 1, 2, 3:
		next := &ethernet.EthernetType
		for range n {
			*next = layers.EthernetTypeDot1Q
			tag := &layers.Dot1Q{VLANIdentifier: rapid.Uint16Range(0, 4095).Draw(t, "vlan"), Type: inner}
			stack = append(stack, tag)
			next = &tag.Type
		}
	case 4:
		ethernet.EthernetType = layers.EthernetTypeMPLSUnicast
		stack = append(stack, &layers.MPLS{Label: 100, TTL: 9}, &layers.MPLS{Label: 200, TTL: 9, StackBottom: true})
	case 5:
		ethernet.EthernetType = layers.EthernetTypePPPoESession
		ppp := layers.PPPTypeIPv4
		if version == 6 {
			ppp = layers.PPPTypeIPv6
		}
		stack = append(stack, &layers.PPPoE{Version: 1, Type: 1, SessionId: 7}, &layers.PPP{PPPType: ppp})
	}

	kind := rapid.SampledFrom([]layers.IPProtocol{layers.IPProtocolTCP, layers.IPProtocolUDP, layers.IPProtocolICMPv4}).Draw(t, "transport")
	address := func(name string) net.IP {
		return rapid.SliceOfN(rapid.Byte(), map[int]int{4: 4, 6: 16}[version], map[int]int{4: 4, 6: 16}[version]).Draw(t, name)
	}
	var network gopacket.NetworkLayer
	if version == 4 {
		ip := &layers.IPv4{Version: 4, TTL: rapid.Byte().Draw(t, "ttl"), Protocol: kind, SrcIP: address("src"), DstIP: address("dst"),
			Id: rapid.Uint16().Draw(t, "id"), Flags: layers.IPv4DontFragment}
		if rapid.Bool().Draw(t, "options") {
			ip.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}, {OptionType: 1}, {OptionType: 1},
				{OptionType: 1}, {OptionType: 0}}
		}
		network = ip
		stack = append(stack, ip)
	} else {
		if kind == layers.IPProtocolICMPv4 {
			kind = layers.IPProtocolICMPv6
		}
		ip := &layers.IPv6{Version: 6, HopLimit: rapid.Byte().Draw(t, "ttl"), NextHeader: kind, SrcIP: address("src"), DstIP: address("dst"),
			FlowLabel: rapid.Uint32Range(0, 1<<20-1).Draw(t, "label")}
		network = ip
		stack = append(stack, ip)
		if rapid.Bool().Draw(t, "extension") {
			ip.NextHeader = layers.IPProtocolIPv6Destination
			destination := &layers.IPv6Destination{}
			destination.NextHeader = kind
			destination.Options = []*layers.IPv6DestinationOption{{OptionType: 5, OptionData: []byte{0, 0}}, {}, {}}
			stack = append(stack, destination)
		}
	}

	payload := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "payload")
	var transport gopacket.SerializableLayer
	switch kind {
	case layers.IPProtocolTCP:
		tcp := drawTCP(t)
		tcp.SetNetworkLayerForChecksum(network)
		transport = tcp
	case layers.IPProtocolUDP:
		udp := &layers.UDP{SrcPort: layers.UDPPort(rapid.Uint16().Draw(t, "sport")), DstPort: layers.UDPPort(rapid.Uint16().Draw(t, "dport"))}
		udp.SetNetworkLayerForChecksum(network)
		transport = udp
	case layers.IPProtocolICMPv4:
		transport = &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: rapid.Uint16().Draw(t, "number")}
	default:
		icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(128, 0)}
		icmp.SetNetworkLayerForChecksum(network)
		stack = append(stack, icmp)
		transport = &layers.ICMPv6Echo{Identifier: 1, SeqNumber: rapid.Uint16().Draw(t, "number")}
	}
	stack = append(stack, transport, gopacket.Payload(payload))
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(buffer.Bytes())
}

// drawTCP makes a TCP header with some of the options.
func drawTCP(t *rapid.T) *layers.TCP {
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(rapid.Uint16().Draw(t, "sport")), DstPort: layers.TCPPort(rapid.Uint16().Draw(t, "dport")),
		Seq: rapid.Uint32().Draw(t, "seq"), Ack: rapid.Uint32().Draw(t, "ack"),
		Window: rapid.Uint16().Draw(t, "window"), Urgent: rapid.Uint16().Draw(t, "urgent"),
	}
	for _, flag := range []*bool{&tcp.FIN, &tcp.SYN, &tcp.RST, &tcp.PSH, &tcp.ACK, &tcp.URG, &tcp.ECE, &tcp.CWR} {
		*flag = rapid.Bool().Draw(t, "flag")
	}
	option := func(kind layers.TCPOptionKind, data []byte) {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: kind, OptionLength: uint8(2 + len(data)), OptionData: data})
	}
	some := func(n int, name string) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, name) }
	if rapid.Bool().Draw(t, "has mss") {
		option(layers.TCPOptionKindMSS, some(2, "mss"))
	}
	if rapid.Bool().Draw(t, "has scale") {
		option(layers.TCPOptionKindWindowScale, some(1, "scale"))
	}
	for range rapid.IntRange(0, 3).Draw(t, "nops") {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: layers.TCPOptionKindNop})
	}
	if rapid.Bool().Draw(t, "has timestamps") {
		option(layers.TCPOptionKindTimestamps, some(8, "timestamps"))
	}
	if rapid.Bool().Draw(t, "has sack") {
		option(layers.TCPOptionKindSACK, some(16, "sack"))
	}
	return tcp
}

// compare fails when p and what the other library decoded differ.
func compare(t *rapid.T, p *Packet, other gopacket.Packet) {
	var protocol uint8
	var src, dst []byte
	ttl := 0
	for _, l := range other.Layers() {
		switch ip := l.(type) {
		case *layers.IPv4:
			src, dst, protocol, ttl = ip.SrcIP, ip.DstIP, uint8(ip.Protocol), int(ip.TTL)
		case *layers.IPv6:
			src, dst, ttl = ip.SrcIP, ip.DstIP, int(ip.HopLimit)
		}
	}
	if !bytes.Equal(p.SourceAddr().AsSlice(), src) || !bytes.Equal(p.DestAddr().AsSlice(), dst) || int(p.TTL) != ttl {
		t.Fatalf("%v > %v, TTL %d, want %v > %v, %d", p.SourceAddr(), p.DestAddr(), p.TTL, src, dst, ttl)
	}
	if p.Version == 4 && p.Protocol != protocol {
		t.Fatalf("Protocol = %d, want %d", p.Protocol, protocol)
	}
	var vlans []uint16
	for _, l := range other.Layers() {
		if tag, ok := l.(*layers.Dot1Q); ok {
			vlans = append(vlans, tag.VLANIdentifier)
		}
	}
	for i, id := range vlans {
		if int(p.VLANs) != len(vlans) || p.VLAN[i] != id {
			t.Fatalf("VLAN = %v, want %v", p.VLAN[:p.VLANs], vlans)
		}
	}
	switch {
	case p.Flags.Has(HasTCP):
		tcp, ok := other.TransportLayer().(*layers.TCP)
		if !ok {
			t.Fatalf("TCP, want %v", other.TransportLayer())
		}
		want := p.TCP
		want.Seq, want.Ack, want.Flags, want.Window, want.Urgent = tcp.Seq, tcp.Ack, tcp.Contents[13], tcp.Window, tcp.Urgent
		expectOptions(&want, tcp.Options)
		if got := tcpString(&p.TCP); got != tcpString(&want) {
			t.Fatalf("TCP is %s, want %s", got, tcpString(&want))
		}
		if p.SrcPort != uint16(tcp.SrcPort) || p.DstPort != uint16(tcp.DstPort) || !bytes.Equal(p.Payload, tcp.Payload) {
			t.Fatalf("ports %d, %d, payload %x, want %d, %d, %x", p.SrcPort, p.DstPort, p.Payload, tcp.SrcPort, tcp.DstPort, tcp.Payload)
		}
	case p.Flags.Has(HasUDP):
		udp, ok := other.TransportLayer().(*layers.UDP)
		if !ok {
			t.Fatalf("UDP, want %v", other.TransportLayer())
		}
		if p.SrcPort != uint16(udp.SrcPort) || p.DstPort != uint16(udp.DstPort) || !bytes.Equal(p.Payload, udp.Payload) {
			t.Fatalf("ports %d, %d, payload %x, want %d, %d, %x", p.SrcPort, p.DstPort, p.Payload, udp.SrcPort, udp.DstPort, udp.Payload)
		}
	}
}

// expectOptions fills in t what the options of a valid header say.
func expectOptions(t *TCP, options []layers.TCPOption) {
	t.Options = 0
	t.MSS, t.WindowScale, t.TSVal, t.TSEcr, t.SACKs = 0, 0, 0, 0, 0
	for _, o := range options {
		switch o.OptionType {
		case layers.TCPOptionKindMSS:
			t.Options |= OptMSS
			t.MSS = binary.BigEndian.Uint16(o.OptionData)
		case layers.TCPOptionKindWindowScale:
			t.Options |= OptWindowScale
			if o.OptionData[0] <= maxWindowScale {
				t.WindowScale = o.OptionData[0]
			}
		case layers.TCPOptionKindTimestamps:
			t.Options |= OptTimestamp
			t.TSVal = binary.BigEndian.Uint32(o.OptionData)
			t.TSEcr = binary.BigEndian.Uint32(o.OptionData[4:])
		case layers.TCPOptionKindSACK:
			t.Options |= OptSACK
			for b := o.OptionData; len(b) >= 8; b = b[8:] {
				t.SACK[t.SACKs] = [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
				t.SACKs++
			}
		case layers.TCPOptionKindSACKPermitted:
			t.Options |= OptSACKPermitted
		case layers.TCPOptionKind(kindMD5):
			t.Options |= OptMD5
		case layers.TCPOptionKind(kindAO):
			t.Options |= OptAO
		case layers.TCPOptionKind(kindFastOpen):
			t.Options |= OptFastOpen
		}
	}
}
