//go:build e2e

package e2e

import (
	"encoding/binary"
	"testing"
)

// count counts the packets of a capture that tcpdump wrote on this machine.
func count(t testing.TB, b []byte) int {
	t.Helper()
	const fileHeader, recordHeader = 24, 16
	if len(b) < fileHeader || binary.NativeEndian.Uint32(b) != 0xa1b2c3d4 {
		t.Fatal("not a capture file in this machine's byte order")
	}
	n := 0
	for b = b[fileHeader:]; len(b) >= recordHeader; n++ {
		size := recordHeader + int(binary.NativeEndian.Uint32(b[8:]))
		if size > len(b) {
			t.Fatalf("packet %d is cut off", n+1)
		}
		b = b[size:]
	}
	return n
}
