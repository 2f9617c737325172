package smtp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// dialogue is a conversation in which every function of a Handler is called. "<" is the server's side.
var dialogue = []string{
	"<220 mx.example.net ESMTP\r\n",
	">EHLO client.example.org\r\n",
	"<250 mx.example.net\r\n",
	">AUTH LOGIN\r\n",
	"<334 VXNlcm5hbWU6\r\n",
	">YW5u\r\n",
	"<334 UGFzc3dvcmQ6\r\n",
	">c2VjcmV0\r\n",
	"<235 welcome\r\n",
	">MAIL FROM:<ann@example.org> SIZE=9\r\n",
	"<250 ok\r\n",
	">RCPT TO:<bob@example.net>\r\n",
	"<250 ok\r\n",
	">DATA\r\n",
	"<354 go\r\n",
	">Subject: two\r\n parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
		"--x\r\n\r\nplain\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\ndG8gYmUg\r\nbG9zdA==\r\n--x--\r\n",
	">..\r\n.\r\n",
	"<250 queued\r\n",
	">QUIT\r\n",
	"<221 bye\r\n",
}

// listen returns a Handler whose every function calls told.
func listen(told func(at At, what string) app.Verdict) *Handler {
	return &Handler{
		OnReply:   func(at At, line []byte, r Reply) app.Verdict { return told(at, fmt.Sprintf("reply %d", r.Code)) },
		OnCommand: func(at At, line []byte) app.Verdict { return told(at, fmt.Sprintf("command %s", line)) },
		OnAuth: func(at At, mechanism string, text, decoded []byte) app.Verdict {
			return told(at, fmt.Sprintf("auth %s %s %s", mechanism, text, decoded))
		},
		OnUser:     func(at At, text, user []byte) app.Verdict { return told(at, fmt.Sprintf("user %s", user)) },
		OnPassword: func(at At, text, pass []byte) app.Verdict { return told(at, fmt.Sprintf("password %s", pass)) },
		OnMailFrom: func(at At, p *Path) app.Verdict { return told(at, "from "+p.Address()) },
		OnRcpt:     func(at At, p *Path) app.Verdict { return told(at, "to "+p.Address()) },
		OnHeader: func(at At, p *mime.Part, h *mime.Header) app.Verdict {
			return told(at, fmt.Sprintf("header %s", h.Name))
		},
		OnBodyStart: func(at At, p *mime.Part) app.Verdict { return told(at, fmt.Sprintf("start %d", p.Index)) },
		OnBody: func(at At, p *mime.Part, b []byte) app.Verdict {
			return told(at, fmt.Sprintf("body %d %q", p.Index, b))
		},
		OnText: func(at At, p *mime.Part, line []byte, e stream.Ending) app.Verdict {
			return told(at, fmt.Sprintf("text %s", line))
		},
		OnLost:     func(at At, n int64) app.Verdict { return told(at, fmt.Sprintf("lost %d", n)) },
		OnBodyStop: func(at At, p *mime.Part) app.Verdict { return told(at, fmt.Sprintf("stop %d", p.Index)) },
		OnMail: func(at At, m *Mail) app.Verdict {
			return told(at, fmt.Sprintf("mail %s %d", m.From.Address(), m.Reply))
		},
	}
}

// talk says the dialogue.
func talk(v *Conversation, dialogue []string) {
	for _, said := range dialogue {
		d := stream.ToServer
		if said[0] == '<' {
			d = stream.ToClient
		}
		v.Write(d, []byte(said[1:]))
	}
}

