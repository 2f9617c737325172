package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/analysis"
)

// analysis writes what each rule looks for to files in the directory for log files, for people and for programs; only the
// former, to standard output, when there is no directory.
func (j *job) analysis(s *rule.Set, protocols []app.Protocol) error {
	stores := len(j.conf.FileStores) > 0
	if j.dir == "" {
		return writeAnalysis(j.std.out, s, stores)
	}
	r := &j.conf.Rules
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"rules_analysis.txt", func(w io.Writer) error { return writeAnalysis(w, s, stores) }},
		{"rules.json", func(w io.Writer) error { return analysis.WriteRules(w, s.Rules, protocols) }},
		{"patterns.json", func(w io.Writer) error { return analysis.WritePatterns(w, s.Rules) }},
		{"rule_group.json", func(w io.Writer) error { return analysis.WriteGroups(w, s.Rules, r.GroupRules) }},
	} {
		if f.name == "rule_group.json" && !r.Groups {
			continue
		}
		if err := writeFile(within(j.dir, f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

// writeFile makes a file with what write writes.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// writeAnalysis writes what each rule looks for, in the order in which they are evaluated, and which could not be loaded. stores says
// that files are stored for rules that want that.
func writeAnalysis(w io.Writer, s *rule.Set, stores bool) error {
	for _, r := range s.Rules {
		text := explainRule(r)
		if !stores && slices.ContainsFunc(r.Effects, isFileStore) {
			text += "Warning: Rule requires file-store but the output file-store is not enabled.\n" // tools look for it
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	for _, p := range s.Problems {
		if _, err := fmt.Fprintln(w, printable(fmt.Sprint(p))); err != nil {
			return err
		}
	}
	return nil
}

func isFileStore(e rule.Effect) bool {
	_, ok := e.(*rule.FileStore)
	return ok
}
