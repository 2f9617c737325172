package app_test

import (
	"testing"

	"github.com/reknit/reknit/app"
)

func TestSetLimits(t *testing.T) {
	zero, negative, set := 0, -1, 7
	app.SetLimits(app.Limit{Field: &zero, Default: 3}, app.Limit{Field: &negative, Default: 4}, app.Limit{Field: &set, Default: 5})
	if zero != 3 || negative != 4 || set != 7 {
		t.Errorf("%d, %d, %d, want 3, 4, 7", zero, negative, set)
	}
}
