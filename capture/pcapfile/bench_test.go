package pcapfile

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/packet"
)

// benchmarkFile reads a file once per iteration.
func benchmarkFile(b *testing.B, content []byte, packets int) {
	name := write(b, b.TempDir(), "capture", content)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		x, err := Open(name, Options{})
		if err != nil {
			b.Fatal(err)
		}
		var p packet.Packet
		n := 0
		for x.Next(&p) == nil {
			n++
		}
		if n != packets {
			b.Fatalf("%d packets, want %d", n, packets)
		}
		x.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(packets), "ns/packet")
}

func BenchmarkPcap(b *testing.B) {
	const packets = 100_000
	for name, frame := range map[string]string{"60": strings.Repeat("x", 60), "1500": strings.Repeat("x", 1500)} {
		file := capture(slices.Repeat([]sample{{base, 1, frame, len(frame)}}, packets)...)
		b.Run(name, func(b *testing.B) { benchmarkFile(b, file, packets) })
	}
}

func BenchmarkPcapng(b *testing.B) {
	const packets = 100_000
	o := ng{orders["little-endian"]}
	for name, frame := range map[string]string{"60": strings.Repeat("x", 60), "1500": strings.Repeat("x", 1500)} {
		file := append(o.section(), o.iface(1, 0)...)
		one := o.enhanced(0, uint64(base/1000), frame, len(frame))
		for range packets {
			file = append(file, one...)
		}
		b.Run(name, func(b *testing.B) { benchmarkFile(b, file, packets) })
	}
}

func BenchmarkCompressed(b *testing.B) {
	const packets = 100_000
	var in []sample
	for i := range packets {
		in = append(in, sample{base + int64(i), 1, strings.Repeat("some text ", i%100), 1500})
	}
	plain := capture(in...)
	b.Run("gzip", func(b *testing.B) { benchmarkFile(b, gz(plain), packets) })
	b.Run("zstd", func(b *testing.B) { benchmarkFile(b, zst(plain), packets) })
}

// BenchmarkMerge reads four files at once.
func BenchmarkMerge(b *testing.B) {
	const packets = 100_000
	dir := b.TempDir()
	frame := strings.Repeat("x", 500)
	for _, name := range []string{"a", "b", "c", "d"} {
		var in []sample
		for i := range packets / 4 {
			in = append(in, sample{base + int64(i)*1000, 1, frame, 500})
		}
		write(b, dir, name, capture(in...))
	}
	b.ReportAllocs()
	for b.Loop() {
		x, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		var p packet.Packet
		for x.Next(&p) == nil {
		}
		x.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/packets, "ns/packet")
}

// BenchmarkCapture reads the file that CAPTURE names; for comparing sizes of blocks on real captures.
func BenchmarkCapture(b *testing.B) {
	name := os.Getenv("CAPTURE")
	if name == "" {
		b.Skip("CAPTURE names no file")
	}
	packets := 0
	for b.Loop() {
		x, err := Open(name, Options{})
		if err != nil {
			b.Fatal(err)
		}
		var p packet.Packet
		for x.Next(&p) == nil {
			packets++
		}
		x.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
}
