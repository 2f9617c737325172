package e2e

import (
	"encoding/binary"
	"testing"
)

// split cuts a little-endian capture file, as tcpdump writes it here, into its header and its packets.
func split(t testing.TB, b []byte) (header []byte, packets [][]byte) {
	t.Helper()
	const fileHeader, recordHeader = 24, 16
	if len(b) < fileHeader || binary.LittleEndian.Uint32(b) != 0xa1b2c3d4 {
		t.Fatal("not a little-endian capture file")
	}
	header, b = b[:fileHeader], b[fileHeader:]
	for len(b) >= recordHeader {
		size := recordHeader + int(binary.LittleEndian.Uint32(b[8:]))
		if size > len(b) {
			t.Fatalf("packet %d is cut off", len(packets)+1)
		}
		packets = append(packets, b[:size])
		b = b[size:]
	}
	return header, packets
}
