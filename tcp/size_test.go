package tcp

import (
	"testing"
	"unsafe"
)

// TestSizes holds the types of which there is one per connection to what the memory budget allows.
func TestSizes(t *testing.T) {
	for _, test := range []struct {
		name      string
		got, want uintptr
	}{
		{"Conn", unsafe.Sizeof(Conn{}), 256},
		{"Opening", unsafe.Sizeof(Opening{}), 16},
	} {
		t.Logf("%s has %d bytes", test.name, test.got)
		if test.got > test.want {
			t.Errorf("%s has %d bytes, want at most %d", test.name, test.got, test.want)
		}
	}
}
