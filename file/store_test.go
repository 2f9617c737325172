package file_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// notes is a Store that notes what it is told.
type notes struct {
	said   []string
	refuse bool // at Open
	lose   bool // at Close
}

func (n *notes) note(format string, args ...any) {
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

func (n *notes) Open(f *file.File) file.Writer {
	n.note("open %s of flow %d, %d to %v", f.Name, f.Flow, f.ID, f.Dir)
	if n.refuse {
		return nil
	}
	return n
}

func (n *notes) Write(b []byte)  { n.note("write %s", b) }
func (n *notes) Lost(lost int64) { n.note("lost %d", lost) }
func (n *notes) Close(f *file.File) bool {
	n.note("close %v %d", f.State(), f.Size)
	return !n.lose
}

func TestStore(t *testing.T) {
	const opened = "open a of flow 77, 3 to to_client"
	tests := []struct {
		name   string
		store  notes
		do     func(f *file.File)
		said   []string
		member string // of the record
	}{
		{"nothing yet", notes{}, func(*file.File) {}, nil, `"stored":false,"size"`},
		{"on its way", notes{}, func(f *file.File) { f.Write([]byte("x")) }, []string{opened, "write x"},
			`"stored":false,"storing":true,"size"`},
		{"whole", notes{}, func(f *file.File) {
			f.Write([]byte("ab"))
			f.Write(nil)
			f.Lost(5)
			f.Write([]byte("c"))
			f.Close()
			f.Close()
		},
			[]string{opened, "write ab", "lost 5", "write c", "close CLOSED 3"}, `"stored":true,"file_id":3,"size"`},
		{"empty", notes{}, func(f *file.File) { f.Close() }, []string{opened, "close CLOSED 0"}, `"stored":true`},
		{"begins with a gap", notes{}, func(f *file.File) { f.Lost(5); f.Truncate() },
			[]string{opened, "lost 5", "close TRUNCATED 0"}, `"stored":true`},
		{"released while open", notes{}, func(f *file.File) { f.Write([]byte("x")); f.Release(); f.Write([]byte("y")) },
			[]string{opened, "write x", "close TRUNCATED 1"}, `"stored":true`},
		{"not wanted", notes{refuse: true}, func(f *file.File) { f.Write([]byte("x")); f.Write([]byte("y")); f.Close() },
			[]string{opened}, `"stored":false,"size"`},
		{"not stored in the end", notes{lose: true}, func(f *file.File) { f.Fail() }, []string{opened, "close ERROR 0"},
			`"stored":false,"size"`},
		{"over the limit", notes{}, func(f *file.File) { f.Write([]byte("0123456789")); f.Write([]byte("x")); f.Close() },
			[]string{opened, "write 0123456789", "write x", "close CLOSED 11"}, `"stored":true`},
		{"over the limit, and not stored", notes{refuse: true}, func(f *file.File) { f.Write([]byte("0123456789")); f.Write([]byte("x")); f.Close() },
			[]string{opened}, `"stored":false`},
	}
	for _, tt := range tests {
		f := file.New(&file.Config{Store: &tt.store, MaxSize: 8}, []byte("a"))
		f.Place(77, stream.ToClient, 3)
		tt.do(f)
		if !slices.Equal(tt.store.said, tt.said) {
			t.Errorf("%s: the store was told %q, want %q", tt.name, tt.store.said, tt.said)
		}
		if got := object(f); !strings.Contains(got, tt.member) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.member)
		}
	}
}
