package smtp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}

func TestExtensions(t *testing.T) {
	apptest.Run(t, New(Config{EVE: EVE{Extensions: true, Passwords: true}}), "testdata/extensions")
}

func TestLimits(t *testing.T) {
	c := Config{
		MaxCommand: 80, MaxReply: 80, MaxAuth: 80, MaxText: 80, MaxTx: 3, MaxOwed: 6, MaxEnvelope: 600,
		EVE: EVE{Extensions: true},
	}
	apptest.Run(t, New(c), "testdata/limits")
}

const hello = `< 220 mx.example.net ESMTP
> EHLO client.example.org
< 250 mx.example.net
`

const toText = hello + `> MAIL FROM:<ann@example.org>
< 250 ok
> RCPT TO:<bob@example.net>
< 250 ok
> DATA
< 354 go
`

// repeat says line n times, in flights of ten.
func repeat(line string, n int) string {
	other := "<|\n"
	if line[0] == '<' {
		other = ">|\n"
	}
	return strings.Repeat(strings.Repeat(line, 10)+other, n/10)
}

// floods are conversations of any length that must not take memory, or more time than their length is worth.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"text", func(n int) string { return toText + repeat("> A line of text.\n", n) }},
	{"base64", func(n int) string {
		return toText + "> Content-Type: image/png; name=a.png\n> Content-Transfer-Encoding: base64\n>\n" +
			repeat("> QSBsaW5lIG9mIHRleHQuCg==\n", n)
	}},
	{"nearly base64", func(n int) string {
		return toText + "> Content-Type: image/png; name=a.png\n> Content-Transfer-Encoding: base64\n>\n" +
			repeat("> "+strings.Repeat("QUJD", 18)+"*\n", n)
	}},
	{"endless base64", func(n int) string {
		return toText + "> Content-Type: image/png; name=a.png\n> Content-Transfer-Encoding: base64\n>\n" +
			repeat(">| QUJDQUJDQUJDQUJDQUJDQUJDQUJD\n", n)
	}},
	{"endless line", func(n int) string { return toText + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless command", func(n int) string { return hello + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless reply", func(n int) string { return hello + repeat("<| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"commands", func(n int) string { return hello + repeat("> NOOP\n", n) }},
	{"blank lines", func(n int) string { return hello + repeat(">\n", n) }},
	{"answered commands", func(n int) string { return hello + strings.Repeat("> NOOP\n< 250 ok\n", n) }},
	{"replies", func(n int) string { return hello + repeat("< 250 ok\n", n) }},
	{"multi-line reply", func(n int) string { return hello + repeat("< 250-ok\n", n) }},
	{"unknown replies", func(n int) string { return hello + repeat("< what?\n", n) }},
	{"recipients", func(n int) string { return hello + strings.Repeat("> RCPT TO:<bob@example.net>\n< 250 ok\n", n) }},
	{"senders", func(n int) string { return hello + strings.Repeat("> MAIL FROM:<bob@example.net>\n< 550 no\n", n) }},
	{"mails", func(n int) string {
		return toText + strings.Repeat("> Text.\n> .\n< 250 ok\n> DATA\n< 354 go\n", n)
	}},
	{"resets", func(n int) string {
		return hello + repeat("> MAIL FROM:<bob@example.net>\n> RSET\n", n)
	}},
	{"auth", func(n int) string { return hello + strings.Repeat("> AUTH LOGIN\n< 334\n> AAAA\n< 535 no\n", n) }},
	{"auth answers", func(n int) string { return hello + "> AUTH X\n" + strings.Repeat("< 334\n> AAAA\n", n) }},
	{"refused text", func(n int) string { return hello + strings.Repeat("> DATA\n> RSET\n< 503 no\n< 250 ok\n", n) }},
	{"chunks", func(n int) string { return hello + repeat(">| BDAT 3\\r\\na\\r\\n\n", n) }},
	{"chunk", func(n int) string {
		return hello + fmt.Sprintf(">| BDAT %d\\r\\n\n", n*30) + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n)
	}},
}

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{MaxTx: 8, MaxOwed: 64, MaxEnvelope: 4 << 10})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestTimeIsLinear(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}

// TestIdleSession holds what the budget of an idle connection needs: a small Session, and nothing beside it.
func TestIdleSession(t *testing.T) {
	if n := unsafe.Sizeof(Session{}); n > 96 {
		t.Errorf("a Session takes %d bytes", n)
	}
	if n := unsafe.Sizeof(Mail{}); n > 176 {
		t.Errorf("a Mail takes %d bytes", n)
	}
	var s *Session
	p := New(Config{})
	newStream := p.NewStream
	p.NewStream = func(c *app.Conn) app.StreamParser {
		s = newStream(c).(*Session)
		return s
	}
	v := newConversation(p)
	v.Write(stream.ToClient, []byte("220 mx.example.net ESMTP\r\n250-half a"))
	v.Write(stream.ToServer, []byte("EHLO client.example.org\r\nMAIL FR"))
	v.Write(stream.ToClient, []byte(" line\r\n250 ok\r\n250 and anoth"))
	if s.queue.more != nil || s.text != nil || s.login != nil {
		t.Errorf("an idle session holds backlog %v, text %v, login %v", s.queue.more, s.text, s.login)
	}
	v.Close()
}

func TestBodyLinesDoNotAllocate(t *testing.T) {
	v := NewConversation(Config{})
	envelope(v)
	v.Write(stream.ToServer, []byte("Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"))
	line := []byte("QSBsaW5lIG9mIHRleHQgdGhhdCBpcyBhcyBsb25nIGFzIHRoZXkgYXJlIHVzdWFsbHksIG9yIHNv\r\n")
	lines := bytes.Repeat(line, 9)
	v.Write(stream.ToServer, lines)
	if n := testing.AllocsPerRun(1000, func() { v.Write(stream.ToServer, lines) }); n != 0 {
		t.Errorf("a segment of nine lines takes %v allocations", n)
	}
	v.Close()
}
