package tftp_test

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/tftp"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: tftp.New(tftp.Config{MaxFile: 8, Extensions: true})}).Fuzz(f)
}

// FuzzRequest wants no request to hold more than its limits, or than was sent.
func FuzzRequest(f *testing.F) {
	f.Add("\x00\x01a.txt\x00octet\x00")
	f.Add("\x00\x02a.txt\x00mail\x00blksize\x001428\x00tsize\x000\x00")
	f.Add("\x00\x01\x00\x00")
	f.Fuzz(func(t *testing.T, datagram string) {
		for _, r := range asked(t, tftp.Config{MaxFile: 64}, datagram) {
			options := 0
			for _, o := range r.Options {
				options += len(o.Name) + len(o.Value)
			}
			if len(r.File) > 64 || len(r.Options) > 16 || options > 512 || len(r.File)+options+len(r.Mode) > len(datagram) {
				t.Errorf("%d bytes of name, %d options with %d bytes, of %d", len(r.File), len(r.Options), options, len(datagram))
			}
		}
	})
}
