package engine

import (
	"unsafe"

	"github.com/reknit/reknit/tcp"
)

// conns keeps the connections of a worker in blocks that never move, numbered from 1.
type conns struct {
	blocks []*[connBlock]tcp.Conn
	free   []uint32
	next   uint32
	again  uint64 // connections that were given the number of one before
}

const connBlock = 256

func (s *conns) at(i uint32) *tcp.Conn { return &s.blocks[i/connBlock][i%connBlock] }

// get returns the number of a connection that has seen nothing.
func (s *conns) get() uint32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		s.again++
		*s.at(i) = tcp.Conn{}
		return i
	}
	s.next++
	if int(s.next/connBlock) == len(s.blocks) {
		s.blocks = append(s.blocks, new([connBlock]tcp.Conn))
	}
	return s.next
}

func (s *conns) put(i uint32) { s.free = append(s.free, i) }

// memory returns the bytes of the connections in use.
func (s *conns) memory() uint64 {
	return uint64(int(s.next)-len(s.free)) * uint64(unsafe.Sizeof(tcp.Conn{}))
}

// numbered gives things numbers from 1.
type numbered[T any] struct {
	all  []T
	free []uint32
}

func (s *numbered[T]) at(i uint32) T { return s.all[i-1] }

func (s *numbered[T]) set(i uint32, x T) { s.all[i-1] = x }

func (s *numbered[T]) put(x T) uint32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		s.all[i-1] = x
		return i
	}
	s.all = append(s.all, x)
	return uint32(len(s.all))
}

func (s *numbered[T]) remove(i uint32) {
	var none T
	s.all[i-1] = none
	s.free = append(s.free, i)
}
