package filestore_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/sink/filestore"
)

const (
	abc     = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	abcName = "ba/" + abc
)

func open(t *testing.T, c filestore.Config) (*filestore.Store, *file.Config) {
	t.Helper()
	if c.Dir == "" {
		c.Dir = filepath.Join(t.TempDir(), "filestore")
	}
	s, err := filestore.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, &file.Config{SHA256: true, Store: s}
}

// files returns the names of all files below dir, and their contents.
func files(t *testing.T, dir string) (names []string, text map[string]string) {
	t.Helper()
	text = map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		names, text[name] = append(names, name), string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, text
}

func want(t *testing.T, dir string, names ...string) map[string]string {
	t.Helper()
	got, text := files(t, dir)
	if !slices.Equal(got, names) {
		t.Errorf("files %q, want %q", got, names)
	}
	return text
}

func count(s *filestore.Store, name string) (value uint64) {
	s.Each(func(n string, v uint64) {
		if n == name {
			value = v
		}
	})
	return value
}

func counters(t *testing.T, s *filestore.Store, want map[string]uint64) {
	t.Helper()
	for name, value := range want {
		if got := count(s, name); got != value {
			t.Errorf("%s = %d, want %d", name, got, value)
		}
	}
}

// write makes a file of pieces, without ending it.
func write(c *file.Config, pieces ...string) *file.File {
	f := file.New(c, []byte("name"))
	for _, p := range pieces {
		f.Write([]byte(p))
	}
	return f
}

func TestLayout(t *testing.T) {
	for _, most := range []int{0, 1, 100} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		s, c := open(t, filestore.Config{Dir: dir, MaxOpen: most})
		f, g := write(c, "a", "b"), write(c)
		want(t, dir, "tmp/file.1") // g has neither bytes nor an end
		f.Write([]byte("c"))
		f.Close()
		if text := want(t, dir, abcName); text[abcName] != "abc" {
			t.Errorf("contents %q", text[abcName])
		}
		if !f.Stored() || f.Storing() {
			t.Errorf("Stored() = %v, Storing() = %v", f.Stored(), f.Storing())
		}
		g.Truncate()
		want(t, dir, abcName, "e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
		counters(t, s, map[string]uint64{"file_store.open_files": 0, "file_store.open_files_max_hit": 0,
			"file_store.fs_errors": 0, "reknit.file_store.stored": 2})
		dirs, err := os.ReadDir(dir)
		if err != nil || len(dirs) != 257 {
			t.Errorf("%d directories, %v; want 257", len(dirs), err)
		}
	}
}

func TestGapsAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	_, c := open(t, filestore.Config{Dir: dir})
	f := write(c, "ab")
	f.Lost(1000)
	f.Write([]byte("c"))
	f.Close()
	want(t, dir, abcName)
}

func TestSameContentsOnce(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir})
	write(c, "abc").Close()
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, abcName), long, long); err != nil {
		t.Fatal(err)
	}
	f := write(c, "ab", "c")
	f.Truncate()
	want(t, dir, abcName)
	if !f.Stored() {
		t.Error("the second one does not count as stored")
	}
	if info, err := os.Stat(filepath.Join(dir, abcName)); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("the time of modification was not set anew: %v, %v", info.ModTime(), err)
	}
	counters(t, s, map[string]uint64{"reknit.file_store.stored": 1, "reknit.file_store.known": 1})
}

// What a process that died left in tmp stays as it is.
func TestAfterCrash(t *testing.T) {
	dir := t.TempDir()
	_, c := open(t, filestore.Config{Dir: dir})
	write(c, "half of")
	s, c := open(t, filestore.Config{Dir: dir})
	f := write(c, "abc")
	text := want(t, dir, "tmp/file.1", "tmp/file.2")
	if text["tmp/file.1"] != "half of" {
		t.Errorf("tmp/file.1 has %q", text["tmp/file.1"])
	}
	f.Close()
	want(t, dir, abcName, "tmp/file.1")
	counters(t, s, map[string]uint64{"file_store.fs_errors": 0})
}

func TestMaxOpen(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir, MaxOpen: 2})
	var all []*file.File
	for range 5 {
		all = append(all, write(c, "a"))
	}
	counters(t, s, map[string]uint64{"file_store.open_files": 2, "file_store.open_files_max_hit": 3})
	for _, f := range all {
		f.Write([]byte("bc"))
		f.Close()
		if !f.Stored() {
			t.Error("not stored")
		}
	}
	want(t, dir, abcName)
	counters(t, s, map[string]uint64{"file_store.open_files": 0, "file_store.open_files_max_hit": 3, "file_store.fs_errors": 0})
}

