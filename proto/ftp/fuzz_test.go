package ftp

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{MaxLine: 80, MaxTx: 6, MaxReply: 200, Extensions: true})}).Fuzz(f)
}
