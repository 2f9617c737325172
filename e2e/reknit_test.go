package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
