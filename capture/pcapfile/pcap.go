package pcapfile

import (
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/reknit/reknit/packet"
)

// The first four bytes of a pcap file, in the order of the machine that wrote it.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // with eight more bytes in each record header
)

const pcapHeaderLen = 24

// pcapFormat is how the records of a pcap file look.
type pcapFormat struct {
	header int   // length of a record header
	unit   int64 // of the fraction of a second, in nanoseconds
}

// pcapHeader reads the file header.
func (f *file) pcapHeader() error {
	head := f.peek(pcapHeaderLen)
	magic := binary.LittleEndian.Uint32(head)
	if magic&0xff == magicMicro>>24 { // the byte that all have in front
		magic = bits.ReverseBytes32(magic)
		f.swapped = true
	}
	switch magic {
	case magicMicro:
		f.pcap = pcapFormat{16, 1000}
	case magicNano:
		f.pcap = pcapFormat{16, 1}
	case magicModified:
		f.pcap = pcapFormat{24, 1000}
	default:
		return f.wrong(-1, ErrFormat)
	}
	if len(head) < pcapHeaderLen {
		if err := f.failed(); err != nil {
			return f.wrong(-1, err)
		}
		return f.wrong(0, ErrTruncated)
	}
	f.link = packet.LinkType(f.uint32(head[20:]) & 0xffff) // the rest tells about frame check sequences
	if !f.link.Supported() {
		return f.wrong(-1, &LinkError{f.link})
	}
	f.take(pcapHeaderLen)
	return nil
}

// nextRecord reads a packet of a pcap file.
func (f *file) nextRecord() error {
	b := f.peek(f.pcap.header)
	if len(b) < f.pcap.header {
		if len(b) == 0 && (f.err == io.EOF) {
			return io.EOF
		}
		return f.cut(f.offset())
	}
	n := f.uint32(b[8:])
	if n > maxFrame {
		return f.wrong(f.offset(), ErrTooLong)
	}
	whole := f.pcap.header + int(n)
	f.time = int64(f.uint32(b))*1e9 + int64(f.uint32(b[4:]))*f.pcap.unit
	f.wire = max(int(f.uint32(b[12:])), int(n))
	if len(b) < whole {
		if b = f.peek(whole); len(b) < whole {
			return f.cut(f.offset())
		}
	}
	f.frame = b[f.pcap.header:whole:whole]
	f.take(whole)
	return nil
}
