package pcapfile

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/reknit/reknit/packet"
)

// Options tells how capture files are read. The zero value is ready to use.
type Options struct {
	// Warn is told what is wrong with an input whose packets are good nevertheless. It is called by the functions that
	// open and by Next, with an *Error. It may be nil.
	Warn func(error)

	// Recursive reads the directories in a directory, too.
	Recursive bool
}

// Reader reads packets from one capture file, or from several in the order of capture time. Its methods must be called
// by one goroutine, Progress excepted.
type Reader struct {
	current *file   // whose packet was returned last
	others  heap    // files that are open, each with its next packet read
	waiting []input // files to be opened when their time comes, in order of it
	number  uint64
	files   int   // captures that were found
	fault   error // the first that ended a file too early
	warn    func(error)

	read    atomic.Int64
	total   int64
	endless bool // there is no total
}

// input is a file that was looked at and closed again, so that a directory of many files does not need them open all at
// once.
type input struct {
	name  string
	order int
	first int64 // time of the first packet
}

// Open opens a capture file or a directory of them; "-" is standard input.
func Open(name string, o Options) (*Reader, error) { return OpenAll([]string{name}, o) }

// OpenAll opens capture files and directories of them; their packets will be merged by capture time. In a directory,
// what is not a capture file is left out with a warning.
func OpenAll(names []string, o Options) (*Reader, error) {
	x := newReader(o)
	files, err := expand(names, o.Recursive)
	if err != nil {
		return nil, err
	}
	for i, f := range files {
		switch err := x.add(f.name, i, len(files) == 1); {
		case err == nil:
			x.files++
		case f.dir != "":
			x.warn(err)
		default:
			x.Close()
			return nil, err
		}
	}
	if x.files == 0 && len(files) > 0 {
		return nil, &Error{files[0].dir, -1, ErrNoCapture}
	}
	slices.SortStableFunc(x.waiting, func(a, b input) int { return cmp.Compare(a.first, b.first) })
	return x, nil
}

// NewReader reads a capture from r; errors call it name.
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	x := newReader(o)
	x.endless, x.files = true, 1
	f, has, err := newFile(r, name, &x.read, x.warn)
	if err != nil {
		return nil, err
	}
	x.open(f, has)
	return x, nil
}

func newReader(o Options) *Reader {
	x := &Reader{warn: o.Warn}
	if x.warn == nil {
		x.warn = func(error) {}
	}
	return x
}

// found is a file to be read; dir is the directory that was given, if it was not the file itself.
type found struct{ name, dir string }

// expand replaces directories by the files in them.
func expand(names []string, recursive bool) (files []found, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.IsDir() { // if there is anything wrong, opening it will tell
			files = append(files, found{name, ""})
			continue
		}
		before := len(files)
		err = filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() && path != name && !recursive {
				return fs.SkipDir
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				files = append(files, found{path, name})
			}
			return nil
		})
		if err != nil {
			return nil, &Error{name, -1, err}
		}
		if len(files) == before {
			return nil, &Error{name, -1, ErrNoCapture}
		}
	}
	return files, nil
}

// add opens a file, to find out when it begins, and keeps it open if it is alone or cannot be opened twice.
func (x *Reader) add(name string, order int, alone bool) error {
	before := x.read.Load()
	f, has, err := openFile(name, order, &x.read, x.warn)
	if err != nil {
		x.read.Store(before)
		return err
	}
	x.total += f.size
	if !f.regular {
		x.endless = true
	}
	if alone || !f.regular || !has {
		x.open(f, has)
		return nil
	}
	x.waiting = append(x.waiting, input{name, order, f.time})
	x.read.Store(before)
	f.Close()
	return nil
}

// open takes a file whose first packet was read, if it has one.
func (x *Reader) open(f *file, has bool) {
	if has {
		x.others.push(f)
	} else {
		f.Close()
	}
}

// Next reads the next packet: it sets Number, Time, Link, Frame and WireLen of p. It returns io.EOF at the end, or an
// *Error if a file was corrupt; then the packets before, and those of other files, were returned.
func (x *Reader) Next(p *packet.Packet) error {
	f := x.current
	if f != nil {
		if err := f.next(); err != nil {
			x.ended(f, err)
			f = nil
		}
	}
	if f == nil || len(x.others) > 0 || len(x.waiting) > 0 {
		if f = x.earliest(f); f == nil {
			x.current = nil
			if x.fault != nil {
				return x.fault
			}
			return io.EOF
		}
		x.current = f
	}
	x.number += 1 + f.skipped
	f.skipped = 0
	p.Number = x.number
	p.Time = f.time
	p.Link = f.link
	p.Frame = f.frame
	p.WireLen = f.wire
	return nil
}

// earliest returns the file with the earliest packet, which is f or one of the others, and puts f among the others if it
// is not f. f may be nil.
func (x *Reader) earliest(f *file) *file {
	for len(x.waiting) > 0 {
		next := &x.waiting[0]
		if f != nil && f.time < next.first || len(x.others) > 0 && x.others[0].time < next.first {
			break
		}
		opened, has, err := openFile(next.name, next.order, &x.read, x.warn)
		x.waiting = x.waiting[1:]
		if err != nil { // it was good when it was looked at
			x.lost(err)
			continue
		}
		x.open(opened, has)
	}
	if len(x.others) == 0 || f != nil && f.before(x.others[0]) {
		return f
	}
	least := x.others.pop()
	if f != nil {
		x.others.push(f)
	}
	return least
}

// ended closes a file whose next packet could not be read.
func (x *Reader) ended(f *file, err error) {
	if err != io.EOF {
		x.lost(err)
	}
	x.number += f.skipped
	f.Close()
}

// lost remembers an error until the other files are read.
func (x *Reader) lost(err error) {
	if x.fault == nil {
		x.fault = err
	} else {
		x.warn(err)
	}
}

// Files returns the number of captures that are read, those in directories included.
func (x *Reader) Files() int { return x.files }

// File returns the name of the file that the last packet is from; "" before the first and after the last.
func (x *Reader) File() string {
	if x.current == nil {
		return ""
	}
	return x.current.name
}

// Progress returns how much was read, in bytes as they are in the files, and how much there is, which is 0 if that is
// not known. It may be called while another goroutine calls Next.
func (x *Reader) Progress() (read, total int64) {
	if x.endless {
		return x.read.Load(), 0
	}
	return x.read.Load(), x.total
}

// Close closes all files.
func (x *Reader) Close() error {
	var err error
	if x.current != nil {
		err = x.current.Close()
		x.current = nil
	}
	for _, f := range x.others {
		err = errors.Join(err, f.Close())
	}
	x.others, x.waiting = nil, nil
	return err
}
