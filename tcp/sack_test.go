package tcp_test

import (
	"fmt"
	"testing"
)

// TestBlockLimit wants that of very many SACK blocks only so many are kept, the others counted, and all memory given
// back once what they report is acknowledged.
func TestBlockLimit(t *testing.T) {
	p := newPlay(t, "policy=windows")
	p.isn = startNumbers[3]
	p.step("open sack")
	p.step(`c> "x"*4000`)
	before := p.tracker.MemoryUse()
	for i := range 1000 {
		at := 3000 - i*3 // apart from each other, each before all others
		p.step(fmt.Sprintf("s> ACK ack=1 block=%d/%d", at, at+1))
	}
	if n := p.tracker.Counters.NoBlock; n != 1000-128 {
		t.Errorf("%d blocks were not kept, want %d", n, 1000-128)
	}
	if n := p.tracker.MemoryUse() - before; n > 2048 {
		t.Errorf("%d bytes for the blocks of one connection", n)
	}
	p.step("s> ACK")
	if n := p.tracker.MemoryUse(); n != before {
		t.Errorf("%d bytes when all is acknowledged, %d before", n, before)
	}
	p.end()
}
