package receiver

import (
	"encoding/binary"
	"strings"
)

// The control bits of a TCP header.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
	flagURG
	flagECE
	flagCWR
)

var flagLetters = [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"}

func flagNames(f byte) string {
	var names []string
	for i, n := range flagLetters {
		if f>>i&1 != 0 {
			names = append(names, n)
		}
	}
	if names == nil {
		return "NONE"
	}
	return strings.Join(names, "+")
}

// Kinds of TCP options.
const (
	optNop        = 1
	optMSS        = 2
	optScale      = 3
	optSACKPerm   = 4
	optSACK       = 5
	optTimestamps = 8
	optMD5        = 19
	optAO         = 29
	optFastOpen   = 34
)

// header is the part of a TCP header that the player needs.
type header struct {
	src, dst uint16
	seq, ack uint32
	flags    byte
	window   uint16
	urgent   uint16
	options  []byte
	data     []byte
}

// addresses of the listener's host and of the client.
var (
	serverAddr = [4]byte{10, 99, 0, 1}
	clientAddr = [4]byte{10, 99, 0, 2}
)

const serverPort = 4242

// packet returns an IPv4 packet from the client to the listener's host.
func (h *header) packet(d Damage) []byte {
	const ip = 20
	options := h.options
	for len(options)%4 != 0 {
		options = append(options[:len(options):len(options)], 0)
	}
	words := 5 + len(options)/4
	n := ip + 20 + len(options) + len(h.data)
	b := make([]byte, n)
	b[0], b[6], b[8], b[9] = 0x45, 0x40, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	copy(b[12:], clientAddr[:])
	copy(b[16:], serverAddr[:])
	binary.BigEndian.PutUint16(b[10:], ^fold(sum(b[:ip], 0)))
	t := b[ip:]
	binary.BigEndian.PutUint16(t[0:], h.src)
	binary.BigEndian.PutUint16(t[2:], h.dst)
	binary.BigEndian.PutUint32(t[4:], h.seq)
	binary.BigEndian.PutUint32(t[8:], h.ack)
	switch d {
	case ShortHeader:
		words = 4
	case LongHeader:
		words = 15
	}
	t[12], t[13] = byte(words<<4), h.flags
	binary.BigEndian.PutUint16(t[14:], h.window)
	binary.BigEndian.PutUint16(t[18:], h.urgent)
	copy(t[20:], options)
	copy(t[20+len(options):], h.data)
	c := ^fold(sum(t, sum(b[12:20], 6+uint32(len(t)))))
	if d == Checksum {
		c ^= 0x1111
	}
	binary.BigEndian.PutUint16(t[16:], c)
	return b
}

// parse reads an IPv4 packet of the listener's host. It reports whether it is a TCP segment.
func parse(b []byte) (h header, ok bool) {
	if len(b) < 40 || b[0]>>4 != 4 || b[9] != 6 {
		return h, false
	}
	t := b[int(b[0]&15)*4:]
	n := int(t[12]>>4) * 4
	if n < 20 || len(t) < n {
		return h, false
	}
	be := binary.BigEndian
	return header{be.Uint16(t[0:]), be.Uint16(t[2:]), be.Uint32(t[4:]), be.Uint32(t[8:]), t[13], be.Uint16(t[14:]), be.Uint16(t[18:]),
		t[20:n], t[n:]}, true
}

// length returns how many sequence numbers the segment takes.
func (h *header) length() uint32 {
	n := uint32(len(h.data))
	if h.flags&flagSYN != 0 {
		n++
	}
	if h.flags&flagFIN != 0 {
		n++
	}
	return n
}

// option returns the value of an option, nil when it is not there.
func (h *header) option(kind byte) []byte {
	for o := h.options; len(o) > 0; {
		switch {
		case o[0] == 0:
			return nil
		case o[0] == optNop:
			o = o[1:]
			continue
		case len(o) < 2 || o[1] < 2 || len(o) < int(o[1]):
			return nil
		case o[0] == kind:
			return o[2:o[1]:o[1]]
		}
		o = o[o[1]:]
	}
	return nil
}

// stamp is the timestamps option with padding before it.
func stamp(value, echo uint32) []byte {
	o := []byte{optNop, optNop, optTimestamps, 10}
	o = binary.BigEndian.AppendUint32(o, value)
	return binary.BigEndian.AppendUint32(o, echo)
}

func sum(b []byte, s uint32) uint32 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
