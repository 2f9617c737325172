//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The account that AUTH accepts.
const (
	authUser     = "dora@example.org"
	authPassword = "only-for-the-lab"
)

// mainCF is the configuration of a server that takes mail for four people of example.org and throws it away.
const mainCF = `
compatibility_level = 3.6
maillog_file = DIR/log/mail.log
maillog_file_prefixes = DIR
queue_directory = DIR/queue
data_directory = DIR/data
myhostname = mx.example.org
mydomain = example.org
mydestination =
mynetworks =
inet_interfaces = 198.51.100.25, [2001:db8::25]
inet_protocols = all
smtpd_banner = $myhostname ESMTP
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 20
smtp_dns_support_level = disabled
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_maps = inline:{ bob@example.org=x, carol@example.org=x, dora@example.org=x, wei@example.org=x }
virtual_transport = discard
default_transport = discard
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = reject_unlisted_recipient
smtpd_sasl_auth_enable = SASL
smtpd_sasl_local_domain = example.org
cyrus_sasl_config_path = DIR/etc/sasl
smtpd_tls_security_level = may
smtpd_tls_cert_file = DIR/cert.pem
smtpd_tls_key_file = DIR/key.pem
smtpd_tls_session_cache_database =
`

const masterCF = `
smtp      inet  n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`

// postfix is a mail server in the lab's server namespace.
type postfix struct {
	auth bool // the account of authUser exists
}

// startPostfix starts a mail server of its own configuration, queue and log, and returns when it answers.
func (l *lab) startPostfix() *postfix {
	l.t.Helper()
	for _, tool := range []string{"postfix", "postconf"} {
		if _, err := exec.LookPath(tool); err != nil {
			l.t.Skipf("skipped: %s is not installed", tool)
		}
	}
	p := &postfix{}
	dir := filepath.Join(l.dir, "postfix")
	for _, d := range []string{"etc/sasl", "log", "queue", "data"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			l.t.Fatal(err)
		}
	}
	uid, gid := ids(l.t, "postfix")
	if err := os.Chown(filepath.Join(dir, "data"), uid, gid); err != nil {
		l.t.Fatal(err)
	}
	writeCertificate(l.t, dir)
	p.auth = l.account(dir, uid, gid)

	sasl := "no"
	if p.auth {
		sasl = "yes"
	}
	conf := filepath.Join(dir, "etc")
	main := strings.NewReplacer("DIR", dir, "SASL", sasl).Replace(mainCF)
	for name, text := range map[string]string{"main.cf": main, "master.cf": masterCF} {
		if err := os.WriteFile(filepath.Join(conf, name), []byte(strings.TrimLeft(text, "\n")), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	l.in(l.server, "postfix", "-c", conf, "start")
	l.t.Cleanup(func() {
		exec.Command("ip", "netns", "exec", l.server, "postfix", "-c", conf, "stop").Run()
		if l.t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log", "mail.log"))
			l.t.Logf("mail log:\n%s", log)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := l.dial(clientAddr+":0", serverAddr+":25")
		if err == nil {
			c := newClient(l.t, conn)
			c.expect("220")
			c.quit()
			return p
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("postfix does not answer: %v", err)
		}
	}
}

// account makes the AUTH account with Cyrus SASL's own tool, if it is installed.
func (l *lab) account(dir string, uid, gid int) bool {
	l.t.Helper()
	if _, err := exec.LookPath("saslpasswd2"); err != nil {
		return false
	}
	db := filepath.Join(dir, "data", "sasldb2")
	text := "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: " + db + "\nmech_list: PLAIN LOGIN\n"
	if err := os.WriteFile(filepath.Join(dir, "etc", "sasl", "smtpd.conf"), []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	name, domain, _ := strings.Cut(authUser, "@")
	cmd := exec.Command("saslpasswd2", "-p", "-c", "-f", db, "-u", domain, name)
	cmd.Stdin = strings.NewReader(authPassword)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("saslpasswd2: %v\n%s", err, out)
	}
	if err := os.Chown(db, uid, gid); err != nil {
		l.t.Fatal(err)
	}
	return true
}

// ids looks up a user's numbers.
func ids(t testing.TB, name string) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	return uid, gid
}

// writeCertificate makes cert.pem and key.pem for mx.example.org.
func writeCertificate(t testing.TB, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "mx.example.org"},
		DNSNames:     []string{"mx.example.org"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
