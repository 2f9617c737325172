package stream

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// bufferModel is a slow and obvious Buffer.
type bufferModel struct {
	t         *rapid.T
	b         *Buffer
	data      map[int64]byte
	losses    []loss
	app, edge int64
	limit     int
	closed    bool

	have   []byte // what can be read, until the next call of the Buffer
	at     int64  // of have
	lost   int64  // lost behind it
	beyond Fault
}

// open notes what can be read. It reports whether a loss was taken up whole.
func (m *bufferModel) open() (passed bool) {
	for len(m.losses) > 0 && m.app > m.losses[0].off {
		l := &m.losses[0]
		n := min(m.app-l.off, l.n)
		l.off, l.n = l.off+n, l.n-n
		if l.n > 0 {
			break
		}
		m.losses = m.losses[1:]
		passed = true
	}
	m.have, m.at, m.lost, m.beyond = []byte{}, m.app, 0, Short
	for off := m.app; ; off++ {
		b, ok := m.data[off]
		if !ok {
			break
		}
		m.have = append(m.have, b)
	}
	if len(m.losses) > 0 {
		m.lost, m.beyond = m.losses[0].n, Gap
	} else if m.closed {
		m.beyond = End
	}
	return passed
}

// now returns what can still be read.
func (m *bufferModel) now() []byte { return m.have[min(m.app-m.at, int64(len(m.have))):] }

func (m *bufferModel) unread() int {
	n := 0
	for off := range m.data {
		if off >= m.app {
			n++
		}
	}
	return n
}

func (m *bufferModel) write(p []byte) {
	skipped := max(0, min(m.app-m.edge, int64(len(p))))
	full := m.unread()+len(p)-int(skipped) > m.limit
	n, err := m.b.Write(p)
	if full {
		if n != 0 || err != ErrFull {
			m.t.Fatalf("Write = %d, %v, want ErrFull", n, err)
		}
		m.open()
		return
	}
	if n != len(p) || err != nil {
		m.t.Fatalf("Write = %d, %v", n, err)
	}
	for i, b := range p {
		if off := m.edge + int64(i); off >= m.app {
			m.data[off] = b
		}
	}
	m.edge += int64(len(p))
	m.open()
}

func (m *bufferModel) lose(n int64) {
	m.b.Lost(n)
	skipped := max(0, min(m.app-m.edge, n))
	m.edge += skipped
	if n -= skipped; n > 0 {
		if k := len(m.losses); k > 0 && m.losses[k-1].end() == m.edge {
			m.losses[k-1].n += n
		} else {
			m.losses = append(m.losses, loss{m.edge, n})
		}
		m.edge += n
	}
	m.open()
}

func (m *bufferModel) pass() {
	got := m.b.Pass()
	var want Loss
	if passed := m.open(); !passed && len(m.losses) > 0 {
		want = Loss{Held: m.now(), Lost: m.losses[0].n, Offset: m.losses[0].off}
		m.app = want.Offset + want.Lost
		m.losses = m.losses[1:]
		m.open()
	}
	if !bytes.Equal(got.Held, want.Held) || got.Lost != want.Lost || got.Offset != want.Offset {
		m.t.Fatalf("Pass = %+v, want %+v", got, want)
	}
}

func (m *bufferModel) read(v verb) {
	c := m.b.Cursor()
	have := m.now()
	want, got := read{}, read{}
	switch v.name {
	case "line":
		want = wantLine(have, m.beyond, v.limit)
		got.b, got.ok = c.Line(v.limit)
		got.ending = c.Ending()
	case "until":
		want = wantUntil(have, m.beyond, v.delim, v.limit)
		got.b, got.ok = c.Until(v.delim, v.limit)
		got.ending = c.Ending()
	case "next":
		want = wantNext(have, m.beyond, v.limit)
		got.b, got.ok = c.Next(v.limit)
	case "peek":
		want = wantNext(have, m.beyond, v.limit)
		want.passed = 0
		got.b, got.ok = c.Peek(v.limit)
	case "frame":
		want = wantFrame(have, m.beyond, v.limit)
		got.b, got.ok = c.Frame(1, v.limit, frameSize)
	case "ahead":
		want = wantAhead(have, c.s.scan > 0, v.limit)
		got = useAhead(c, v.limit)
	case "piece":
		var p Piece
		p, got.ok = c.Piece(int64(v.limit))
		got.b, got.lost = p.Data, p.Lost
		switch n := min(int64(v.limit), m.lost); {
		case len(have) > 0:
			want = wantNext(have, m.beyond, min(v.limit, len(have)))
		case n > 0:
			want = read{ok: true, lost: n, passed: n}
			m.lost -= n
		default:
			want.fault = m.beyond
		}
	case "skip":
		c.Skip(int64(v.limit))
		got.ok = true
		want = read{ok: true, passed: int64(v.limit)}
		m.lost -= max(0, min(m.lost, m.app+int64(v.limit)-max(m.app, m.at+int64(len(m.have)))))
	}
	if !got.ok {
		got.fault, got.ending = c.Fault(), None
	}
	got.passed = c.Offset() - m.app
	if !bytes.Equal(got.b, want.b) || got.ok != want.ok || got.ending != want.ending || got.passed != want.passed ||
		got.lost != want.lost || got.fault != want.fault {
		m.t.Fatalf("%s(%d, %q) of %q, then %v: got %+v, want %+v", v.name, v.limit, v.delim, have, m.beyond, got, want)
	}
	m.app += want.passed
}

func TestBufferModel(t *testing.T) { rapid.Check(t, playBuffer) }

// FuzzBuffer is TestBufferModel with choices that the fuzzer makes.
func FuzzBuffer(f *testing.F) { seeded(f, playBuffer) }

func playBuffer(t *rapid.T) {
	m := &bufferModel{t: t, data: make(map[int64]byte), limit: rapid.IntRange(1, 60).Draw(t, "limit of the buffer")}
	m.b = NewBuffer(m.limit)
	m.open()
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			if n := len(m.b.data) - m.b.read; n > m.limit+int(m.app) || m.b.Cursor().Offset() != m.app {
				t.Fatalf("%d bytes held, limit %d; at %d, want %d", n, m.limit, m.b.Cursor().Offset(), m.app)
			}
		},
		"write": func(t *rapid.T) {
			m.write(rapid.SliceOfN(rapid.SampledFrom([]byte("aab\r\n%")), 0, 16).Draw(t, "data"))
		},
		"lost": func(t *rapid.T) { m.lose(int64(rapid.IntRange(0, 9).Draw(t, "n"))) },
		"pass": func(t *rapid.T) { m.pass() },
		"read": func(t *rapid.T) {
			for range rapid.IntRange(1, 5).Draw(t, "reads") {
				m.read(drawVerb(t))
			}
		},
		"close": func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
				t.Skip()
			}
			m.b.Close()
			m.closed = true
			m.open()
		},
	})
}
