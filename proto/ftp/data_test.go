package ftp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// talk is a connection whose bytes the test supplies.
type talk struct {
	gateway *app.Gateway
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

// told collects records as text.
type told struct{ list []string }

func (t *told) Transaction(_ *app.Session, tx app.Transaction) {
	t.list = append(t.list, appended("", tx))
}
func (t *told) File(_ *app.Session, tx app.Transaction, d stream.Dir, f event.Appender) {
	t.list = append(t.list, appended(d.String()+" ", f))
}
func (t *told) Anomaly(_ *app.Session, a *app.Anomaly) { t.list = append(t.list, a.Name) }
func (t *told) Detected(*app.Session)                  {}

func appended(before string, a event.Appender) string {
	var o event.Object
	o.Start(nil, &event.Options{})
	a.AppendJSON(&o)
	return before + strings.Trim(string(o.End()), "{}\n")
}

// newTalk begins a connection of p, found or announced.
func newTalk(tb testing.TB, p app.Protocol, state any, l app.Logger) *talk {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{p}, l)
	if err != nil {
		tb.Fatal(err)
	}
	return &talk{
		gateway: g,
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 21, Expect: p.Name, State: state}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

func (v *talk) say(d stream.Dir, text []byte) {
	v.store.Push(&v.pair, d, v.off[d], text, v.session)
	v.off[d] += int64(len(text))
}

func (v *talk) lose(d stream.Dir, n int64) {
	v.off[d] += n
	v.pair[d].Ack(v.off[d])
}

func (v *talk) close() {
	v.store.Close(&v.pair, v.session)
	v.session.Close()
}

// calls are what a handler was called for.
type calls []string

func (c *calls) handler() *Handler {
	add := func(format string, args ...any) app.Verdict {
		*c = append(*c, fmt.Sprintf(format, args...))
		return app.Continue
	}
	return &Handler{
		OnBodyStart: func(at At, t *Transfer) app.Verdict { return add("start %s at %d", t.Name, at.Offset) },
		OnBody:      func(at At, t *Transfer, b []byte) app.Verdict { return add("%q at %d", b, at.Offset) },
		OnLost:      func(at At, t *Transfer, n int64) app.Verdict { return add("%d lost at %d", n, at.Offset) },
		OnBodyStop:  func(at At, t *Transfer) app.Verdict { return add("stop at %d", at.Offset) },
	}
}

func TestData(t *testing.T) {
	const ts, tc = stream.ToServer, stream.ToClient
	for _, test := range []struct {
		name     string
		transfer any
		talk     func(v *talk)
		told     string
		calls    string
	}{
		{"download", &Transfer{Command: "RETR", Name: []byte("a"), dir: tc}, func(v *talk) {
			v.say(tc, []byte("one"))
			v.say(ts, []byte("passed over"))
			v.say(tc, []byte("two"))
		}, `applayer_detect_protocol_only_one_direction;to_client "filename":"a","gaps":false,"state":"CLOSED","stored":false,"size":6,"tx_id":0;` +
			`"ftp_data":{"filename":"a","command":"RETR"},"reknit":{"ftp_data":{"size":6`,
			`start a at 0;"one" at 0;"two" at 3;stop at 6`},
		{"upload with a gap", &Transfer{Command: "STOR", Name: []byte("a"), Upload: true, Offset: 7, dir: ts}, func(v *talk) {
			v.say(ts, []byte("one"))
			v.lose(ts, 10)
			v.say(ts, []byte("two"))
		}, `to_server "filename":"a","gaps":true,"state":"CLOSED","stored":false,"size":16,"tx_id":0;` +
			`"ftp_data":{"filename":"a","command":"STOR"},"reknit":{"ftp_data":{"size":6,"offset":7`,
			`start a at 0;"one" at 0;10 lost at 3;"two" at 13;stop at 16`},
		{"listing", &Transfer{Command: "LIST", dir: tc}, func(v *talk) { v.say(tc, []byte("one")) },
			`"ftp_data":{"command":"LIST"},"reknit":{"ftp_data":{"size":3`, `start  at 0;"one" at 0;stop at 3`},
		{"nothing in the direction", &Transfer{Command: "LIST", dir: tc}, func(v *talk) { v.say(ts, []byte("one")) }, "", ""},
		{"not announced", nil, func(v *talk) { v.say(ts, []byte("one")) }, "", ""},
	} {
		var l told
		var c calls
		v := newTalk(t, NewData(Config{Extensions: true, Handler: c.handler()}), test.transfer, &l)
		test.talk(v)
		v.close()
		if got := strings.Join(l.list, ";"); got != test.told {
			t.Errorf("%s is told as\n%s, want\n%s", test.name, got, test.told)
		}
		if got := strings.Join(c, ";"); got != test.calls {
			t.Errorf("%s: the handler had\n%s, want\n%s", test.name, got, test.calls)
		}
	}
}

// A handler ends a connection with a verdict.
func TestBlock(t *testing.T) {
	block := func(At, []byte) app.Verdict { return app.Block }
	v := newTalk(t, New(Config{Handler: &Handler{OnCommand: block}}), nil, new(told))
	v.say(stream.ToClient, []byte("220 ready\r\n"))
	v.say(stream.ToServer, []byte("USER ann\r\n"))
	if !v.session.Dropped() {
		t.Error("the flow was not dropped")
	}
	v.say(stream.ToServer, []byte("PASS x\r\n"))
	v.close()
}

func TestFields(t *testing.T) {
	var got []string
	l := &fieldLogger{got: &got}
	v := newTalk(t, New(Config{}), nil, l)
	v.say(stream.ToClient, []byte("220-a\r\n220 b\r\n"))
	v.say(stream.ToServer, []byte("EPSV x\r\n"))
	v.say(stream.ToClient, []byte("229 ok (|||50000|)\r\n"))
	v.close()
	want := "ftp.reply=220-a ftp.reply=b ftp.completion_code=220 | " +
		"ftp.command=EPSV ftp.command_data=x ftp.reply=ok (|||50000|) ftp.completion_code=229 ftp.dynamic_port=50000 ftp.dynamic_port=50000 " +
		"ftp.mode=passive ftp.reply_received=yes"
	if text := strings.Join(got, " | "); text != want {
		t.Errorf("fields are\n%s, want\n%s", text, want)
	}
}

type fieldLogger struct {
	told
	got *[]string
}

func (l *fieldLogger) Transaction(_ *app.Session, tx app.Transaction) {
	var all []string
	for _, f := range fields {
		for i := 0; ; i++ {
			b, ok := f.Get(tx, i)
			if !ok {
				break
			}
			all = append(all, f.Name+"="+string(b))
		}
	}
	*l.got = append(*l.got, strings.Join(all, " "))
}
