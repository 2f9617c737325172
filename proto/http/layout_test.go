package http

import (
	"bytes"
	"testing"
)

// Of a head in plain layout rules are given what was sent, which is what would be made for them.
func TestPlainLayout(t *testing.T) {
	const start = "GET / HTTP/1.1\r\n"
	for _, c := range []struct {
		head  string
		plain bool
	}{
		{start + "Host: a\r\n\r\n", true},
		{start + "\r\n", true},
		{start + "Host: a\r\nX-Y: b: c\r\n\r\n", true},
		{start + "Host: a\r\nCookie: c=1\r\nX: y\r\n\r\n", true},
		{start + "Host: a\r\nset-cookie: c=1\r\n\r\n", true},
		{"GET / HTTP/1.1\nHost: a\r\n\r\n", false},
		{start + "Host: a\n\r\n", false},
		{start + "Host: a\r\n\n", false},
		{start + "Host:a\r\n\r\n", false},
		{start + "Host:  a\r\n\r\n", false},
		{start + "Host: a \r\n\r\n", false},
		{start + "Host : a\r\n\r\n", false},
		{start + "Host:\r\n\r\n", false},
		{start + "Host: \r\n\r\n", false},
		{start + "Host: a\r\nwithout\r\n\r\n", false},
		{start + "Host: a\r\n: b\r\n\r\n", false},
		{start + "Host: a\r\nX: y\r\n  z\r\n\r\n", false},
		{start + "X: y\r\n\tz: b\r\nHost: a\r\n\r\n", false},
		{start + "Host: a\r\nX: y\r\nx: z\r\n\r\n", false},
		{start + "Host: a\r\nX\x00: y\r\n\r\n", false},
		{start + "Host:\ta\r\n\r\n", false},
		{start + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", false},
	} {
		v := newTalk(t, Config{})
		v.client([]byte(c.head))
		v.server([]byte("HTTP/1.1 204 No\r\n\r\n"))
		m := &v.last.Request
		if m.isPlain() != c.plain {
			t.Errorf("%q: plain is %v", c.head, !c.plain)
		}
		header, start := m.headerText(), m.startText()
		m.layout = otherLayout
		if made := m.headerText(); !bytes.Equal(header, made) {
			t.Errorf("%q: header %q, want %q", c.head, header, made)
		}
		if made := m.startText(); !bytes.Equal(start, made) {
			t.Errorf("%q: start %q, want %q", c.head, start, made)
		}
		v.close()
	}
}

// Rules see the names of a trailer, too, and of it what comes behind those of the head.
func TestNamesWithTrailer(t *testing.T) {
	v := newTalk(t, Config{})
	v.client([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	v.server([]byte("HTTP/1.1 204 No\r\n\r\n"))
	m := &v.last.Request
	for range 2 {
		if got, want := string(m.names()), "\r\nHost\r\n\r\n"; got != want {
			t.Errorf("names %q, want %q", got, want)
		}
	}
	m.join(head{text: []byte("X: y\r\n"), fields: []field{{span{0, 1}, span{3, 1}}}})
	if got, want := string(m.names()), "\r\nHost\r\nX\r\n\r\n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
	if got, want := string(m.headerText()), "Host: a\r\nX: y\r\n"; got != want {
		t.Errorf("header %q, want %q", got, want)
	}
}
