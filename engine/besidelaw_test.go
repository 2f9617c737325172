package engine_test

import (
	"fmt"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// readers are three that read the same streams: in place of parsers, as a dump, and to inspect.
type readers struct{ read, logged, inspected map[string]*text }

// text is the bytes of a direction; a gap is told by its end.
type text struct {
	bytes []byte
	at    int64
	gaps  []int64
}

func (r *text) add(at int64, b []byte) {
	if at != r.at {
		r.gaps = append(r.gaps, at)
	}
	r.bytes, r.at = append(r.bytes, b...), at+int64(len(b))
}

func of(all map[string]*text, f *engine.Flow, d stream.Dir) *text {
	name := fmt.Sprint(f, d, f.Start().UnixNano())
	if all[name] == nil {
		all[name] = new(text)
	}
	return all[name]
}

func (r *readers) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	for {
		at := in.Offset()
		p, ok := in.Piece(1 << 20)
		if !ok {
			return
		}
		if p.Lost == 0 {
			of(r.read, f, d).add(at, p.Data)
		}
	}
}

func (r *readers) Gap(*engine.Flow, stream.Dir, stream.Loss) {}
func (r *readers) End(f *engine.Flow, d stream.Dir, rest []byte) {
	if len(rest) > 0 {
		panic("not everything was read")
	}
}

func (r *readers) Log(f *engine.Flow, d stream.Dir, off int64, data []byte) {
	of(r.logged, f, d).add(off, data)
}
func (r *readers) Finish(*engine.Flow) {}

func (r *readers) Wants(*engine.Flow, stream.Dir) bool { return true }
func (r *readers) Inspect(f *engine.Flow, d stream.Dir, c *stream.Chunk) {
	if !c.Loose {
		of(r.inspected, f, d).add(c.Offset+int64(c.Seen), c.Data[c.Seen:])
	}
}

// TestBesideReads: a dump and inspection get the bytes that are read in place of parsers, no others and none fewer, whatever
// became of the packets on their way. Inspection goes on behind the hole at which a receiver that reset its connection
// stopped reading.
func TestBesideReads(t *testing.T) {
	for name, all := range captures(t) {
		for seed := range 40 {
			program := make([]byte, 0, 400)
			for n := range 4 * seed {
				program = append(program, byte(seed*31+n*n*17+n), byte(n*seed))
			}
			s := spoil{program: program, in: all}
			r := &readers{map[string]*text{}, map[string]*text{}, map[string]*text{}}
			e, err := engine.New(engine.Config{Streams: r, Logger: r, Raw: r, Checksums: engine.ChecksumIgnore,
				Stream: stream.Config{Raw: stream.RawConfig{Chunk: [2]int{300, 700}, Overlap: seed % 20}}})
			if err != nil {
				t.Fatal(err)
			}
			var p packet.Packet
			for i, f := range s.run() {
				p.Number, p.Time, p.Link, p.Frame, p.WireLen = uint64(i+1), f.time, f.link, f.data, len(f.data)
				e.Worker().Packet(&p)
			}
			e.Close()
			if len(r.read) == 0 {
				t.Fatal("nothing was read")
			}
			for of, want := range r.read {
				for what, all := range map[string]map[string]*text{"logged": r.logged, "inspected": r.inspected} {
					got := all[of]
					if got == nil {
						got = new(text)
					}
					if what == "inspected" && len(got.bytes) > len(want.bytes) && len(got.gaps) > len(want.gaps) {
						got = &text{bytes: got.bytes[:len(want.bytes)], gaps: got.gaps[:len(want.gaps)]}
					}
					if string(got.bytes) != string(want.bytes) || fmt.Sprint(got.gaps) != fmt.Sprint(want.gaps) {
						t.Errorf("%s, seed %d, %s: %d bytes %s, gaps %v; read %d, gaps %v", name, seed, of, len(got.bytes), what, got.gaps,
							len(want.bytes), want.gaps)
					}
				}
			}
			if len(r.logged) > len(r.read) {
				t.Errorf("%s, seed %d: %d directions logged, %d read", name, seed, len(r.logged), len(r.read))
			}
			if t.Failed() {
				return
			}
		}
	}
}
