package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func open(t *testing.T, c Config) *Output {
	t.Helper()
	o, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func write(o *Output, lines ...string) {
	for _, l := range lines {
		o.Write([]byte(l + "\n"))
	}
}

func TestAppendAndTruncate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "eve.json")
	for i, tt := range []struct {
		truncate bool
		want     string
	}{
		{false, "0\n"}, {false, "0\n1\n"}, {true, "2\n"},
	} {
		o := open(t, Config{Name: name, Truncate: tt.truncate})
		write(o, fmt.Sprint(i))
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
		if got := read(t, name); got != tt.want {
			t.Errorf("run %d: file holds %q, want %q", i, got, tt.want)
		}
	}
}

func TestBuffer(t *testing.T) {
	var to bytes.Buffer
	o := open(t, Config{Writer: &to, Buffer: 8, Flush: time.Hour})
	steps := []struct{ line, want string }{
		{"ab", ""},
		{"cd", ""},
		{"ef", "ab\ncd\n"},                          // does not fit any more
		{"12345678", "ab\ncd\nef\n12345678\n"},      // is too large for the buffer
		{"x", "ab\ncd\nef\n12345678\n"},             // waits
		{"123456", "ab\ncd\nef\n12345678\nx\n"},     // did not fit: x is written, the rest waits
		{"", "ab\ncd\nef\n12345678\nx\n123456\n\n"}, // the buffer is full
	}
	for _, s := range steps {
		write(o, s.line)
		if got := to.String(); got != s.want {
			t.Errorf("after %q written %q, want %q", s.line, got, s.want)
		}
	}
	write(o, "y")
	o.Flush()
	if got := to.String(); !strings.HasSuffix(got, "\ny\n") {
		t.Errorf("after Flush written %q", got)
	}
}

func TestUnbuffered(t *testing.T) {
	var to bytes.Buffer
	o := open(t, Config{Writer: &to, Buffer: -1})
	write(o, "a")
	if got := to.String(); got != "a\n" {
		t.Errorf("written %q", got)
	}
}

func TestFlushTimer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "eve.json")
	o := open(t, Config{Name: name, Flush: time.Millisecond})
	for _, want := range []string{"a\n", "a\na\n"} {
		write(o, "a")
		for end := time.Now().Add(5 * time.Second); read(t, name) != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("file holds %q, want %q", read(t, name), want)
			}
		}
	}
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	name, old := filepath.Join(dir, "eve.json"), filepath.Join(dir, "eve.json.1")
	o := open(t, Config{Name: name, Truncate: true})
	write(o, "a")
	if err := os.Rename(name, old); err != nil {
		t.Fatal(err)
	}
	write(o, "b")
	if err := os.WriteFile(name, []byte("there\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.Reopen(); err != nil {
		t.Fatal(err)
	}
	write(o, "c")
	o.Close()
	if got := read(t, old); got != "a\nb\n" {
		t.Errorf("the old file holds %q", got)
	}
	if got := read(t, name); got != "there\nc\n" {
		t.Errorf("the new file holds %q: Reopen appends", got)
	}
	if err := o.Reopen(); err != nil {
		t.Errorf("Reopen after Close: %v", err)
	}
}

func TestReopenFails(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "eve.json")
	o := open(t, Config{Name: name})
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := o.Reopen(); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("Reopen of a directory: %v", err)
	}
	write(o, "a")
	o.Flush()
	if got := read(t, name+".1"); got != "a\n" {
		t.Errorf("the old file holds %q", got)
	}
}

func TestMode(t *testing.T) {
	name := filepath.Join(t.TempDir(), "eve.json")
	open(t, Config{Name: name, Mode: 0o640})
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o640 {
		t.Errorf("mode %o, want 640", got)
	}
}

func TestOpenFails(t *testing.T) {
	name := filepath.Join(t.TempDir(), "no", "eve.json")
	if _, err := Open(Config{Name: name}); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("Open: %v", err)
	}
}

func TestExpandedName(t *testing.T) {
	dir := t.TempDir()
	o := open(t, Config{Name: filepath.Join(dir, "%Y", "eve-%%.json")})
	if got := o.Name(); filepath.Base(got) != "eve-%.json" || len(filepath.Base(filepath.Dir(got))) != 4 {
		t.Errorf("opened %s", got)
	}
	write(o, "a")
	o.Close()
	if got := read(t, o.Name()); got != "a\n" {
		t.Errorf("file holds %q", got)
	}
}

// stubborn accepts room bytes and then fails, until more room is given.
type stubborn struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("full")

