package all_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/all"
)

// TestToldApart plays conversations that more than one protocol could claim, with the protocols in either order.
func TestToldApart(t *testing.T) {
	for name, reversed := range map[string]bool{"in order": false, "reversed": true} {
		t.Run(name, func(t *testing.T) {
			list := all.Protocols(all.Config{})
			if reversed {
				slices.Reverse(list)
			}
			(&apptest.Suite{Protocol: list[0], Others: list[1:]}).Run(t, "testdata")
		})
	}
}
