package imap

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// talk is a connection whose bytes the test supplies.
type talk struct {
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func newTalk(tb testing.TB, c Config, l app.Logger) *talk {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{New(c)}, l)
	if err != nil {
		tb.Fatal(err)
	}
	v := &talk{
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 143}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
	v.say(stream.ToClient, []byte("* OK ready\r\n"))
	return v
}

func (v *talk) say(d stream.Dir, text []byte) {
	v.store.Push(&v.pair, d, v.off[d], text, v.session)
	v.off[d] += int64(len(text))
}

func (v *talk) close() {
	v.store.Close(&v.pair, v.session)
	v.session.Close()
}

// silent is told and says nothing.
type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}

// BenchmarkCommand reads commands and their responses: parser and stream, without TCP.
func BenchmarkCommand(b *testing.B) {
	for _, test := range []struct{ name, command, response string }{
		{"noop", "a1 NOOP\r\n", "a1 OK Noop completed.\r\n"},
		{"flags", "a1 UID FETCH 1:* (FLAGS)\r\n", "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 FLAGS ())\r\na1 OK done\r\n"},
	} {
		b.Run(test.name, func(b *testing.B) {
			v := newTalk(b, Config{}, silent{})
			command, response := []byte(test.command), []byte(test.response)
			b.ReportAllocs()
			b.SetBytes(int64(len(command) + len(response)))
			for b.Loop() {
				v.say(stream.ToServer, command)
				v.say(stream.ToClient, response)
			}
			v.close()
		})
	}
}

// attachment begins to fetch a mail of n bytes with an attachment, and returns a segment of its body.
func (v *talk) attachment(n int64) []byte {
	v.say(stream.ToServer, []byte("a1 FETCH 1 BODY[]\r\n"))
	v.say(stream.ToClient, fmt.Appendf(nil, "* 1 FETCH (BODY[] {%d}\r\nContent-Type: application/pdf; name=a.pdf\r\n"+
		"Content-Transfer-Encoding: base64\r\n\r\n", n))
	return bytes.Repeat([]byte("QSBsaW5lIG9mIHRleHQgdGhhdCBpcyBhcyBsb25nIGFzIHRoZXkgYXJlIHVzdWFsbHksIG9yIHNv\r\n"), 18)
}

// BenchmarkAttachment reads a mail with a base64 attachment, in segments of 1404 bytes.
func BenchmarkAttachment(b *testing.B) {
	v := newTalk(b, Config{}, silent{})
	segment := v.attachment(1 << 60)
	b.ReportAllocs()
	b.SetBytes(int64(len(segment)))
	for b.Loop() {
		v.say(stream.ToClient, segment)
	}
	v.close()
}

func TestBodyDoesNotAllocate(t *testing.T) {
	v := newTalk(t, Config{}, silent{})
	segment := v.attachment(1 << 60)
	v.say(stream.ToClient, segment)
	if n := testing.AllocsPerRun(100, func() { v.say(stream.ToClient, segment) }); n != 0 {
		t.Errorf("a segment takes %v allocations", n)
	}
	v.close()
}

func TestBlock(t *testing.T) {
	block := func(At, []byte) app.Verdict { return app.Block }
	v := newTalk(t, Config{Handler: &Handler{OnCommand: block}}, silent{})
	v.say(stream.ToServer, []byte("a1 NOOP\r\n"))
	if !v.session.Dropped() {
		t.Error("the flow was not dropped")
	}
	v.close()
}

// fieldLogger collects what rules can inspect.
type fieldLogger struct {
	silent
	got []string
}

func (l *fieldLogger) Transaction(_ *app.Session, tx app.Transaction) {
	for _, f := range fields {
		for i := 0; ; i++ {
			b, ok := f.Get(tx, i)
			if !ok {
				break
			}
			l.got = append(l.got, f.Name+"="+string(b))
		}
	}
}

func TestFields(t *testing.T) {
	var l fieldLogger
	v := newTalk(t, Config{}, &l)
	v.say(stream.ToServer, []byte("a1 LOGIN ann x\r\n"))
	v.say(stream.ToClient, []byte("* 1 EXISTS\r\na1 OK done\r\n* 1 FETCH (BODY[] {16}\r\nSubject: one\r\n\r\n)\r\n"))
	v.close()
	want := "[imap.status=OK imap.command=LOGIN imap.args=ann x imap.user=ann imap.status=OK imap.response=1 EXISTS " +
		"email.subject=one]"
	if got := fmt.Sprint(l.got); got != want {
		t.Errorf("fields are\n%s, want\n%s", got, want)
	}
}
