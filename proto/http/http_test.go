package http

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}
