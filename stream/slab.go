package stream

import "unsafe"

// slab keeps values of one size in blocks that never move, addressed by number from 1. Freed values are used again.
type slab[T any] struct {
	blocks []*[slabBlock]T
	free   []uint32
	next   uint32 // the first number that was never used
	bytes  int64  // of values in use
}

const slabBlock = 64

func (s *slab[T]) at(i uint32) *T { return &s.blocks[i/slabBlock][i%slabBlock] }

// slice returns the value as a slice of one.
func (s *slab[T]) slice(i uint32) []T { return s.blocks[i/slabBlock][i%slabBlock:][:1] }

func (s *slab[T]) get() uint32 {
	s.bytes += sizeof[T]()
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	if s.next == 0 {
		s.next = 1
	}
	if int(s.next/slabBlock) == len(s.blocks) {
		s.blocks = append(s.blocks, new([slabBlock]T))
	}
	s.next++
	return s.next - 1
}

func (s *slab[T]) put(i uint32) {
	s.bytes -= sizeof[T]()
	s.free = append(s.free, i)
}

func sizeof[T any]() int64 {
	var v T
	return int64(unsafe.Sizeof(v))
}
