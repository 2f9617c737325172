package main

import (
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"
)

// A set of the configuration keeps what it learnt for the next run, below the data directory.
func TestSavedSets(t *testing.T) {
	mail := files(t, map[string]string{
		"c.yaml":   "outputs:\n- eve-log: {enabled: yes, types: [alert]}\ndatasets:\n  my_helos: {type: string, state: helos.lst}\n",
		"l.yaml":   "outputs:\n- eve-log: {enabled: yes, types: [alert]}\ndatasets:\n  my_helos: {type: string, load: helos.lst, save: copy.lst}\n",
		"a.rules":  "alert smtp any any -> any any (smtp.helo; dataset:set,my_helos; sid:1;)\n",
		"kept/old": "",
	})
	var saved [3]string
	for i, conf := range []string{"c.yaml", "c.yaml", "l.yaml"} {
		os.Remove("eve.json")
		got := execute(t, "-r", mail, "-c", conf, "-l", ".", "-S", "a.rules", "--data-dir", "kept", "--init-errors-fatal")
		if got.code != 0 {
			t.Fatalf("%s: exit code %d: %s", conf, got.code, got.err)
		}
		eve, _ := os.ReadFile("eve.json")
		if n := strings.Count(string(eve), `"event_type":"alert"`); (n > 0) != (i == 0) {
			t.Errorf("run %d: %d alerts", i, n)
		}
		text, err := os.ReadFile([]string{"kept/helos.lst", "kept/helos.lst", "kept/copy.lst"}[i])
		if err != nil {
			t.Fatal(err)
		}
		saved[i] = string(text)
	}
	lines := strings.Fields(saved[0])
	if len(lines) < 2 || saved[1] != saved[0] || saved[2] != saved[0] || !slices.IsSortedFunc(lines, func(a, b string) int {
		return strings.Compare(decoded(t, b), decoded(t, a))
	}) {
		t.Errorf("saved %q", saved)
	}
	if left, _ := os.ReadDir("kept"); len(left) != 3 {
		t.Errorf("in the data directory: %v", left)
	}
}

func decoded(t *testing.T, line string) string {
	b, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is wrong with lists ends a start when everything has to be right; else it is told and done without.
func TestListProblems(t *testing.T) {
	texts := map[string]string{
		"good.rules": "alert ip any any -> any any (iprep:any,bad,>,1; sid:1;)\n",
		"save.rules": "alert smtp any any -> any any (smtp.helo; dataset:set,a,type string,save a.lst; sid:1;)\n",
		"load.rules": "alert smtp any any -> any any (smtp.helo; dataset:isset,a,type string,load a.lst; sid:1;)\n",
		"a.lst":      "YQ==\n?\n",
		"names":      "1,bad,Bad\n",
		"none.rules": "# nothing\n",
		"scores":     "0.0.0.0/0,1,99\nnonsense\n",
		"geo.rules":  "alert ip any any -> any any (geoip:DE; sid:1;)\n",
	}
	mail := files(t, texts)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"-S good.rules --set reputation-categories-file=names --set reputation-files.0=scores", 0, "scores:2: bad line"},
		{"-S good.rules", 1, `unknown iprep category "bad"`},
		{"-S save.rules --data-dir nowhere", 1, "the dataset a cannot be saved"},
		{"-S save.rules --set datasets.rules.allow-write=no", 1, "have been disabled"},
		{"-S load.rules", 1, "bad base64 encoding a"},
		{"-S geo.rules", 1, "there is no geoip-database"},
		{"-S geo.rules --set geoip-database=names", 1, "geoip-database: "},
		{"-S none.rules --set datasets.b.type=float", 1, "bad type float"},
		{"-S none.rules --set datasets.b.type=md5 --set datasets.b.load=a.lst", 1, "is not the md5"},
		{"-S none.rules --set datasets.b.type=ip --set datasets.b.state=x --set datasets.b.load=a.lst", 1, "can not be mixed"},
	} {
		args := append([]string{"-r", mail, "-l", "."}, strings.Fields(c.args)...)
		for _, fatal := range []bool{false, true} {
			if fatal {
				args = append(args, "--init-errors-fatal")
			}
			got := execute(t, args...)
			if want := c.code; got.code != want && fatal || !fatal && got.code != 0 || !strings.Contains(got.err, c.want) {
				t.Errorf("%s: exit code %d: %s, want %d and %q", args, got.code, got.err, want, c.want)
			}
		}
	}
}

// Rules are explained with the sizes of their sets.
func TestExplainLists(t *testing.T) {
	files(t, map[string]string{
		"a.rules": "alert smtp any any -> any any (smtp.helo; dataset:isset,a,type string,load a.lst; iprep:src,bad,>,1; sid:1;)\n",
		"a.lst":   "YQ==\nYg==\n", "names": "1,bad,Bad\n",
	})
	got := execute(t, "rules", "explain", "--set", "reputation-categories-file=names", "1", "a.rules")
	for _, want := range []string{"dataset:isset,a,type string; of 2 values", "iprep:src,bad,>,1;"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s%s\nwant %q", got.out, got.err, want)
		}
	}
}
