//go:build e2e

package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var keep = flag.String("keep", "", "directory in which the captures of TestServers are kept")

// service is a server of the lab, and what its clients did with it.
type service interface {
	// name returns what is compared.
	name() string
	// play has clients talk to the server, some at once.
	play()
	// compare wants reknit to report what the clients and the server's log say. Packets may have been lost behind the tap.
	compare(t *testing.T, r *report)
	// files returns what was transferred.
	files() []*transfer
}

// TestServers has real clients talk to real servers, all at once, and compares what reknit reports with the logs of the servers
// and with the files. With loss, packets that the tap saw do not arrive, so that much of the traffic is sent again.
func TestServers(t *testing.T) {
	for _, test := range []struct {
		name string
		lose int // per mille of the packets, behind the tap
	}{
		{"no loss", 0},
		{"1 % loss behind the tap", 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			services := l.services()
			if test.lose > 0 {
				l.lose(test.lose)
			}
			c := l.capture("servers.pcap")
			began := time.Now()
			playAll(services)
			file := c.stop()
			if *keep != "" {
				exec.Command("cp", file, filepath.Join(*keep, fmt.Sprintf("lost-%d.pcap", test.lose))).Run()
			}
			t.Logf("%v of traffic", time.Since(began).Round(time.Millisecond))
			if test.lose > 0 {
				lost := l.lost()
				t.Logf("%d packets lost", lost)
				if lost == 0 {
					t.Error("no packet was lost, so this tested nothing")
				}
			}
			if t.Failed() {
				return
			}
			r := analyse(t, file)
			for _, s := range services {
				t.Run(s.name(), func(t *testing.T) {
					s.compare(t, r)
				})
			}
			if test.lose == 0 {
				blind(t, file, services)
			}
		})
	}
}

// services starts all servers.
func (l *lab) services() []service {
	l.t.Helper()
	return []service{
		l.startNginx(),
		l.startVsftpd(),
		l.startDovecot(),
		l.startUnbound(),
		l.startOpenSSL(),
		l.startSSHD(),
	}
}

// playAll has the clients of all services talk at once.
func playAll(services []service) {
	var wait sync.WaitGroup
	for _, s := range services {
		wait.Add(1)
		go func() { // t.Fatal in here ends the goroutine; the test has failed then
			defer wait.Done()
			s.play()
		}()
	}
	wait.Wait()
}

// blind loses 1 % of the packets before the tap: they are not in the capture, and nobody sends them again. Whatever reknit then
// reports as a whole file must be one that was transferred, and of the others it must say what is missing.
func blind(t *testing.T, capture string, services []service) {
	b, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	header, packets := split(t, b)
	sent := map[string][]*transfer{} // by name
	for _, s := range services {
		for _, x := range s.files() {
			sent[x.name] = append(sent[x.name], x)
			sent[notSeen] = append(sent[notSeen], x)
		}
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("1 %% loss before the tap, %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 3))
			rest := slices.DeleteFunc(slices.Clone(packets), func([]byte) bool { return random.IntN(100) == 0 })
			name := filepath.Join(t.TempDir(), "blind.pcap")
			if err := os.WriteFile(name, slices.Concat(header, slices.Concat(rest...)), 0o644); err != nil {
				t.Fatal(err)
			}
			r := analyse(t, name)
			whole, torn := 0, 0
			for _, e := range r.of("fileinfo", 0) {
				name := e.text("fileinfo.filename")
				if e.number("dest_port") == pipelinedPort { // nobody can tell how many responses were lost, and so whose this is
					name = notSeen
				}
				if !slices.ContainsFunc(sent[name], e.tells) {
					t.Errorf("nobody sent this file: %s", e.line)
				}
				if e.text("fileinfo.state") == "CLOSED" && e.text("fileinfo.gaps") == "false" {
					whole++
				} else {
					torn++
				}
			}
			t.Logf("%d packets of %d are missing; %d files are whole, %d not", len(packets)-len(rest), len(packets), whole, torn)
			if whole == 0 || torn == 0 {
				t.Error("want some files to be whole, and some not")
			}
		})
	}
}

// notSeen is the name of what answers a request that was lost.
const notSeen = "/libhtp::request_uri_not_seen"

// tools skips the test when programs are missing.
func (l *lab) tools(names ...string) {
	l.t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			l.t.Skipf("skipped: %s is not installed", name)
		}
	}
}

// serve starts a server and returns when it takes connections at a port.
func (l *lab) serve(port string, name string, args ...string) {
	l.t.Helper()
	log := &output{}
	cmd := l.start(l.server, log, name, args...)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := l.dial(clientAddr+":0", serverAddr+":"+port); err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("%s does not answer at port %s:\n%s", name, port, log)
		}
	}
	l.t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if l.t.Failed() {
			l.t.Logf("%s said:\n%.4000s", name, log)
		}
	})
}

// directory makes a directory in that of the lab.
func (l *lab) directory(names ...string) string {
	l.t.Helper()
	dir := filepath.Join(append([]string{l.dir}, names...)...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		l.t.Fatal(err)
	}
	return dir
}

// write writes a file.
func (l *lab) write(name string, text []byte) string {
	l.t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		l.t.Fatal(err)
	}
	return name
}

// lines returns the lines of a log file that hold a text, once none were added for a while.
func (l *lab) logLines(name, with string) (found []string) {
	l.t.Helper()
	var text []byte
	for range 20 {
		now, err := os.ReadFile(name)
		if err != nil {
			l.t.Fatal(err)
		}
		if text != nil && bytes.Equal(now, text) {
			break
		}
		text = now
		time.Sleep(100 * time.Millisecond)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, with) {
			found = append(found, strings.TrimSuffix(line, "\n"))
		}
	}
	return found
}
