package dump

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

func TestFileName(t *testing.T) {
	for _, test := range []struct {
		client, server string
		nth            uint32
		want           string
	}{
		{"192.0.2.1:40000", "198.51.100.25:25", 1, "192.0.2.1.40000-198.51.100.25.25.toserver"},
		{"192.0.2.1:40000", "198.51.100.25:25", 3, "192.0.2.1.40000-198.51.100.25.25-3.toserver"},
		{"[2001:db8::1]:1", "[::]:65535", 0, "2001_db8__1.1-__.65535.toserver"},
		{"[fe80::1%../../x]:1", "[::1]:2", 0, "fe80__1.1-__1.2.toserver"},
		{"[::ffff:192.0.2.1]:1", "[::1]:2", 0, "__ffff_192.0.2.1.1-__1.2.toserver"},
	} {
		got := FileName(netip.MustParseAddrPort(test.client), netip.MustParseAddrPort(test.server), test.nth, client)
		if got != test.want || got != filepath.Base(got) {
			t.Errorf("FileName(%s, %s, %d) = %q, want %q", test.client, test.server, test.nth, got, test.want)
		}
	}
}

// ends returns the ends of a connection.
func ends(i int) (c, s netip.AddrPort) {
	return netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1000+i)), netip.MustParseAddrPort("192.0.2.2:25")
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.MaxOpen = 3
	const streams, rounds = 10, 5
	var all [streams]*Saved
	for i := range all {
		c, s := ends(i % 9) // the last has the same ends as the first
		all[i] = f.Add(c, s)
	}
	if err := os.WriteFile(filepath.Join(dir, "192.0.2.1.1003-192.0.2.2.25.toserver"), []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	for range rounds {
		for i, s := range all {
			if err := f.Write(s, client, []byte{'a' + byte(i)}); err != nil {
				t.Fatal(err)
			}
			if len(f.open) > f.MaxOpen {
				t.Fatalf("%d files are open", len(f.open))
			}
		}
	}
	if err := f.Write(all[2], server, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Forget(all[2]), f.Close()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"192.0.2.1.1000-192.0.2.2.25-2.toserver": "jjjjj", "192.0.2.1.1002-192.0.2.2.25.toclient": "x"}
	for i := range 9 {
		c, s := ends(i)
		want[FileName(c, s, 1, client)] = strings.Repeat(string(rune('a'+i)), rounds)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) || f.Count != uint64(len(want)) || f.Bytes != streams*rounds+1 {
		t.Errorf("%d files in the directory, %d files and %d bytes counted", len(entries), f.Count, f.Bytes)
	}
	for name, text := range want {
		if b, err := os.ReadFile(filepath.Join(dir, name)); string(b) != text {
			t.Errorf("%s holds %q, %v, want %q", name, b, err, text)
		}
	}
}

// With too many ends the oldest names are used again; the files have the names that are wanted.
func TestFileNames(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.MaxEnds = 2
	f.Name = func(client, server netip.AddrPort, nth uint32, d stream.Dir) string {
		return fmt.Sprintf("%d-%d-%v", client.Port(), nth, d)
	}
	for i, of := range []int{0, 0, 1, 1, 2, 0, 0} {
		c, s := ends(of)
		saved := f.Add(c, s)
		if err := errors.Join(f.Write(saved, client, []byte{'a' + byte(i)}), f.Forget(saved)); err != nil {
			t.Fatal(err)
		}
		if len(f.names) > 2 {
			t.Errorf("%d names are known", len(f.names))
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"1000-1-to_server": "f", "1000-2-to_server": "g", "1001-1-to_server": "c",
		"1001-2-to_server": "d", "1002-1-to_server": "e"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestFilesStayInside(t *testing.T) {
	outside, dir := filepath.Join(t.TempDir(), "victim"), t.TempDir()
	c, s := ends(0)
	if err := os.Symlink(outside, filepath.Join(dir, FileName(c, s, 1, client))); err != nil {
		t.Skip(err)
	}
	f, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = f.Write(f.Add(c, s), client, []byte("x"))
	if err == nil || !strings.HasPrefix(err.Error(), "192.0.2.1.1000-192.0.2.2.25.toserver: ") {
		t.Errorf("a link out of the directory: %v", err)
	}
	if _, err := os.Stat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file outside was made")
	}
}

func TestNoDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "x"} {
		if _, err := OpenFiles(name); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("OpenFiles(%s): %v", name, err)
		}
	}
}
