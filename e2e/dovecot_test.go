//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// dovecotConf is the configuration of a server with one account, over IMAP and POP3.
const dovecotConf = `
base_dir = DIR/run
state_dir = DIR/run
log_path = DIR/dovecot.log
protocols = imap pop3
listen = ADDR
default_internal_user = dovecot
default_login_user = dovenull
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:DIR/mail/%n
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = static
  args = password=only-for-the-lab
}
userdb {
  driver = static
  args = uid=UID gid=GID home=DIR/home/%n
}
service imap-login {
  chroot =
}
service pop3-login {
  chroot =
}
protocol imap {
  imap_logout_format = in=%i out=%o deleted=%{deleted} fetched=%{fetch_body_count}
}
protocol pop3 {
  pop3_logout_format = retr=%r del=%d
}
`

// dovecot is a server of a mailbox with mails that have files.
type dovecot struct {
	*lab
	dir   string
	mails []*mail

	mu   sync.Mutex
	read map[string]int // messages that were fetched, by protocol
	sent map[string][]*transfer
}

func (l *lab) startDovecot() *dovecot {
	l.t.Helper()
	l.tools("dovecot", "curl")
	d := &dovecot{lab: l, dir: l.directory("dovecot"), read: map[string]int{}, sent: map[string][]*transfer{}}
	uid, gid := ids(l.t, "mail")
	for _, user := range []string{"ivan", "peter"} {
		for _, name := range []string{"cur", "new", "tmp"} {
			d.directory("dovecot", "mail", user, name)
		}
		d.directory("dovecot", "home", user)
	}
	when := time.Now().Truncate(time.Second)
	for i := range 5 {
		m := numbered(i, 20_000*i+10, when).Mails[0]
		d.mails = append(d.mails, m)
		for _, user := range []string{"ivan", "peter"} {
			d.write(filepath.Join(d.dir, "mail", user, "cur", fmt.Sprintf("%d.M%dP1.host:2,S", when.Unix()+int64(i), i)), m.Text)
		}
	}
	err := filepath.WalkDir(d.dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && path != d.dir {
			err = os.Chown(path, uid, gid)
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	d.directory("dovecot", "run")
	writeCertificate(l.t, d.dir)
	conf := strings.NewReplacer("DIR", d.dir, "ADDR", serverAddr, "UID", fmt.Sprint(uid), "GID", fmt.Sprint(gid)).Replace(dovecotConf)
	d.serve("143", "dovecot", "-F", "-c", d.write(filepath.Join(d.dir, "dovecot.conf"), []byte(conf)))
	return d
}

func (d *dovecot) name() string { return "imap, pop3" }

func (d *dovecot) files() (all []*transfer) {
	return append(append(all, d.sent["imap"]...), d.sent["pop3"]...)
}

// fetched notes that a mail was transferred to the client.
func (d *dovecot) fetched(protocol string, m *mail) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read[protocol]++
	for i, f := range m.Files {
		d.sent[protocol] = append(d.sent[protocol], &transfer{name: f.Name, toward: clientAddr, data: m.Data[i], part: true})
	}
}

func (d *dovecot) play() {
	var wait sync.WaitGroup
	for _, f := range []func(){d.imap, d.pop3, d.pipelinedPOP3, d.encrypted, d.wrong} {
		wait.Go(f)
	}
	wait.Wait()
}

// imap fetches each mail, and then all of them with one command.
func (d *dovecot) imap() {
	for i, m := range d.mails {
		got := d.curl("-u", "ivan:"+authPassword, fmt.Sprintf("imap://%s/INBOX;MAILINDEX=%d", serverAddr, i+1))
		if got != string(m.Text) {
			d.t.Errorf("curl got another mail: %d bytes, want %d", len(got), len(m.Text))
		}
		d.fetched("imap", m)
	}
	c := d.speak(":143")
	defer c.conn.Close()
	c.line("* OK")
	c.say("a LOGIN {4}\r\n")
	c.line("+ ")
	c.say("ivan %s\r\n", authPassword)
	c.line("a OK")
	c.say("b EXAMINE INBOX\r\nc FETCH 1:* (FLAGS UID BODY.PEEK[])\r\nd LOGOUT\r\n")
	for _, m := range d.mails {
		d.fetched("imap", m)
	}
	c.line("b OK")
	c.line("c OK")
	c.line("d OK")
}

// pop3 gets each mail.
func (d *dovecot) pop3() {
	for i, m := range d.mails {
		got := d.curl("-u", "peter:"+authPassword, fmt.Sprintf("pop3://%s/%d", serverAddr, i+1))
		if got != string(m.Text) {
			d.t.Errorf("curl got another mail: %d bytes, want %d", len(got), len(m.Text))
		}
		d.fetched("pop3", m)
	}
}

// pipelinedPOP3 gets all mails with commands that are sent at once (RFC 2449, section 6.6).
func (d *dovecot) pipelinedPOP3() {
	c := d.speak(":110")
	defer c.conn.Close()
	c.line("+OK")
	c.say("USER peter\r\nPASS %s\r\nSTAT\r\nUIDL\r\nLIST\r\n", authPassword)
	for i, m := range d.mails {
		c.say("RETR %d\r\nTOP %d 0\r\n", i+1, i+1)
		d.fetched("pop3", m)
	}
	c.say("QUIT\r\n")
	c.line("+OK Logging out")
}

// encrypted says STARTTLS and STLS.
func (d *dovecot) encrypted() {
	d.curl("--ssl-reqd", "-k", "-u", "ivan:"+authPassword, "imap://"+serverAddr+"/")
	d.curl("--ssl-reqd", "-k", "-u", "peter:"+authPassword, "pop3://"+serverAddr+"/")
}

// wrong gives a command that there is not.
func (d *dovecot) wrong() {
	c := d.speak(":143")
	defer c.conn.Close()
	c.line("* OK")
	c.say("a1 FROBNICATE\r\na2 LOGOUT\r\n")
	c.line("a1 BAD")
	c.line("a2 OK")
}

// speak connects to the server.
func (d *dovecot) speak(port string) *client {
	d.t.Helper()
	conn, err := d.dial(clientAddr+":0", serverAddr+port)
	if err != nil {
		d.t.Fatalf("connect: %v", err)
	}
	return newClient(d.t, conn)
}

// say sends a text.
func (c *client) say(format string, args ...any) {
	c.t.Helper()
	c.write(fmt.Appendf(nil, format, args...))
}

// line reads up to a line that begins with a text.
func (c *client) line(prefix string) string {
	c.t.Helper()
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("read a line that begins with %q: %v", prefix, err)
		}
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
}

