package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/reknit/reknit/packet"
)

// readAll reads a capture to its end. err is nil at an ordinary end.
func readAll(r io.Reader) (got []sample, warnings []error, err error) {
	x, err := NewReader(r, "test", Options{Warn: func(err error) { warnings = append(warnings, err) }})
	if err != nil {
		return nil, warnings, err
	}
	defer x.Close()
	got, err = rest(x)
	return got, warnings, err
}

// rest reads what is left.
func rest(x *Reader) (got []sample, err error) {
	var p packet.Packet
	for {
		if err := x.Next(&p); err == io.EOF {
			return got, nil
		} else if err != nil {
			return got, err
		}
		got = append(got, sample{p.Time, p.Link, string(p.Frame), p.WireLen})
	}
}

func TestPcap(t *testing.T) {
	in := []sample{
		{base, 1, "first", 5},
		{base + 1_001_000, 1, "cut", 1500},
		{base + 999_999_999, 1, "", 0},
		{base, 1, strings.Repeat("x", maxFrame), maxFrame},
	}
	for name, o := range orders {
		for _, magic := range []uint32{magicMicro, magicNano, magicModified} {
			file := pcapHead(o, magic, packet.LinkEthernet)
			var want []sample
			for _, s := range in {
				file = append(file, record(o, magic, s)...)
				if magic != magicNano {
					s.time -= s.time % 1000
				}
				want = append(want, s)
			}
			got, warnings, err := readAll(bytes.NewReader(file))
			if !slices.Equal(got, want) || len(warnings) > 0 || err != nil {
				t.Errorf("%s, %#x: %v, %v, %v", name, magic, short(got), warnings, err)
			}
		}
	}
}

// short makes samples printable.
func short(s []sample) []sample {
	s = slices.Clone(s)
	for i := range s {
		s[i].frame = s[i].frame[:min(len(s[i].frame), 20)]
	}
	return s
}

func TestPcapng(t *testing.T) {
	for name, order := range orders {
		o := ng{order}
		const micros = uint64(base / 1000)
		for _, c := range []struct {
			name   string
			blocks [][]byte
			want   []sample
		}{
			{
				"enhanced",
				[][]byte{o.iface(1, 0), o.enhanced(0, micros, "one", 3), o.enhanced(0, micros+1, "four", 1500)},
				[]sample{{base, 1, "one", 3}, {base + 1000, 1, "four", 1500}},
			},
			{
				"options behind the packet",
				[][]byte{o.iface(1, 0), o.enhanced(0, micros, "one", 3, o.option(1, []byte("a comment")...)), o.enhanced(0, micros, "two", 3)},
				[]sample{{base, 1, "one", 3}, {base, 1, "two", 3}},
			},
			{
				"simple",
				[][]byte{o.iface(1, 6), o.simple("early", 5), o.enhanced(0, micros, "one", 3), o.simple("simple", 9)},
				[]sample{{0, 1, "early", 5}, {base, 1, "one", 3}, {base, 1, "simple", 9}},
			},
			{
				"obsolete",
				[][]byte{o.iface(1, 0), o.iface(101, 0), o.obsolete(1, micros, "old", 4)},
				[]sample{{base, 101, "old", 4}},
			},
			{
				"unknown blocks",
				[][]byte{
					o.block(0xbad, bytes.Repeat([]byte("x"), 5)), o.iface(1, 0), o.block(5, make([]byte, 3*block)),
					o.enhanced(0, micros, "one", 3), o.block(4),
				},
				[]sample{{base, 1, "one", 3}},
			},
			{
				"resolutions",
				[][]byte{
					o.iface(1, 0, o.option(2, []byte("eth0")...), o.option(optionTSResol, 9)),
					o.iface(1, 0, o.option(optionTSResol, 3)),
					o.iface(1, 0, o.option(optionTSResol, 0x80|10)),
					o.iface(1, 0, o.option(optionTSResol, 0)),
					o.iface(1, 0, o.option(optionTSResol, 12)),
					o.enhanced(0, uint64(base)+7, "ns", 2),
					o.enhanced(1, uint64(base/1e6)+7, "ms", 2),
					o.enhanced(2, uint64(base/1e9)<<10|512, "1/1024", 6),
					o.enhanced(3, uint64(base/1e9)+7, "s", 1),
					o.enhanced(4, 5_000_000_003_000, "ps", 2),
				},
				[]sample{
					{base + 7, 1, "ns", 2}, {base + 7e6, 1, "ms", 2}, {base + second/2, 1, "1/1024", 6}, {base + 7*second, 1, "s", 1},
					{5*second + 3, 1, "ps", 2},
				},
			},
			{
				"offset",
				[][]byte{
					o.iface(1, 0, o.option(optionTSOffset, order.AppendUint64(nil, 1_700_000_000)...)),
					o.iface(1, 0, o.option(optionTSOffset, order.AppendUint64(nil, 1<<64-5)...)),
					o.enhanced(0, 42, "late", 4), o.enhanced(1, micros, "early", 5),
				},
				[]sample{{base + 42_000, 1, "late", 4}, {base - 5*second, 1, "early", 5}},
			},
			{
				"several sections",
				[][]byte{
					o.iface(1, 0), o.enhanced(0, micros, "one", 3),
					ng{orders["big-endian"]}.section(), ng{orders["big-endian"]}.iface(113, 0),
					ng{orders["big-endian"]}.enhanced(0, micros, "two", 3),
					ng{orders["little-endian"]}.section(), ng{orders["little-endian"]}.iface(101, 0),
					ng{orders["little-endian"]}.enhanced(0, micros, "three", 5),
				},
				[]sample{{base, 1, "one", 3}, {base, 113, "two", 3}, {base, 101, "three", 5}},
			},
			{
				"long",
				[][]byte{o.iface(1, 0), o.enhanced(0, micros, strings.Repeat("x", maxFrame), maxFrame)},
				[]sample{{base, 1, strings.Repeat("x", maxFrame), maxFrame}},
			},
		} {
			file := append(o.section(), bytes.Join(c.blocks, nil)...)
			got, warnings, err := readAll(bytes.NewReader(file))
			if !slices.Equal(got, c.want) || len(warnings) > 0 || err != nil {
				t.Errorf("%s, %s: %v, %v, %v, want %v", name, c.name, short(got), warnings, err, short(c.want))
			}
		}
	}
}

