package stream

import (
	"testing"
	"unsafe"
)

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(Stream{}); n > 88 {
		t.Errorf("a Stream has %d bytes, want at most 88", n)
	}
	if n := unsafe.Sizeof(piece{}); n > 24 {
		t.Errorf("a piece has %d bytes, want at most 24", n)
	}
}
