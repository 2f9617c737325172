package file

import (
	"testing"
	"time"
)

func TestExpand(t *testing.T) {
	at := time.Date(2026, time.March, 1, 4, 5, 6, 0, time.FixedZone("EST", -5*3600))
	tests := []struct{ in, want string }{
		{"eve.json", "eve.json"},
		{"eve-%Y-%m-%d.json", "eve-2026-03-01.json"},
		{"%Y/%m/%d/eve-%H:%M:%S.json", "2026/03/01/eve-04:05:06.json"},
		{"%F %T %R %D", "2026-03-01 04:05:06 04:05 03/01/26"},
		{"%a %A %b %h %B %e", "Sun Sunday Mar Mar March  1"},
		{"%I%p %y %C %j %z %Z", "04AM 26 20 060 -0500 EST"},
		{"%s %u %w %G %V", "1772355906 7 0 2026 09"},
		{"100%%", "100%"},
		{"%q %", "%q %"},
	}
	for _, tt := range tests {
		if got := expand(tt.in, at); got != tt.want {
			t.Errorf("expand(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
