package smtp

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}

func TestExtensions(t *testing.T) {
	apptest.Run(t, New(Config{EVE: EVE{Extensions: true, Passwords: true}}), "testdata/extensions")
}

func TestLimits(t *testing.T) {
	c := Config{
		MaxCommand: 80, MaxReply: 80, MaxAuth: 80, MaxText: 80, MaxTx: 3, MaxOwed: 6, MaxEnvelope: 600,
		EVE: EVE{Extensions: true},
	}
	apptest.Run(t, New(c), "testdata/limits")
}
