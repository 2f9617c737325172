//go:build e2e

package e2e

import (
	"fmt"
	"net/smtp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMail sends mails to Postfix under different conditions and wants reknit to report each of them: envelope, header,
// and the hashes of its files.
func TestMail(t *testing.T) {
	tests := []struct {
		name     string
		ways     []string // how the mails are sent, in turn
		sessions int
		together int  // sessions open at once
		size     int  // of each mail's attachment
		lose     int  // per mille of the packets, after the tap
		onebyte  bool // each byte a write of its own
	}{
		{name: "one by one", ways: []string{"lockstep", "pipeline", "chunks", "net/smtp", "swaks"}, sessions: 10, together: 1, size: 30_000},
		{name: "together", ways: []string{"lockstep", "pipeline", "chunks", "net/smtp"}, sessions: 40, together: 20, size: 50_000},
		{name: "loss", ways: []string{"lockstep", "pipeline", "chunks"}, sessions: 12, together: 6, size: 300_000, lose: 10},
		{name: "one-byte writes", ways: []string{"lockstep", "pipeline", "chunks"}, sessions: 3, together: 3, size: 6_000, onebyte: true},
		{name: "one-byte writes and loss", ways: []string{"lockstep", "pipeline"}, sessions: 2, together: 2, size: 3_000, onebyte: true, lose: 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			l.startPostfix()
			if test.lose > 0 {
				l.lose(test.lose)
			}
			c := l.capture("test.pcap")
			when := time.Now().Truncate(time.Second)
			sessions := make([]*session, test.sessions)
			slots := make(chan bool, test.together)
			var wait sync.WaitGroup
			for i := range sessions {
				s := numbered(i, test.size, when)
				sessions[i] = s
				way := test.ways[i%len(test.ways)]
				slots <- true
				wait.Add(1)
				go func() { // t.Fatal in here ends the goroutine; the comparison then misses the mail
					defer func() { <-slots; wait.Done() }()
					l.deliver(s, way, test.onebyte)
				}()
			}
			wait.Wait()
			file := c.stop()
			if test.lose > 0 {
				lost := l.lost()
				t.Logf("%d packets lost", lost)
				if lost == 0 {
					t.Error("no packet was lost, so this tested nothing")
				}
			}
			if t.Failed() {
				return
			}
			compare(t, sessions, reknit(t, file))
		})
	}
}

// numbered is a session with one mail that differs from all others and has two files.
func numbered(i, size int, when time.Time) *session {
	s := &session{
		Client: fmt.Sprintf("%s:%d", clientAddr, 41000+i),
		Server: serverAddr + ":25",
		Helo:   fmt.Sprintf("host%d.example.net", i),
		Ended:  "quit",
	}
	m := &mail{MailFrom: fmt.Sprintf("<sender%d@example.net>", i), RcptTo: to("<bob@example.org>", "<carol@example.org>"), Complete: true}
	m.Header = header{
		From:      fmt.Sprintf("Sender %d <sender%d@example.net>", i, i),
		To:        "bob@example.org, carol@example.org",
		Subject:   fmt.Sprintf("Mail number %d", i),
		MessageID: fmt.Sprintf("<%d@example.net>", i),
	}
	m.compose(when, text("See the files.", ".", "..", ".and this line"),
		part{kind: "application/pdf", encoding: "base64", file: fmt.Sprintf("file%d.pdf", i), data: pdf(size, uint64(i))},
		part{kind: "text/csv; charset=utf-8", encoding: "quoted-printable", file: fmt.Sprintf("table%d.csv", i), data: table(size / 10)})
	s.Mails = []*mail{m}
	return s
}

// table returns lines of text that quoted-printable has to encode, of about n bytes.
func table(n int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d;Müller=%d;%s;\t\r\n", i, i*i, strings.Repeat("x", i%120))
	}
	return []byte(b.String())
}

// deliver sends the mails of a session.
func (l *lab) deliver(s *session, way string, onebyte bool) {
	l.t.Helper()
	if way == "swaks" {
		l.swaks(s)
		return
	}
	if way == "net/smtp" {
		l.netSMTP(s)
		return
	}
	c := l.connect(s.Client, s.Server, onebyte)
	c.command("250", "EHLO %s", s.Helo)
	for _, m := range s.Mails {
		switch way {
		case "lockstep":
			c.send(m)
		case "pipeline":
			c.pipeline(m)
		case "chunks":
			c.chunks(m)
		}
	}
	c.quit()
}

// netSMTP sends with the client of the standard library.
func (l *lab) netSMTP(s *session) {
	l.t.Helper()
	check := func(err error) {
		l.t.Helper()
		if err != nil {
			l.t.Errorf("net/smtp: %v", err)
		}
	}
	conn, err := l.dial(s.Client, s.Server)
	if err != nil {
		l.t.Errorf("connect: %v", err)
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * time.Minute))
	c, err := smtp.NewClient(conn, "mx.example.org")
	if err != nil {
		check(err)
		return
	}
	check(c.Hello(s.Helo))
	for _, m := range s.Mails {
		check(c.Mail(strings.Trim(m.MailFrom, "<>")))
		for _, r := range m.RcptTo {
			check(c.Rcpt(strings.Trim(r.Address, "<>")))
		}
		w, err := c.Data()
		if err != nil {
			check(err)
			return
		}
		_, err = w.Write(m.Text)
		check(err)
		check(w.Close())
	}
	check(c.Quit())
}
