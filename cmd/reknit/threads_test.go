package main

import (
	"runtime"
	"testing"

	"github.com/reknit/reknit/internal/config"
)

func TestWorkers(t *testing.T) {
	all := runtime.GOMAXPROCS(0)
	for _, tt := range []struct {
		option, mode string
		ratio        string
		size         int64
		want         int
	}{
		{"", "auto", "1", 0, 1},
		{"", "auto", "1", shareFrom - 1, 1},
		{"", "auto", "1", shareFrom, all},
		{"", "autofp", "1", 0, all},
		{"", "workers", "2", 0, 2 * all},
		{"", "workers", "0.001", 0, 1},
		{"", "single", "4", 1 << 40, 1},
		{"single", "autofp", "1", 1 << 40, 1},
		{"autofp", "single", "3", 0, 3 * all},
		{"auto", "single", "3", 0, 1},
	} {
		c, problems := config.Load(config.Options{Set: []string{"runmode=" + tt.mode, "threading.detect-thread-ratio=" + tt.ratio}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if got := workers(c, &options{runmode: tt.option}, tt.size); got != tt.want {
			t.Errorf("workers(%+v) = %d, want %d", tt, got, tt.want)
		}
	}
}

// The file of a packet that was read a while ago is still known.
func TestSourceFiles(t *testing.T) {
	var s source
	for _, f := range []origin{{1, "a"}, {5, "b"}, {6, "a"}} {
		s.from(f.number, f.file)
	}
	for number, want := range map[uint64]string{0: "a", 1: "a", 4: "a", 5: "b", 6: "a", 100: "a"} {
		if got := s.fileOf(number); got != want {
			t.Errorf("packet %d is from %q, want %q", number, got, want)
		}
	}
	for n := range uint64(3 * maxOrigins) {
		s.from(10+n, string(rune('a'+n%2)))
	}
	if n := uint64(3 * maxOrigins); s.fileOf(9+n) == s.fileOf(8+n) || len(s.origins) > maxOrigins {
		t.Errorf("%d changes of the file are kept; the last packets are from %q and %q", len(s.origins), s.fileOf(8+n), s.fileOf(9+n))
	}
}
