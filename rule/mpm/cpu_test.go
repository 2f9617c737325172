package mpm

import (
	"syscall"
	"testing"
	"time"
)

// loop runs f as often as the benchmark wants, and reports the CPU time for each byte of data as well: other work on the machine
// counts less in that.
func loop(b *testing.B, data []byte, f func()) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	f()
	start, n := cpuTime(), 0
	for b.Loop() {
		f()
		n++
	}
	b.ReportMetric(float64(cpuTime()-start)/float64(n)/float64(len(data)), "cpu-ns/byte")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
