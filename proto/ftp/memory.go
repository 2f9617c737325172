package ftp

import (
	"errors"
	"sync/atomic"
	"unsafe"
)

// Memory is what all control connections hold of commands that wait for their replies, and of those replies. It is safe for concurrent
// use.
type Memory struct {
	limit   int64
	used    atomic.Int64
	refused atomic.Uint64
}

// NewMemory returns one with a limit in bytes; 0: there is none. A command with which there would be more ends the parsing of its
// connection; lines of a reply are left out.
func NewMemory(limit int64) *Memory { return &Memory{limit: limit} }

// Each calls yield for each counter.
func (m *Memory) Each(yield func(name string, value uint64)) {
	yield("ftp.memuse", uint64(m.used.Load()))
	yield("ftp.memcap", m.refused.Load())
}

// take reports whether there is room for n bytes, which then is taken.
func (m *Memory) take(n int) bool {
	if used := m.used.Add(int64(n)); m.limit > 0 && used > m.limit {
		m.used.Add(int64(-n))
		m.refused.Add(1)
		return false
	}
	return true
}

func (m *Memory) give(n int) { m.used.Add(int64(-n)) }

var errMemory = errors.New("no memory for another command")

// exchangeLen is what an exchange takes without its texts.
const exchangeLen = int(unsafe.Sizeof(Exchange{}))

// hold takes memory for x, which has its command.
func (s *Session) hold(x *Exchange) bool {
	n := exchangeLen + len(x.arg)
	if !s.config.Memory.take(n) {
		return false
	}
	x.held = int32(n)
	return true
}

// grow takes memory for n bytes of the reply to x.
func (x *Exchange) grow(n int) bool {
	if !x.session.config.Memory.take(n) {
		return false
	}
	x.held += int32(n)
	return true
}

// letGo gives back the memory of x.
func (s *Session) letGo(x *Exchange) {
	s.config.Memory.give(int(x.held))
	x.held = 0
}

// Close gives back the memory of what still waits.
func (s *Session) Close() {
	for x := s.first; x != nil; x = x.later {
		s.letGo(x)
	}
	s.first, s.last = nil, nil
}
