package filestore

import (
	"encoding/hex"
	"errors"
	"os"

	"github.com/reknit/reknit/file"
)

// writer writes one file.
type writer struct {
	store  *Store
	name   string   // in tmp
	file   *os.File // nil: opened for each write
	failed bool
}

// create makes the file in tmp. It stays open if there are not too many.
func (w *writer) create() error {
	f, name, err := w.store.temporary()
	if err != nil {
		return err
	}
	w.name = name
	s := w.store
	if s.config.MaxOpen > 0 {
		if s.open.Add(1) <= int64(s.config.MaxOpen) {
			w.file = f
			return nil
		}
		s.open.Add(-1)
		s.tooMany.Add(1)
	}
	return f.Close()
}

// Write appends b.
func (w *writer) Write(b []byte) {
	if w.failed {
		return
	}
	if err := w.write(b); err != nil {
		w.fail(err)
	}
}

func (w *writer) write(b []byte) error {
	if w.file != nil {
		_, err := w.file.Write(b)
		return err
	}
	f, err := os.OpenFile(w.name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// Lost does nothing: what follows is appended to what there is.
func (w *writer) Lost(int64) {}

// Close moves the file to its name.
func (w *writer) Close(f *file.File) bool {
	w.store.writing.Add(-1)
	if err := w.close(); err != nil && !w.failed {
		w.fail(err)
	}
	if w.failed {
		return false
	}
	if !f.Wanted() {
		if err := os.Remove(w.name); err != nil {
			w.fail(err)
		}
		return false
	}
	hash := hex.EncodeToString(f.SHA256())
	if hash == "" {
		w.fail(errNoHash)
		return false
	}
	if err := w.store.keep(w.name, hash); err != nil {
		w.fail(err)
		return false
	}
	return true
}

var errNoHash = errors.New("BUG: a file without SHA-256; its file.Config must ask for it")

func (w *writer) close() error {
	if w.file == nil {
		return nil
	}
	f := w.file
	w.file = nil
	w.store.open.Add(-1)
	return f.Close()
}

// fail gives the file up.
func (w *writer) fail(err error) {
	w.failed = true
	w.store.failed(err)
	w.close()
	os.Remove(w.name) // it may be gone
}
