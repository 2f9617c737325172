package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/reknit/reknit/file"
)

// Config describes a Store. Only Dir is needed.
type Config struct {
	// Dir is the directory; it is made if it is not there.
	Dir string

	// Fileinfo writes the record of each file beside it.
	Fileinfo bool

	// XFF adds to these records for whom a proxy asked. When nil, it is left out.
	XFF *XFF

	// MaxOpen is the number of files that are held open. When zero, each write opens its file and closes it.
	MaxOpen int

	// MaxFiles is the number of files that are written at once.
	// When zero, it is 65536.
	MaxFiles int

	// Report is told the first error of the file system. When nil, errors are only counted.
	Report func(error)
}

const (
	defaultMaxFiles = 65536
	dirMode         = 0o750
	fileMode        = 0o666 // less what the umask takes
)

// Store is a directory of files. It is safe for concurrent use.
type Store struct {
	config Config
	number atomic.Uint64 // of the last temporary file
	record atomic.Uint64 // of the last record
	report sync.Once

	writing, open            atomic.Int64
	tooMany, refused, errors atomic.Uint64
	stored, known            atomic.Uint64
}

var _ file.Store = (*Store)(nil)

// Open makes the directory with all that are in it.
func Open(c Config) (*Store, error) {
	if c.MaxFiles <= 0 {
		c.MaxFiles = defaultMaxFiles
	}
	s := &Store{config: c}
	if err := os.MkdirAll(s.path("tmp"), dirMode); err != nil {
		return nil, fmt.Errorf("file-store: %w", err)
	}
	for i := range 256 {
		err := os.Mkdir(s.path(fmt.Sprintf("%02x", i)), dirMode)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("file-store: %w", err)
		}
	}
	return s, nil
}

func (s *Store) path(names ...string) string {
	return filepath.Join(append([]string{s.config.Dir}, names...)...)
}

// Open returns the Writer of a file, or nil when too many are being written or it cannot be made.
func (s *Store) Open(*file.File) file.Writer {
	if s.writing.Add(1) > int64(s.config.MaxFiles) {
		s.writing.Add(-1)
		s.refused.Add(1)
		return nil
	}
	w := &writer{store: s}
	if err := w.create(); err != nil {
		s.writing.Add(-1)
		s.failed(err)
		return nil
	}
	return w
}

// temporary makes a file in tmp that was not there. Its number follows the last one's, so that a directory in which another
// process left files, or writes some, does no harm.
func (s *Store) temporary() (f *os.File, name string, err error) {
	for {
		name = s.path("tmp", fmt.Sprintf("file.%d", s.number.Add(1)))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if !errors.Is(err, fs.ErrExist) {
			return f, name, err
		}
	}
}

// keep moves a whole file to the name that its hash gives it, or removes it if that is there.
func (s *Store) keep(tmp, hash string) error {
	name := s.path(hash[:2], hash)
	if _, err := os.Lstat(name); err == nil {
		now := time.Now()
		s.known.Add(1)
		return errors.Join(os.Chtimes(name, now, now), os.Remove(tmp))
	}
	if err := os.Rename(tmp, name); err != nil {
		return err
	}
	s.stored.Add(1)
	return nil
}

// failed counts an error and reports the first one.
func (s *Store) failed(err error) {
	s.errors.Add(1)
	if s.config.Report != nil {
		s.report.Do(func() { s.config.Report(fmt.Errorf("file-store: %w", err)) })
	}
}

// Each calls yield for each counter.
func (s *Store) Each(yield func(name string, value uint64)) {
	yield("file_store.open_files", uint64(s.open.Load()))
	yield("file_store.open_files_max_hit", s.tooMany.Load())
	yield("file_store.fs_errors", s.errors.Load())
	yield("reknit.file_store.stored", s.stored.Load())
	yield("reknit.file_store.known", s.known.Load())
	yield("reknit.file_store.refused", s.refused.Load())
}
