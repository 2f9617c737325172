package main

import (
	"time"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// source counts the packets of captures, remembers their file, and now and then has the counters written.
type source struct {
	*pcapfile.Reader
	meter *meter
	file  string // that the last packet is from

	every time.Duration // 0: never
	next  time.Time
	tick  func(now time.Time) // called between two packets
}

var _ engine.Source = (*source)(nil)

// Next reads a packet.
func (s *source) Next(p *packet.Packet) error {
	err := s.Reader.Next(p)
	if err != nil {
		return err
	}
	s.file = s.File()
	if s.meter.count(len(p.Frame)) {
		s.meter.publish(s.Progress())
		if s.every > 0 {
			if now := time.Now(); now.After(s.next) {
				s.next = now.Add(s.every)
				s.tick(now)
			}
		}
	}
	return nil
}
