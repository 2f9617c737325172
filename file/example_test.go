package file_test

import (
	"fmt"

	"github.com/reknit/reknit/file"
)

// printer prints a file's contents as they come.
type printer struct{}

func (printer) Write(b []byte) { fmt.Printf("%d bytes: %s\n", len(b), b) }
func (printer) Lost(n int64)   { fmt.Printf("%d bytes lost\n", n) }
func (printer) Close(f *file.File) bool {
	fmt.Printf("%s is %v, %d bytes of it were seen\n", f.Name, f.State(), f.Size)
	return true
}

// A program has the contents of files as they come. The Config goes to a protocol, as in smtp.Config{Files: c}, or to all
// of them, as in all.Config{Files: &c}; what is done here with the File is then done by their parsers.
func ExampleStore() {
	c := file.Config{Store: file.StoreFunc(func(f *file.File) file.Writer {
		fmt.Printf("%s begins\n", f.Name)
		return printer{}
	})}

	f := file.New(&c, []byte("poem.txt"))
	f.Write([]byte("roses are,"))
	f.Lost(12)
	f.Write([]byte("blue"))
	f.Close()
	// Output:
	// poem.txt begins
	// 10 bytes: roses are,
	// 12 bytes lost
	// 4 bytes: blue
	// poem.txt is CLOSED, 14 bytes of it were seen
}
