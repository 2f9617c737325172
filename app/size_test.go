package app

import (
	"testing"
	"unsafe"
)

// A flow with a session must stay small: a million of them are held at once.
func TestSessionSize(t *testing.T) {
	for _, c := range []struct {
		name string
		size uintptr
		most uintptr
	}{
		{"Session", unsafe.Sizeof(Session{}), 160},
		{"Tx", unsafe.Sizeof(Tx{}), 80},
	} {
		t.Logf("%s: %d bytes", c.name, c.size)
		if c.size > c.most {
			t.Errorf("%s has %d bytes, want at most %d", c.name, c.size, c.most)
		}
	}
}
