package pcapfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/packet"
)

// TestMerge reads several files in the order of capture time.
func TestMerge(t *testing.T) {
	dir := t.TempDir()
	at := func(seconds ...int64) (s []sample) {
		for _, x := range seconds {
			s = append(s, sample{x * second, 1, fmt.Sprint(x), 9})
		}
		return s
	}
	write(t, dir, "c", capture(at(1, 4, 7)...))
	write(t, dir, "a", capture(at(2, 4, 30)...))
	write(t, dir, "b", gz(capture(at(20, 21)...)))
	write(t, dir, "d", capture(at(8, 5, 9)...)) // not in order itself
	write(t, dir, "nothing", capture())
	os.Mkdir(filepath.Join(dir, "sub"), 0o755)
	write(t, filepath.Join(dir, "sub"), "e", capture(at(6)...))

	for _, c := range []struct {
		name    string
		names   []string
		options Options
		want    string
	}{
		{"directory", []string{"."}, Options{}, "1 2 4 4 7 8 5 9 20 21 30"},
		{"recursive", []string{"."}, Options{Recursive: true}, "1 2 4 4 6 7 8 5 9 20 21 30"},
		{"files", []string{"b", "a"}, Options{}, "2 4 20 21 30"},
		{"file and directory", []string{"b", "sub"}, Options{}, "6 20 21"},
		{"one twice", []string{"c", "c"}, Options{}, "1 1 4 4 7 7"},
		{"no packet", []string{"nothing"}, Options{}, ""},
	} {
		var names []string
		for _, n := range c.names {
			names = append(names, filepath.Join(dir, n))
		}
		c.options.Warn = func(err error) { t.Errorf("%s: warning %v", c.name, err) }
		x, err := OpenAll(names, c.options)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		var p packet.Packet
		for err = x.Next(&p); err == nil; err = x.Next(&p) {
			got = append(got, string(p.Frame))
			if p.Number != uint64(len(got)) {
				t.Errorf("%s: packet %d has number %d", c.name, len(got), p.Number)
			}
		}
		if err != io.EOF || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
		if read, total := x.Progress(); read != total || total == 0 {
			t.Errorf("%s: read %d of %d bytes", c.name, read, total)
		}
		if err := x.Close(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestMergeMany merges files whose packets are mixed at random.
func TestMergeMany(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	files := make([][]sample, 40)
	var want []int64
	for i := range int64(5000) {
		f := &files[r.IntN(len(files))]
		*f = append(*f, sample{i * 1000, 1, "", 0})
		want = append(want, i*1000)
	}
	for i, f := range files {
		write(t, dir, fmt.Sprint(i), capture(f...))
	}
	x, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := rest(x)
	if err != nil || !slices.EqualFunc(got, want, func(s sample, time int64) bool { return s.time == time }) {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

// TestDirectoryErrors puts things into a directory that are no captures.
func TestDirectoryErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrNoCapture) {
		t.Errorf("empty directory: %v", err)
	}
	write(t, dir, "readme", []byte("some text"))
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrNoCapture) || err.Error() != dir+": no capture file in the directory" {
		t.Errorf("directory without a capture: %v", err)
	}
	write(t, dir, "good", capture(sample{1, 1, "good", 4}))
	bad := capture(sample{0, 1, "bad", 3}, sample{0, 1, "", 0})
	bad[len(bad)-5] = 0xff // the length
	write(t, dir, "bad", bad)
	write(t, dir, "worse", bad)
	var warnings []error
	x, err := Open(dir, Options{Warn: func(err error) { warnings = append(warnings, err) }})
	if err != nil {
		t.Fatal(err)
	}
	got, err := rest(x)
	if n := x.Files(); n != 3 {
		t.Errorf("%d captures, want 3: one that cannot be read to its end is one, too", n)
	}
	if len(got) != 3 || !errors.Is(err, ErrTooLong) || !strings.Contains(err.Error(), "bad") {
		t.Errorf("%d packets, %v, want 3 and the error of bad", len(got), err)
	}
	if len(warnings) != 2 || !errors.Is(warnings[0], ErrFormat) || !strings.Contains(warnings[1].Error(), "worse") {
		t.Errorf("warnings %v", warnings)
	}
}

// TestFileVanishes removes and shortens files after they were looked at.
func TestFileVanishes(t *testing.T) {
	dir := t.TempDir()
	long := capture(slices.Repeat([]sample{{3 * second, 1, strings.Repeat("x", 1000), 1000}}, 5000)...)
	names := []string{
		write(t, dir, "a", capture(sample{second, 1, "good", 4})),
		write(t, dir, "b", capture(sample{2 * second, 1, "gone", 4})),
		write(t, dir, "c", long),
	}
	var warnings []error
	x, err := OpenAll(names, Options{Warn: func(err error) { warnings = append(warnings, err) }})
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(names[1])
	var p packet.Packet
	for range 100 {
		if err := x.Next(&p); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(names[2], 1_000_000); err != nil {
		t.Fatal(err)
	}
	got, err := rest(x)
	if !errors.Is(err, os.ErrNotExist) || len(got) < 800 || len(got) > 1100 {
		t.Errorf("%d packets, %v", len(got), err)
	}
	if len(warnings) != 1 || !errors.Is(warnings[0], ErrTruncated) {
		t.Errorf("warnings %v", warnings)
	}
}

// TestGrowing reads a file that is written meanwhile.
func TestGrowing(t *testing.T) {
	name := write(t, t.TempDir(), "a", capture(slices.Repeat([]sample{{base, 1, strings.Repeat("x", 1000), 1000}}, 100)...))
	x, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	more.Write(record(orders["little-endian"], magicMicro, sample{base, 1, "more", 4}))
	more.Close()
	if got, err := rest(x); len(got) != 101 || err != nil {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

// TestPipe checks that packets come out as they come in, before the pipe is closed.
func TestPipe(t *testing.T) {
	r, w := io.Pipe()
	file := capture(sample{base, 1, "one", 3}, sample{base, 1, "two", 3})
	first := len(file) - 19
	go w.Write(file[:first])
	x, err := NewReader(r, "pipe", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var p packet.Packet
	if err := x.Next(&p); err != nil || string(p.Frame) != "one" {
		t.Fatalf("%q, %v", p.Frame, err)
	}
	go func() {
		w.Write(file[first:])
		w.Close()
	}()
	if err := x.Next(&p); err != nil || string(p.Frame) != "two" {
		t.Fatalf("%q, %v", p.Frame, err)
	}
	if err := x.Next(&p); err != io.EOF {
		t.Fatal(err)
	}
	if read, total := x.Progress(); read != int64(len(file)) || total != 0 {
		t.Errorf("read %d of %d bytes", read, total)
	}
}

func TestStandardInput(t *testing.T) {
	name := write(t, t.TempDir(), "a", capture(sample{base, 1, "one", 3}))
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func(old *os.File) { os.Stdin = old }(os.Stdin)
	os.Stdin = f
	x, err := Open("-", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rest(x); len(got) != 1 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAllocs(t *testing.T) {
	o := ng{orders["big-endian"]}
	blocks := slices.Repeat([][]byte{o.enhanced(0, 1, "some packet", 11)}, 20_000)
	for name, file := range map[string][]byte{
		"pcap":   capture(slices.Repeat([]sample{{base, 1, "some packet", 11}}, 20_000)...),
		"pcapng": append(append(o.section(), o.iface(1, 0)...), bytes.Join(blocks, nil)...),
	} {
		x, err := NewReader(bytes.NewReader(file), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var p packet.Packet
		for range 6000 { // the large block is there
			x.Next(&p)
		}
		if n := testing.AllocsPerRun(10_000, func() {
			if err := x.Next(&p); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations per packet", name, n)
		}
	}
}
