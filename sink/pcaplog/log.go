// Package pcaplog writes packets to capture files of limited size, as Suricata's output pcap-log does: all of them, or those of flows that
// rules told of.
package pcaplog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pierrec/lz4/v4"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// Config describes a Log. Only Name is needed.
type Config struct {
	// Name is that of the files. The time of the first packet, in seconds, follows it; or it stands where the name has %t.
	Name string
	// Microseconds adds the microseconds to the time.
	Microseconds bool
	// Limit is the size of a file in bytes; a packet with which it would be larger begins another one. When zero, there is no limit.
	Limit int64
	// MaxFiles is the number of files that are kept of a run; the oldest are removed. When zero, all are.
	MaxFiles int
	// LZ4 has files compressed, and .lz4 at the end of their names; Limit is then that of what is in them. When nil, they are not.
	LZ4 *LZ4
	// Before is how many bytes are remembered of packets that were not written, in case a rule tells of their flow: those with a
	// payload are written then. When zero, none.
	Before int
	// Report is told the first error of the file system. When nil, errors are only counted.
	Report func(error)
}

// LZ4 is how files are compressed.
type LZ4 struct {
	// Level is from 1, fast, to 9, small. When zero, it is faster still.
	Level int
	// Checksum puts a checksum of the contents at the end.
	Checksum bool
}

// writer returns what compresses into w.
func (c *LZ4) writer(w io.Writer) (*lz4.Writer, error) {
	level := lz4.Fast
	if c.Level > 0 {
		level = lz4.CompressionLevel(1 << (8 + min(c.Level, 9)))
	}
	z := lz4.NewWriter(w)
	return z, z.Apply(lz4.CompressionLevelOption(level), lz4.ChecksumOption(c.Checksum))
}

// Lengths of the headers of a capture file and of a packet in it.
const (
	fileHeaderLen   = 24
	packetHeaderLen = 16
)

// Log is one series of files. It is safe for concurrent use.
type Log struct {
	config Config
	*counters

	mu     sync.Mutex
	file   *os.File
	z      *lz4.Writer // before the file; nil: it is not compressed
	w      *pcapfile.Writer
	size   int64
	link   packet.LinkType
	names  []string // of files that are there, the oldest first
	memory memory
}

// counters are those of a Log and the ones beside it.
type counters struct {
	report                     sync.Once
	written, forgotten, errors atomic.Uint64
}

// New returns a Log. The first file is made with the first packet.
func New(c Config) *Log {
	return &Log{config: c, counters: new(counters), memory: memory{limit: c.Before, flows: make(map[uint64]int)}}
}

// Beside returns another Log of the same configuration, with files of another name. What it counts, l counts.
func (l *Log) Beside(name string) *Log {
	c := l.config
	c.Name = name
	b := New(c)
	b.counters = l.counters
	return b
}

// Each calls yield for each counter.
func (l *Log) Each(yield func(name string, value uint64)) {
	yield("pcap_log.written", l.written.Load())
	yield("reknit.pcap_log.forgotten", l.forgotten.Load())
	yield("reknit.pcap_log.errors", l.errors.Load())
}

// Write writes a packet.
func (l *Log) Write(p *packet.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(p.Time, p.Link, p.Frame, p.WireLen)
}

// Remember keeps a packet of a flow for the case that Recall is called for it.
func (l *Log) Remember(flow uint64, p *packet.Packet) {
	if l.config.Before == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten.Add(l.memory.add(flow, p))
}

// Recall writes what is remembered of a flow.
func (l *Log) Recall(flow uint64) {
	if l.config.Before == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memory.take(flow, func(r *remembered) { l.put(r.time, r.link, r.frame, r.wireLen) })
}

// Close writes out what is left. Nothing may follow.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end()
}

// put writes a packet to the file that is open, or another one.
func (l *Log) put(time int64, link packet.LinkType, frame []byte, wireLen int) {
	n := int64(packetHeaderLen + len(frame))
	if l.file == nil || l.link != link || l.config.Limit > 0 && l.size+n > l.config.Limit && l.size > fileHeaderLen {
		err := l.end()
		if err == nil {
			err = l.begin(time, link)
		}
		if err != nil {
			l.failed(err)
			return
		}
	}
	if err := l.w.Write(time, frame, wireLen); err != nil {
		l.failed(err)
		return
	}
	l.size += n
	l.written.Add(1)
}

// begin opens another file.
func (l *Log) begin(time int64, link packet.LinkType) error {
	name := l.name(time)
	if l.config.MaxFiles > 0 && len(l.names) >= l.config.MaxFiles {
		if err := os.Remove(l.names[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		l.names = l.names[1:]
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	var to io.Writer = f
	if l.config.LZ4 != nil {
		if l.z, err = l.config.LZ4.writer(f); err != nil {
			return errors.Join(err, f.Close())
		}
		to = l.z
	}
	l.file, l.w, l.link, l.size = f, pcapfile.NewMicroWriter(to, link), link, fileHeaderLen
	l.names = append(l.names, name)
	return nil
}

// name returns the name of a file whose first packet has a time. Where files of one run would have the same, a number makes them differ.
func (l *Log) name(time int64) string {
	at := strconv.FormatInt(time/1e9, 10)
	if l.config.Microseconds {
		at += fmt.Sprintf(".%06d", time%1e9/1e3)
	}
	name := l.config.Name + "." + at
	if strings.Contains(l.config.Name, "%t") {
		name = strings.ReplaceAll(l.config.Name, "%t", at)
	}
	suffix := ""
	if l.config.LZ4 != nil {
		suffix = ".lz4"
	}
	unique := name + suffix
	for i := 1; slices.Contains(l.names, unique); i++ {
		unique = name + "-" + strconv.Itoa(i) + suffix
	}
	return unique
}

// end closes the file that is open.
func (l *Log) end() error {
	if l.file == nil {
		return nil
	}
	err := l.w.Flush()
	if l.z != nil {
		err = errors.Join(err, l.z.Close())
	}
	err = errors.Join(err, l.file.Close())
	l.file, l.z, l.w = nil, nil, nil
	return err
}

func (l *Log) failed(err error) {
	l.errors.Add(1)
	l.report.Do(func() {
		if l.config.Report != nil {
			l.config.Report(fmt.Errorf("pcap-log: %w", err))
		}
	})
}
