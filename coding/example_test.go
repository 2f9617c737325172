package coding_test

import (
	"bytes"
	"compress/gzip"
	"fmt"

	"github.com/reknit/reknit/coding"
)

// printer prints what was decoded.
type printer struct{}

func (printer) Decoded(b []byte) { fmt.Printf("%s", b) }

// Bytes go in as they come, and out as soon as they mean something.
func ExampleDecoder() {
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	w.Write([]byte("tea, coffee\n"))
	w.Close()

	d := coding.New(coding.Config{}, []coding.Coding{coding.Parse([]byte("x-gzip"))}, printer{})
	for b := body.Bytes(); len(b) > 0; {
		n := min(5, len(b))
		if err := d.Write(b[:n]); err != nil {
			fmt.Println(err)
		}
		b = b[n:]
	}
	if err := d.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: tea, coffee
}
