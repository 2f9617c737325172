package ssh

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{MaxPacket: 2000, HASSH: true})}).Fuzz(f)
}