func TestHandler(t *testing.T) {
	var got []string
	when := time.Date(2024, 3, 3, 14, 0, 0, 0, time.UTC)
	h := listen(func(at At, what string) app.Verdict {
		if !at.Time.Equal(when) {
			t.Errorf("%s at %v, want %v", what, at.Time, when)
		}
		got = append(got, fmt.Sprintf("%d %s", at.Offset, what))
		return app.Continue
	})
	hear := func() {
		got = nil
		v := NewConversation(Config{Handler: h})
		v.At(when)
		talk(v, dialogue)
		v.Close()
	}
	hear()
	want := strings.Split(strings.TrimSpace(`
0 reply 220
0 command EHLO client.example.org
26 reply 250
25 command AUTH LOGIN
46 reply 334
37 auth LOGIN YW5u ann
37 user ann
64 reply 334
43 auth LOGIN c2VjcmV0 secret
43 password secret
82 reply 235
53 command MAIL FROM:<ann@example.org> SIZE=9
53 from ann@example.org
95 reply 250
89 command RCPT TO:<bob@example.net>
89 to bob@example.net
103 reply 250
116 command DATA
111 reply 354
122 text Subject: two
136 text  parts
144 text Content-Type: multipart/mixed; boundary=x
122 header Subject
187 text 
144 header Content-Type
187 start 0
189 text --x
194 text 
194 start 1
196 text plain
203 text --x
196 body 1 "plain"
203 stop 1
208 text Content-Transfer-Encoding: base64
243 text 
208 header Content-Transfer-Encoding
243 start 2
245 text dG8gYmUg
255 text bG9zdA==
265 text --x--
245 body 2 "to be lost"
265 stop 2
265 stop 0
272 text .
119 reply 250
119 mail ann@example.org 250
279 command QUIT
131 reply 221
`), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("handler was told\n%s", strings.Join(got, "\n"))
	}
	h.OnText = nil // lines are then read many at once where nobody else wants to see them
	want = slices.DeleteFunc(want, func(told string) bool { return strings.Contains(told, " text ") })
	if hear(); !slices.Equal(got, want) {
		t.Errorf("without OnText, handler was told\n%s", strings.Join(got, "\n"))
	}
}

// TestBodyOffsets checks that OnBody tells where the first line of what it gets began, whatever the segments.
func TestBodyOffsets(t *testing.T) {
	const lines, inLine, wire = 1000, 57, 76 + len("\r\n")
	head := "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	text := head + strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", lines) + ".\r\n"
	for _, size := range []int{1, 50, 740, 1448, 3000, 40000, len(text)} {
		var begin int64
		total, calls := 0, 0
		v := NewConversation(Config{Handler: &Handler{
			OnBodyStart: func(at At, p *mime.Part) app.Verdict {
				begin = at.Offset + int64(len("\r\n"))
				return app.Continue
			},
			OnBody: func(at At, p *mime.Part, b []byte) app.Verdict {
				if want := begin + int64(total/inLine*wire); at.Offset != want || total%inLine != 0 {
					t.Errorf("segments of %d: body from %d on is at %d, want %d", size, total, at.Offset, want)
				}
				total += len(b)
				calls++
				return app.Continue
			},
		}})
		envelope(v)
		for _, s := range segments([]byte(text), size) {
			v.Write(stream.ToServer, s)
		}
		v.Close()
		if total != lines*inLine || calls > lines {
			t.Errorf("segments of %d: %d bytes in %d calls, want %d", size, total, calls, lines*inLine)
		}
	}
}

// TestBlock blocks at each call in turn: the connection is dropped there, and nothing is read behind it.
func TestBlock(t *testing.T) {
	for n := 1; ; n++ {
		calls, mails := 0, 0
		v := NewConversation(Config{Handler: listen(func(at At, what string) app.Verdict {
			if strings.HasPrefix(what, "mail") && calls >= n {
				mails++ // the one that was blocked is told at the end
				return app.Continue
			}
			if calls++; calls == n {
				return app.Block
			}
			if calls > n && !strings.HasPrefix(what, "stop") && !sameLine(what) {
				t.Errorf("blocked at call %d, but then told of %s", n, what)
			}
			return app.Continue
		})})
		talk(v, dialogue)
		dropped := v.session.Dropped()
		v.Close()
		if calls < n {
			break
		}
		if !dropped {
			t.Errorf("blocked at call %d: not dropped", n)
		}
		if mails > 1 {
			t.Errorf("blocked at call %d: told of %d mails", n, mails)
		}
	}
}

