//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
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

// What only new rules want is done for flows that begin when they were read.
func TestReloadWants(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	defer signal.Stop(signals)
	capture, err := os.ReadFile("../../testdata/mail.pcap")
	if err != nil {
		t.Fatal(err)
	}
	const rules = `alert smtp any any -> any any (smtp.mail_from; content:"dora@example.org"; sid:2;)
alert smtp any any -> any any (frame:smtp.command_line; content:"EHLO"; sid:3;)
alert tcp:pre_flow any any -> any any (flags:S; sid:4;)
alert tcp:pre_stream any any -> any any (flags:S; sid:5;)
alert smtp any any -> any any (email.body_md5; bsize:32; sid:6;)
alert smtp any any -> any any (file.data; content:"%PDF"; sid:7;)
alert smtp any any -> any any (filesha256:hashes; sid:8;)
alert smtp any any -> any any (file.name; content:"noise.bin"; filestore; sid:9;)
alert smtp any any -> any any (smtp.mail_from; dataset:isset,senders; sid:10;)
alert tcp any any -> any any (iprep:src,Bad,>,50; flags:S; sid:11;)
`
	const hash = "85855451c3731a30e905a3eefafde5148a72d2f3dd8da6ca40c56ad26a01e303"
	for _, mode := range []string{"single", "workers"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			path := func(name string) string { return filepath.Join(dir, name) }
			write := func(name, text string) {
				if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
				t.Skip(err)
			}
			before := "%YAML 1.1\n---\nvars: {}\nthreading: {detect-thread-ratio: 1.0}\noutputs:\n" +
				"  - eve-log: {enabled: yes, filename: eve.json, types: [alert]}\n  - file-store: {version: 2, enabled: yes, dir: store}\n"
			write("x.yaml", before)
			write("hashes", hash+"\n")
			write("x.rules", "# none yet\n")
			var out sharedBuffer
			ended := make(chan int)
			go func() {
				ended <- run(context.Background(), []string{"-c", path("x.yaml"), "-r", path("pipe"), "-S", path("x.rules"), "-l", dir, "--runmode", mode, "-v"},
					stdio{strings.NewReader(""), &out, &out, func(string) string { return "" }})
			}()
			w, err := os.OpenFile(path("pipe"), os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			third := len(capture) / 3
			if _, err := w.Write(capture[:third]); err != nil {
				t.Fatal(err)
			}
			write("senders", "PGRvcmFAZXhhbXBsZS5vcmc+\n")
			write("categories", "1,Bad,bad hosts\n")
			write("hosts", "198.51.100.11,1,90\n")
			write("x.yaml", before+"datasets:\n  senders: {type: string, load: "+path("senders")+"}\n"+
				"reputation-categories-file: "+path("categories")+"\nreputation-files: ["+path("hosts")+"]\n")
			write("x.rules", rules)
			signalled(t, &out, "rule reload complete")
			if _, err := w.Write(capture[third:]); err != nil {
				t.Fatal(err)
			}
			w.Close()
			if code := <-ended; code != exitOK {
				t.Fatalf("exit code %d\n%s", code, out.b.String())
			}
			eve, err := os.ReadFile(path("eve.json"))
			if err != nil {
				t.Fatal(err)
			}
			for sid := 2; sid <= 11; sid++ {
				if !strings.Contains(string(eve), `"signature_id":`+strconv.Itoa(sid)+",") {
					t.Errorf("no alert of rule %d", sid)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "store", hash[:2], hash)); err != nil {
				t.Error(err)
			}
			if t.Failed() {
				t.Log(out.b.String())
			}
		})
	}
}
