//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Addresses of the lab, all reserved for documentation (RFC 5737, RFC 3849).
const (
	serverAddr  = "198.51.100.25"
	serverAddr6 = "2001:db8::25"
	clientAddr  = "198.51.100.10"
	clientAddr2 = "198.51.100.11"
	clientAddr6 = "2001:db8::10"
)

// lab is a pair of network namespaces.
type lab struct {
	t      testing.TB
	dir    string // readable by Postfix's own user, unlike t.TempDir
	client string // names of the namespaces
	server string
}

// newLab makes the namespaces, or skips the test when this machine cannot.
func newLab(t testing.TB) *lab {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("skipped: network namespaces need root")
	}
	for _, tool := range []string{"ip", "ethtool", "tcpdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed", tool)
		}
	}
	dir, err := os.MkdirTemp("", "reknit-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })

	id := filepath.Base(dir)[len("reknit-e2e-"):]
	l := &lab{t: t, dir: dir, client: "rk-client-" + id, server: "rk-server-" + id}
	for _, ns := range []string{l.client, l.server} {
		if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
			t.Skipf("skipped: no network namespaces here: %s", bytes.TrimSpace(out))
		}
		t.Cleanup(func() { remove(ns) })
	}

	l.run("ip", "link", "add", "eth0", "netns", l.client, "address", "02:00:00:00:00:10", "type", "veth",
		"peer", "name", "eth0", "netns", l.server, "address", "02:00:00:00:00:25")
	l.addresses(l.client, clientAddr+"/24", clientAddr2+"/24", clientAddr6+"/64")
	l.addresses(l.server, serverAddr+"/24", serverAddr6+"/64")
	return l
}

// remove ends whatever still runs in a namespace and removes it.
func remove(ns string) {
	pids, _ := exec.Command("ip", "netns", "pids", ns).Output()
	for _, field := range strings.Fields(string(pids)) {
		if pid, err := strconv.Atoi(field); err == nil && pid != os.Getpid() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	exec.Command("ip", "netns", "del", ns).Run()
}

// addresses gives a namespace's interface its addresses and brings it up. Offloads are off, so that segments are no
// longer than the MTU allows and checksums are real.
func (l *lab) addresses(ns string, addrs ...string) {
	l.t.Helper()
	l.in(ns, "ethtool", "-K", "eth0", "tx", "off", "rx", "off", "sg", "off", "tso", "off", "gso", "off", "gro", "off")
	for _, a := range addrs {
		args := []string{"addr", "add", a, "dev", "eth0"}
		if strings.Contains(a, ":") {
			args = append(args, "nodad")
		}
		l.in(ns, "ip", args...)
	}
	l.in(ns, "ip", "link", "set", "lo", "up")
	l.in(ns, "ip", "link", "set", "eth0", "up")
}

// run runs a command to its end and returns what it printed.
func (l *lab) run(name string, args ...string) string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// in runs a command inside a namespace.
func (l *lab) in(ns, name string, args ...string) string {
	l.t.Helper()
	return l.run("ip", append([]string{"netns", "exec", ns, name}, args...)...)
}

// start starts a command inside a namespace and kills it when the test ends, if it still runs.
func (l *lab) start(ns string, stderr io.Writer, name string, args ...string) *exec.Cmd {
	l.t.Helper()
	cmd := exec.Command("ip", append([]string{"netns", "exec", ns, name}, args...)...)
	cmd.Stdout, cmd.Stderr = stderr, stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		l.t.Fatalf("start %s: %v", name, err)
	}
	l.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd
}

// dial connects from the clients' namespace.
func (l *lab) dial(local, remote string) (conn net.Conn, err error) {
	from, err := netip.ParseAddrPort(local)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from), Timeout: 20 * time.Second, Control: reuse}
	inside(l.client, func(entered error) {
		if err = entered; err == nil {
			conn, err = d.Dial("tcp", remote)
		}
	})
	return conn, err
}

// reuse lets a local port be used again right after a connection from it.
func reuse(_, _ string, c syscall.RawConn) error {
	var err error
	c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	})
	return err
}

// inside calls f on a thread that is in a network namespace. A socket stays in the namespace it was made in, so the
// thread may leave afterwards. When it cannot, it ends with its goroutine.
func inside(ns string, f func(entered error)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			f(err)
			return
		}
		defer home.Close()
		there, err := os.Open("/run/netns/" + ns)
		if err != nil {
			f(err)
			return
		}
		defer there.Close()
		f(unix.Setns(int(there.Fd()), unix.CLONE_NEWNET))
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
	}()
	<-done
}

// lose makes both ends of the wire throw away the given share of the packets that reach them, in per mille, after the
// tap has seen them.
func (l *lab) lose(permille int) {
	l.t.Helper()
	if _, err := exec.LookPath("nft"); err != nil {
		l.t.Skip("skipped: nft is not installed")
	}
	rules := filepath.Join(l.dir, "loss.nft")
	text := fmt.Sprintf("table inet loss {\n chain in {\n  type filter hook prerouting priority -300; policy accept;\n"+
		"  numgen random mod 1000 < %d counter drop\n }\n}\n", permille)
	if err := os.WriteFile(rules, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	for _, ns := range []string{l.client, l.server} {
		if out, err := exec.Command("ip", "netns", "exec", ns, "nft", "-f", rules).CombinedOutput(); err != nil {
			l.t.Skipf("skipped: this kernel cannot drop at random: %s", bytes.TrimSpace(out))
		}
	}
}

// lost returns how many packets were thrown away so far.
func (l *lab) lost() int {
	l.t.Helper()
	lost := 0
	for _, ns := range []string{l.client, l.server} {
		_, after, _ := strings.Cut(l.in(ns, "nft", "list", "table", "inet", "loss"), "counter packets ")
		n, _, _ := strings.Cut(after, " ")
		packets, err := strconv.Atoi(n)
		if err != nil {
			l.t.Fatalf("no counter in nft's table: %v", err)
		}
		lost += packets
	}
	return lost
}

// tap is a running tcpdump.
type tap struct {
	l    *lab
	cmd  *exec.Cmd
	log  *output
	file string
}

// capture starts tcpdump on the clients' end of the wire and returns when it listens.
func (l *lab) capture(name string) *tap {
	l.t.Helper()
	c := &tap{l: l, log: &output{}, file: filepath.Join(l.dir, name)}
	c.cmd = l.start(l.client, c.log, "tcpdump", "-i", "eth0", "-s", "0", "-B", "16384", "--immediate-mode", "-U", "-Z", "root",
		"-w", c.file, "host "+serverAddr+" or host "+serverAddr6)
	c.log.wait(l.t, "listening on")
	return c
}

// stop ends the capture and returns the name of its file.
func (c *tap) stop() string {
	c.l.t.Helper()
	time.Sleep(300 * time.Millisecond) // the last packets are on their way to the file
	c.cmd.Process.Signal(syscall.SIGINT)
	if err := c.cmd.Wait(); err != nil {
		c.l.t.Fatalf("tcpdump: %v\n%s", err, c.log)
	}
	if !strings.Contains(c.log.String(), "\n0 packets dropped by kernel") {
		c.l.t.Fatalf("tcpdump did not see every packet:\n%s", c.log)
	}
	return c.file
}

// output collects what a running command prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// wait returns when text was printed.
func (o *output) wait(t testing.TB, text string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(o.String(), text) {
			return
		}
	}
	t.Fatalf("no %q within 20 seconds in:\n%s", text, o)
}
