package smtp

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{
		MaxCommand: 80, MaxReply: 80, MaxAuth: 80, MaxText: 80, MaxTx: 3, MaxOwed: 6, MaxEnvelope: 600,
		EVE: EVE{Extensions: true, Passwords: true},
	})}).Fuzz(f)
}
