package packet

import "testing"

func TestTCPHeader(t *testing.T) {
	frame := eth(etherIPv4, ip4(protoTCP, segment{flags: PSH | ACK, options: tsOption, payload: []byte("EHLO x\r\n")}.bytes()))
	p, d := decode(LinkEthernet, append(frame, 0, 0, 0)) // with a trailer
	if p.Flags != HasTCP || p.Version != 4 || p.Protocol != protoTCP || p.TTL != 64 || p.EtherType != etherIPv4 {
		t.Errorf("Flags, Version, Protocol, TTL, EtherType = %v, %v, %v, %v, %x", p.Flags, p.Version, p.Protocol, p.TTL, p.EtherType)
	}
	if p.SrcPort != 40000 || p.DstPort != 25 || p.SourceAddr().String() != "192.0.2.1" || p.DestAddr().String() != "198.51.100.2" {
		t.Errorf("%v:%d > %v:%d", p.SourceAddr(), p.SrcPort, p.DestAddr(), p.DstPort)
	}
	tcp := p.TCP
	if tcp.Seq != 0x11223344 || tcp.Ack != 0x55667788 || tcp.Flags != PSH|ACK || tcp.Window != 8192 || tcp.Urgent != 7 {
		t.Errorf("TCP = %+v", tcp)
	}
	if tcp.Options != OptTimestamp || tcp.TSVal != 1000 || tcp.TSEcr != 2000 {
		t.Errorf("TCP options = %+v", tcp)
	}
	if string(p.Payload) != "EHLO x\r\n" || p.Lost != 0 || !p.ChecksumOK() || !p.WantsFlow() {
		t.Errorf("Payload = %q, Lost = %d, ChecksumOK = %v, WantsFlow = %v", p.Payload, p.Lost, p.ChecksumOK(), p.WantsFlow())
	}
	if c := d.Counters; c.Packets != 1 || c.Bytes != uint64(len(frame)+3) || c.Ethernet != 1 || c.IPv4 != 1 || c.TCP != 1 {
		t.Errorf("Counters = %+v", c)
	}
}
