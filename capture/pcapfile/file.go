package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/reknit/reknit/packet"
)

// file is one capture that is being read, with the packet that comes next.
type file struct {
	blocks
	name    string
	order   int // among the inputs; decides between packets of the same time
	regular bool
	size    int64 // of a regular file
	close   []io.Closer
	warn    func(error)

	ng      bool // pcapng
	swapped bool // big-endian
	pcap    pcapFormat
	pcapng  pcapngFormat

	skipped uint64 // packets left out since Reader looked

	// The packet that was read last.
	time  int64
	link  packet.LinkType
	frame []byte
	wire  int
}

// openFile opens a file and reads its first packet, if there is one; then has is true. "-" is standard input.
func openFile(name string, order int, n *atomic.Int64, warn func(error)) (f *file, has bool, err error) {
	osFile := os.Stdin
	if name != "-" {
		if osFile, err = os.Open(name); err != nil {
			return nil, false, &Error{name, -1, err}
		}
	}
	info, err := osFile.Stat()
	if err != nil {
		osFile.Close()
		return nil, false, &Error{name, -1, err}
	}
	if name == "-" {
		name = "standard input"
	}
	f, has, err = newFile(osFile, name, n, warn)
	if err != nil {
		osFile.Close()
		return nil, false, err
	}
	f.order = order
	if f.regular = info.Mode().IsRegular(); f.regular {
		f.size = info.Size()
	}
	f.close = append(f.close, osFile)
	return f, has, nil
}

// newFile finds out what r is and reads the first packet.
func newFile(r io.Reader, name string, n *atomic.Int64, warn func(error)) (f *file, has bool, err error) {
	f = &file{name: name, warn: warn, blocks: blocks{src: counted{r, n}}}
	if err = f.begin(); err == nil {
		return f, true, nil
	}
	if err == io.EOF {
		return f, false, nil
	}
	f.Close()
	return nil, false, err
}

// begin reads up to the first packet.
func (f *file) begin() error {
	if err := f.decompress(); err != nil {
		return f.wrong(-1, err)
	}
	if err := f.header(); err != nil {
		return err
	}
	return f.next()
}

// wrong makes an error about the file.
func (f *file) wrong(offset int64, err error) error { return &Error{f.name, offset, err} }

// Close closes the file and what decompresses it.
func (f *file) Close() error {
	var err error
	for _, c := range f.close {
		err = errors.Join(err, c.Close())
	}
	f.close = nil
	return err
}

// decompress puts a decompressor before the rest of the file if it needs one.
func (f *file) decompress() error {
	head := f.peek(4)
	// What was read already must come first.
	compressed := func() io.Reader { return io.MultiReader(bytes.NewReader(bytes.Clone(head)), f.src) }
	switch {
	case len(head) == 0 && f.failed() != nil:
		return f.failed()
	case len(head) == 0:
		return ErrEmpty
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(compressed())
		if err != nil {
			return fmt.Errorf("gzip: %w", err)
		}
		f.blocks = blocks{src: z}
		f.close = append(f.close, z)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}), len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}):
		z, err := zstd.NewReader(compressed(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return fmt.Errorf("zstd: %w", err)
		}
		f.blocks = blocks{src: z}
		f.close = append(f.close, z.IOReadCloser())
	case bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		f.blocks = blocks{src: lz4.NewReader(compressed())}
	}
	return nil
}

// maxWindow is how far back compressed data may refer, and so the memory that decompression takes: what the zstd tool
// accepts unasked.
const maxWindow = 128 << 20

// foreign formats are named in the error, so that nobody has to guess.
var foreign = []struct{ magic, name string }{
	{"\xfd7zXZ\x00", "compressed with xz"},
	{"BZh", "compressed with bzip2"},
	{"PK\x03\x04", "a zip archive"},
	{"snoop\x00\x00\x00", "a snoop capture"},
	{"GMBU", "a Network Monitor capture"},
	{"\x1f\x8b", "compressed twice"},
	{"\x28\xb5\x2f\xfd", "compressed twice"},
	{"\x04\x22\x4d\x18", "compressed twice"},
}

// header reads the first bytes of the capture and decides what it is.
func (f *file) header() error {
	head := f.peek(8)
	if len(head) < 4 {
		if err := f.failed(); err != nil {
			return f.wrong(-1, err)
		}
		if len(head) == 0 {
			return f.wrong(-1, ErrEmpty)
		}
		return f.wrong(-1, ErrFormat)
	}
	if binary.LittleEndian.Uint32(head) == blockSection { // reads the same both ways
		f.ng = true
		return nil
	}
	for _, x := range foreign {
		if bytes.HasPrefix(head, []byte(x.magic)) {
			return f.wrong(-1, fmt.Errorf("%w: it is %s", ErrFormat, x.name))
		}
	}
	return f.pcapHeader()
}

// next reads a packet. It returns io.EOF at the end of the file, or an *Error.
func (f *file) next() error {
	if f.ng {
		return f.nextBlock()
	}
	return f.nextRecord()
}

// cut ends a file whose record at offset is not complete.
func (f *file) cut(offset int64) error {
	if err := f.failed(); err != nil {
		return f.wrong(offset, err)
	}
	f.warn(f.wrong(offset, ErrTruncated))
	return io.EOF
}

func (f *file) uint16(b []byte) uint16 {
	if f.swapped {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (f *file) uint32(b []byte) uint32 {
	if v := binary.LittleEndian.Uint32(b); !f.swapped {
		return v
	} else {
		return bits.ReverseBytes32(v)
	}
}

func (f *file) uint64(b []byte) uint64 {
	if f.swapped {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