func (s *stubborn) Write(p []byte) (int, error) {
	n := min(len(p), s.room)
	s.room -= n
	s.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestWriteFails(t *testing.T) {
	tests := []struct {
		rooms []int // given before each write of "one\ntwo\n"
		want  string
		lost  uint64
	}{
		{[]int{99}, "one\ntwo\n", 0},
		{[]int{0}, "", 2},
		{[]int{4}, "one\n", 1},
		{[]int{5, 99}, "one\ntwo\none\ntwo\n", 0}, // the cut line is completed
		{[]int{2, 99}, "one\none\ntwo\n", 1},      // and so is the first, but the second is lost
		{[]int{2, 1, 0, 99}, "one\none\ntwo\n", 5},
		{[]int{2, 2, 99}, "one\none\ntwo\n", 3},
		{[]int{3, 2, 99}, "one\none\none\ntwo\n", 2},
		{[]int{3}, "one", 2}, // nothing can be done at the end
	}
	for _, tt := range tests {
		to := &stubborn{}
		var reports []error
		o, err := Open(Config{Writer: to, Flush: time.Hour, Report: func(err error) { reports = append(reports, err) }})
		if err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, room := range tt.rooms {
			to.room = room
			write(o, "one", "two")
			o.Flush()
			failed = failed || room < 8
		}
		to.room = 0
		err = o.Close()
		if got := to.String(); got != tt.want || o.Lost() != tt.lost {
			t.Errorf("%v: written %q, lost %d, want %q, %d", tt.rooms, got, o.Lost(), tt.want, tt.lost)
		}
		if failed != errors.Is(err, errFull) || failed != (len(reports) == 1) {
			t.Errorf("%v: Close gives %v, reports %v", tt.rooms, err, reports)
		}
	}
}

// A line that a write cut is taken back from a file.
func TestTakeBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "eve.json")
	o := open(t, Config{Name: name, Flush: time.Hour})
	o.to = writerFunc(func(p []byte) (int, error) {
		n, _ := o.file.Write(p[:5])
		return n, errFull
	})
	write(o, "one", "two", "three")
	o.Flush()
	if got := read(t, name); got != "one\n" {
		t.Errorf("file holds %q", got)
	}
	o.to = o.file
	write(o, "four")
	o.Flush()
	if got := read(t, name); got != "one\nfour\n" || o.Lost() != 2 {
		t.Errorf("file holds %q, lost %d", got, o.Lost())
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestFullDisk(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no " + full)
	}
	var reports []error
	o := open(t, Config{Name: full, Buffer: -1, Report: func(err error) { reports = append(reports, err) }})
	write(o, "a", "b")
	if len(reports) != 1 || !strings.Contains(reports[0].Error(), full) || o.Lost() != 2 {
		t.Errorf("reports %v, lost %d", reports, o.Lost())
	}
	if err := o.Close(); err == nil {
		t.Error("Close gives no error")
	}
	write(o, "c")
	if o.Lost() != 3 {
		t.Errorf("lost %d, want 3: a line after Close is lost", o.Lost())
	}
}

func mail(port uint16) *event.Record {
	return &event.Record{
		Type: "smtp", Time: 1254722767529046000, FlowID: 1,
		Src: netip.MustParseAddr("10.10.1.4"), Dst: netip.MustParseAddr("74.53.140.153"),
		SrcPort: port, DstPort: 25, Protocol: 6,
	}
}

func TestEVE(t *testing.T) {
	var to bytes.Buffer
	e := &EVE{
		Output: open(t, Config{Writer: &to}), Prefix: "@cee: ",
		Options: &event.Options{Zone: time.UTC, SensorName: "probe"},
	}
	e.Event(mail(1470))
	e.Output.Close()
	want := `@cee: {"timestamp":"2009-10-05T06:06:07.529046+0000","flow_id":1,"event_type":"smtp",` +
		`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,"proto":"TCP","ip_v":4,` +
		`"host":"probe"}` + "\n"
	if got := to.String(); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestConcurrentEVE(t *testing.T) {
	const workers, records = 8, 500
	name := filepath.Join(t.TempDir(), "eve.json")
	e := &EVE{Output: open(t, Config{Name: name, Buffer: 1000, Flush: time.Millisecond})}
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			r := mail(0)
			for i := range records {
				r.SrcPort = uint16(i)
				e.Event(r)
			}
		})
	}
	for range 10 {
		if err := e.Output.Reopen(); err != nil {
			t.Error(err)
		}
	}
	wait.Wait()
	if err := e.Output.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(read(t, name), "\n"), "\n")
	if len(lines) != workers*records {
		t.Errorf("%d lines, want %d", len(lines), workers*records)
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Fatalf("not JSON: %s", l)
		}
	}
}

func TestEVEAllocates(t *testing.T) {
	e := &EVE{Output: open(t, Config{Writer: writerFunc(func(p []byte) (int, error) { return len(p), nil })})}
	r := mail(1)
	e.Event(r)
	if n := testing.AllocsPerRun(1000, func() { e.Event(r) }); n > 0 {
		t.Errorf("Event allocates %v times", n)
	}
}

func BenchmarkEVE(b *testing.B) {
	o, err := Open(Config{Name: os.DevNull})
	if err != nil {
		b.Fatal(err)
	}
	e := &EVE{Output: o}
	r := mail(1)
	b.ReportAllocs()
	for b.Loop() {
		e.Event(r)
	}
}
