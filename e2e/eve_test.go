//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// everything asks for all records of protocols, and for the files.
const everything = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      extensions: yes
      types:
        - http: {extended: yes}
        - dns
        - tls: {extended: yes}
        - smtp
        - ftp
        - pop3
        - imap
        - ssh
        - files: {force-hash: [sha256]}
        - anomaly
        - flow
  - file-store:
      version: 2
      enabled: yes
      force-filestore: yes
      stream-depth: 0
app-layer.protocols.ssh.hassh: yes
`

// report is what reknit says of a capture.
type report struct {
	events []*event
	dir    string // of the log files
}

// event is an EVE record, taken apart only as far as a test asks.
type event struct {
	kind    string
	members map[string]any
	line    string
}

// analyse runs the command on a capture.
func analyse(t testing.TB, capture string) *report {
	t.Helper()
	name, err := command()
	if err != nil {
		t.Fatal(err)
	}
	r := &report{dir: t.TempDir()}
	config := filepath.Join(r.dir, "reknit.yaml")
	if err := os.WriteFile(config, []byte(everything), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, "-c", config, "-r", capture, "-l", r.dir).CombinedOutput()
	if err != nil {
		t.Fatalf("reknit: %v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(r.dir, "eve.json"))
	if err != nil {
		t.Fatalf("%v; reknit printed:\n%s", err, out)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		e := &event{line: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), &e.members); err != nil {
			t.Fatalf("%v in %s", err, lines.Bytes())
		}
		e.kind = e.text("event_type")
		r.events = append(r.events, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

// of returns the events of a kind that have the given port at either end; 0: any.
func (r *report) of(kind string, port int) (found []*event) {
	for _, e := range r.events {
		if e.kind == kind && (port == 0 || e.number("src_port") == port || e.number("dest_port") == port) {
			found = append(found, e)
		}
	}
	return found
}

// at returns a member by its path, or nil.
func (e *event) at(path string) any {
	var v any = e.members
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// text returns a member as text: empty if there is none.
func (e *event) text(path string) string {
	switch v := e.at(path).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// number returns a member as a number: 0 if there is none.
func (e *event) number(path string) int {
	n, _ := e.at(path).(float64)
	return int(n)
}

// show returns records as lines, the first ones.
func show(events []*event) string {
	const most = 20
	var b strings.Builder
	for i, e := range events {
		if i == most {
			fmt.Fprintf(&b, "and %d more\n", len(events)-most)
			break
		}
		b.WriteString(e.line + "\n")
	}
	return b.String()
}
