//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// client is an SMTP client that decides itself what goes into one write.
type client struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// connect opens a connection and reads the greeting. onebyte makes every byte that the client sends a write of its own.
func (l *lab) connect(local, remote string, onebyte bool) *client {
	l.t.Helper()
	conn, err := l.dial(local, remote)
	if err != nil {
		l.t.Fatalf("connect to %s: %v", remote, err)
	}
	if onebyte {
		conn = oneByte{conn}
	}
	c := newClient(l.t, conn)
	c.expect("220")
	return c
}

// newClient returns a client that gives up after two minutes.
func newClient(t testing.TB, conn net.Conn) *client {
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(2 * time.Minute))
	return &client{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// write sends bytes in one write.
func (c *client) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// expect reads one reply, which must have the given code.
func (c *client) expect(code string) {
	c.t.Helper()
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("read a %s reply: %v", code, err)
		}
		if !strings.HasPrefix(line, code) {
			c.t.Fatalf("reply is %q, want %s", line, code)
		}
		if len(line) < 4 || line[3] != '-' {
			return
		}
	}
}

// command sends a line and wants a reply with the given code.
func (c *client) command(code, format string, args ...any) {
	c.t.Helper()
	c.write(fmt.Appendf(nil, format+"\r\n", args...))
	c.expect(code)
}

// envelope sends MAIL and RCPT, one by one.
func (c *client) envelope(m *mail) {
	c.t.Helper()
	c.command("250", "MAIL FROM:%s", m.MailFrom)
	for _, r := range m.RcptTo {
		c.command(r.Reply, "RCPT TO:%s", r.Address)
	}
}

// send sends a mail command by command.
func (c *client) send(m *mail) {
	c.t.Helper()
	c.envelope(m)
	c.command("354", "DATA")
	c.write(stuff(m.Text))
	c.expect("250")
}

// pipeline sends a mail's envelope in one write and reads the replies after it (RFC 2920).
func (c *client) pipeline(m *mail) {
	c.t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "MAIL FROM:%s\r\n", m.MailFrom)
	for _, r := range m.RcptTo {
		fmt.Fprintf(&b, "RCPT TO:%s\r\n", r.Address)
	}
	b.WriteString("DATA\r\n")
	c.write(b.Bytes())
	c.expect("250")
	for _, r := range m.RcptTo {
		c.expect(r.Reply)
	}
	c.expect("354")
	c.write(stuff(m.Text))
	c.expect("250")
}

// chunks sends a mail in two chunks (RFC 3030). The first ends in the middle of a line.
func (c *client) chunks(m *mail) {
	c.t.Helper()
	c.envelope(m)
	half := len(m.Text)/2 + 7
	c.write(append(fmt.Appendf(nil, "BDAT %d\r\n", half), m.Text[:half]...))
	c.expect("250")
	c.write(append(fmt.Appendf(nil, "BDAT %d LAST\r\n", len(m.Text)-half), m.Text[half:]...))
	c.expect("250")
}

// login authenticates with AUTH LOGIN after a failed AUTH PLAIN.
func (c *client) login() {
	c.t.Helper()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	c.command("535", "AUTH PLAIN %s", b64("\x00"+authUser+"\x00wrong"))
	c.command("334", "AUTH LOGIN")
	c.command("334", "%s", b64(authUser))
	c.command("235", "%s", b64(authPassword))
}

// startTLS encrypts the connection.
func (c *client) startTLS() {
	c.t.Helper()
	c.command("220", "STARTTLS")
	conn := tls.Client(c.conn, &tls.Config{
		ServerName:         "mx.example.org",
		InsecureSkipVerify: true, // the certificate is the lab's own
	})
	if err := conn.Handshake(); err != nil {
		c.t.Fatalf("TLS handshake: %v", err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
}

// quit ends the session and waits until the server has closed.
func (c *client) quit() {
	c.t.Helper()
	c.command("221", "QUIT")
	c.in.ReadByte()
	c.conn.Close()
}

// vanish closes the connection in the middle of what it is doing.
func (c *client) vanish() {
	if conn, ok := c.conn.(*net.TCPConn); ok {
		conn.SetLinger(0) // a RST instead of a FIN
	}
	c.conn.Close()
}

// stuff doubles the dots at the beginning of lines and adds the line that ends the data (RFC 5321, section 4.5.2). The
// text ends with CRLF.
func stuff(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n."), []byte("\r\n.."))
	return append(text, ".\r\n"...)
}

// oneByte is a connection that sends one byte with each write.
type oneByte struct{ net.Conn }

func (c oneByte) Write(b []byte) (int, error) {
	for i := range b {
		if _, err := c.Conn.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}
