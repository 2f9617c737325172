package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/sink/pcaplog"
)

// packetLog is the output pcap-log of a worker, or of all.
type packetLog struct {
	config *config.PcapLog
	files  *pcaplog.Log
}

var _ engine.PacketLog = (*packetLog)(nil)

// beforeAlert is how many bytes of packets are remembered for flows of which a rule may tell.
const beforeAlert = 16 << 20

// packetLogs are those of all workers: one for them all, or one for each.
type packetLogs struct {
	all    []*packetLog
	served int // workers
}

// openPackets opens the output pcap-log for a number of workers; nil: there is none.
func (j *job) openPackets(workers int) *packetLogs {
	if len(j.conf.PcapLogs) == 0 || j.dir == "" {
		return nil
	}
	o := &j.conf.PcapLogs[0]
	if o.Mode == "normal" {
		workers = 1
	}
	dir := j.dir
	if o.Dir != "" {
		dir = within(j.dir, o.Dir)
	}
	c := pcaplog.Config{
		Name: within(dir, o.Filename), Microseconds: o.Times == "usec", Limit: int64(o.Limit), MaxFiles: o.MaxFiles,
		Report: func(err error) { j.log.error("pcap-log", "%v", err) },
	}
	if o.Compression == "lz4" {
		c.LZ4 = &pcaplog.LZ4{Level: o.Level, Checksum: o.Checksum}
	}
	if o.Conditional != "all" {
		c.Before = beforeAlert / max(1, workers)
	}
	if o.Mode == "normal" {
		return &packetLogs{all: []*packetLog{{o, pcaplog.New(c)}}}
	}
	name := c.Name
	if !strings.Contains(name, "%n") {
		name += ".%n"
	}
	of := func(n int) string { return strings.ReplaceAll(name, "%n", strconv.Itoa(n)) }
	c.Name = of(1)
	logs := &packetLogs{all: []*packetLog{{o, pcaplog.New(c)}}}
	for n := 2; n <= workers; n++ {
		logs.all = append(logs.all, &packetLog{o, logs.all[0].files.Beside(of(n))})
	}
	return logs
}

// next returns that of the next worker.
func (l *packetLogs) next() engine.PacketLog {
	l.served++
	return l.all[(l.served-1)%len(l.all)]
}

// Each calls yield for each counter.
func (l *packetLogs) Each(yield func(name string, value uint64)) { l.all[0].files.Each(yield) }

func (l *packetLogs) close() error {
	var errs []error
	for _, o := range l.all {
		errs = append(errs, o.files.Close())
	}
	return errors.Join(errs...)
}

// Log writes a packet if the output wants it.
func (l *packetLog) Log(p *packet.Packet, f engine.Fate) {
	c := l.config
	if c.HonorPass && f.Passed || c.StreamDepth && f.Deep || !c.Filter.Match(p.Link, p.Frame, p.WireLen) {
		return
	}
	wanted := c.Conditional == "all" || c.Conditional == "alerts" && f.Alerted || c.Conditional == "tag" && f.Tagged
	switch {
	case !wanted && f.Data && !f.Alerted:
		l.files.Remember(f.Flow, p)
	case wanted:
		if f.Alerted {
			l.files.Recall(f.Flow)
		}
		l.files.Write(p)
	}
}

// Late writes what is remembered of a flow.
func (l *packetLog) Late(flow uint64) {
	if l.config.Conditional == "alerts" {
		l.files.Recall(flow)
	}
}
