//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/mail.pcap and testdata/mail.json anew")

// TestMailCapture plays the sessions of testdata/mail.pcap against Postfix and compares what reknit reports with what
// was sent. With -update the capture and the facts about it become the new testdata/mail.pcap and mail.json.
func TestMailCapture(t *testing.T) {
	l := newLab(t)
	server := l.startPostfix()
	if !server.auth {
		t.Skip("skipped: saslpasswd2 is not installed")
	}
	c := l.capture("mail.pcap")
	f := &facts{Capture: "mail.pcap", Sessions: l.play()}
	capture := c.stop()

	b, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	_, packets := split(t, b)
	f.Bytes, f.Packets = len(b), len(packets)
	if len(b) > 100_000 {
		t.Errorf("the capture has %d bytes, want at most 100000", len(b))
	}
	if *update {
		var j bytes.Buffer
		e := json.NewEncoder(&j)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(f); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join("..", "testdata")
		if err := os.WriteFile(filepath.Join(dir, "mail.pcap"), b, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "mail.json"), j.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, f.Sessions, reknit(t, capture))
}

// play holds the sessions of testdata/mail.pcap, one after the other.
func (l *lab) play() []*session {
	when := time.Now().Truncate(time.Second)
	return []*session{
		l.playSwaks(when),
		l.playAttachments(when),
		l.playPipelined(when),
		l.playLogin(when),
		l.playChunks(when),
		l.playRefused(),
		l.playTLS(when),
		l.playVanishing(when),
	}
}

// begin connects and says EHLO.
func (l *lab) begin(s *session) *client {
	l.t.Helper()
	if s.Mails == nil {
		s.Mails = []*mail{}
	}
	c := l.connect(s.Client, s.Server, false)
	c.command("250", "EHLO %s", s.Helo)
	return c
}

func (l *lab) playSwaks(when time.Time) *session {
	m := &mail{MailFrom: "<alice@example.net>", RcptTo: to("<bob@example.org>"), Complete: true}
	m.Header = header{From: "Alice <alice@example.net>", To: "bob@example.org", Subject: "Minutes of Monday",
		MessageID: "<plain-1@example.net>"}
	m.compose(when, text("Dear Bob,", "", "the minutes are at http://www.example.com/minutes?day=monday as always.", "",
		"Alice"))
	s := &session{About: "plain mail sent by swaks, in lock-step", Client: clientAddr + ":40001", Server: serverAddr + ":25",
		Helo: "client.example.net", Ended: "quit", Mails: []*mail{m}}
	l.swaks(s)
	return s
}

func (l *lab) playAttachments(when time.Time) *session {
	m := &mail{MailFrom: "<zoe@example.net>", Complete: true,
		RcptTo: append(to("<wei@example.org>", "<bob@example.org>"),
			&recipient{Address: "<nobody@example.org>", Reply: "550"})}
	m.Header = header{
		From:       "=?utf-8?Q?Zo=C3=AB_M=C3=BCller?= <zoe@example.net>",
		To:         "=?GB2312?B?zfXOsA==?= <wei@example.org>, bob@example.org",
		Cc:         "nobody@example.org",
		Subject:    "=?utf-8?B?UXVhcnRlcmx5IHJlcG9ydCDigJMg?= =?GB2312?B?vL62yLGouOY=?=",
		RawSubject: "=?utf-8?B?UXVhcnRlcmx5IHJlcG9ydCDigJMg?=\r\n =?GB2312?B?vL62yLGouOY=?=",
		Decoded:    "Quarterly report – 季度报告",
		MessageID:  "<report-2@example.net>",
	}
	notes := "Notes\r\n\r\n.a line that begins with a dot\r\n..and one with two\r\n.\r\nThe line above is a dot alone.\r\n"
	m.compose(when, text("Two files, and a recipient that nobody knows."),
		part{kind: `application/pdf; name="report.pdf"`, encoding: "base64", file: "report.pdf", data: pdf(14_000, 2)},
		part{kind: "text/plain; charset=us-ascii", encoding: "7bit", file: "notes.txt", data: []byte(notes)})
	s := &session{About: "two attachments, encoded words in UTF-8 and GB2312, three recipients of which one is refused",
		Client: clientAddr + ":40002", Server: serverAddr + ":25", Helo: "mail.example.net", Ended: "quit", Mails: []*mail{m}}
	c := l.begin(s)
	c.send(m)
	c.quit()
	return s
}

func (l *lab) playPipelined(when time.Time) *session {
	first := &mail{MailFrom: "<list@example.com>", RcptTo: to("<bob@example.org>", "<carol@example.org>"), Complete: true}
	first.Header = header{From: "list@example.com", To: "members@example.com", MessageID: "<list-3@example.com>",
		Subject: "=?ISO-2022-JP?B?GyRCMnE1RCRONUQ7dk8/GyhC?=", Decoded: "会議の議事録"}
	first.compose(when, text("The first mail of two.", ".", "This line follows a line that holds only a dot."))

	second := &mail{MailFrom: "<>", RcptTo: to("<carol@example.org>"), Complete: true}
	second.Header = header{From: "MAILER-DAEMON@example.com", To: "carol@example.org", MessageID: "<bounce-4@example.com>",
		Subject: "Undelivered mail"}
	second.compose(when, text("The second mail of the same session, from nobody: grüß Gott."))

	s := &session{About: "two mails, each envelope in one write (PIPELINING), a dot alone on a line, an empty sender",
		Client: clientAddr + ":40003", Server: serverAddr + ":25", Helo: "lists.example.com", Ended: "quit",
		Mails: []*mail{first, second}}
	c := l.begin(s)
	c.pipeline(first)
	c.pipeline(second)
	c.quit()
	return s
}

