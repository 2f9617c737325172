package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// meter counts what was read, for the line of progress and the totals. One goroutine counts; any may look.
type meter struct {
	packets, bytes atomic.Uint64 // behind own by up to meterStep packets
	read, size     atomic.Int64  // of the files; size 0: unknown

	own struct{ packets, bytes uint64 } // of the goroutine that counts
}

// meterStep is how many packets pass before others see them.
const meterStep = 256

// count takes a packet of n bytes. It reports whether it is time to publish.
func (m *meter) count(n int) bool {
	m.own.packets++
	m.own.bytes += uint64(n)
	return m.own.packets%meterStep == 0
}

// publish makes the counts visible to others.
func (m *meter) publish(read, size int64) {
	m.packets.Store(m.own.packets)
	m.bytes.Store(m.own.bytes)
	m.read.Store(read)
	m.size.Store(size)
}

// line is the line of progress after d.
func (m *meter) line(d time.Duration) string {
	read, size, s := m.read.Load(), m.size.Load(), d.Seconds()
	rate := float64(read) / s
	line := fmt.Sprintf("%s packets, %s/s", count(m.packets.Load()), bytesOf(rate))
	if size <= 0 || read > size {
		return fmt.Sprintf("%s read, %s", bytesOf(read), line)
	}
	line = fmt.Sprintf("%s of %s (%d %%), %s", bytesOf(read), bytesOf(size), read*100/size, line)
	if read > 0 {
		left := time.Duration(float64(size-read) / rate * float64(time.Second))
		line += ", " + span(left.Round(time.Second)) + " left"
	}
	return line
}

// progress shows how far the work is, once it takes longer than a second, until stop is closed.
func (t *terminal) follow(m *meter, stop <-chan struct{}) {
	if !t.live {
		return
	}
	start := time.Now()
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	for {
		select {
		case <-stop:
			t.progress("")
			return
		case <-wait.C:
			t.progress(m.line(time.Since(start)))
			wait.Reset(250 * time.Millisecond)
		}
	}
}
