package file

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Config describes an Output. Only Name or Writer is needed.
type Config struct {
	// Name is the file's name. Conversions as in strftime (%Y-%m-%d, …) are replaced by the local time when the file
	// is opened; the directories of such a name are made.
	Name string

	// Writer is written to in place of a file, and not closed; Name is only for messages. For standard output.
	Writer io.Writer

	// Truncate empties a file that is there when it is opened first. Otherwise lines are appended.
	Truncate bool

	// Mode is the permissions of the file. When zero, they are those that the umask leaves.
	Mode fs.FileMode

	// Buffer is the number of bytes that are collected before they are written.
	// When zero, it is 64 KiB; when negative, each line is written at once.
	Buffer int

	// Flush is how long lines may wait. When zero, it is a second.
	Flush time.Duration

	// Report is told the first error of writing since the file was opened. It must not use the Output. When nil,
	// errors are only counted.
	Report func(error)
}

const (
	defaultBuffer = 64 << 10
	defaultFlush  = time.Second
)

// Output is a file of lines.
type Output struct {
	config Config

	mu       sync.Mutex
	file     *os.File // nil with Config.Writer
	to       io.Writer
	buf      []byte // whole lines
	torn     bool   // but the first is only the end of one; its beginning is in the file already
	timer    *time.Timer
	closed   bool
	reported bool
	err      error // the first
	lost     uint64
}

// Open opens an Output. If the file is there but cannot be given its mode, that is reported and does no harm.
func Open(config Config) (*Output, error) {
	if config.Buffer == 0 {
		config.Buffer = defaultBuffer
	}
	if config.Flush <= 0 {
		config.Flush = defaultFlush
	}
	o := &Output{config: config}
	if config.Writer != nil {
		o.to = config.Writer
		return o, nil
	}
	f, err := o.open(config.Truncate)
	if err != nil {
		return nil, err
	}
	o.file, o.to = f, f
	return o, nil
}

func (o *Output) open(truncate bool) (*os.File, error) {
	name := expand(o.config.Name, time.Now())
	if name != o.config.Name {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return nil, err
		}
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if truncate {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, err
	}
	if o.config.Mode != 0 {
		if err := f.Chmod(o.config.Mode); err != nil && o.config.Report != nil {
			o.config.Report(err)
		}
	}
	return f, nil
}

// Name is the name of the file that is being written, or that of the Config without one.
func (o *Output) Name() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file != nil {
		return o.file.Name()
	}
	return o.config.Name
}

// Write adds lines; p must end with a line end. It never fails: an error is reported, counted, and returned by Close.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		o.lost += lines(p)
		return len(p), nil
	}
	if len(o.buf)+len(p) > o.config.Buffer {
		o.flush()
	}
	o.buf = append(o.buf, p...)
	switch {
	case len(o.buf) >= o.config.Buffer:
		o.flush()
	case o.timer == nil:
		o.timer = time.AfterFunc(o.config.Flush, o.Flush)
	}
	return len(p), nil
}

// Flush writes what was collected.
func (o *Output) Flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
}

func (o *Output) flush() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	if len(o.buf) == 0 {
		return
	}
	n, err := o.to.Write(o.buf)
	if err == nil && n < len(o.buf) {
		err = io.ErrShortWrite
	}
	rest := o.buf[:0]
	if err != nil {
		rest = append(rest, o.failed(min(max(n, 0), len(o.buf)), err)...)
	}
	o.torn = len(rest) > 0
	o.buf = rest
	if cap(o.buf) > 2*max(o.config.Buffer, defaultBuffer) && !o.torn {
		o.buf = nil // one huge record is no reason to keep so much
	}
}

// failed deals with a write that ended after n bytes. It returns what the next write must begin with: the end of a
// line whose beginning is in the file.
func (o *Output) failed(n int, err error) []byte {
	if o.err == nil {
		o.err = err
	}
	if !o.reported && o.config.Report != nil {
		o.reported = true
		o.config.Report(err)
	}
	left := o.buf[n:]
	begin := bytes.LastIndexByte(o.buf[:n], '\n') + 1 // of the line in which the write ended
	cut := n > begin
	if begin == 0 && o.torn {
		cut = true
	} else if cut && o.takeBack(n-begin) {
		cut = false
	}
	end := 0
	if cut {
		end = bytes.IndexByte(left, '\n') + 1
	}
	o.lost += lines(left[end:])
	return left[:end]
}

// takeBack removes the last n bytes of the file.
func (o *Output) takeBack(n int) bool {
	if o.file == nil {
		return false
	}
	info, err := o.file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() < int64(n) {
		return false
	}
	return o.file.Truncate(info.Size()-int64(n)) == nil
}

func lines(p []byte) uint64 { return uint64(bytes.Count(p, []byte{'\n'})) }

// Reopen opens the file anew, by its name as of now, and appends to it. It is called after the file was moved away.
// When that fails, the old file goes on to be used.
func (o *Output) Reopen() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil || o.closed {
		return nil
	}
	f, err := o.open(false)
	if err != nil {
		return err
	}
	o.flush()
	if o.torn { // what is left does not belong into another file
		o.lost++
		o.buf, o.torn = o.buf[:0], false
	}
	err = o.file.Close()
	o.file, o.to, o.reported = f, f, false
	return err
}

// Lost is the number of lines that could not be written.
func (o *Output) Lost() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// Close writes what was collected and closes the file. It returns the first error of all writes.
func (o *Output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return o.err
	}
	o.flush()
	o.closed = true
	if o.torn {
		o.lost++
	}
	if o.file != nil {
		o.err = errors.Join(o.err, o.file.Close())
	}
	return o.err
}
