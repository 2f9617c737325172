package app_test

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
)

func others() []app.Protocol { return []app.Protocol{shout(), plain()} }

func TestConversations(t *testing.T) {
	for _, test := range []struct {
		dir   string
		suite apptest.Suite
	}{
		{"note", apptest.Suite{Protocol: note(noteConfig{maxTx: 4}), Others: others()}},
		{"nogap", apptest.Suite{Protocol: note(noteConfig{noGap: true}), Others: others()}},
		{"shout", apptest.Suite{Protocol: shout(), Others: []app.Protocol{note(noteConfig{})}, Config: app.Config{Reverse: true}}},
		{"ping", apptest.Suite{Protocol: ping(), Others: others()}},
	} {
		t.Run(test.dir, func(t *testing.T) { test.suite.Run(t, "testdata/"+test.dir) })
	}
}
