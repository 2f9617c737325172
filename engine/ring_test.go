package engine

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Frames of all lengths come out as they went in and in order, whoever is faster; none is lost, and no place used twice.
func TestRing(t *testing.T) {
	const frames = 50000
	rnd := rand.New(rand.NewPCG(5, 7))
	lengths := make([]int, frames)
	for i := range lengths {
		switch r := rnd.IntN(1000); {
		case r == 0:
			lengths[i] = ringLarge + rnd.IntN(3)
		case r < 20:
			lengths[i] = ringLarge - rnd.IntN(3)
		case r < 500:
			lengths[i] = rnd.IntN(100)
		default:
			lengths[i] = rnd.IntN(1500)
		}
	}
	r := newRing()
	go func() {
		for i, n := range lengths {
			s := r.reserve(n)
			for s == nil {
				r.publish()
				r.await()
				s = r.reserve(n)
			}
			s.number = uint64(i)
			for j := range s.frame {
				s.frame[j] = byte(i)
			}
			if i%(1+i%100) == 0 {
				r.publish()
			}
		}
		r.publish()
		r.closed.Store(true)
	}()
	for i := 0; ; {
		s := r.peek()
		if s == nil {
			r.release()
			if r.closed.Load() && r.empty() {
				if i != frames {
					t.Errorf("%d frames came out, want %d", i, frames)
				}
				return
			}
			continue
		}
		if s.number != uint64(i) || len(s.frame) != lengths[i] || bytes.Count(s.frame, []byte{byte(i)}) != lengths[i] {
			t.Fatalf("frame %d is number %d, of %d bytes, want %d", i, s.number, len(s.frame), lengths[i])
		}
		r.take()
		i++
	}
}

// A ring that nobody empties is full at some time, of packets or of their bytes, and has room again for what was taken.
func TestRingFull(t *testing.T) {
	for _, test := range []struct{ length, want int }{
		{0, ringSlots}, {60, ringSlots}, {1500, ringBytes / 1500}, {ringLarge, ringBytes / ringLarge}, {2 * ringLarge, ringSlots},
	} {
		r := newRing()
		for round := range 3 {
			n := 0
			for r.reserve(test.length) != nil {
				n++
			}
			if n != test.want && (round == 0 || n != test.want-1) { // the rest of the arena may be too small
				t.Errorf("round %d: %d frames of %d bytes, want %d", round, n, test.length, test.want)
			}
			r.publish()
			for r.peek() != nil {
				r.take()
			}
			r.release()
		}
	}
}

// BenchmarkRing is the hand-over alone, in one goroutine: a frame of 500 bytes in and out.
func BenchmarkRing(b *testing.B) {
	r := newRing()
	frame := make([]byte, 500)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s := r.reserve(len(frame))
		copy(s.frame, frame)
		if n++; n%batch == 0 {
			r.publish()
			for r.peek() != nil {
				r.take()
			}
			r.release()
		}
	}
}
