package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFacts wants reknit to report of testdata/mail.pcap what was sent in it.
func TestFacts(t *testing.T) {
	dir := filepath.Join("..", "testdata")
	b, err := os.ReadFile(filepath.Join(dir, "mail.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f facts
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	compare(t, f.Sessions, reknit(t, filepath.Join(dir, f.Capture)))
}

// facts is what was sent: the truth that reknit's report is compared with. testdata/mail.json holds those of
// testdata/mail.pcap.
type facts struct {
	Capture  string     `json:"capture"`
	Bytes    int        `json:"bytes"`   // of the capture file
	Packets  int        `json:"packets"` // in it
	Sessions []*session `json:"sessions"`
}

// session is one connection.
type session struct {
	About  string  `json:"about"`
	Client string  `json:"client"` // address and port
	Server string  `json:"server"`
	Helo   string  `json:"helo"`
	TLS    bool    `json:"tls"`   // STARTTLS: what follows is encrypted, its mail is not listed
	Ended  string  `json:"ended"` // quit, or how else
	Mails  []*mail `json:"mails"`
}

// mail is one message and its envelope.
type mail struct {
	MailFrom   string       `json:"mail_from"` // with its angle brackets
	RcptTo     []*recipient `json:"rcpt_to"`
	Transfer   string       `json:"transfer"` // DATA or BDAT
	Complete   bool         `json:"complete"` // the server got the end of the message and took it
	Header     header       `json:"header"`
	Files      []*file      `json:"files"` // parts with a file name
	TextBytes  int          `json:"text_bytes"`
	TextSHA256 string       `json:"text_sha256"` // of the message as the server got it: no dots added, CRLF at its end
	Text       []byte       `json:"-"`           // the message
	Data       [][]byte     `json:"-"`           // contents of Files
}

// recipient is one RCPT command and the code of its reply.
type recipient struct {
	Address string `json:"address"`
	Reply   string `json:"reply"`
}

// header is the part of a message's header that reknit reports.
type header struct {
	From       string `json:"from"` // as sent, on one line
	To         string `json:"to"`
	Cc         string `json:"cc,omitempty"`
	Subject    string `json:"subject"`
	Decoded    string `json:"subject_decoded"` // RFC 2047 words decoded
	Date       string `json:"date"`
	MessageID  string `json:"message_id"`
	Type       string `json:"content_type"`
	RawSubject string `json:"-"` // as written, folded
}

// file is an attachment.
type file struct {
	Name     string `json:"name"`
	Type     string `json:"content_type"`
	Encoding string `json:"encoding"`
	Bytes    int    `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// compare wants the records of each session to tell what was sent in it.
func compare(t testing.TB, sessions []*session, records map[string][]*record) {
	t.Helper()
	for _, s := range sessions {
		var mails, files []*record
		for _, r := range records[canonical(s.Client)] {
			switch r.EventType {
			case "smtp":
				if r.SMTP.Helo != s.Helo {
					t.Errorf("%s: helo is %q, want %q", s.Client, r.SMTP.Helo, s.Helo)
				}
				if r.Email != nil {
					mails = append(mails, r)
				}
			case "fileinfo":
				files = append(files, r)
			}
		}
		if len(mails) != len(s.Mails) {
			t.Errorf("%s: %d mails, want %d; records:\n%s", s.Client, len(mails), len(s.Mails), lines(records[canonical(s.Client)]))
			continue
		}
		var want []*file
		for i, m := range s.Mails {
			m.compare(t, s.Client, mails[i])
			if m.Complete {
				want = append(want, m.Files...)
			}
		}
		files = slices.DeleteFunc(files, func(r *record) bool { return r.Fileinfo.State != "CLOSED" })
		if len(files) != len(want) {
			t.Errorf("%s: %d complete files, want %d:\n%s", s.Client, len(files), len(want), lines(files))
			continue
		}
		for i, f := range want {
			got := file{Name: files[i].Fileinfo.Filename, Bytes: files[i].Fileinfo.Size, SHA256: files[i].Fileinfo.SHA256}
			if got.Name != f.Name || got.Bytes != f.Bytes || got.SHA256 != f.SHA256 || files[i].Fileinfo.Gaps {
				t.Errorf("%s: file %q, want %d bytes with SHA-256 %s; got %s", s.Client, f.Name, f.Bytes, f.SHA256, files[i].line)
			}
		}
	}
}

// compare wants a record to tell of this mail.
func (m *mail) compare(t testing.TB, client string, r *record) {
	t.Helper()
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s is %q, want %q", client, what, got, want)
		}
	}
	if r.SMTP.MailFrom == nil {
		t.Errorf("%s: no mail_from in %s", client, r.line)
		return
	}
	var rcpt, names []string
	for _, to := range m.RcptTo {
		rcpt = append(rcpt, to.Address)
	}
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	check("mail_from", *r.SMTP.MailFrom, m.MailFrom)
	check("rcpt_to", strings.Join(r.SMTP.RcptTo, " "), strings.Join(rcpt, " "))
	check("from", r.Email.From, m.Header.From)
	check("to", strings.Join(r.Email.To, ", "), m.Header.To)
	check("cc", strings.Join(r.Email.Cc, ", "), m.Header.Cc)
	check("message_id", r.Email.MessageID, m.Header.MessageID)
	check("date", r.Email.Date, m.Header.Date)
	check("attachment", strings.Join(r.Email.Attachment, " "), strings.Join(names, " "))
	// Between the encoded words of a folded header, EVE has no space.
	check("subject", strings.ReplaceAll(r.Email.Subject, "?= =?", "?==?"), strings.ReplaceAll(m.Header.Subject, "?= =?", "?==?"))
}

// canonical writes an address as EVE does: IPv6 in full.
func canonical(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		var groups []string
		for i := 0; i < 16; i += 2 {
			groups = append(groups, fmt.Sprintf("%02x%02x", ip[i], ip[i+1]))
		}
		host = strings.Join(groups, ":")
	}
	return net.JoinHostPort(host, port)
}

func lines(records []*record) string {
	var b bytes.Buffer
	for _, r := range records {
		b.WriteString(r.line + "\n")
	}
	return b.String()
}
