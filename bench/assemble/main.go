// Assemble measures how fast this project turns a capture into streams: one goroutine, unless -workers says otherwise, and a
// consumer that adds up octets and lines. It prints one JSON object, with the keys that docs/performance.md explains.
//
//	assemble [-layer read|decode|flow|assemble|parse] [-workers N] [-preload] [-hold] [-cpuprofile FILE] CAPTURE
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// source gives packets; *pcapfile.Reader is one.
type source interface {
	Next(p *packet.Packet) error
}

// layer is how far packets go: each layer includes those before it.
type layer interface {
	packet(p *packet.Packet)
	// finish ends all streams and fills in what was counted.
	finish(r *result)
}

// result is what is printed.
type result struct {
	Name       string `json:"lib"`
	Capture    string `json:"capture"`
	Packets    int64  `json:"packets"`
	WireBytes  int64  `json:"wire_bytes"`
	TCPPackets int64  `json:"tcp_packets"`
	TCPPayload int64  `json:"tcp_payload"`
	Flows      int64  `json:"flows"`
	Streams    int64  `json:"streams"`   // directions of connections
	Delivered  int64  `json:"delivered"` // octets
	Lines      int64  `json:"lines"`
	Skipped    int64  `json:"skipped"` // octets reported as lost

	Records map[string]int64 `json:"records,omitempty"` // of layer parse, by type

	Wall       float64 `json:"wall_s"`
	CPU        float64 `json:"cpu_s"`
	Finish     float64 `json:"final_flush_s"`
	PerPacket  float64 `json:"ns_per_packet_cpu"`
	Throughput float64 `json:"payload_GBps_cpu"`
	Allocs     float64 `json:"allocs_per_packet"`
	AllocBytes float64 `json:"alloc_bytes_per_packet"`
	GC         uint32  `json:"gc"`
	LiveHeap   uint64  `json:"live_heap"` // before the end, more than at the beginning; 0 without -hold
	MaxRSS     int64   `json:"maxrss_kib"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assemble:", err)
		os.Exit(1)
	}
}

func run() error {
	layerName := flag.String("layer", "assemble", "how far packets go: read, decode, flow, assemble, or parse")
	workers := flag.Int("workers", 0, "share flows out to so many workers; only with -layer parse, and not with -hold")
	preloaded := flag.Bool("preload", false, "read the whole capture into memory before the clock starts")
	hold := flag.Bool("hold", false, "report the live heap before the streams are ended (memory per flow)")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	newLayer, ok := layers[*layerName]
	if !ok || flag.NArg() != 1 || *workers > 0 && (*layerName != "parse" || *hold) {
		flag.Usage()
		os.Exit(2)
	}
	reader, err := pcapfile.Open(flag.Arg(0), pcapfile.Options{Warn: func(err error) { fmt.Fprintln(os.Stderr, err) }})
	if err != nil {
		return err
	}
	defer reader.Close()
	var src source = reader
	if *preloaded {
		if src, err = preload(reader); err != nil {
			return err
		}
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r := result{Name: "reknit " + *layerName, Capture: flag.Arg(0)}
	if *workers > 0 {
		r.Name += fmt.Sprintf(", %d workers", *workers)
		err = r.measureShared(src, *workers)
	} else {
		err = r.measure(src, newLayer(), *hold)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(&r)
}

// measure runs the capture through a layer.
func (r *result) measure(src source, to layer, hold bool) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, wall := cpuSeconds(), time.Now()
	var p packet.Packet
	for {
		err := src.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		r.Packets++
		r.WireBytes += int64(len(p.Frame))
		to.packet(&p)
	}
	r.CPU, r.Wall = cpuSeconds()-cpu, time.Since(wall).Seconds()
	runtime.ReadMemStats(&after)
	n := float64(max(r.Packets, 1))
	r.Allocs = float64(after.Mallocs-before.Mallocs) / n
	r.AllocBytes = float64(after.TotalAlloc-before.TotalAlloc) / n
	r.GC = after.NumGC - before.NumGC
	if hold {
		runtime.GC()
		runtime.ReadMemStats(&after)
		r.LiveHeap = after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
	}
	end := time.Now()
	to.finish(r)
	r.Finish = time.Since(end).Seconds()
	return r.end(src, n)
}

// end fills in what follows from the rest, after n packets of src.
func (r *result) end(src source, n float64) error {
	r.PerPacket = r.CPU * 1e9 / n
	r.Throughput = float64(r.TCPPayload) / r.CPU / 1e9
	runtime.KeepAlive(src)
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	r.MaxRSS = u.Maxrss
	return nil
}

// cpuSeconds returns the time that the process has spent on processors.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// preload reads all packets.
func preload(from *pcapfile.Reader) (source, error) {
	_, size := from.Progress()
	m := memory{frames: make([]byte, 0, size)} // enough, unless the file is compressed
	var p packet.Packet
	for {
		err := from.Next(&p)
		if err == io.EOF {
			return &m, nil
		}
		if err != nil {
			return nil, err
		}
		m.frames = append(m.frames, p.Frame...)
		m.packets = append(m.packets, held{p.Time, len(m.frames), p.WireLen, p.Link})
	}
}

// memory is a source that holds a whole capture.
type memory struct {
	frames  []byte
	packets []held
	next    int
	from    int // where its frame begins
}

type held struct {
	time int64
	end  int // of the frame in memory.frames
	wire int
	link packet.LinkType
}

// Next gives the next packet.
func (m *memory) Next(p *packet.Packet) error {
	if m.next == len(m.packets) {
		return io.EOF
	}
	h := &m.packets[m.next]
	p.Time, p.Frame, p.WireLen, p.Link = h.time, m.frames[m.from:h.end:h.end], h.wire, h.link
	m.next++
	p.Number = uint64(m.next)
	m.from = h.end
	return nil
}
