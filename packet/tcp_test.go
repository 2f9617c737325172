package packet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTCPHeader(t *testing.T) {
	p, _ := decode(LinkEthernet, eth(etherIPv4, tcp4TS))
	want := TCP{Seq: 0x11223344, Ack: 0x55667788, Flags: PSH | ACK, Window: 8192, Urgent: 7,
		Options: OptTimestamp, TSVal: 1000, TSEcr: 2000}
	if got := tcpString(&p.TCP); got != tcpString(&want) {
		t.Errorf("TCP is %s, want %s", got, tcpString(&want))
	}
	if !bytes.Equal(p.Payload, hello) || p.SrcPort != 40000 || p.DstPort != 25 || p.TTL != 64 {
		t.Errorf("Payload %q, SrcPort %d, DstPort %d, TTL %d", p.Payload, p.SrcPort, p.DstPort, p.TTL)
	}
}

func TestTCPInvalid(t *testing.T) {
	tests := []struct {
		name    string
		segment []byte
		want    string
	}{
		{"no header", nil, "+invalid !tcp.pkt_too_small"},
		{"short header", segment{}.bytes()[:19], "+invalid !tcp.pkt_too_small"},
		{"offset 0", segment{offset: 16}.bytes(), "+invalid !tcp.invalid_optlen"},
		{"offset 4", segment{offset: 4}.bytes(), "+invalid !tcp.invalid_optlen"},
		{"offset beyond the datagram", segment{offset: 6}.bytes(), "+invalid !tcp.hlen_too_small"},
		{"offset into the payload", segment{offset: 6, payload: []byte{1, 1, 1, 1, 'x'}}.bytes(), "+tcp flow"},
	}
	for _, tt := range tests {
		p, _ := decode(LinkRaw, ip4(protoTCP, tt.segment))
		check(t, p)
		if got := describe(p); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s: Decode gives %q, want …%q", tt.name, got, tt.want)
		}
	}
}

