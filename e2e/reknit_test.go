//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// configuration asks for what the facts tell: three more header fields, and a hash of every file.
const configuration = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - smtp:
            custom: [subject, message_id, date]
        - files:
            force-hash: [sha256]
        - anomaly
        - flow
`

var binDir string // of the built command, when there is one

// command builds cmd/reknit once for all tests.
var command = sync.OnceValues(func() (string, error) {
	var err error
	if binDir, err = os.MkdirTemp("", "reknit-e2e-bin-"); err != nil {
		return "", err
	}
	name := filepath.Join(binDir, "reknit")
	if out, err := exec.Command("go", "build", "-o", name, "../cmd/reknit").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binDir != "" {
		os.RemoveAll(binDir)
	}
	os.Exit(code)
}

// record is an EVE record with the members that the facts tell.
type record struct {
	EventType string `json:"event_type"`
	SrcIP     string `json:"src_ip"`
	SrcPort   int    `json:"src_port"`
	SMTP      struct {
		Helo     string   `json:"helo"`
		MailFrom *string  `json:"mail_from"`
		RcptTo   []string `json:"rcpt_to"`
	} `json:"smtp"`
	Email *struct {
		From       string   `json:"from"`
		To         []string `json:"to"`
		Cc         []string `json:"cc"`
		Subject    string   `json:"subject"`
		MessageID  string   `json:"message_id"`
		Date       string   `json:"date"`
		Attachment []string `json:"attachment"`
	} `json:"email"`
	Fileinfo struct {
		Filename string `json:"filename"`
		State    string `json:"state"`
		Size     int    `json:"size"`
		SHA256   string `json:"sha256"`
		Gaps     bool   `json:"gaps"`
	} `json:"fileinfo"`

	line string
}

// reknit runs the command on a capture and returns its EVE records by the client's address and port.
func reknit(t testing.TB, capture string) map[string][]*record {
	t.Helper()
	name, err := command()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "reknit.yaml")
	if err := os.WriteFile(config, []byte(configuration), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, "-c", config, "-r", capture, "-l", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("reknit: %v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "eve.json"))
	if err != nil {
		t.Fatalf("%v; reknit printed:\n%s", err, out)
	}
	defer f.Close()
	records := map[string][]*record{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r := &record{line: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), r); err != nil {
			t.Fatalf("%v in %s", err, lines.Bytes())
		}
		client := net.JoinHostPort(r.SrcIP, fmt.Sprint(r.SrcPort))
		records[client] = append(records[client], r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return records
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
