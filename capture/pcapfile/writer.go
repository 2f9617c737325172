package pcapfile

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/reknit/reknit/packet"
)

// Writer writes a pcap file.
type Writer struct {
	w    *bufio.Writer
	unit int64 // of the times, in nanoseconds
	head [pcapHeaderLen]byte
	err  error
}

// NewWriter begins a capture of frames with a link header of the given type, and with times in nanoseconds. Flush must follow the last
// packet.
func NewWriter(w io.Writer, link packet.LinkType) *Writer { return newWriter(w, link, magicNano, 1) }

// NewMicroWriter is NewWriter for times in microseconds, which every program reads.
func NewMicroWriter(w io.Writer, link packet.LinkType) *Writer {
	return newWriter(w, link, magicMicro, 1000)
}

func newWriter(w io.Writer, link packet.LinkType, magic uint32, unit int64) *Writer {
	x := &Writer{w: bufio.NewWriterSize(w, firstBlock), unit: unit}
	h := &x.head
	binary.LittleEndian.PutUint32(h[0:], magic)
	binary.LittleEndian.PutUint16(h[4:], 2)
	binary.LittleEndian.PutUint16(h[6:], 4)
	binary.LittleEndian.PutUint32(h[16:], maxFrame)
	binary.LittleEndian.PutUint32(h[20:], uint32(link))
	_, x.err = x.w.Write(h[:])
	return x
}

// Write writes a packet: the time in nanoseconds since the Unix epoch, from 1970 to 2106, the captured bytes, and their
// number on the wire (at least len(frame); less stands for len(frame)).
func (x *Writer) Write(time int64, frame []byte, wireLen int) error {
	if x.err != nil {
		return x.err
	}
	if len(frame) > maxFrame {
		return ErrTooLong
	}
	h := x.head[:16]
	binary.LittleEndian.PutUint32(h[0:], uint32(time/1e9))
	binary.LittleEndian.PutUint32(h[4:], uint32(time%1e9/x.unit))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(frame)))
	binary.LittleEndian.PutUint32(h[12:], uint32(max(wireLen, len(frame))))
	if _, x.err = x.w.Write(h); x.err == nil {
		_, x.err = x.w.Write(frame)
	}
	return x.err
}

// Flush writes what is still buffered.
func (x *Writer) Flush() error {
	if x.err == nil {
		x.err = x.w.Flush()
	}
	return x.err
}
