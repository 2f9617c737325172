package pcapfile

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/reknit/reknit/packet"
)

// Error reports what is wrong with a capture file.
type Error struct {
	File   string
	Offset int64 // of the record, from the start of the file as it is after decompression; -1: the file as a whole
	Err    error
}

func (e *Error) Error() string {
	err := e.Err
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == e.File {
		err = path.Err // it would name the file again
	}
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %v", e.File, err)
	}
	return fmt.Sprintf("%s: offset %d: %v", e.File, e.Offset, err)
}

func (e *Error) Unwrap() error { return e.Err }

// What can be wrong with a file, besides what the operating system says.
var (
	ErrEmpty     = errors.New("empty file")
	ErrFormat    = errors.New("not a capture file")
	ErrNoCapture = errors.New("no capture file in the directory")
	ErrTruncated = errors.New("cut off in the middle of a record")
	ErrTooLong   = fmt.Errorf("packet longer than %d bytes", maxFrame)
	ErrCorrupt   = errors.New("corrupt record")
)

// LinkError tells of a link type that the decoder does not know.
type LinkError struct{ Link packet.LinkType }

func (e *LinkError) Error() string {
	return fmt.Sprintf("link type %v (%d) is not supported", e.Link, uint32(e.Link))
}
