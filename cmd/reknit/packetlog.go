package main

import (
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/sink/pcaplog"
)

// packetLog is the output pcap-log.
type packetLog struct {
	config *config.PcapLog
	files  *pcaplog.Log
}

var _ engine.PacketLog = (*packetLog)(nil)

// beforeAlert is how many bytes of packets are remembered for flows of which a rule may tell.
const beforeAlert = 16 << 20

// openPackets opens the output pcap-log; nil: there is none.
func (j *job) openPackets() *packetLog {
	if len(j.conf.PcapLogs) == 0 || j.dir == "" {
		return nil
	}
	l := &packetLog{config: &j.conf.PcapLogs[0]}
	dir := j.dir
	if l.config.Dir != "" {
		dir = within(j.dir, l.config.Dir)
	}
	c := pcaplog.Config{
		Name: within(dir, l.config.Filename), Microseconds: l.config.Times == "usec", Limit: int64(l.config.Limit),
		MaxFiles: l.config.MaxFiles, Report: func(err error) { j.log.error("pcap-log", "%v", err) },
	}
	if l.config.Conditional != "all" {
		c.Before = beforeAlert
	}
	l.files = pcaplog.New(c)
	return l
}

// Log writes a packet if the output wants it.
func (l *packetLog) Log(p *packet.Packet, f engine.Fate) {
	c := l.config
	if c.HonorPass && f.Passed || c.StreamDepth && f.Deep {
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
