//go:build e2e

package e2e

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// swaks sends the one mail of a session with swaks.
func (l *lab) swaks(s *session) {
	l.t.Helper()
	if _, err := exec.LookPath("swaks"); err != nil {
		l.t.Skip("skipped: swaks is not installed")
	}
	m := s.Mails[0]
	data := filepath.Join(l.dir, "swaks.eml")
	if err := os.WriteFile(data, bytes.TrimSuffix(m.Text, []byte("\r\n")), 0o644); err != nil {
		l.t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(s.Client)
	if err != nil {
		l.t.Fatal(err)
	}
	server, _, err := net.SplitHostPort(s.Server)
	if err != nil {
		l.t.Fatal(err)
	}
	var rcpt []string
	for _, r := range m.RcptTo {
		rcpt = append(rcpt, strings.Trim(r.Address, "<>"))
	}
	l.in(l.client, "swaks", "--server", server, "--local-interface", host, "--local-port", port, "--helo", s.Helo,
		"--from", strings.Trim(m.MailFrom, "<>"), "--to", strings.Join(rcpt, ","), "--data", "@"+data,
		"--timeout", "30", "--hide-all")
}
