package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMissingPacket removes one packet of testdata/mail.pcap at a time, as a sensor that was too slow would. Whatever
// reknit then reports as a complete file without gaps must be what was sent.
func TestMissingPacket(t *testing.T) {
	dir := filepath.Join("..", "testdata")
	capture, err := os.ReadFile(filepath.Join(dir, "mail.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "mail.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f facts
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	sent := map[string]bool{}
	for _, s := range f.Sessions {
		for _, m := range s.Mails {
			for _, file := range m.Files {
				sent[file.Name+" "+file.SHA256] = true
			}
		}
	}
	header, packets := split(t, capture)
	if len(packets) != f.Packets {
		t.Errorf("%d packets, want %d", len(packets), f.Packets)
	}
	step := 1
	if testing.Short() {
		step = 20
	}
	runs, complete := 0, 0
	name := filepath.Join(t.TempDir(), "missing.pcap")
	for i := 0; i < len(packets); i += step {
		rest := slices.Concat(packets[:i], packets[i+1:])
		if err := os.WriteFile(name, slices.Concat(header, slices.Concat(rest...)), 0o644); err != nil {
			t.Fatal(err)
		}
		runs++
		for client, records := range reknit(t, name) {
			for _, r := range records {
				f := &r.Fileinfo
				if f.State != "CLOSED" || f.Gaps {
					continue
				}
				complete++
				if !sent[f.Filename+" "+f.SHA256] {
					t.Errorf("without packet %d, %s: nobody sent this file: %s", i+1, client, r.line)
				}
			}
		}
	}
	if complete < 2*runs { // of three; one packet spoils one of them at most
		t.Errorf("%d complete files in %d runs", complete, runs)
	}
}
