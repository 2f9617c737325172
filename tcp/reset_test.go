package tcp_test

import "testing"

// TestUnread wants octets counted that nobody reads because their receiver reset the connection.
func TestUnread(t *testing.T) {
	p := newPlay(t, "")
	p.isn = startNumbers[3]
	for _, step := range []string{"open", `s> "one"`, `s~ "lost"`, `s> "behind"`, "c> ACK ack=4", "c> RST ACK ack=4", "close"} {
		p.step(step)
	}
	if n := p.tracker.Counters.Unread; n != 10 {
		t.Errorf("%d octets unread, want the hole of 4 and the 6 behind it", n)
	}
	p.end()
}
