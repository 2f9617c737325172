package imap_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/proto/imap"
	"github.com/reknit/reknit/stream"
)

// The parser alone: bytes of both sides go in, in the order in which they were said, and the mail comes out.
func ExampleHandler() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{imap.New(imap.Config{Handler: &imap.Handler{
		OnCommand: func(_ imap.At, line []byte) app.Verdict {
			fmt.Printf("command %s\n", line)
			return app.Continue
		},
		OnLogin: func(_ imap.At, x *imap.Exchange) app.Verdict {
			fmt.Printf("user %s, password %s\n", x.User, x.Password)
			return app.Continue
		},
		OnHeader: func(_ imap.At, _ *mime.Part, h *mime.Header) app.Verdict {
			fmt.Printf("header %s: %s\n", h.Name, h.Value())
			return app.Continue
		},
		OnBody: func(_ imap.At, _ *mime.Part, b []byte) app.Verdict {
			fmt.Printf("body %q\n", b)
			return app.Continue
		},
		OnMail: func(_ imap.At, m *imap.Mail) app.Verdict {
			fmt.Printf("mail %d of %s, %d bytes\n", m.Sequence, m.Mailbox, m.Message.Size)
			return app.Continue
		},
	}})}, silent{})
	if err != nil {
		panic(err)
	}
	session := g.NewSession(app.Info{Transport: app.TCP, ServerPort: 143})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	var off [2]int64
	say := func(d stream.Dir, line string) {
		store.Push(&pair, d, off[d], []byte(line+"\r\n"), session)
		off[d] += int64(len(line) + 2)
	}
	const client, server = stream.ToServer, stream.ToClient
	say(server, "* OK ready")
	say(client, `a1 LOGIN "ann" {6}`)
	say(server, "+ go on")
	say(client, "secret")
	say(server, "a1 OK done")
	say(client, "a2 SELECT INBOX")
	say(server, "a2 OK done")
	say(client, "a3 FETCH 7 BODY[]")
	say(server, "* 7 FETCH (BODY[] {22}\r\nSubject: one\r\n\r\nText\r\n)")
	say(server, "a3 OK done")
	store.Close(&pair, session)
	session.Close()

	// Output:
	// command a1 LOGIN "ann" {6}
	// user ann, password secret
	// command a2 SELECT INBOX
	// command a3 FETCH 7 BODY[]
	// header Subject: one
	// body "Text"
	// mail 7 of INBOX, 22 bytes
}

type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}
