package mail_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/internal/race"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// tx is a transaction that no session knows: nobody is told of its files.
type tx struct{ app.Tx }

func (*tx) AppendJSON(*event.Object) {}

const text = "From: ann@example.org\r\nSubject: two files\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nSee http://example.org/x\r\n" +
	"--cut\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n--cut\r\nContent-Type: text/x; name=b.txt\r\n\r\nsome\r\ntext\r\n--cut--\r\n"

// shown says what a message is, in a line.
func shown(m *mail.Message) string {
	var o event.Object
	o.Start(nil, &event.Options{})
	m.AppendJSON(&o)
	s := fmt.Sprintf("%s size %d lost %d whole %v", strings.TrimSpace(string(o.End())), m.Size, m.Lost, m.Whole)
	for _, f := range m.Files {
		s += fmt.Sprintf("; %s %s %d %v %x", f.Name, f.MediaType, f.Size, f.State(), f.MD5())
	}
	return s
}

var config = mail.Config{Files: file.Config{MD5: true}}

func whole(write func(r *mail.Reader)) string {
	r := mail.NewReader(&config, nil)
	m := r.Begin(new(tx), stream.ToClient)
	write(r)
	r.End()
	return shown(m)
}

// A message is the same whether it comes line by line, many lines at once, or cut anywhere.
func TestWaysToRead(t *testing.T) {
	want := whole(func(r *mail.Reader) {
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			r.Line([]byte(line), stream.CRLF)
		}
	})
	if !strings.Contains(want, `"attachment":["a.bin","b.txt"]`) || !strings.Contains(want, "a.bin application/octet-stream 26 CLOSED") {
		t.Fatalf("the message is %s", want)
	}
	if got := whole(func(r *mail.Reader) { r.Write([]byte(text)) }); got != want {
		t.Errorf("at once it is\n%s, want\n%s", got, want)
	}
	for size := 1; size < 200; size += 7 {
		got := whole(func(r *mail.Reader) {
			for part := []byte(text); len(part) > 0; part = part[min(size, len(part)):] {
				r.Write(part[:min(size, len(part))])
				r.Flush()
			}
		})
		if got != want {
			t.Errorf("in pieces of %d it is\n%s, want\n%s", size, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	r := mail.NewReader(&config, nil)
	m := r.Begin(new(tx), stream.ToClient)
	r.Write([]byte(text[:len(text)-20]))
	r.Lost(5)
	r.Cut()
	if m.Whole || m.Lost != 5 || len(m.Files) != 2 || m.Files[1].State() != file.Truncated || !m.Files[1].Gaps {
		t.Errorf("a message that was cut is %s", shown(m))
	}
	// The Reader reads the next one as if it were the first.
	m = r.Begin(new(tx), stream.ToClient)
	r.Write([]byte(text))
	r.End()
	if got, want := shown(m), whole(func(r *mail.Reader) { r.Write([]byte(text)) }); got != want {
		t.Errorf("the next message is\n%s, want\n%s", got, want)
	}
}

func TestRaise(t *testing.T) {
	r := mail.NewReader(&mail.Config{}, nil)
	var raised []string
	r.Raise = func(_ app.Transaction, a mime.Anomaly) { raised = append(raised, a.String()) }
	r.Begin(new(tx), stream.ToServer)
	r.Write([]byte("Content-Type: multipart/mixed; boundary=x\r\n\r\n"))
	for range 3 {
		r.Write([]byte("--x\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJDREVGR0hJ*KLMNOPQ=RS\r\n"))
	}
	r.End()
	if len(raised) != 1 || raised[0] != "mime_invalid_base64" {
		t.Errorf("raised %q", raised)
	}
}

// also counts what it is told.
type also struct{ headers, parts, bytes, lost, ends int }

func (a *also) Header(*mime.Part, *mime.Header)  { a.headers++ }
func (a *also) Begin(*mime.Part)                 { a.parts++ }
func (a *also) Body(_ *mime.Part, b []byte)      { a.bytes += len(b) }
func (a *also) Lost(*mime.Part, int64)           { a.lost++ }
func (a *also) End(*mime.Part)                   { a.ends++ }
func (a *also) Anomaly(mime.Anomaly, *mime.Part) {}

func TestAlso(t *testing.T) {
	var a also
	r := mail.NewReader(&config, nil)
	r.Also = &a
	r.Begin(new(tx), stream.ToServer)
	r.Write([]byte(text[:len(text)-10]))
	r.Lost(1)
	r.End()
	if a.headers != 8 || a.parts != 4 || a.ends != 4 || a.lost != 1 {
		t.Errorf("told %+v", a)
	}
}

func TestMemoryDoesNotGrow(t *testing.T) {
	r := mail.NewReader(&mail.Config{}, nil)
	r.Begin(new(tx), stream.ToServer)
	r.Write([]byte("Content-Type: image/png; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n"))
	line := bytes.Repeat([]byte("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n"), 20)
	r.Write(line)
	if n := testing.AllocsPerRun(100, func() { r.Write(line); r.Flush() }); n > 0 {
		t.Errorf("lines of a body take %v allocations", n)
	}
	r.End()
}

// Where nobody wants to know what a message says, the oddities are the same.
func TestUnwanted(t *testing.T) {
	raised := func(c *mail.Config) (string, *mail.Message) {
		r := mail.NewReader(c, nil)
		var list []string
		r.Raise = func(_ app.Transaction, a mime.Anomaly) { list = append(list, a.String()) }
		m := r.Begin(new(tx), stream.ToServer)
		r.Write([]byte(strings.Replace(text, "QUJD", "Q=JD", 1)))
		r.Lost(3)
		r.End()
		return strings.Join(list, " "), m
	}
	want, m := raised(&mail.Config{})
	got, none := raised(&mail.Config{Email: mime.EmailConfig{Unwanted: true}, Files: file.Config{Unwanted: true}})
	if want == "" || got != want {
		t.Errorf("raised %q, want %q", got, want)
	}
	if len(m.Files) != 2 || none.Email != nil || none.Files != nil || none.Size != m.Size || none.Lost != m.Lost || !none.Whole {
		t.Errorf("the message is %+v, with everything %+v", none, m)
	}
}

// A message in the memory of another is as if it were the first, and costs next to nothing.
func TestReuse(t *testing.T) {
	r := mail.NewReader(&config, nil)
	read := func(text string) (string, *mail.Message) {
		m := r.Begin(new(tx), stream.ToClient)
		m.Reuse() // it is being read
		r.Write([]byte(text))
		r.End()
		return shown(m), m
	}
	want, m := read(text)
	small, _ := read("Subject: small\r\n\r\nhttp://example.org/y\r\n")
	for range 3 {
		m.Reuse()
		var got string
		if got, m = read("Subject: small\r\n\r\nhttp://example.org/y\r\n"); got != small {
			t.Errorf("a small message is\n%s, want\n%s", got, small)
		}
		m.Reuse()
		if got, m = read(text); got != want {
			t.Errorf("the message is\n%s, want\n%s", got, want)
		}
	}
	if race.Enabled {
		return // pools are emptied at random
	}
	whole, of := []byte(text), new(tx)
	if n := testing.AllocsPerRun(100, func() {
		m := r.Begin(of, stream.ToClient)
		r.Write(whole)
		r.End()
		m.Reuse()
	}); n > 2 { // of a media type that is not known
		t.Errorf("a message takes %v allocations", n)
	}
}
