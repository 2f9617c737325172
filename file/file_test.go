package file_test

import (
	"bytes"
	"encoding/hex"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
)

var all = &file.Config{MD5: true, SHA1: true, SHA256: true, Type: true}

func TestAppendJSON(t *testing.T) {
	const (
		md5    = "900150983cd24fb0d6963f7d28e17f72"
		sha1   = "a9993e364706816aba3e25717850c26c9cd0d89d"
		sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	)
	tests := []struct {
		name   string
		config *file.Config
		file   string
		do     func(f *file.File)
		want   string
	}{
		{"nothing asked for", nil, "a.txt", func(f *file.File) { f.Write([]byte("abc")); f.Close() },
			`{"filename":"a.txt","gaps":false,"state":"CLOSED","stored":false,"size":3,"tx_id":7}`},
		{"all hashes", all, "a.txt", func(f *file.File) { f.Write([]byte("a")); f.Write([]byte("bc")); f.Close() },
			`{"filename":"a.txt","gaps":false,"state":"CLOSED","md5":"` + md5 + `","sha1":"` + sha1 + `","sha256":"` + sha256 +
				`","stored":false,"size":3,"tx_id":7}`},
		{"truncated", all, "a.txt", func(f *file.File) { f.Write([]byte("abc")); f.Truncate(); f.Close() },
			`{"filename":"a.txt","gaps":false,"state":"TRUNCATED","sha256":"` + sha256 + `","stored":false,"size":3,"tx_id":7}`},
		{"open", nil, "a", func(f *file.File) {},
			`{"filename":"a","gaps":false,"state":"UNKNOWN","stored":false,"size":0,"tx_id":7}`},
		{"failed", nil, "a", func(f *file.File) { f.Fail() },
			`{"filename":"a","gaps":false,"state":"ERROR","stored":false,"size":0,"tx_id":7}`},
		{"gap", all, "a", func(f *file.File) { f.Write([]byte("ab")); f.Lost(100); f.Write([]byte("c")); f.Close() },
			`{"filename":"a","gaps":true,"state":"CLOSED","md5":"` + md5 + `","sha1":"` + sha1 + `","sha256":"` + sha256 +
				`","stored":false,"size":103,"tx_id":7}`},
		{"part of a resource", nil, "a", func(f *file.File) { f.RangeStart, f.RangeEnd = 10, 12; f.Write([]byte("abc")); f.Close() },
			`{"filename":"a","gaps":false,"state":"CLOSED","stored":false,"size":3,"start":10,"end":12,"tx_id":7}`},
		{"extensions without anything to say", &file.Config{Extensions: true}, "a", func(f *file.File) { f.Close() },
			`{"filename":"a","gaps":false,"state":"CLOSED","stored":false,"size":0,"tx_id":7}`},
		{"extensions", &file.Config{Extensions: true, Type: true, MaxGaps: 2}, "a", func(f *file.File) {
			f.Write([]byte("%PDF-1.4"))
			f.Lost(10)
			f.Lost(2)
			f.Write([]byte("abc"))
			f.Lost(1)
			f.Write([]byte("d"))
			f.Lost(5)
			f.Close()
		}, `{"filename":"a","gaps":true,"state":"CLOSED","stored":false,"size":30,"tx_id":7,"reknit":{"content_type":"application/pdf",` +
			`"lost":18,"gaps":[{"offset":8,"length":12},{"offset":23,"length":1}],"gaps_unlisted":1}}`},
		{"larger than the limit", &file.Config{SHA256: true, MaxSize: 3}, "a",
			func(f *file.File) { f.Write([]byte("ab")); f.Write([]byte("cd")); f.Write([]byte("e")); f.Close() },
			`{"filename":"a","gaps":false,"state":"TRUNCATED","sha256":"` + sha256 + `","stored":false,"size":3,"tx_id":7}`},
		{"name that is no UTF-8", nil, "\xe4.txt", func(f *file.File) { f.Close() },
			`{"filename":"\\xe4.txt","gaps":false,"state":"CLOSED","stored":false,"size":0,"tx_id":7}`},
	}
	for _, tt := range tests {
		f := file.New(tt.config, []byte(tt.file))
		f.Tx = 7
		tt.do(f)
		if got := object(f); got != `{"fileinfo":`+tt.want+`}` {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestType(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"zip", "PK\x03\x04\x14\x00\x00\x00\x08\x00", "application/zip"},
		{"pdf", "%PDF-1.4\n%", "application/pdf"},
		{"text", "nothing but words\r\n", "text/plain; charset=utf-8"},
		{"long text", strings.Repeat("words ", 1000), "text/plain; charset=utf-8"},
		{"empty", "", "text/plain"},
	}
	for _, tt := range tests {
		for _, step := range []int{1, 7, 1 << 20} {
			f := file.New(all, nil)
			for b := []byte(tt.content); len(b) > 0; {
				n := min(step, len(b))
				f.Write(b[:n])
				b = b[n:]
			}
			f.Close()
			if f.Type() != tt.want {
				t.Errorf("%s, %d bytes at a time: Type() = %q, want %q", tt.name, step, f.Type(), tt.want)
			}
		}
	}
	f := file.New(all, nil)
	f.Write(bytes.Repeat([]byte("a"), 3072))
	if f.Type() == "" {
		t.Error("Type() is not known after 3072 bytes")
	}
}

func TestNameLimit(t *testing.T) {
	f := file.New(nil, bytes.Repeat([]byte("n"), 5000))
	if len(f.Name) != 4096 {
		t.Errorf("len(Name) = %d, want 4096", len(f.Name))
	}
}

func TestHashesWhileOpen(t *testing.T) {
	f := file.New(&file.Config{MD5: true}, nil)
	f.Write([]byte("abc"))
	if got := hex.EncodeToString(f.MD5()); got != "900150983cd24fb0d6963f7d28e17f72" {
		t.Errorf("MD5() = %s", got)
	}
	if f.SHA1() != nil || f.SHA256() != nil {
		t.Error("a hash that was not asked for")
	}
}

func TestWriteAllocates(t *testing.T) {
	f := file.New(&file.Config{MD5: true, SHA1: true, SHA256: true}, nil)
	b := make([]byte, 57)
	if n := testing.AllocsPerRun(100, func() { f.Write(b) }); n != 0 {
		t.Errorf("Write allocates %v times", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, bm := range []struct {
		name   string
		config *file.Config
	}{
		{"none", nil}, {"md5", &file.Config{MD5: true}}, {"sha256", &file.Config{SHA256: true}}, {"all", all},
	} {
		b.Run(bm.name, func(b *testing.B) {
			f := file.New(bm.config, nil)
			line := make([]byte, 57)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				f.Write(line)
			}
		})
	}
}

var _ event.Appender = (*file.File)(nil)

func object(a event.Appender) string {
	var o event.Object
	o.Start(nil, nil)
	a.AppendJSON(&o)
	return string(o.End())
}

// What is kept is the beginning, however it is cut, and takes little more room than the limit or four times what is needed.
func TestKeep(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 1000)
	for _, limit := range []int{0, 1, 9, 5000, 20_000} {
		for _, size := range []int{1, 7, 1460, 10_000} {
			var kept []byte
			for rest := range slices.Chunk(text, size) {
				kept = file.Keep(kept, rest, limit)
			}
			if want := text[:min(limit, len(text))]; !bytes.Equal(kept, want) {
				t.Errorf("limit %d, %d at a time: %d bytes, want %d", limit, size, len(kept), len(want))
			}
			if cap(kept) > max(4*len(kept), 512) {
				t.Errorf("limit %d, %d at a time: room for %d", limit, size, cap(kept))
			}
			file.Unkeep(kept)
		}
	}
}

// Of a file that is forgotten nothing is kept, whatever comes, and its memory serves another.
func TestForget(t *testing.T) {
	c := &file.Config{Keep: 1000}
	f := file.New(c, nil)
	f.Write([]byte("secret"))
	if string(f.Kept()) != "secret" {
		t.Fatalf("kept %q", f.Kept())
	}
	f.Forget()
	other := file.New(c, nil)
	other.Write([]byte("ot"))
	if f.Write([]byte("more")); f.Kept() != nil || string(other.Kept()) != "ot" || f.Size != 10 {
		t.Errorf("kept %q, and %q of the other; size %d", f.Kept(), other.Kept(), f.Size)
	}
}

// What is let go of is what the next beginning is kept in.
func TestKeepReuses(t *testing.T) {
	segment := make([]byte, 1460)
	const size, rounds = 128 << 10, 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		var kept []byte
		for len(kept) < size {
			kept = file.Keep(kept, segment, size)
		}
		file.Unkeep(kept)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / rounds; n > size/2 { // the race detector has pools lose some
		t.Errorf("%d bytes are taken for each", n)
	}
}

func BenchmarkKeep(b *testing.B) {
	segment := make([]byte, 1460)
	b.ReportAllocs()
	b.SetBytes(128 << 10)
	for b.Loop() {
		var kept []byte
		for len(kept) < 128<<10 {
			kept = file.Keep(kept, segment, 128<<10)
		}
		file.Unkeep(kept)
	}
}
