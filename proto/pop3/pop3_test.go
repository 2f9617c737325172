package pop3_test

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/proto/pop3"
)

var config = pop3.Config{Files: file.Config{MD5: true}}

func TestConversations(t *testing.T) { apptest.Run(t, pop3.New(config), "testdata") }

func TestLimits(t *testing.T) { apptest.Run(t, pop3.New(pop3.Config{MaxTx: 3}), "testdata/limits") }

func TestPasswords(t *testing.T) {
	apptest.Run(t, pop3.New(pop3.Config{Passwords: true}), "testdata/passwords")
}
