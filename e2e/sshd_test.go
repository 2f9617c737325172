//go:build e2e

package e2e

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const sshdConf = `
Port 22
ListenAddress ADDR
HostKey DIR/host
PidFile DIR/pid
AuthorizedKeysFile DIR/user.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin no
`

// sshd is an SSH server that nobody may enter.
type sshd struct {
	*lab
	dir  string
	said []string // by the clients
}

func (l *lab) startSSHD() *sshd {
	l.t.Helper()
	l.tools("ssh", "ssh-keygen")
	const daemon = "/usr/sbin/sshd" // wants its whole path
	if _, err := os.Stat(daemon); err != nil {
		l.t.Skip("skipped: sshd is not installed")
	}
	s := &sshd{lab: l, dir: l.directory("sshd")}
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, "host")).CombinedOutput(); err != nil {
		l.t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	const prison = "/run/sshd" // where the server locks itself up; there is no setting for it
	switch err := os.Mkdir(prison, 0o755); {
	case err == nil:
		l.t.Cleanup(func() { os.Remove(prison) })
	case !errors.Is(err, fs.ErrExist):
		l.t.Fatal(err)
	}
	conf := strings.NewReplacer("DIR", s.dir, "ADDR", serverAddr).Replace(sshdConf)
	s.serve("22", daemon, "-D", "-e", "-f", s.write(filepath.Join(s.dir, "sshd_config"), []byte(conf)))
	return s
}

func (s *sshd) name() string { return "ssh" }

func (s *sshd) files() []*transfer { return nil }

// play tries to enter: as it is, with other algorithms, and only to ask for the key of the server.
func (s *sshd) play() {
	for _, options := range []string{"", "-c aes256-ctr -m hmac-sha2-256 -o KexAlgorithms=ecdh-sha2-nistp256"} {
		args := []string{"netns", "exec", s.client, "ssh", "-vv", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
			"-o", "UserKnownHostsFile=/dev/null", "-o", "IdentityFile=none"}
		args = append(append(args, strings.Fields(options)...), "nobody@"+serverAddr, "true")
		out, _ := exec.Command("ip", args...).CombinedOutput() // nobody may enter, so it fails
		s.said = append(s.said, string(out))
	}
}

// proposal finds the lists of algorithms in what ssh -vv says: those of the client, then those of the server.
var proposal = regexp.MustCompile(`debug2: (KEX algorithms|ciphers ctos|ciphers stoc|MACs ctos|MACs stoc|compression ctos|compression stoc): (\S+)`)

// hassh returns the fingerprints of client and server (https://github.com/salesforce/hassh).
func hassh(said string) (client, server string) {
	var lists []map[string]string
	for _, m := range proposal.FindAllStringSubmatch(said, -1) {
		if m[1] == "KEX algorithms" {
			lists = append(lists, map[string]string{})
		}
		if len(lists) > 0 {
			lists[len(lists)-1][m[1]] = m[2]
		}
	}
	if len(lists) < 2 {
		return "", ""
	}
	fingerprint := func(l map[string]string, way string) string {
		h := md5.Sum([]byte(strings.Join([]string{l["KEX algorithms"], l["ciphers "+way], l["MACs "+way], l["compression "+way]}, ";")))
		return hex.EncodeToString(h[:])
	}
	return fingerprint(lists[0], "ctos"), fingerprint(lists[1], "stoc")
}

func (s *sshd) compare(t *testing.T, r *report) {
	var got, want []string
	version := regexp.MustCompile(`Local version string SSH-2.0-(\S+)[\s\S]*remote software version (\S+)`)
	for _, said := range s.said {
		m := version.FindStringSubmatch(said)
		client, server := hassh(said)
		if m == nil || client == "" {
			t.Fatalf("ssh said %s", said)
		}
		want = append(want, strings.Join([]string{"2.0", m[1], client, "2.0", m[2], server}, " "))
	}
	for _, e := range r.of("ssh", 22) {
		got = append(got, strings.Join([]string{e.text("ssh.client.proto_version"), e.text("ssh.client.software_version"),
			e.text("ssh.client.hassh.hash"), e.text("ssh.server.proto_version"), e.text("ssh.server.software_version"),
			e.text("ssh.server.hassh.hash")}, " "))
	}
	sameLines(t, "SSH connections", got, want)
}
