package imap

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{MaxLine: 60, MaxCommand: 100, MaxResponse: 100, MaxData: 300, MaxItems: 6, MaxTx: 4, Passwords: true})}).Fuzz(f)
}
