package main

import (
	"slices"
	"sync"
	"time"

	"github.com/reknit/reknit/capture/filter"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// source counts the packets of captures, remembers their file, and now and then has the counters written.
type source struct {
	*pcapfile.Reader
	meter *meter

	mu      sync.Mutex
	origins []origin // of the packets, the last ones

	file   string         // that the last packet is from
	filter *filter.Filter // of packets that are read; nil: all
	left   uint64         // packets that the filter left out
	lost   uint64         // number of the packet that is taken not to be there; 0: none
	every  time.Duration  // 0: never
	next   time.Time
	tick   func(now time.Time) // called between two packets
}

var _ engine.Source = (*source)(nil)

// origin is the file of packets from a number on.
type origin struct {
	number uint64
	file   string
}

// maxOrigins is more than the packets that wait for the workers of a large machine.
const maxOrigins = 1 << 17

// Next reads a packet. Those that the filter leaves out are not counted.
func (s *source) Next(p *packet.Packet) error {
	err := s.read(p)
	if err == nil && p.Number == s.lost {
		err = s.read(p)
	}
	if err != nil {
		return err
	}
	if f := s.File(); f != s.file {
		s.from(p.Number, f)
	}
	s.progress(len(p.Frame))
	return nil
}

// read reads a packet that the filter matches.
func (s *source) read(p *packet.Packet) error {
	for {
		if err := s.Reader.Next(p); err != nil {
			return err
		}
		if s.filter.Match(p.Link, p.Frame, p.WireLen) {
			p.Number -= s.left
			return nil
		}
		s.left++
		s.progress(0)
	}
}

// progress shows how far the reading came, now and then.
func (s *source) progress(size int) {
	if !s.meter.count(size) {
		return
	}
	s.meter.publish(s.Progress())
	if s.every > 0 {
		if now := time.Now(); now.After(s.next) {
			s.next = now.Add(s.every)
			s.tick(now)
		}
	}
}

// from notes that packets are from a file from now on.
func (s *source) from(number uint64, file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.file = file
	if len(s.origins) == maxOrigins {
		s.origins = slices.Delete(s.origins, 0, maxOrigins/2)
	}
	s.origins = append(s.origins, origin{number, file})
}

// fileOf returns the file of a packet that was read a while ago, or of the last one for number 0. Any goroutine may ask.
func (s *source) fileOf(number uint64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.origins)
	for number != 0 && i > 1 && s.origins[i-1].number > number {
		i--
	}
	if i == 0 {
		return ""
	}
	return s.origins[i-1].file
}
