package pcapfile

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"testing/iotest"
)

// FuzzReader reads any bytes, whole and in small pieces: the packets, warnings and errors must be the same, and within
// what the file can hold.
func FuzzReader(f *testing.F) {
	const micros = uint64(base / 1000)
	for _, order := range orders {
		o := ng{order}
		f.Add(append(pcapHead(o, magicNano, 1), record(o, magicNano, sample{base, 1, "packet", 60})...))
		f.Add(append(pcapHead(o, magicModified, 113), record(o, magicModified, sample{base, 1, "packet", 60})...))
		f.Add(bytes.Join([][]byte{
			o.section(), o.iface(1, 4, o.option(optionTSResol, 0x83), o.option(optionTSOffset, make([]byte, 8)...)),
			o.iface(189, 0), o.enhanced(0, micros, "one", 3), o.simple("two", 3), o.obsolete(0, 1, "three", 5),
			o.block(77, []byte("comment")), o.enhanced(1, 5, "usb", 3),
		}, nil))
	}
	f.Add(gz(capture(sample{base, 1, "one", 3})))
	f.Add(zst(capture(sample{base, 1, "one", 3})))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		got, warnings, err := readAll(bytes.NewReader(file))
		compressed := bytes.HasPrefix(file, []byte("\x1f\x8b")) || len(file) > 3 && file[1] == 0xb5 || len(file) > 3 && file[1] == 0x2a
		bytesLeft := len(file)
		for _, s := range got {
			if s.wire < len(s.frame) || len(s.frame) > maxFrame || !s.link.Supported() {
				t.Fatalf("packet of %d bytes, %d on the wire, link type %v", len(s.frame), s.wire, s.link)
			}
			if bytesLeft -= len(s.frame) + 12; bytesLeft < 0 && !compressed {
				t.Fatal("more packets than the file can hold")
			}
		}
		again, warnings2, err2 := readAll(iotest.OneByteReader(bytes.NewReader(file)))
		if !slices.Equal(got, again) || fmt.Sprint(warnings, err) != fmt.Sprint(warnings2, err2) {
			t.Fatalf("whole: %v, %v, %v\nin pieces: %v, %v, %v", short(got), warnings, err, short(again), warnings2, err2)
		}
	})
}