func TestResolution(t *testing.T) {
	for _, c := range []struct {
		r      resolution
		ts     uint64
		offset int64
		want   int64
	}{
		{decimal(6), math.MaxUint64, 0, math.MaxInt64},
		{decimal(0), 1 << 40, 0, math.MaxInt64},
		{decimal(9), math.MaxInt64, 0, math.MaxInt64},
		{decimal(9), 1 << 63, 0, math.MaxInt64},
		{decimal(10), math.MaxUint64, 0, math.MaxUint64 / 10},
		{decimal(28), math.MaxUint64, 0, 1},
		{decimal(127), math.MaxUint64, 0, 1},
		{decimal(127), 12345, 0, 0},
		{binaryUnits(0), 5, 0, 5 * second},
		{binaryUnits(1), 5, 0, 5 * second / 2},
		{binaryUnits(1), math.MaxUint64, 0, math.MaxInt64},
		{binaryUnits(32), 3<<32 | 1<<31, 0, 3*second + second/2},
		{binaryUnits(63), 1 << 63, 0, second},
		{binaryUnits(64), 1 << 63, 0, second / 2},
		{binaryUnits(127), math.MaxUint64, 0, 0},
		{decimal(9), 5, math.MaxInt64, math.MaxInt64},
		{decimal(9), 5, math.MinInt64, math.MinInt64},
		{decimal(9), math.MaxInt64, 1, math.MaxInt64},
		{decimal(9), 5, -1, 5 - second},
	} {
		if got := c.r.time(c.ts, c.offset); got != c.want {
			t.Errorf("%+v: time(%d, %d) = %d, want %d", c.r, c.ts, c.offset, got, c.want)
		}
	}
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func zst(b []byte) []byte {
	z, _ := zstd.NewWriter(nil)
	defer z.Close()
	return z.EncodeAll(b, nil)
}

func lz(b []byte) []byte {
	var out bytes.Buffer
	z := lz4.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func TestCompressed(t *testing.T) {
	var in []sample
	for i := range 3000 {
		in = append(in, sample{base + int64(i)*1000, 1, strings.Repeat("content ", i%100), i % 100 * 8})
	}
	plain := capture(in...)
	half := len(plain) / 2
	for name, file := range map[string][]byte{
		"plain": plain, "gzip": gz(plain), "zstd": zst(plain), "lz4": lz(plain),
		"two members":         append(gz(plain[:half]), gz(plain[half:])...),
		"two frames":          append(zst(plain[:half]), zst(plain[half:])...),
		"two frames of lz4":   append(lz(plain[:half]), lz(plain[half:])...),
		"after a skipped one": append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00skip"), zst(plain)...),
	} {
		for how, r := range map[string]io.Reader{
			"whole": bytes.NewReader(file), "byte by byte": iotest.OneByteReader(bytes.NewReader(file)),
			"with the end": iotest.DataErrReader(bytes.NewReader(file)),
		} {
			got, warnings, err := readAll(r)
			if !slices.Equal(got, in) || len(warnings) > 0 || err != nil {
				t.Errorf("%s, %s: %d packets, %v, %v", name, how, len(got), warnings, err)
			}
		}
	}
}

// TestCut cuts files at every place: the packets that are whole must be read, with one warning if the cut is inside a
// record.
func TestCut(t *testing.T) {
	o := ng{orders["big-endian"]}
	const micros = uint64(base / 1000)
	head := [][]byte{append(o.section(), o.iface(1, 0)...)}
	for name, parts := range map[string][][]byte{
		"pcap": {
			capture(), record(orders["little-endian"], magicMicro, sample{base, 1, "one", 3}),
			record(orders["little-endian"], magicMicro, sample{base, 1, "four", 4}),
		},
		"pcapng": append(head, o.enhanced(0, micros, "one", 3), o.enhanced(0, micros, "four", 4)),
	} {
		want := []sample{{base, 1, "one", 3}, {base, 1, "four", 4}}
		file := bytes.Join(parts, nil)
		var borders []int
		for i := range parts {
			borders = append(borders, len(bytes.Join(parts[:i+1], nil)))
		}
		for cut := len(parts[0]); cut <= len(file); cut++ {
			got, warnings, err := readAll(bytes.NewReader(file[:cut]))
			whole := 0
			for whole < 2 && cut >= borders[whole+1] {
				whole++
			}
			// The end of a pcapng block may be missing without loss.
			if err != nil || len(got) < whole || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("%s, cut at %d: %v, %v", name, cut, got, err)
			}
			if clean := slices.Contains(borders, cut); clean == (len(warnings) == 1) || len(warnings) > 1 {
				t.Errorf("%s, cut at %d: warnings %v", name, cut, warnings)
			}
			for _, w := range warnings {
				var e *Error
				if !errors.As(w, &e) || e.File != "test" || !slices.Contains(borders, int(e.Offset)) || e.Err != ErrTruncated {
					t.Errorf("%s, cut at %d: warning %v", name, cut, w)
				}
			}
		}
	}
	long := capture(slices.Repeat([]sample{{base, 1, "some packet", 11}}, 5000)...)
	for name, file := range map[string][]byte{"gzip": gz(long), "zstd": zst(long), "lz4": lz(long)} {
		got, warnings, err := readAll(bytes.NewReader(file[:len(file)-8]))
		if err != nil || len(warnings) != 1 || !errors.Is(warnings[0], ErrTruncated) {
			t.Errorf("%s: %d packets, %v, %v", name, len(got), warnings, err)
		}
	}
}

func TestWriter(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, packet.LinkRaw)
	want := []sample{{base + 1, 101, "one", 3}, {base + 2, 101, "four", 1500}, {base + 3, 101, "", 0}}
	for _, s := range want {
		if err := w.Write(s.time, []byte(s.frame), s.wire); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write(base, make([]byte, maxFrame+1), 0); err != ErrTooLong {
		t.Errorf("Write of a long packet: %v", err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	got, warnings, err := readAll(&file)
	if !slices.Equal(got, want) || len(warnings) > 0 || err != nil {
		t.Errorf("%v, %v, %v", got, warnings, err)
	}
	file.Reset()
	w = NewMicroWriter(&file, packet.LinkRaw)
	w.Write(base+1999, []byte("one"), 3)
	w.Flush()
	want = []sample{{base + 1000, 101, "one", 3}}
	if got, warnings, err := readAll(&file); !slices.Equal(got, want) || len(warnings) > 0 || err != nil {
		t.Errorf("microseconds: %v, %v, %v", got, warnings, err)
	}
	w = NewWriter(failing{}, 1)
	for err = error(nil); err == nil; {
		err = w.Write(base, make([]byte, 1000), 0)
	}
	if w.Flush() != io.ErrClosedPipe || err != io.ErrClosedPipe {
		t.Errorf("the error of the writer below is lost: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