func TestMaxFiles(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir, MaxFiles: 2})
	f, g, h := write(c, "abc"), write(c, "b"), write(c, "c")
	want(t, dir, "tmp/file.1", "tmp/file.2")
	for _, x := range []*file.File{f, g, h} {
		x.Close()
	}
	if !f.Stored() || !g.Stored() || h.Stored() {
		t.Errorf("stored: %v, %v, %v; want the first two", f.Stored(), g.Stored(), h.Stored())
	}
	counters(t, s, map[string]uint64{"reknit.file_store.refused": 1, "reknit.file_store.stored": 2})
	if k := write(c, "again"); !k.Storing() {
		t.Error("there is no room again")
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string)
		most   int
		more   string // written afterwards
	}{
		{"file is gone", func(t *testing.T, dir string) { remove(t, dir, "tmp") }, 0, "c"},
		{"file is gone, at the end", func(t *testing.T, dir string) { remove(t, dir, "tmp") }, 0, ""},
		{"open file is gone", func(t *testing.T, dir string) { remove(t, dir, "tmp") }, 9, "c"},
		{"no directory", func(t *testing.T, dir string) { remove(t, dir, "ba"); remove(t, dir, "fb") }, 0, "c"},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		var reported []error
		s, c := open(t, filestore.Config{Dir: dir, MaxOpen: tt.most, Report: func(err error) { reported = append(reported, err) }})
		f := write(c, "ab")
		tt.damage(t, dir)
		f.Write([]byte(tt.more))
		f.Write([]byte{})
		f.Close()
		if f.Stored() {
			t.Errorf("%s: counts as stored", tt.name)
		}
		if names, _ := files(t, dir); len(names) != 0 {
			t.Errorf("%s: files %q are left", tt.name, names)
		}
		if len(reported) != 1 || !strings.HasPrefix(reported[0].Error(), "file-store: ") {
			t.Errorf("%s: reported %v", tt.name, reported)
		}
		counters(t, s, map[string]uint64{"file_store.fs_errors": 1, "file_store.open_files": 0, "reknit.file_store.stored": 0})
	}
}

func remove(t *testing.T, dir, name string) {
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestOpenFails(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := filestore.Open(filestore.Config{Dir: filepath.Join(name, "store")}); err == nil {
		t.Error("no error")
	}
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir})
	remove(t, dir, "tmp")
	f := write(c, "abc")
	f.Close()
	if f.Stored() {
		t.Error("counts as stored")
	}
	counters(t, s, map[string]uint64{"file_store.fs_errors": 1})
}

// A file.Config that does not ask for SHA-256 is a mistake of the program.
func TestNoHash(t *testing.T) {
	s, _ := open(t, filestore.Config{})
	f := write(&file.Config{Store: s}, "abc")
	f.Close()
	if f.Stored() || count(s, "file_store.fs_errors") != 1 {
		t.Error("stored without a name")
	}
}

func TestWorkersShareAStore(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir, MaxOpen: 3})
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 50 {
				f := write(c, "same", " ", fmt.Sprint((i+j)%10))
				f.Close()
				if !f.Stored() {
					t.Error("not stored")
				}
			}
		})
	}
	wait.Wait()
	if names, _ := files(t, dir); len(names) != 10 {
		t.Errorf("%d files, want 10", len(names))
	}
	counters(t, s, map[string]uint64{"file_store.fs_errors": 0, "file_store.open_files": 0})
}

// body is the body of a fileinfo record, as package app makes it.
type body struct{ file *file.File }

func (b body) AppendJSON(o *event.Object) { b.file.AppendJSON(o) }
func (b body) File() event.Appender       { return b.file }

func TestFileinfo(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir, Fileinfo: true})
	f := write(c, "abc")
	record := func(f *file.File, typ string) {
		s.Event(&event.Record{Type: typ, Time: 1515441287_409820_000, FlowID: 7, Number: 19, Body: body{f}})
	}
	record(f, "fileinfo") // is not stored yet
	f.Close()
	record(f, "smtp")
	record(f, "fileinfo")
	record(f, "fileinfo")
	record(write(nil, "abc"), "fileinfo")
	s.Event(&event.Record{Type: "fileinfo"})
	name := abcName + ".1515441287.1.json"
	text := want(t, dir, abcName, name, abcName+".1515441287.2.json")
	var got struct {
		Type string `json:"event_type"`
		Flow int    `json:"flow_id"`
		File struct {
			Stored bool
			SHA256 string
		} `json:"fileinfo"`
	}
	if err := json.Unmarshal([]byte(text[name]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "fileinfo" || got.Flow != 7 || !got.File.Stored || got.File.SHA256 != abc || !strings.HasSuffix(text[name], "}\n") {
		t.Errorf("record %s", text[name])
	}
}

func TestNoFileinfo(t *testing.T) {
	dir := t.TempDir()
	s, c := open(t, filestore.Config{Dir: dir})
	f := write(c, "abc")
	f.Close()
	s.Event(&event.Record{Type: "fileinfo", Body: body{f}})
	want(t, dir, abcName)
}

func BenchmarkStore(b *testing.B) {
	for _, most := range []int{0, 100} {
		b.Run(fmt.Sprintf("max-open-files=%d", most), func(b *testing.B) {
			s, err := filestore.Open(filestore.Config{Dir: b.TempDir(), MaxOpen: most})
			if err != nil {
				b.Fatal(err)
			}
			c := &file.Config{SHA256: true, Store: s}
			segment := make([]byte, 1460)
			f := file.New(c, nil)
			b.SetBytes(int64(len(segment)))
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if f.Write(segment); n%1000 == 999 {
					f.Close()
					f = file.New(c, nil)
				}
			}
			f.Close()
		})
	}
}
