package pop3_test

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/pop3"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: pop3.New(pop3.Config{
		MaxCommand: 40, MaxResponse: 60, MaxAuth: 60, MaxText: 60, MaxTx: 3, MaxOwed: 6, MaxData: 200, Passwords: true,
	})}).Fuzz(f)
}
