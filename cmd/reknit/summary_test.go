package main

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

var update = flag.Bool("update", false, "write testdata/mail.txt")

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// The summary of the capture that the repository has.
func TestSummaryOfCapture(t *testing.T) {
	const name = "testdata/mail.txt"
	got := execute(t, "-r", capture)
	if got.code != 0 || got.err != "" {
		t.Fatalf("exit code %d, error output %q", got.code, got.err)
	}
	text := regexp.MustCompile(` Read in .*`).ReplaceAllString(got.out, "")
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the summary differs from %s (-update writes it):\n%s", name, text)
	}
}

// read takes a message apart.
func read(text string) *mime.Email {
	e := mime.NewEmail(nil)
	m := mime.NewMessage(nil, e)
	for line := range strings.SplitSeq(text, "\n") {
		m.Line([]byte(line), stream.CRLF)
	}
	m.Close()
	return e
}

func newTestSummary(verbose bool) (*summary, *bytes.Buffer) {
	var out bytes.Buffer
	return newSummary(&terminal{out: &out, err: &out}, verbose), &out
}

func TestHostileMail(t *testing.T) {
	s, out := newTestSummary(false)
	evil := "\x1b]0;owned\x07\u202e\r\n\xff"
	m := &smtp.Mail{
		From:       smtp.ParsePath(evil),
		Recipients: []smtp.Recipient{{Path: smtp.ParsePath(evil)}},
		Login:      &smtp.Login{Mechanism: evil, User: evil},
		Message: &smtp.Message{
			Email: read("Subject: \x1b[2J=?utf-8?B?G1szMW1yZWQ=?=\n\n" + evil),
			Files: []*smtp.Attachment{{File: newFile(evil), MediaType: evil}},
			Size:  10,
		},
	}
	s.Event(&event.Record{Type: "smtp", Body: m, Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.2")})
	s.Event(&event.Record{Type: "anomaly", Body: &event.Anomaly{Event: evil}})
	s.print()
	for i, line := range strings.Split(out.String(), "\n") {
		if p := printable(line); p != line {
			t.Errorf("line %d is %q", i+1, line)
		}
	}
	if !strings.Contains(out.String(), `\x1b[31mred`) {
		t.Errorf("the subject is not there: %q", out)
	}
}

func TestWideCapture(t *testing.T) {
	for _, test := range []struct {
		verbose     bool
		mails       int
		flows       int
		hint, total string
	}{
		{false, 100, 20, "-v shows all", "3,000 flows, 1,500 mails"},
		{true, 1500, 3000, "", "3,000 flows, 1,500 mails"},
	} {
		s, out := newTestSummary(test.verbose)
		for i := range 3000 {
			r := &event.Record{Type: "flow", Src: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), SrcPort: 40000,
				Dst: netip.MustParseAddr("192.0.2.2"), DstPort: 25, Protocol: 6}
			r.Body = &event.Flow{Start: int64(i) * 1e9, End: int64(i+1) * 1e9, ToServer: event.Traffic{Packets: 1, Bytes: uint64(i)}}
			s.Event(r)
			if i%2 == 0 {
				s.Event(&event.Record{Type: "smtp", Body: &smtp.Mail{From: smtp.ParsePath("<>")}, Src: r.Src, Dst: r.Dst})
			}
		}
		s.print()
		text := out.String() + s.totals(3000, 1, time.Second)
		mails, flows := strings.Count(text, "(no recipient)"), strings.Count(text, " TCP ")
		if mails != test.mails || flows != test.flows {
			t.Errorf("verbose %t: %d mails and %d flows are listed, want %d and %d", test.verbose, mails, flows, test.mails, test.flows)
		}
		if hint := strings.Contains(text, "-v shows all"); hint != (test.hint != "") || !strings.Contains(text, test.total) {
			t.Errorf("verbose %t: it ends %q", test.verbose, text[len(text)-300:])
		}
	}
}

func TestLargestFlows(t *testing.T) {
	l := largest{limit: 3}
	for _, n := range []uint64{5, 1, 9, 3, 7, 2, 8} {
		l.take(flowLine{bytes: n})
	}
	sum := uint64(0)
	for _, f := range l.flows {
		sum += f.bytes
	}
	if len(l.flows) != 3 || sum != 9+8+7 || l.seen != 7 {
		t.Errorf("kept %v of %d", l.flows, l.seen)
	}
}

func Example_columns() {
	var t columns
	t.add(left("Protocol"), right("Bytes"), left("State"))
	t.add(left("smtp/TCP"), right("5"), left("closed"))
	t.add(left("UDP"), right("12,345"), left(""))
	var b strings.Builder
	t.write(&b)
	fmt.Print(b.String())
	// Output:
	//   Protocol   Bytes  State
	//   smtp/TCP       5  closed
	//   UDP       12,345
}

// newFile returns a file with that name.
func newFile(name string) *file.File {
	f := file.New(nil, []byte(name))
	f.Close()
	return f
}