func (l *lab) playLogin(when time.Time) *session {
	m := &mail{MailFrom: "<dora@example.org>", RcptTo: to("<carol@example.org>"), Complete: true}
	m.Header = header{From: "Dora <dora@example.org>", To: "carol@example.org", Subject: "Café menu",
		MessageID: "<menu-5@example.org>", Type: "multipart/alternative"}
	m.Header.Subject, m.Header.Decoded = "=?iso-8859-1?Q?Caf=E9_menu?=", "Café menu"
	html := "<html><body><p>Crème brûlée = 5 €, see <a href=\"http://www.example.com/menu?id=5\">the menu</a>." +
		strings79 + "</p></body></html>\r\n"
	m.compose(when,
		part{kind: "text/plain; charset=utf-8", encoding: "quoted-printable", data: []byte("Crème brûlée = 5 €\r\n")},
		part{kind: "text/html; charset=utf-8", encoding: "quoted-printable", data: []byte(html)})
	s := &session{About: "AUTH PLAIN refused, AUTH LOGIN accepted, then quoted-printable text and HTML",
		Client: clientAddr2 + ":40004", Server: serverAddr + ":25", Helo: "[198.51.100.11]", Ended: "quit", Mails: []*mail{m}}
	c := l.begin(s)
	c.login()
	c.send(m)
	c.quit()
	return s
}

// strings79 makes a line that quoted-printable has to break.
const strings79 = " The kitchen closes at ten, and the bar when the last guest has gone; dogs are welcome on the terrace."

func (l *lab) playChunks(when time.Time) *session {
	m := &mail{MailFrom: "<alice@example.net>", RcptTo: to("<bob@example.org>"), Transfer: "BDAT", Complete: true}
	m.Header = header{From: "Alice <alice@example.net>", To: "bob@example.org", Subject: "In two chunks",
		MessageID: "<chunks-6@example.net>"}
	m.compose(when, text("A chunk may end anywhere, and no dot is doubled.", ".like here"),
		part{kind: "application/octet-stream", encoding: "base64", file: "noise.bin", data: pdf(2_000, 6)})
	s := &session{About: "a mail in two chunks (CHUNKING), cut in the middle of a line",
		Client: clientAddr2 + ":40005", Server: serverAddr + ":25", Helo: "client.example.net", Ended: "quit", Mails: []*mail{m}}
	c := l.begin(s)
	c.chunks(m)
	c.quit()
	return s
}

func (l *lab) playRefused() *session {
	s := &session{About: "IPv6: commands that are refused, and a relay attempt; no mail",
		Client: "[" + clientAddr6 + "]:40006", Server: "[" + serverAddr6 + "]:25", Helo: "six.example.net", Ended: "quit"}
	c := l.begin(s)
	c.command("252", "VRFY bob@example.org")
	c.command("500", "FROBNICATE")
	c.command("250", "NOOP")
	c.command("503", "DATA")
	c.command("250", "MAIL FROM:<alice@example.net> SIZE=1000 BODY=8BITMIME")
	c.command("554", "RCPT TO:<someone@example.com>")
	c.command("250", "RSET")
	c.quit()
	return s
}

func (l *lab) playTLS(when time.Time) *session {
	m := &mail{MailFrom: "<alice@example.net>", RcptTo: to("<bob@example.org>")}
	m.Header = header{From: "alice@example.net", To: "bob@example.org", Subject: "Secret", MessageID: "<secret-7@example.net>"}
	m.compose(when, text("Nobody on the wire can read this."))
	s := &session{About: "STARTTLS, then a mail that nobody can see", Client: clientAddr + ":40007", Server: serverAddr + ":25",
		Helo: "client.example.net", TLS: true, Ended: "quit"}
	c := l.begin(s)
	c.startTLS()
	c.command("250", "EHLO %s", s.Helo)
	c.send(m)
	c.quit()
	return s
}

func (l *lab) playVanishing(when time.Time) *session {
	m := &mail{MailFrom: "<zoe@example.net>", RcptTo: to("<wei@example.org>")}
	m.Header = header{From: "zoe@example.net", To: "wei@example.org", Subject: "Cut short", MessageID: "<cut-8@example.net>"}
	m.compose(when, text("The client resets the connection in the middle of the attachment."),
		part{kind: "application/pdf", encoding: "base64", file: "cut.pdf", data: pdf(6_000, 8)})
	s := &session{About: "the client resets the connection in the middle of an attachment: file and text are what it meant to send",
		Client: clientAddr + ":40008", Server: serverAddr + ":25", Helo: "mail.example.net", Ended: "reset", Mails: []*mail{m}}
	c := l.begin(s)
	c.envelope(m)
	c.command("354", "DATA")
	c.write(m.Text[:len(m.Text)*2/3])
	time.Sleep(300 * time.Millisecond) // so that the server has acknowledged all of it
	c.vanish()
	return s
}