// sameLine reports whether what may be told of the line that was blocked.
func sameLine(what string) bool {
	for _, p := range []string{"user", "password", "from", "to", "header", "start", "body", "text"} {
		if strings.HasPrefix(what, p) {
			return true
		}
	}
	return false
}

// TestNewHandler gives each connection a Handler of its own.
func TestNewHandler(t *testing.T) {
	made := 0
	c := Config{
		Handler: listen(func(At, string) app.Verdict { t.Error("the common handler was called"); return app.Continue }),
		NewHandler: func(c *app.Conn) *Handler {
			made++
			if made == 1 {
				return nil
			}
			return &Handler{}
		},
	}
	for range 2 {
		v := NewConversation(c)
		talk(v, dialogue)
		v.Close()
	}
	if made != 2 {
		t.Errorf("NewHandler was called %d times for 2 connections", made)
	}
}

func TestExtensionsOfServer(t *testing.T) {
	var got []string
	v := NewConversation(Config{Handler: &Handler{OnExtension: func(at At, name, args []byte) app.Verdict {
		got = append(got, fmt.Sprintf("%d %s %s", at.Offset, name, args))
		return app.Continue
	}}})
	talk(v, []string{
		"<220-mx.example.net ESMTP\r\n220 hello\r\n",
		">EHLO client.example.org\r\n",
		"<250-mx.example.net\r\n250-SIZE 1000000\r\n250-AUTH PLAIN LOGIN\r\n250 PIPELINING\r\n",
		">MAIL FROM:<ann@example.org>\r\n",
		"<250-sender\r\n250 ok\r\n",
	})
	v.Close()
	if want := []string{"57 SIZE 1000000", "75 AUTH PLAIN LOGIN", "97 PIPELINING "}; !slices.Equal(got, want) {
		t.Errorf("handler was told of %q, want %q", got, want)
	}
}

func TestLost(t *testing.T) {
	var lost int64
	var mail *Mail
	v := NewConversation(Config{Handler: &Handler{
		OnLost: func(at At, n int64) app.Verdict { lost += n; return app.Continue },
		OnMail: func(at At, m *Mail) app.Verdict { mail = m; return app.Continue },
	}})
	envelope(v)
	v.Write(stream.ToServer, []byte("Subject: lost\r\n\r\nhalf a li"))
	v.Lost(stream.ToServer, 50)
	v.Write(stream.ToServer, []byte("ne\r\n.\r\n"))
	v.Write(stream.ToClient, []byte("250 queued\r\n"))
	v.Close()
	if lost != 50 || mail == nil || mail.Message.Lost != 50 || !mail.Message.Whole || !mail.Delivered() {
		t.Errorf("handler lost %d; mail %+v", lost, mail)
	}
}

// Where nobody wants to know what a mail says, it is read all the same.
func TestUnwanted(t *testing.T) {
	read := func(c Config) (m *Mail) {
		c.Handler = &Handler{OnMail: func(_ At, of *Mail) app.Verdict { m = of; return app.Continue }}
		v := NewConversation(c)
		envelope(v)
		v.Write(stream.ToServer, append(mailWithAttachment(1000), ".\r\n"...))
		v.Write(stream.ToClient, []byte("250 queued\r\n"))
		v.Close()
		return m
	}
	all := read(Config{})
	m := read(Config{Email: mime.EmailConfig{Unwanted: true}, Files: file.Config{Unwanted: true}})
	if m == nil || m.Message == nil || m.Message.Email != nil || m.Message.Files != nil {
		t.Fatalf("the mail is %+v", m)
	}
	if len(all.Message.Files) != 1 || m.Message.Size != all.Message.Size || !m.Message.Whole || !m.Delivered() {
		t.Errorf("its message is %+v, with everything %+v", m.Message, all.Message)
	}
}
