package main

import (
	"testing"

	"github.com/reknit/reknit/internal/config"
)

// The sizes of chunks are those of the configuration, or change by half of the range at most.
func TestRawConfig(t *testing.T) {
	load := func(set ...string) *config.Config {
		c, problems := config.Load(config.Options{Set: append(set, "stream.reassembly.toserver-chunk-size=1000",
			"stream.reassembly.toclient-chunk-size=5kb")})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return c
	}
	if got := rawConfig(load("stream.reassembly.randomize-chunk-size=no"), nil); got.Chunk != [2]int{1000, 5120} || got.Depth != rawDepth {
		t.Errorf("fixed: %+v", got)
	}
	seen := map[int]bool{}
	c := load("stream.reassembly.randomize-chunk-size=yes", "stream.reassembly.randomize-chunk-range=20", "stream.reassembly.depth=3mb")
	for range 1000 {
		got := rawConfig(c, nil)
		if n := got.Chunk[0]; n < 900 || n > 1100 || got.Chunk[1] < 4608 || got.Chunk[1] > 5632 || got.Depth != 0 {
			t.Fatalf("by chance: %+v", got)
		}
		seen[got.Chunk[0]] = true
	}
	if len(seen) < 100 {
		t.Errorf("%d sizes by chance", len(seen))
	}
}
