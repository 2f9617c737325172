package stream

import (
	"fmt"
	"testing"
)

// What was read lingers, and goes with Let.
func TestLinger(t *testing.T) {
	b := newBench(Config{}, &swallow{})
	b.in(0, "read")
	b.ack(4)
	shown := func() (text string) {
		b.st.Lingering(&b.p, ToServer, func(lost int64, data []byte) bool {
			text += fmt.Sprintf("%d %s,", lost, data)
			return true
		})
		return text
	}
	b.st.Linger(&b.p)
	b.in(4, "now")
	b.in(9, "then")
	b.ack(11)
	if got := shown(); got != "0 now,2 th," {
		t.Errorf("lingering: %q", got)
	}
	if n := b.p[0].Held(); n < 7 {
		t.Errorf("%d bytes are held, want 7", n)
	}
	b.st.Let(&b.p)
	if n := b.p[0].Held(); n > 4 {
		t.Errorf("%d bytes are held after Let, want what is not acknowledged", n)
	}
}

// swallow reads all there is.
type swallow struct{}

func (*swallow) Read(_ Dir, in *Cursor) { in.Next(in.Len()) }
func (*swallow) Gap(Dir, *Cursor, Loss) {}
func (*swallow) End(Dir, []byte)        {}
