package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The analysis of rules is files for people and for programs; that of ports is asked for.
func TestAnalysisFiles(t *testing.T) {
	files(t, map[string]string{
		"x.rules": "alert http any any -> any 80 (http.uri; content:\"/a\"; sid:5;)\n",
		"x.yaml":  "%YAML 1.1\n---\ndetect:\n  profiling:\n    grouping:\n      dump-to-disk: yes\n      include-rules: yes\n",
	})
	want := map[string]string{
		"rules_analysis.txt": "rule           1:5,", "rules.json": `"id":5,`, "patterns.json": `"pattern":"|2F|a"`,
		"rule_group.json": `"toserver":[{"port":80,"port2":80,"rulegroup":{"id":0,"rules":[{"sig_id":5}]}}]`,
	}
	for _, args := range [][]string{{}, {"-c", "x.yaml"}} {
		logs := t.TempDir()
		r := execute(t, append([]string{"--engine-analysis", "-S", "x.rules", "-l", logs}, args...)...)
		if r.code != 0 {
			t.Fatalf("%v: code %d, %s", args, r.code, r.err)
		}
		for name, text := range want {
			b, err := os.ReadFile(filepath.Join(logs, name))
			if name == "rule_group.json" && len(args) == 0 {
				if err == nil {
					t.Errorf("%s was not asked for", name)
				}
				continue
			}
			if err != nil || !strings.Contains(string(b), text) {
				t.Errorf("%s: %v, %s, want %s", name, err, b, text)
			}
		}
	}
}
