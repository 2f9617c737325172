package tls

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{JA3: true, JA4: true}), "testdata")
}

func TestLimits(t *testing.T) {
	apptest.Run(t, New(Config{MaxMessage: 1024}), "testdata/limits")
}
