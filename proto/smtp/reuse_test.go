package smtp

import (
	"regexp"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/internal/race"
	"github.com/reknit/reknit/stream"
)

// shown is a Logger that writes the records of transactions and files one after the other.
type shown struct {
	silent
	object event.Object
	form   event.Options
	buf    []byte
	lines  []string
}

func (s *shown) line(a event.Appender) {
	s.object.Start(s.buf[:0], &s.form)
	a.AppendJSON(&s.object)
	s.buf = s.object.End()
	if s.lines != nil {
		s.lines = append(s.lines, string(s.buf))
	}
}

func (s *shown) Transaction(_ *app.Session, tx app.Transaction) { s.line(tx) }

func (s *shown) File(_ *app.Session, _ app.Transaction, _ stream.Dir, f event.Appender) { s.line(f) }

func reusing(t *testing.T, s *shown, files file.Config) *Conversation {
	g, err := app.NewGateway(app.Config{Reuse: true}, []app.Protocol{New(Config{Files: files})}, s)
	if err != nil {
		t.Fatal(err)
	}
	return &Conversation{
		gateway: g,
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 25, Expect: "smtp"}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

var (
	queued  = []byte("250 queued\r\n")
	goAhead = []byte("250 ok\r\n250 ok\r\n354 go ahead\r\n")
)

// next sends a mail in a session, behind an envelope.
func next(v *Conversation, text, envelope []byte) {
	v.Write(stream.ToServer, text)
	v.Write(stream.ToClient, queued)
	v.Write(stream.ToServer, envelope)
	v.Write(stream.ToClient, goAhead)
}

var number = regexp.MustCompile(`,"tx_id":\d`)

// TestReuse wants a mail in the memory of others to be like the first.
func TestReuse(t *testing.T) {
	again := []byte("MAIL FROM:<ann@example.org> SIZE=1000\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n")
	large, small := append(mailWithAttachment(1000), ".\r\n"...), []byte("Received: here\r\n\r\nhttp://example.org/x\r\n.\r\n")
	s := &shown{lines: []string{}}
	v := reusing(t, s, file.Config{MD5: true})
	envelope(v)
	for range 3 {
		next(v, large, again)
		next(v, small, again)
	}
	if len(s.lines) != 9 {
		t.Fatalf("there are %d records, want 9: %q", len(s.lines), s.lines)
	}
	for i, line := range s.lines {
		if want := s.lines[i%3]; number.ReplaceAllString(line, "") != number.ReplaceAllString(want, "") {
			t.Errorf("record %d is\n%s, want\n%s", i, line, want)
		}
	}
}

// A mail costs two paths of its envelope, the queue of replies that are owed, and in a record the list of its recipients.
func TestMailAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("pools are emptied at random under the race detector")
	}
	again := []byte("MAIL FROM:<ann@example.org> SIZE=1000\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n")
	text := append(mailWithAttachment(1000), ".\r\n"...)
	v := reusing(t, new(shown), file.Config{})
	envelope(v)
	next(v, text, again)
	if n := testing.AllocsPerRun(100, func() { next(v, text, again) }); n > 5 {
		t.Errorf("a mail takes %v allocations", n)
	}
}
