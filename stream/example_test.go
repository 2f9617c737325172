package stream_test

import (
	"encoding/binary"
	"fmt"

	"github.com/reknit/reknit/stream"
)

// A Buffer is a stream that its owner feeds. A read that fails consumes nothing: it is repeated when there is more.
func ExampleBuffer() {
	b := stream.NewBuffer(1 << 10)
	in := b.Cursor()
	read := func() {
		for {
			line, ok := in.Line(100)
			if !ok {
				fmt.Println("not yet:", in.Fault())
				return
			}
			fmt.Printf("%q %v\n", line, in.Ending() == stream.CRLF)
		}
	}
	b.Write([]byte("one\r\ntw"))
	read()
	b.Write([]byte("o\nthr"))
	read()
	b.Lost(7)
	read()
	fmt.Printf("%q\n", b.Pass().Held)
	b.Write([]byte("four"))
	b.Close()
	read()
	// Output:
	// "one" true
	// not yet: short
	// "two" false
	// not yet: short
	// not yet: gap
	// "thr"
	// "four" false
	// not yet: end
}

// Frame reads units that begin with their length, whole. Piece reads a large one in parts, and tells what is lost of it.
func ExampleCursor() {
	b := stream.NewBuffer(1 << 10)
	in := b.Cursor()
	length := func(head []byte) int { return 2 + int(binary.BigEndian.Uint16(head)) }

	b.Write([]byte("\x00\x03abc\x00\x02"))
	unit, ok := in.Frame(2, 100, length)
	fmt.Printf("%q %v\n", unit, ok)
	_, ok = in.Frame(2, 100, length)
	fmt.Println(ok, in.Fault())
	b.Write([]byte("de"))
	unit, ok = in.Frame(2, 100, length)
	fmt.Printf("%q %v at %d\n", unit, ok, in.Offset())

	b.Write([]byte("body"))
	b.Lost(4)
	b.Write([]byte("end, and more"))
	for left := int64(11); left > 0; {
		p, ok := in.Piece(left)
		if !ok {
			b.Pass() // on behind what was lost
			continue
		}
		fmt.Printf("%q, %d lost\n", p.Data, p.Lost)
		left -= int64(len(p.Data)) + p.Lost
	}
	in.Skip(6)
	rest, _ := in.Peek(4)
	fmt.Printf("%q\n", rest)
	// Output:
	// "\x00\x03abc" true
	// false short
	// "\x00\x02de" true at 9
	// "body", 0 lost
	// "", 4 lost
	// "end", 0 lost
	// "more"
}
