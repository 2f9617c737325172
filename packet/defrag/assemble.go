package defrag

import "encoding/binary"

const (
	ipv4Len = 20
	ipv6Len = 40
)

// assemble appends a complete datagram to dst[:0]: the headers of its first fragment, made those of the whole, and the
// data. It reports false when the datagram is too large for its headers.
func (t *Table) assemble(tr *tracker, dst []byte) ([]byte, bool) {
	dst = append(dst[:0], t.header(tr)...)
	length := len(dst) + int(tr.end)
	if tr.key.version == 6 {
		length -= ipv6Len
	}
	if length > 0xffff {
		return dst, false
	}
	if tr.key.version == 4 {
		binary.BigEndian.PutUint16(dst[2:], uint16(length))
		binary.BigEndian.PutUint16(dst[6:], 0)
		binary.BigEndian.PutUint16(dst[10:], 0)
		binary.BigEndian.PutUint16(dst[10:], checksum(dst))
	} else {
		binary.BigEndian.PutUint16(dst[4:], uint16(length))
		dst[tr.named] = tr.protocol
	}
	for i := 0; i*pageLen < int(tr.end); i++ {
		n := min(pageLen, int(tr.end)-i*pageLen)
		dst = append(dst, t.pages[tr.pages[i]].data[:n]...)
	}
	return dst, true
}

// checksum is that of RFC 1071 over an IPv4 header.
func checksum(header []byte) uint16 {
	var s uint32
	for i := 0; i < len(header); i += 2 {
		s += uint32(binary.BigEndian.Uint16(header[i:]))
	}
	s = s>>16 + s&0xffff
	s += s >> 16
	return ^uint16(s)
}
