package packet

// usual decodes what most packets are: TCP right behind IPv4 without options or behind IPv6, right behind Ethernet, captured
// whole and no fragment, and with no TCP option but the timestamp. For those ethernet comes to the same result by a longer
// way. It reports whether p is one; if not, it has done nothing.
func (d *Decoder) usual(p *Packet) bool {
	b := p.Frame
	if len(b) < ethernetLen+ipv4Len+tcpLen || len(b) < p.WireLen || p.Link != LinkEthernet {
		return false
	}
	h := (*[ethernetLen + ipv4Len]byte)(b)
	etherType := be16(h[12:14])
	switch {
	case etherType == etherIPv4 && h[14] == 4<<4|ipv4Len/4 && h[23] == protoTCP && be16(h[20:22])&0x3fff == 0:
		end := ethernetLen + int(be16(h[16:18]))
		if end > len(b) || !p.usualTCP(b[ethernetLen:end:end], ipv4Len) {
			return false
		}
		d.Counters.IPv4++
		p.Version, p.TTL = 4, h[22]
		p.Src.set4((*[4]byte)(h[26:30]))
		p.Dst.set4((*[4]byte)(h[30:34]))
	case etherType == etherIPv6 && h[14]>>4 == 6 && h[20] == protoTCP:
		end := ethernetLen + ipv6Len + int(be16(h[18:20]))
		if end > len(b) || !p.usualTCP(b[ethernetLen:end:end], ipv6Len) {
			return false
		}
		d.Counters.IPv6++
		p.Version, p.TTL = 6, h[21]
		p.Src = Addr(b[ethernetLen+8:])
		p.Dst = Addr(b[ethernetLen+24:])
	default:
		return false
	}
	d.Counters.Ethernet++
	d.Counters.TCP++
	if p.TCP.Flags&(SYN|RST|URG) != 0 {
		d.countTCP(p.TCP.Flags)
	}
	p.EtherType = etherType
	return true
}

// usualTCP is the part of usual that both versions of IP have: b is the datagram, its header takes so many bytes. It sets
// all that Decode sets, but for version, TTL, addresses and EtherType.
func (p *Packet) usualTCP(b []byte, ipLen int) bool {
	if len(b) < ipLen+tcpLen {
		return false
	}
	segment := b[ipLen:]
	h := (*[tcpLen]byte)(segment)
	headerLen := int(h[12]>>4) * 4
	t := &p.TCP
	switch {
	case headerLen == tcpLen:
		t.Options, t.TSVal, t.TSEcr = 0, 0, 0
	case headerLen == tcpLen+12 && len(segment) >= headerLen && be32(segment[tcpLen:]) == tsAligned:
		t.Options, t.TSVal, t.TSEcr = OptTimestamp, be32(segment[24:28]), be32(segment[28:32])
	default:
		return false
	}
	p.SrcPort, p.DstPort = be16(h[0:2]), be16(h[2:4])
	t.Seq, t.Ack = be32(h[4:8]), be32(h[8:12])
	t.Flags = h[13]
	t.Window, t.Urgent = be16(h[14:16]), be16(h[18:20])
	t.WindowScale, t.MSS, t.SACKs = 0, 0, 0
	p.Protocol, p.Flags, p.Lost = protoTCP, HasTCP, 0
	p.VLANs, p.VLAN[0], p.VLAN[1], p.VLAN[2] = 0, 0, 0, 0
	p.ICMPType, p.ICMPCode, p.SPI = 0, 0, 0
	p.Depth, p.Origin, p.nevent, p.layers = 0, FromWire, 0, 2
	p.Network, p.Transport, p.Payload, t.FastOpenPayload, p.Outer = b, segment, segment[headerLen:], nil, nil
	return true
}
