package ssh

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{HASSH: true}), "testdata")
}

func TestWithoutHASSH(t *testing.T) {
	apptest.Run(t, New(Config{MaxPacket: 2000}), "testdata/limits")
}
