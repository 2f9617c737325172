package smtp_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

const (
	toServer = stream.ToServer
	toClient = stream.ToClient
)

// The parser alone: bytes of both sides go in, in the order in which they were said, and the mail comes out.
func ExampleConversation() {
	c := smtp.NewConversation(smtp.Config{Handler: &smtp.Handler{
		OnMail: func(at smtp.At, m *smtp.Mail) app.Verdict {
			fmt.Println("from", m.From.Address())
			for _, r := range m.Recipients {
				fmt.Println("to", r.Address(), r.Accepted())
			}
			fmt.Println("subject", m.Message.Email.Subject())
			for _, f := range m.Message.Files {
				fmt.Printf("attachment %s, %d bytes\n", f.Name, f.Size)
			}
			return app.Continue
		},
	}})
	c.Write(toClient, []byte("220 mx.example.net ESMTP\r\n"))
	c.Write(toServer, []byte("EHLO client.example.org\r\n"))
	c.Write(toClient, []byte("250 mx.example.net\r\n"))
	c.Write(toServer, []byte("MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\nRCPT TO:<who@example.net>\r\nDATA\r\n"))
	c.Write(toClient, []byte("250 ok\r\n250 ok\r\n550 no such user\r\n354 go ahead\r\n"))
	c.Write(toServer, []byte("Subject: =?utf-8?q?caf=C3=A9?=\r\nContent-Type: text/plain; name=\"menu.txt\"\r\n\r\ntea\r\n.\r\n"))
	c.Write(toClient, []byte("250 queued\r\n"))
	c.Close()

	// Output:
	// from ann@example.org
	// to bob@example.net true
	// to who@example.net false
	// subject café
	// attachment menu.txt, 3 bytes
}

// What a Handler is told, and when: at the line that makes it known. It can block the connection there.
func ExampleHandler() {
	show := func(at smtp.At, what string, b []byte) app.Verdict {
		fmt.Printf("%3d %-9s %s\n", at.Offset, what, b)
		return app.Continue
	}
	h := &smtp.Handler{
		OnReply:    func(at smtp.At, line []byte, r smtp.Reply) app.Verdict { return show(at, "reply", line) },
		OnCommand:  func(at smtp.At, line []byte) app.Verdict { return show(at, "command", line) },
		OnUser:     func(at smtp.At, text, user []byte) app.Verdict { return show(at, "user", user) },
		OnPassword: func(at smtp.At, text, password []byte) app.Verdict { return show(at, "password", password) },
		OnMailFrom: func(at smtp.At, p *smtp.Path) app.Verdict { return show(at, "sender", []byte(p.Address())) },
		OnRcpt: func(at smtp.At, p *smtp.Path) app.Verdict {
			show(at, "recipient", []byte(p.Address()))
			if p.Address() == "ceo@example.net" {
				fmt.Println("    blocked")
				return app.Block
			}
			return app.Continue
		},
	}
	c := smtp.NewConversation(smtp.Config{Handler: h})
	c.Write(toClient, []byte("220 mx.example.net ESMTP\r\n"))
	c.Write(toServer, []byte("AUTH PLAIN\r\n"))
	c.Write(toClient, []byte("334\r\n"))
	c.Write(toServer, []byte("AGFubgBzZWNyZXQ=\r\n"))
	c.Write(toClient, []byte("235 welcome\r\n"))
	c.Write(toServer, []byte("MAIL FROM:<ann@example.org>\r\nRCPT TO:<ceo@example.net>\r\nDATA\r\n"))
	c.Close()

	// Output:
	//   0 reply     220 mx.example.net ESMTP
	//   0 command   AUTH PLAIN
	//  26 reply     334
	//  12 user      ann
	//  12 password  secret
	//  31 reply     235 welcome
	//  30 command   MAIL FROM:<ann@example.org>
	//  30 sender    ann@example.org
	//  59 command   RCPT TO:<ceo@example.net>
	//  59 recipient ceo@example.net
	//     blocked
}