func TestTCPOptions(t *testing.T) {
	ts := []byte{8, 10, 0, 0, 0, 1, 0, 0, 0, 2}
	mss := []byte{2, 4, 5, 0xb4}
	signature := cat([]byte{19, 18}, make([]byte, 16))
	sack := func(blocks int) []byte {
		b := []byte{5, byte(2 + 8*blocks)}
		for i := range blocks {
			b = append(b, cat(u32(uint32(10*i)), u32(uint32(10*i+5)))...)
		}
		return b
	}
	tests := []struct {
		name    string
		options []byte
		want    TCP
		events  string // with "+invalid" when the packet is
	}{
		{name: "none"},
		{name: "timestamps, aligned", options: cat([]byte{1, 1}, ts), want: TCP{Options: OptTimestamp, TSVal: 1, TSEcr: 2}},
		{name: "timestamps, not aligned", options: cat(ts, []byte{1, 1}), want: TCP{Options: OptTimestamp, TSVal: 1, TSEcr: 2}},
		{name: "timestamps and SACK", options: cat([]byte{1, 1}, ts, []byte{1, 1}, sack(2)),
			want: TCP{Options: OptTimestamp | OptSACK, TSVal: 1, TSEcr: 2, SACKs: 2, SACK: [4][2]uint32{{0, 5}, {10, 15}}}},
		{name: "SYN", options: cat(mss, []byte{4, 2}, ts, []byte{1, 3, 3, 7}),
			want: TCP{Options: OptMSS | OptSACKPermitted | OptTimestamp | OptWindowScale, MSS: 1460, WindowScale: 7, TSVal: 1, TSEcr: 2}},
		{name: "end of list hides the rest", options: cat([]byte{0}, mss)},
		{name: "end of list hides bad lengths", options: []byte{0, 2, 0, 0}},
		{name: "only NOP", options: []byte{1, 1, 1, 1}},
		{name: "unknown", options: cat([]byte{99, 4, 0, 0}, mss), want: TCP{Options: OptMSS, MSS: 1460}},
		{name: "window scale 14", options: []byte{3, 3, 14}, want: TCP{Options: OptWindowScale, WindowScale: 14}},
		{name: "window scale 15", options: []byte{3, 3, 15}, want: TCP{Options: OptWindowScale}},
		{name: "SACK without blocks", options: sack(0), want: TCP{Options: OptSACK}},
		{name: "four SACK blocks", options: sack(4),
			want: TCP{Options: OptSACK, SACKs: 4, SACK: [4][2]uint32{{0, 5}, {10, 15}, {20, 25}, {30, 35}}}},
		{name: "MD5", options: signature, want: TCP{Options: OptMD5}},
		{name: "AO", options: []byte{29, 4, 0, 0}, want: TCP{Options: OptAO}},
		{name: "fast open, cookie asked for", options: []byte{34, 2}, want: TCP{Options: OptFastOpen}},
		{name: "fast open, cookie", options: []byte{34, 6, 'a', 'b', 'c', 'd'},
			want: TCP{Options: OptFastOpen, FastOpenPayload: []byte("abcd")}},
		{name: "fast open, longest cookie", options: cat([]byte{34, 18}, []byte("0123456789abcdef")),
			want: TCP{Options: OptFastOpen, FastOpenPayload: []byte("0123456789abcdef")}},
		{name: "experimental fast open", options: []byte{254, 8, 0xf9, 0x89, 'a', 'b', 'c', 'd'},
			want: TCP{Options: OptFastOpen, FastOpenPayload: []byte("abcd")}},
		{name: "another experiment", options: []byte{253, 4, 1, 2}},

		// Impossible lengths end the walk.
		{name: "length 0", options: cat([]byte{2, 0, 5, 0xb4}, mss), events: "tcp.opt_invalid_len +invalid"},
		{name: "length 1", options: cat([]byte{99, 1}, mss), events: "tcp.opt_invalid_len +invalid"},
		{name: "length beyond the area", options: []byte{3, 3, 7, 2, 6, 1, 1, 1}, events: "tcp.opt_invalid_len +invalid",
			want: TCP{Options: OptWindowScale, WindowScale: 7}},
		{name: "no length", options: []byte{1, 1, 1, 2}},

		// Lengths that a kind does not have: the option is passed over.
		{name: "MSS of 3", options: cat([]byte{2, 3, 5}, ts), events: "tcp.opt_invalid_len",
			want: TCP{Options: OptTimestamp, TSVal: 1, TSEcr: 2}},
		{name: "MSS of 3, then right", options: cat([]byte{2, 3, 5}, mss), events: "tcp.opt_invalid_len",
			want: TCP{Options: OptMSS, MSS: 1460}},
		{name: "window scale of 4", options: []byte{3, 4, 7, 7}, events: "tcp.opt_invalid_len"},
		{name: "SACK permitted of 4", options: []byte{4, 4, 0, 0}, events: "tcp.opt_invalid_len"},
		{name: "timestamps of 9", options: []byte{8, 9, 0, 0, 0, 0, 0, 0, 0}, events: "tcp.opt_invalid_len"},
		{name: "SACK of 9", options: []byte{5, 9, 0, 0, 0, 0, 0, 0, 0}, events: "tcp.opt_invalid_len"},
		{name: "SACK of 36", options: cat([]byte{5, 36}, make([]byte, 34)), events: "tcp.opt_invalid_len"},
		{name: "fast open of 7", options: []byte{34, 7, 1, 2, 3, 4, 5}, events: "tcp.opt_invalid_len"},
		{name: "fast open of 20", options: cat([]byte{34, 20}, make([]byte, 18)), events: "tcp.opt_invalid_len"},
		{name: "MD5 of 4", options: cat([]byte{19, 4, 0, 0}, mss), events: "tcp.opt_invalid_len +invalid",
			want: TCP{Options: OptMSS, MSS: 1460}},
		{name: "AO of 3", options: []byte{29, 3, 0}, events: "tcp.opt_invalid_len +invalid"},

		// The first wins.
		{name: "two MSS", options: cat(mss, []byte{2, 4, 1, 1}), events: "tcp.opt_duplicate", want: TCP{Options: OptMSS, MSS: 1460}},
		{name: "two window scales", options: []byte{3, 3, 1, 3, 3, 2}, events: "tcp.opt_duplicate",
			want: TCP{Options: OptWindowScale, WindowScale: 1}},
		{name: "two timestamps", options: cat(ts, []byte{8, 10, 9, 9, 9, 9, 9, 9, 9, 9}), events: "tcp.opt_duplicate",
			want: TCP{Options: OptTimestamp, TSVal: 0x09090909, TSEcr: 0x09090909}},
		{name: "unreadable, too short for a signature", options: cat([]byte{77, 60}, make([]byte, 14)), events: "tcp.opt_invalid_len +invalid"},
		{name: "unreadable", options: cat([]byte{77, 60}, make([]byte, 18)), events: "tcp.opt_invalid_len +invalid",
			want: TCP{Options: OptUnreadable}},
		{name: "MD5 of a wrong length", options: cat([]byte{19, 17}, make([]byte, 15), []byte{1, 1, 1}), events: "tcp.opt_invalid_len +invalid",
			want: TCP{Options: OptUnreadable}},
		{name: "two SACK", options: cat(sack(1), sack(2)), events: "tcp.opt_duplicate",
			want: TCP{Options: OptSACK, SACKs: 1, SACK: [4][2]uint32{{0, 5}}}},
		{name: "two SACK permitted", options: []byte{4, 2, 4, 2}, events: "tcp.opt_duplicate", want: TCP{Options: OptSACKPermitted}},
		{name: "two fast open", options: []byte{34, 2, 34, 2}, events: "tcp.opt_duplicate", want: TCP{Options: OptFastOpen}},
		{name: "two fast open, kinds mixed", options: []byte{34, 6, 1, 1, 1, 1, 254, 4, 0xf9, 0x89}, events: "tcp.opt_duplicate",
			want: TCP{Options: OptFastOpen, FastOpenPayload: []byte{1, 1, 1, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := slices.Clone(tt.options)
			for len(options)%4 != 0 {
				options = append(options, kindEnd)
			}
			p, _ := decode(LinkEthernet, eth(etherIPv4, ip4(protoTCP, segment{flags: ACK, options: options, payload: hello}.bytes())))
			check(t, p)
			want := tt.want
			want.Seq, want.Ack, want.Flags, want.Window, want.Urgent = 0x11223344, 0x55667788, ACK, 8192, 7
			if got := tcpString(&p.TCP); got != tcpString(&want) {
				t.Errorf("TCP is %s, want %s", got, tcpString(&want))
			}
			got := strings.Join(eventNamesOf(p), " ")
			if p.Flags.Has(Invalid) {
				got += " +invalid"
			}
			if got != tt.events {
				t.Errorf("events %q, want %q", got, tt.events)
			}
			if !p.WantsFlow() || !bytes.Equal(p.Payload, hello) {
				t.Errorf("WantsFlow = %v, Payload = %q; an option takes neither away", p.WantsFlow(), p.Payload)
			}
		})
	}
}

// tcpString lists what is valid in t.
func tcpString(t *TCP) string {
	v := *t
	for i := int(v.SACKs); i < len(v.SACK); i++ {
		v.SACK[i] = [2]uint32{}
	}
	return fmt.Sprintf("%+v", v)
}

// A snap length that ends within the options leaves those before it, and loses no count of the payload.
func TestTCPOptionsCut(t *testing.T) {
	frame := eth(etherIPv4, ip4(protoTCP, segment{flags: ACK, options: cat([]byte{2, 4, 5, 0xb4}, tsOption), payload: hello}.bytes()))
	const header = ethernetLen + ipv4Len + tcpLen
	for n := header; n < header+16; n++ {
		p, _ := decodeCut(LinkEthernet, frame, n)
		var want TCPOptions
		if n >= header+4 {
			want = OptMSS
		}
		if p.TCP.Options != want || len(p.Payload) != 0 || p.Lost != len(hello) || len(p.Events()) != 0 || !p.WantsFlow() {
			t.Errorf("cut after %d bytes of options: options %b, lost %d: %q, want options %b, lost %d",
				n-header, p.TCP.Options, p.Lost, describe(p), want, len(hello))
		}
	}
}

func TestTCPCounters(t *testing.T) {
	var d Decoder
	for _, flags := range []byte{SYN, SYN | ECE | CWR, SYN | ACK, ACK, RST, RST | ACK, URG | ACK, SYN | RST, FIN | ACK} {
		d.Decode(&Packet{Link: LinkRaw, Frame: ip4(protoTCP, segment{flags: flags}.bytes())})
	}
	if c := d.Counters; c.TCP != 9 || c.SYN != 3 || c.SYNACK != 1 || c.RST != 3 || c.URG != 1 {
		t.Errorf("TCP, SYN, SYNACK, RST, URG = %d, %d, %d, %d, %d, want 9, 3, 1, 3, 1", c.TCP, c.SYN, c.SYNACK, c.RST, c.URG)
	}
}
