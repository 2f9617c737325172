package http

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}

func TestLimits(t *testing.T) {
	c := Config{MaxLine: 80, MaxFields: 8, MaxHead: 300, MaxTx: 3, MaxPending: 400, MaxFiles: 2, EVE: EVE{Request: true, Response: true}}
	apptest.Run(t, New(c), "testdata/limits")
}
