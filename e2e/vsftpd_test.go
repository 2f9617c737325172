//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// vsftpdConf is the configuration of a server for everybody that takes files in one directory.
const vsftpdConf = `
listen=NO
listen_ipv6=YES
background=NO
anonymous_enable=YES
no_anon_password=NO
anon_root=DIR/root
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
anon_world_readable_only=NO
chown_uploads=NO
ascii_upload_enable=NO
xferlog_enable=YES
xferlog_std_format=YES
xferlog_file=DIR/xfer.log
secure_chroot_dir=DIR/empty
connect_from_port_20=YES
pasv_min_port=30000
pasv_max_port=30999
max_per_ip=0
seccomp_sandbox=NO
ssl_enable=YES
rsa_cert_file=DIR/cert.pem
rsa_private_key_file=DIR/key.pem
allow_anon_ssl=YES
force_anon_logins_ssl=NO
force_anon_data_ssl=NO
force_local_logins_ssl=NO
force_local_data_ssl=NO
require_ssl_reuse=NO
`

// vsftpd is an FTP server.
type vsftpd struct {
	*lab
	dir  string
	have map[string][]byte // served files

	mu   sync.Mutex
	sent []*transfer
}

func (l *lab) startVsftpd() *vsftpd {
	l.t.Helper()
	l.tools("vsftpd", "lftp", "curl")
	v := &vsftpd{lab: l, dir: l.directory("vsftpd"), have: map[string][]byte{
		"list.txt":   prose(5000, 31),
		"small.bin":  noise(1, 32),
		"report.pdf": pdf(40_000, 33),
		"large.bin":  noise(1<<20, 34),
	}}
	v.directory("vsftpd", "empty")
	root := v.directory("vsftpd", "root")
	for name, data := range v.have {
		v.write(filepath.Join(root, name), data)
	}
	uid, gid := ids(l.t, "ftp")
	if err := os.Chown(v.directory("vsftpd", "root", "in"), uid, gid); err != nil {
		l.t.Fatal(err)
	}
	writeCertificate(l.t, v.dir)
	v.serve("21", "vsftpd", v.write(filepath.Join(v.dir, "vsftpd.conf"), []byte(strings.ReplaceAll(vsftpdConf, "DIR", v.dir))))
	return v
}

func (v *vsftpd) name() string { return "ftp, ftp-data" }

func (v *vsftpd) files() []*transfer { return v.sent }

func (v *vsftpd) note(x *transfer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent = append(v.sent, x)
}

func (v *vsftpd) play() {
	var wait sync.WaitGroup
	for _, f := range []func(){v.passive, v.active, v.uploads, v.resumed, v.mirror, v.encrypted} {
		wait.Go(f)
	}
	wait.Wait()
}

const ftp = "ftp://" + serverAddr

// passive gets files with EPSV and PASV.
func (v *vsftpd) passive() {
	v.curl("-o", v.dir+"/passive", ftp+"/report.pdf", "-o", "/dev/null", ftp+"/small.bin")
	if got, err := os.ReadFile(v.dir + "/passive"); err != nil || !slices.Equal(got, v.have["report.pdf"]) {
		v.t.Errorf("the client got another file: %v", err)
	}
	v.curl("--disable-epsv", "-o", "/dev/null", ftp+"/large.bin")
	for _, name := range []string{"report.pdf", "small.bin", "large.bin"} {
		v.note(&transfer{name: name, toward: clientAddr, data: v.have[name]})
	}
}

// active gets files with EPRT and PORT.
func (v *vsftpd) active() {
	v.curl("-P", "-", "-o", "/dev/null", ftp+"/report.pdf")
	v.curl("-P", "-", "--disable-eprt", "-o", "/dev/null", ftp+"/list.txt")
	for _, name := range []string{"report.pdf", "list.txt"} {
		v.note(&transfer{name: name, toward: clientAddr, data: v.have[name]})
	}
}

