package coding

import (
	"bytes"
	"compress/flate"
	"fmt"
	"testing"
)

// deflated returns messages as a sender with context takeover compresses them.
func deflated(t testing.TB, takeover bool, messages ...string) [][]byte {
	t.Helper()
	var list [][]byte
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if !takeover {
			w.Reset(&out)
		}
		w.Write([]byte(m))
		w.Flush()
		b, ok := bytes.CutSuffix(out.Bytes(), []byte{0, 0, 0xff, 0xff})
		if !ok {
			t.Fatalf("no sync flush at the end of %x", out.Bytes())
		}
		list = append(list, bytes.Clone(b))
		out.Reset()
	}
	return list
}

func TestMessages(t *testing.T) {
	var texts []string
	for i := range 50 {
		texts = append(texts, fmt.Sprintf("message %d: %s", i, bytes.Repeat([]byte("all alike, all alike. "), i*20)))
	}
	for _, takeover := range []bool{true, false} {
		m := Messages{Pool: new(Pool), NoTakeover: !takeover}
		for i, b := range deflated(t, takeover, texts...) {
			got, err := m.Append([]byte("> "), b, 1<<20)
			if err != nil || string(got) != "> "+texts[i] {
				t.Fatalf("takeover %v, message %d: %.60q, %v", takeover, i, got, err)
			}
		}
		if n := len(m.history); n > windowSize || takeover == (n == 0) {
			t.Errorf("takeover %v: %d bytes are kept", takeover, n)
		}
	}
}

func TestMessageLimit(t *testing.T) {
	list := deflated(t, true, "first, long message", "second")
	m := Messages{Pool: new(Pool)}
	if got, err := m.Append(nil, list[0], 5); string(got) != "first" || err != ErrBomb {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := m.Append(nil, list[1], 100); len(got) != 0 || err != ErrBroken {
		t.Errorf("behind it: %q, %v", got, err)
	}
}

func TestMessageLost(t *testing.T) {
	list := deflated(t, false, "first", "second")
	m := Messages{Pool: new(Pool), NoTakeover: true}
	m.Lost()
	if got, err := m.Append(nil, list[1], 100); string(got) != "second" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := m.Append(nil, []byte{7}, 100); err != ErrBroken {
		t.Errorf("a bad block: %v", err)
	}
}
