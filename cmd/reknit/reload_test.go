//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// sharedBuffer is a buffer that several goroutines use.
type sharedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *sharedBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *sharedBuffer) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.b.String(), text)
}

// signalled sends the signal to read rules anew until the program says what became of it.
func signalled(t *testing.T, out *sharedBuffer, text string) {
	t.Helper()
	before := out.count(text)
	for range 3000 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		if out.count(text) > before {
			return
		}
	}
	t.Fatalf("the program did not say %q", text)
}

// Rules are read anew when a signal asks for it, while packets come from a pipe; rules that cannot be read change nothing.
func TestReload(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2) // it may come before the program looks for it
	defer signal.Stop(signals)

	dir := t.TempDir()
	capture, err := os.ReadFile("../../testdata/mail.pcap")
	if err != nil {
		t.Fatal(err)
	}
	pipe, rules := filepath.Join(dir, "pipe"), filepath.Join(dir, "x.rules")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	write := func(text string) {
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`alert tcp any any -> any any (flags:A+; sid:1;)` + "\n")
	var out sharedBuffer
	ended := make(chan int)
	go func() {
		ended <- run(context.Background(), []string{"-r", pipe, "-S", rules, "-l", dir, "-v"},
			stdio{strings.NewReader(""), &out, &out, func(string) string { return "" }})
	}()
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	third := len(capture) / 3
	if _, err := w.Write(capture[:third]); err != nil {
		t.Fatal(err)
	}
	write(`alert tcp any any -> any any (flags:A+; sid:2;)` + "\n" + `alert tcp any any -> any any (wrong; sid:3;)` + "\n")
	signalled(t, &out, "rule reload complete")
	if _, err := w.Write(capture[third : 2*third]); err != nil {
		t.Fatal(err)
	}
	os.Remove(rules)
	signalled(t, &out, "rule reload failed")
	if _, err := w.Write(capture[2*third:]); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if code := <-ended; code != exitOK {
		t.Fatalf("exit code %d\n%s", code, out.b.String())
	}
	eve, err := os.ReadFile(filepath.Join(dir, "eve.json"))
	if err != nil {
		t.Fatal(err)
	}
	of, engines := map[int]int{}, ""
	for line := range bytes.Lines(eve) {
		var r struct {
			Alert struct {
				SID int `json:"signature_id"`
			} `json:"alert"`
			Stats struct {
				Detect struct {
					Engines []any `json:"engines"`
				} `json:"detect"`
			} `json:"stats"`
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		of[r.Alert.SID]++
		if len(r.Stats.Detect.Engines) > 0 {
			_, engines, _ = strings.Cut(string(line), `"engines":`)
		}
	}
	if of[2] == 0 {
		t.Errorf("alerts by rule: %v, want some of the second", of)
	}
	if !strings.Contains(engines, `"rules_loaded":1,"rules_failed":1,"rules_skipped":0}]`) || !strings.Contains(engines, `"last_reload":"2`) {
		t.Errorf("engines %.200s", engines)
	}
}
