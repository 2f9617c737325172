package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
)

// splitting writes streams to the files of a directory.
type splitting struct {
	files *dump.Files
	dir   string
	out   *terminal

	gaps               uint64
	missing, withdrawn int64 // bytes: lost, and not acknowledged
}

var _ taker = (*splitting)(nil)

func (t *splitting) data(f *engine.Flow, c *connection, d stream.Dir, _ int64, b []byte) error {
	if c.saved == nil {
		c.saved = t.files.Add(f.Client(), f.Server())
	}
	return t.within(t.files.Write(c.saved, d, b))
}

func (t *splitting) lost(_ *engine.Flow, _ *connection, _ stream.Dir, n int64) error {
	t.gaps++
	t.missing += n
	return nil
}

func (t *splitting) unacknowledged(_ *engine.Flow, _ *connection, _ stream.Dir, n int64) error {
	t.withdrawn += n
	return nil
}

func (t *splitting) end(*engine.Flow, *connection, stream.Dir) error { return nil }

func (t *splitting) finish(_ *engine.Flow, c *connection) error {
	if c.saved == nil {
		return nil
	}
	return t.within(t.files.Forget(c.saved))
}

// close closes the files, and tells what is in them.
func (t *splitting) close() error {
	err := t.within(t.files.Close())
	text := fmt.Sprintf("%s, %s", plural(t.files.Count, "file"), bytesOf(t.files.Bytes))
	if t.gaps > 0 {
		text += fmt.Sprintf("; %s lost in %s", plural(t.missing, "byte"), plural(t.gaps, "gap"))
	}
	if t.withdrawn > 0 {
		text += fmt.Sprintf("; %s not acknowledged", plural(t.withdrawn, "byte"))
	}
	fmt.Fprintf(t.out, "%s.\n", text)
	return errors.Join(err, t.out.failed())
}

// within puts the directory before the name of the file that an error is about.
func (t *splitting) within(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s%c%w", t.dir, filepath.Separator, err)
}