// logout takes the number of mails from the end of a session in the log.
var logout = regexp.MustCompile(`(imap|pop3)\((?:ivan|peter)\).*(?:fetched=|retr=)(\d+)`)

func (d *dovecot) compare(t *testing.T, r *report) {
	logged := map[string]int{}
	for _, line := range d.logLines(filepath.Join(d.dir, "dovecot.log"), "(") {
		if m := logout.FindStringSubmatch(line); m != nil {
			n := 0
			fmt.Sscan(m[2], &n)
			logged[m[1]] += n
		}
	}
	for protocol, n := range d.read {
		if logged[protocol] != n {
			t.Errorf("the server's log tells of %d mails that were fetched over %s, want %d", logged[protocol], protocol, n)
		}
		r.compareFiles(t, protocol, d.sent[protocol])
	}
	retrieved := 0
	for _, e := range r.of("pop3", 110) {
		if e.text("pop3.request.command") == "RETR" && e.text("pop3.response.success") == "true" {
			retrieved++
		}
	}
	if retrieved != d.read["pop3"] {
		t.Errorf("%d successful RETR in pop3 records, want %d", retrieved, d.read["pop3"])
	}
	for port, name := range map[int]string{143: "imap", 110: "pop3"} {
		upgraded := 0
		for _, e := range r.of("flow", port) {
			if e.text("app_proto") == "tls" && e.text("app_proto_orig") == name {
				upgraded++
			}
		}
		if upgraded != 1 {
			t.Errorf("%d connections went on from %s to TLS, want 1:\n%s", upgraded, name, show(r.of("flow", port)))
		}
	}
}
