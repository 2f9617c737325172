package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/reknit/reknit/packet"
)

// TestOpenErrors wants one clear error that names file and reason.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	o := ng{orders["little-endian"]}
	usb := append(o.section(), append(o.iface(189, 0), o.enhanced(0, 1, "usb", 3)...)...)
	huge := pcapHead(o, magicMicro, 1)
	huge = append(huge, record(o, magicMicro, sample{base, 1, "", 0})...)
	o.PutUint32(huge[24+8:], 0xfffffff0)
	long := o.enhanced(0, 1, strings.Repeat("x", maxFrame+4), 0)
	for name, c := range map[string]struct {
		content []byte
		want    error
		text    string
	}{
		"empty":                {nil, ErrEmpty, "empty file"},
		"short":                {[]byte("ab"), ErrFormat, "not a capture file"},
		"text":                 {[]byte("some text, and no capture at all"), ErrFormat, "not a capture file"},
		"xz":                   {[]byte("\xfd7zXZ\x00xxxxxxxxxxxxxxxxxxxx"), ErrFormat, "not a capture file: it is compressed with xz"},
		"twice":                {gz(gz(capture())), ErrFormat, "not a capture file: it is compressed twice"},
		"empty in gzip":        {gz(nil), ErrEmpty, "empty file"},
		"cut header":           {capture()[:20], ErrTruncated, "offset 0: cut off in the middle of a record"},
		"bluetooth":            {pcapHead(o, magicMicro, 201), nil, "link type BLUETOOTH_HCI_H4_WITH_PHDR (201) is not supported"},
		"usb":                  {usb, nil, "offset 48: link type USB_LINUX (189) is not supported"},
		"bad gzip":             {[]byte("\x1f\x8b and then nothing of the kind"), nil, "gzip: gzip: invalid header"},
		"bad zstd":             {append(zst(capture())[:9], "garbage garbage"...), nil, ""},
		"long record":          {huge, ErrTooLong, "offset 24: packet longer than 262144 bytes"},
		"section version":      {o.block(blockSection, o.u32(byteOrderMagic), o.u16(2, 0), o.u32(0, 0)), ErrCorrupt, "offset 0: corrupt record: version 2 of the format"},
		"section order":        {o.block(blockSection, o.u32(0x12345678), o.u16(1, 0), o.u32(0, 0)), ErrCorrupt, "offset 0: corrupt record: no byte order in the section header"},
		"no interface":         {append(o.section(), o.enhanced(0, 1, "x", 1)...), ErrCorrupt, "offset 28: corrupt record: packet of interface 0, which is not described"},
		"no interface, simple": {append(o.section(), o.simple("x", 1)...), ErrCorrupt, "offset 28: corrupt record: packet without an interface"},
		"block length":         {append(o.section(), o.u32(9, 10, 0)...), ErrCorrupt, "offset 28: corrupt record: block of 10 bytes"},
		"short interface":      {append(o.section(), o.block(blockInterface, []byte("abcd"))...), ErrCorrupt, "offset 28: corrupt record: block of 16 bytes"},
		"long frame":           {append(o.section(), append(o.iface(1, 0), long...)...), ErrTooLong, "offset 48: packet longer than 262144 bytes"},
		"frame beyond block": {
			append(o.section(), append(o.iface(1, 0), o.block(blockEnhancedPacket, o.u32(0, 0, 0, 5, 5), []byte("four"))...)...),
			ErrCorrupt, "offset 48: corrupt record: packet of 5 bytes in a block of 36",
		},
		"option beyond block": {
			append(o.section(), o.iface(1, 0, o.u16(2, 1000))...),
			ErrCorrupt, "offset 28: corrupt record: option of 1000 bytes where 4 are left",
		},
		"lengths differ": {
			append(o.section(), append(o.block(9, []byte("abcd"))[:12], o.u32(99, 0, 0)...)...),
			ErrCorrupt, "offset 28: corrupt record: block of 16 bytes ends with the length 99",
		},
	} {
		file := write(t, dir, strings.ReplaceAll(name, " ", "_"), c.content)
		x, err := Open(file, Options{Warn: func(err error) { t.Errorf("%s: warning %v", name, err) }})
		if err == nil {
			x.Close()
			t.Errorf("%s: no error", name)
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.File != file || c.want != nil && !errors.Is(err, c.want) || !strings.HasPrefix(err.Error(), file+": "+c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}

	missing := filepath.Join(dir, "missing")
	_, err := Open(missing, Options{})
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != missing+": no such file or directory" {
		t.Errorf("missing: %v", err)
	}
	if os.Getuid() != 0 { // root may read everything
		locked := write(t, dir, "locked", capture())
		os.Chmod(locked, 0)
		if _, err = Open(locked, Options{}); !errors.Is(err, fs.ErrPermission) || err.Error() != locked+": permission denied" {
			t.Errorf("locked: %v", err)
		}
	}
	if _, err := NewReader(iotest.ErrReader(io.ErrClosedPipe), "pipe", Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// TestCorruptLater wants the packets before a corrupt record, then the error.
func TestCorruptLater(t *testing.T) {
	o := ng{orders["little-endian"]}
	ngFile := append(o.section(), append(o.iface(1, 0), o.enhanced(0, 1, "good", 4)...)...)
	badPcap := append(capture(sample{0, 1, "good", 4}), record(o, magicMicro, sample{0, 1, "", 0})...)
	o.PutUint32(badPcap[len(badPcap)-8:], 1<<30)
	badGzip := gz(append(capture(sample{0, 1, "good", 4}), bytes.Repeat([]byte{0}, 16*100_000)...))
	badGzip[len(badGzip)-8] ^= 1 // the checksum
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"pcap":           {badPcap, ErrTooLong},
		"block length":   {append(bytes.Clone(ngFile), o.u32(1, 2, 3)...), ErrCorrupt},
		"other lengths":  {append(ngFile[:len(ngFile)-4:len(ngFile)-4], o.u32(1, 2, 3)...), ErrCorrupt},
		"interface":      {append(bytes.Clone(ngFile), o.enhanced(1, 1, "", 0)...), ErrCorrupt},
		"long interface": {append(bytes.Clone(ngFile), o.u32(1, 1<<31, 3, 4)...), ErrCorrupt},
		"checksum":       {badGzip, nil},
	} {
		got, warnings, err := readAll(bytes.NewReader(c.file))
		if len(got) == 0 || got[0].frame != "good" || len(warnings) > 0 || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %d packets, %v, %v", name, len(got), warnings, err)
		}
	}
}

// TestOtherLinks mixes interfaces of link types that are supported with others.
func TestOtherLinks(t *testing.T) {
	o := ng{orders["little-endian"]}
	file := bytes.Join([][]byte{
		o.section(), o.iface(1, 0), o.iface(189, 0),
		o.enhanced(1, 1, "usb", 3), o.enhanced(0, 2, "eth", 3), o.enhanced(1, 3, "usb", 3), o.enhanced(0, 4, "eth", 3),
	}, nil)
	var warnings []error
	x, err := NewReader(bytes.NewReader(file), "test", Options{Warn: func(err error) { warnings = append(warnings, err) }})
	if err != nil {
		t.Fatal(err)
	}
	var p packet.Packet
	for _, number := range []uint64{2, 4} {
		if err := x.Next(&p); err != nil || string(p.Frame) != "eth" || p.Number != number {
			t.Errorf("packet %d %q, %v, want %d", p.Number, p.Frame, err, number)
		}
	}
	if err := x.Next(&p); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	const want = "test: offset 68: link type USB_LINUX (189) is not supported: the interface's packets are left out"
	if len(warnings) != 1 || warnings[0].Error() != want {
		t.Errorf("warnings %v", warnings)
	}
}
