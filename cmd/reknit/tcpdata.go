package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/sink/file"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
)

// tcpData is the output tcp-data: what the ends of TCP connections said, all in one file in hexadecimal, or a file for each
// direction, or both. It may be used by several goroutines at once.
type tcpData struct {
	text  *file.Output // nil: no such file
	files *dump.Files  // nil: no such files
	dir   string       // of them
	log   *logger

	mu     sync.Mutex
	saved  map[uint64]*dump.Saved // by flow
	spoilt map[uint64]bool        // flows of which something could not be written: nothing more is
	buf    []byte

	bytes, errors uint64
}

var (
	_ engine.StreamLogger = (*tcpData)(nil)
	_ stats.Lister        = (*tcpData)(nil)
)

// maxTCPFiles is the number of files of directions that are open at once.
const maxTCPFiles = 256

// newTCPData opens the output.
func newTCPData(c config.TCPData, dir string, log *logger) (*tcpData, error) {
	t := &tcpData{log: log}
	if c.Type != "dir" {
		out, err := file.Open(file.Config{
			Name:   within(dir, c.Filename),
			Report: func(err error) { log.error("output", "%v", err) },
		})
		if err != nil {
			return nil, err
		}
		t.text = out
	}
	if c.Type != "file" {
		t.dir = within(dir, "tcp")
		err := os.MkdirAll(t.dir, 0o777)
		if err == nil {
			t.files, err = dump.OpenFiles(t.dir)
		}
		if err != nil {
			if t.text != nil {
				t.text.Close()
			}
			return nil, fmt.Errorf("tcp-data: %w", err)
		}
		t.files.MaxOpen, t.files.Name = maxTCPFiles, dataName
		t.saved, t.spoilt = map[uint64]*dump.Saved{}, map[uint64]bool{}
	}
	return t, nil
}

// Log writes what was delivered.
func (t *tcpData) Log(f *engine.Flow, d stream.Dir, _ int64, data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += uint64(len(data))
	client, server := f.Client(), f.Server()
	if t.text != nil {
		t.buf = append(t.buf[:0], dataEnds(client, server)...)
		t.buf = append(append(append(t.buf, '-'), sides[d]...), ":\n"...)
		t.buf = appendDump(t.buf, data)
		t.text.Write(t.buf)
	}
	if id := f.ID(); t.files != nil && !t.spoilt[id] {
		s := t.saved[id]
		if s == nil {
			s = t.files.Add(client, server)
			t.saved[id] = s
		}
		if !t.did(t.files.Write(s, d, data)) {
			t.spoilt[id] = true
		}
	}
}

// Finish closes the files of a connection.
func (t *tcpData) Finish(f *engine.Flow) {
	if t.files == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id := f.ID()
	if s := t.saved[id]; s != nil {
		t.did(t.files.Forget(s))
		delete(t.saved, id)
	}
	delete(t.spoilt, id)
}

// did counts an error of the files, and reports whether there is none. The first one is told.
func (t *tcpData) did(err error) bool {
	if err == nil {
		return true
	}
	if t.errors++; t.errors == 1 {
		t.log.error("output", "tcp-data: %s: %v", t.dir, err)
	}
	return false
}

// Each calls yield for each counter.
func (t *tcpData) Each(yield func(name string, value uint64)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	yield("reknit.tcp_data.bytes", t.bytes)
	yield("reknit.tcp_data.errors", t.errors)
}

// close writes out what is left of the files of directions.
func (t *tcpData) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.files == nil {
		return nil
	}
	before := t.errors
	t.did(t.files.Close())
	t.files = nil
	if t.errors > before || before > 0 {
		return fmt.Errorf("tcp-data: %s: %d of the streams could not be written whole", t.dir, t.errors)
	}
	return nil
}

// sides name the directions as Suricata's files do.
var sides = [...]string{stream.ToServer: "ts", stream.ToClient: "tc"}

// dataEnds names a connection: "192.0.2.1_40000-198.51.100.25_25". IPv6 addresses are written in full.
func dataEnds(client, server netip.AddrPort) string {
	end := func(a netip.AddrPort) string { return fmt.Sprintf("%s_%d", a.Addr().StringExpanded(), a.Port()) }
	return end(client) + "-" + end(server)
}

// dataName names the file of a direction: "192.0.2.1_40000-198.51.100.25_25--ts.data". Later connections between the same
// ends have their number between the hyphens.
func dataName(client, server netip.AddrPort, nth uint32, d stream.Dir) string {
	number := ""
	if nth > 1 {
		number = fmt.Sprint(nth)
	}
	return dataEnds(client, server) + "-" + number + "-" + sides[d] + ".data"
}

const upperDigits = "0123456789ABCDEF"

// appendDump adds data in hexadecimal, sixteen bytes a line.
func appendDump(b, data []byte) []byte {
	const row = 16
	for at := 0; at < len(data); at += row {
		line := data[at:min(at+row, len(data))]
		b = fmt.Appendf(b, " %04X  ", at)
		for i := range row {
			if i < len(line) {
				b = append(b, upperDigits[line[i]>>4], upperDigits[line[i]&15], ' ')
			} else {
				b = append(b, "   "...)
			}
			if i == row/2-1 {
				b = append(b, ' ')
			}
		}
		b = append(b, "  "...)
		for i, c := range line {
			if c < ' ' || c > '~' {
				c = '.'
			}
			b = append(b, c)
			if i == row/2-1 {
				b = append(b, ' ')
			}
		}
		b = append(b, '\n')
	}
	return b
}

// dataLoggers gives what was delivered to several outputs.
type dataLoggers []*tcpData

func (l dataLoggers) Log(f *engine.Flow, d stream.Dir, off int64, data []byte) {
	for _, t := range l {
		t.Log(f, d, off, data)
	}
}

func (l dataLoggers) Finish(f *engine.Flow) {
	for _, t := range l {
		t.Finish(f)
	}
}

func (l dataLoggers) Each(yield func(name string, value uint64)) {
	for _, t := range l {
		t.Each(yield)
	}
}

func (l dataLoggers) close() error {
	var errs []error
	for _, t := range l {
		errs = append(errs, t.close())
	}
	return errors.Join(errs...)
}
