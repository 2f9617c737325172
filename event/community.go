package event

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
)

// communityID writes the flow's identifier of the Community ID specification, version 1: the SHA-1 sum of
//
//	seed16 | source | destination | protocol8 | 0 | source port16 | destination port16
//
// with the smaller end first, so that both directions give the same. The ports of ICMP are its type and that of the
// answer; a message that has no answer keeps its direction and has its code in the second place. Other protocols
// have no ports.
func (o *Object) communityID() {
	r := o.record
	if !r.Src.IsValid() || r.Src.Is4() != r.Dst.Is4() {
		return
	}
	src, dst := r.SrcPort, r.DstPort
	ports, oneWay := true, false
	switch r.Protocol {
	case protoTCP, protoUDP, protoSCTP:
	case protoICMP:
		src, dst, oneWay = icmpPorts(&icmpAnswer, r.ICMPType, r.ICMPCode)
	case protoICMPv6:
		src, dst, oneWay = icmpPorts(&icmp6Answer, r.ICMPType, r.ICMPCode)
	default:
		ports, src, dst = false, 0, 0
	}
	from, to := r.Src, r.Dst
	if order := from.Compare(to); !oneWay && (order > 0 || order == 0 && src > dst) {
		from, to, src, dst = to, from, dst, src
	}

	var room [2 + 16 + 16 + 2 + 4]byte
	b := binary.BigEndian.AppendUint16(room[:0], o.options.CommunityIDSeed)
	if from.Is4() {
		f, t := from.As4(), to.As4()
		b = append(append(b, f[:]...), t[:]...)
	} else {
		f, t := from.As16(), to.As16()
		b = append(append(b, f[:]...), t[:]...)
	}
	b = append(b, r.Protocol, 0)
	if ports {
		b = binary.BigEndian.AppendUint16(b, src)
		b = binary.BigEndian.AppendUint16(b, dst)
	}
	sum := sha1.Sum(b)
	o.key("community_id")
	o.buf = append(o.buf, `"1:`...)
	o.buf = base64.StdEncoding.AppendEncode(o.buf, sum[:])
	o.buf = append(o.buf, '"')
}

// icmpAnswer and icmp6Answer pair the types of messages that answer each other.
var (
	icmpAnswer  = pairs{{0, 8}, {13, 14}, {15, 16}, {17, 18}, {9, 10}}
	icmp6Answer = pairs{{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}}
)

type pairs [][2]uint8

func icmpPorts(p *pairs, typ, code uint8) (src, dst uint16, oneWay bool) {
	for i := range *p {
		if n := bytes.IndexByte((*p)[i][:], typ); n >= 0 {
			return uint16(typ), uint16((*p)[i][1-n]), false
		}
	}
	return uint16(typ), uint16(code), true
}
