package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/all"
)

func TestFileStore(t *testing.T) {
	for _, test := range []struct {
		name, types, options string
		files, records       int
		log                  string
	}{
		{"not all files", "files", "version: 2", 0, 0, "^"},
		{"all files", "files", "version: 2, force-filestore: yes", 4, 0, "forcing filestore of all files"},
		{"asked for by the records", "{files: {force-filestore: yes}}", "version: 2, max-open-files: 9", 4, 0, "forcing filestore"},
		{"with records", "smtp", "version: 2, force-filestore: yes, write-fileinfo: yes, force-hash: [md5]", 4, 4, "forcing"},
		{"version 1", "files", "force-filestore: yes", 0, 0, "File-store v1 has been removed. Please update to file-store v2."},
		{"depth without effect", "files", "version: 2, stream-depth: 1000", 0, 0,
			"file-store.stream-depth value 1000 has no effect since it's less than stream.reassembly.depth value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mail := files(t, map[string]string{"c.yaml": "outputs:\n- eve-log: {enabled: yes, types: [" + test.types + "]}\n" +
				"- file-store: {enabled: yes, dir: kept, " + test.options + "}\nstream.reassembly.depth: 1mb\n"})
			got := execute(t, "-v", "-r", mail, "-c", "c.yaml", "-l", ".")
			if got.code != 0 || test.log != "^" && !strings.Contains(got.out, test.log) {
				t.Errorf("exit code %d, want the message %q in %q", got.code, test.log, got.out)
			}
			names, err := filepath.Glob("kept/??/*")
			if err != nil {
				t.Fatal(err)
			}
			stored, records := 0, 0
			for _, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(text)
				switch hash := hex.EncodeToString(sum[:]); {
				case filepath.Ext(name) == ".json":
					records++
					if s := string(text); !strings.Contains(s, `"md5":"`) && !strings.Contains(s, "TRUNCATED") ||
						!strings.Contains(s, `"stored":true,"file_id":`) || !strings.HasPrefix(filepath.Base(name), member(s, "sha256")) {
						t.Errorf("%s: %s", name, s)
					}
				case name != filepath.Join("kept", hash[:2], hash):
					t.Errorf("%s has the hash %s", name, hash)
				default:
					stored++
				}
			}
			if stored != test.files || records != test.records {
				t.Errorf("%d files and %d records, want %d and %d", stored, records, test.files, test.records)
			}
			if left, err := os.ReadDir("kept/tmp"); len(left) > 0 {
				t.Errorf("%v are left in tmp; %v", left, err)
			}
			if eve, err := os.ReadFile("eve.json"); err != nil || strings.Contains(test.types, "files") &&
				strings.Count(string(eve), `"stored":true`) != test.files {
				t.Errorf("eve.json: %v\n%s", err, eve)
			}
		})
	}
}

// member returns the text of a member of JSON.
func member(text, key string) string {
	_, value, _ := strings.Cut(text, `"`+key+`":"`)
	value, _, _ = strings.Cut(value, `"`)
	return value
}

// The first error of a run with -l is told, and with --init-errors-fatal it ends it.
func TestFileStoreFails(t *testing.T) {
	mail := files(t, map[string]string{"taken": "", "c.yaml": "outputs:\n- file-store: {enabled: yes, version: 2, dir: taken}\n"})
	got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".")
	if got.code != 0 || !strings.Contains(got.out, "Warning: output-filestore: file-store: ") {
		t.Error(got)
	}
	got = execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--init-errors-fatal")
	if got.code == 0 {
		t.Error(got)
	}
}

func TestFileDepth(t *testing.T) {
	for _, test := range []struct {
		set    []string
		stores *config.FileStore
		want   int64
	}{
		{nil, nil, 0},
		{nil, &config.FileStore{}, 0},
		{nil, &config.FileStore{DepthGiven: true}, 0}, // no limit anyway
		{[]string{"stream.reassembly.depth=1000"}, &config.FileStore{}, 0},
		{[]string{"stream.reassembly.depth=1000"}, &config.FileStore{DepthGiven: true}, file.Unlimited},
		{[]string{"stream.reassembly.depth=1000"}, &config.FileStore{DepthGiven: true, StreamDepth: 2000}, 2000},
		{[]string{"stream.reassembly.depth=1000"}, &config.FileStore{DepthGiven: true, StreamDepth: 999}, 0},
	} {
		c, _ := config.Load(config.Options{Set: test.set})
		w := wishes{stores: test.stores}
		if got := fileDepth(c, w); got != test.want {
			t.Errorf("%v, %+v: depth %d, want %d", test.set, test.stores, got, test.want)
		}
		for _, p := range all.Protocols(protocols(c, w)) {
			if p.Name == "smtp" && p.Depth != test.want {
				t.Errorf("%v, %+v: depth of smtp is %d, want %d", test.set, test.stores, p.Depth, test.want)
			}
		}
	}
}

// A connection is looked at beyond stream.reassembly.depth for the files in it.
func TestFilesBeyondTheDepth(t *testing.T) {
	const whole = `"filename":"report.pdf","gaps":false,"state":"CLOSED"`
	for depth, want := range map[string]bool{
		"": false, "stream-depth: 11000,": false, "stream-depth: 0,": true, "stream-depth: 1mb,": true,
	} {
		t.Run(depth, func(t *testing.T) {
			mail := files(t, map[string]string{"c.yaml": "outputs:\n- eve-log: {enabled: yes, types: [files]}\n" +
				"- file-store: {enabled: yes, version: 2, " + depth + " force-filestore: yes}\nstream.reassembly.depth: 10kb\n"})
			got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".")
			eve, err := os.ReadFile("eve.json")
			if got.code != 0 || err != nil || strings.Contains(string(eve), whole) != want {
				t.Errorf("%q: report.pdf whole: want %v: exit code %d, %v\n%s", depth, want, got.code, err, eve)
			}
		})
	}
}
