package coding

// Messages undoes the compression of the messages that one side of a WebSocket connection sends (RFC 7692, permessage-deflate).
// Between messages it keeps what the next one may refer to, at most 32 KiB.
type Messages struct {
	// Pool has what is needed while a message is decoded. It must be set.
	Pool *Pool
	// NoTakeover says that no message refers to those before it.
	NoTakeover bool

	history []byte
	broken  bool
}

// Lost says that a message was not seen, or not as a whole: those that refer to it cannot be decoded.
func (m *Messages) Lost() { m.broken, m.history = true, nil }

// Append appends what the message b decodes to, but at most limit bytes. ErrBomb says that it is longer, ErrBroken that it
// cannot be decoded, or refers to what was lost. What could be decoded is appended in any case.
func (m *Messages) Append(dst, b []byte, limit int) ([]byte, error) {
	if m.broken && !m.NoTakeover {
		return dst, ErrBroken
	}
	f, ok := m.Pool.flates.Get().(*flateEngine)
	if !ok {
		f = new(flateEngine)
	}
	to := &limited{b: dst, left: limit}
	f.inflater.reset(to, m.history)
	// The sender left the end of the last block out (section 7.2.2).
	_, ok = f.inflater.write(b)
	if ok && f.inflater.state != inflated {
		_, ok = f.inflater.write([]byte{0, 0, 0xff, 0xff})
	}
	if !m.NoTakeover {
		m.history = append(m.history[:0], f.b[max(0, f.at-windowSize):f.at]...)
	}
	f.to = nil
	m.Pool.flates.Put(f)
	switch {
	case ok:
		return to.b, nil
	case to.over:
		m.Lost()
		return to.b, ErrBomb
	}
	m.Lost()
	return to.b, ErrBroken
}

// limited takes a limited number of bytes.
type limited struct {
	b    []byte
	left int
	over bool
}

func (l *limited) take(b []byte) bool {
	n := min(len(b), l.left)
	l.b = append(l.b, b[:n]...)
	l.left -= n
	l.over = n < len(b)
	return !l.over
}
