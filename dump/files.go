package dump

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"net/netip"
	"os"

	"github.com/reknit/reknit/stream"
)

const (
	defaultMaxOpen = 64
	defaultMaxEnds = 1 << 20
	fileBuffer     = 16 << 10 // of each
)

// Files writes streams to the files of a directory: one for each direction that has bytes. A file that is there already is
// emptied first. Close must follow the last write. It belongs to one goroutine.
type Files struct {
	// MaxOpen is the number of files that are open at once. When zero, it is 64. One that was closed for it is opened
	// again when there is more for it.
	MaxOpen int
	// Name returns the name of the file for a direction of the nth stream between two ends, from 1. When nil, it is FileName.
	Name func(client, server netip.AddrPort, nth uint32, d stream.Dir) string
	// MaxEnds is the number of pairs of ends whose streams are told apart. With more all are forgotten, and files of streams
	// between ends that were seen before are replaced. When zero, it is 1048576.
	MaxEnds int
	// Count is the number of files that were made, Bytes that of the bytes in them.
	Count, Bytes uint64

	root *os.Root
	open []*openFile
	tick uint64

	// How many connections had the same ends. Only a hash of the ends is kept: where two collide, a number in a file's
	// name is higher than need be.
	names map[uint64]uint32
	seed  maphash.Seed
}

// Saved is a stream whose bytes go to Files.
type Saved struct {
	client, server netip.AddrPort
	nth            uint32
	made           [2]bool
	open           [2]*openFile
}

// openFile is a file that is open.
type openFile struct {
	file *os.File
	w    *bufio.Writer
	name string
	slot **openFile // where its Saved knows it
	used uint64     // the tick of the last write
}

// OpenFiles returns Files for a directory, which must be there. Nothing outside it is written, wherever links in it lead.
func OpenFiles(dir string) (*Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, reason(err))
	}
	return &Files{root: root, names: map[uint64]uint32{}, seed: maphash.MakeSeed()}, nil
}

// Add returns a stream between two ends. Its files are made when there are bytes for them.
func (f *Files) Add(client, server netip.AddrPort) *Saved {
	return &Saved{client: client, server: server}
}

// Write adds bytes to direction d of s.
func (f *Files) Write(s *Saved, d stream.Dir, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	o := s.open[d]
	if o == nil {
		var err error
		if o, err = f.openFor(s, d); err != nil {
			return err
		}
	}
	f.tick++
	o.used = f.tick
	f.Bytes += uint64(len(b))
	if _, err := o.w.Write(b); err != nil {
		return fmt.Errorf("%s: %w", o.name, reason(err))
	}
	return nil
}

// Forget says that nothing more comes for s.
func (f *Files) Forget(s *Saved) error { return errors.Join(f.close(s.open[0]), f.close(s.open[1])) }

// Close writes out what is left.
func (f *Files) Close() error {
	var errs []error
	for len(f.open) > 0 {
		errs = append(errs, f.close(f.open[0]))
	}
	f.root.Close()
	return errors.Join(errs...)
}

// openFor opens the file for direction d of s, anew or again.
func (f *Files) openFor(s *Saved, d stream.Dir) (*openFile, error) {
	limit := f.MaxOpen
	if limit <= 0 {
		limit = defaultMaxOpen
	}
	if len(f.open) >= limit {
		if err := f.close(f.oldest()); err != nil {
			return nil, err
		}
	}
	if s.nth == 0 {
		s.nth = f.number(s)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !s.made[d] {
		flags |= os.O_TRUNC
	}
	of := f.Name
	if of == nil {
		of = FileName
	}
	name := of(s.client, s.server, s.nth, d)
	file, err := f.root.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, reason(err))
	}
	if !s.made[d] {
		s.made[d] = true
		f.Count++
	}
	o := &openFile{file: file, w: bufio.NewWriterSize(file, fileBuffer), name: name, slot: &s.open[d]}
	s.open[d] = o
	f.open = append(f.open, o)
	return o, nil
}

// number tells s from other streams between the same ends.
func (f *Files) number(s *Saved) uint32 {
	key := maphash.Comparable(f.seed, [2]netip.AddrPort{s.client, s.server})
	if limit := cmp.Or(max(f.MaxEnds, 0), defaultMaxEnds); len(f.names) >= limit && f.names[key] == 0 {
		clear(f.names)
	}
	f.names[key]++
	return f.names[key]
}

// oldest returns the file that was not written for the longest time.
func (f *Files) oldest() *openFile {
	o := f.open[0]
	for _, x := range f.open {
		if x.used < o.used {
			o = x
		}
	}
	return o
}

// close closes a file, if it is one.
func (f *Files) close(o *openFile) error {
	if o == nil {
		return nil
	}
	*o.slot = nil
	for i, x := range f.open {
		if x == o {
			f.open[i] = f.open[len(f.open)-1]
			f.open = f.open[:len(f.open)-1]
			break
		}
	}
	err := o.w.Flush()
	if e := o.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("%s: %w", o.name, reason(err))
	}
	return nil
}

// reason is an error of a file without what was tried, and on what: the caller says that better.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