// uploads puts files, in either mode.
func (v *vsftpd) uploads() {
	for i, size := range []int{10, 3000, 400_000} {
		name, data := fmt.Sprintf("up%d.bin", i), noise(size, uint64(40+i))
		args := []string{"-T", v.write(filepath.Join(v.dir, name), data), ftp + "/in/" + name}
		if i == 1 {
			args = append([]string{"-P", "-"}, args...)
		}
		v.curl(args...)
		v.note(&transfer{name: name, toward: serverAddr, data: data})
		if got, err := os.ReadFile(filepath.Join(v.dir, "root", "in", name)); err != nil || !slices.Equal(got, data) {
			v.t.Errorf("the server got another %s: %v", name, err)
		}
	}
}

// resumed gets the end of a file (REST).
func (v *vsftpd) resumed() {
	const at = 700_000
	file := v.write(filepath.Join(v.dir, "half"), v.have["large.bin"][:at])
	v.curl("-C", "-", "-o", file, ftp+"/large.bin")
	v.note(&transfer{name: "large.bin", toward: clientAddr, data: v.have["large.bin"][at:]})
}

// mirror gets all files with lftp, which lists directories and asks for sizes and dates. It gets one as a text.
func (v *vsftpd) mirror() {
	to := v.directory("vsftpd", "mirror")
	v.in(v.client, "lftp", "-e", "set net:max-retries 5; set net:timeout 20; mirror --exclude in/ . "+to+"; bye", ftp)
	for name, data := range v.have {
		v.note(&transfer{name: name, toward: clientAddr, data: data})
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || !slices.Equal(got, data) {
			v.t.Errorf("lftp got another %s: %v", name, err)
		}
	}
}

// encrypted says AUTH TLS, and lists a directory in secret.
func (v *vsftpd) encrypted() { v.curl("--ssl-reqd", "-k", ftp+"/") }

// xfer takes a line of the log apart: size, name and direction of a transfer (o: sent by the server).
var xfer = regexp.MustCompile(`^\S+ \S+ +\d+ \S+ \d+ \d+ \S+ (\d+) (\S+) b _ ([io]) a \S+ ftp 0 \* c$`)

func (v *vsftpd) compare(t *testing.T, r *report) {
	var logged, sent []string
	for _, line := range v.logLines(filepath.Join(v.dir, "xfer.log"), " ") {
		m := xfer.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("the log says %q", line)
		}
		logged = append(logged, fmt.Sprintf("%s %s %s", m[3], filepath.Base(m[2]), m[1]))
	}
	for _, x := range v.sent {
		direction := "o"
		if x.toward == serverAddr {
			direction = "i"
		}
		sent = append(sent, fmt.Sprintf("%s %s %d", direction, x.name, len(x.data)))
	}
	sameLines(t, "transfers in the server's log", logged, sent)

	r.compareFiles(t, "ftp-data", v.sent)

	data := 0
	for _, e := range r.of("ftp_data", 0) {
		if name := e.text("ftp_data.filename"); name != "" {
			data++
			if c := e.text("ftp_data.command"); c != "RETR" && c != "STOR" {
				t.Errorf("command %q: %s", c, e.line)
			}
		}
	}
	if data != len(v.sent) {
		t.Errorf("%d data connections with files, want %d", data, len(v.sent))
	}
	upgraded := 0
	for _, e := range r.of("tls", 21) {
		if e.text("tls.version") == "TLS 1.3" || e.text("tls.version") == "TLS 1.2" {
			upgraded++
		}
	}
	if upgraded != 1 {
		t.Errorf("%d control connections went on with TLS, want 1:\n%s", upgraded, show(r.of("tls", 21)))
	}
	commands := map[string]int{}
	for _, e := range r.of("ftp", 21) {
		commands[e.text("ftp.command")]++
	}
	if n := commands["RETR"] + commands["STOR"]; n != len(v.sent) {
		t.Errorf("%d times RETR or STOR, want %d; all commands: %v", n, len(v.sent), commands)
	}
	for _, c := range []string{"USER", "PASS", "EPSV", "PASV", "EPRT", "PORT", "REST", "SIZE", "AUTH TLS"} {
		if commands[c] == 0 {
			t.Errorf("no %s among the commands: %v", c, commands)
		}
	}
}
