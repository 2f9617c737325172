package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/reknit/reknit/rule"
)

// analysisFile is where the analysis of rules is written, in the directory for log files.
const analysisFile = "rules_analysis.txt"

// analysis writes what each rule looks for to a file, or to standard output when there is no directory for it.
func (j *job) analysis(s *rule.Set) error {
	if j.dir == "" {
		return writeAnalysis(j.std.out, s)
	}
	f, err := os.Create(within(j.dir, analysisFile))
	if err != nil {
		return err
	}
	err = writeAnalysis(f, s)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// writeAnalysis writes what each rule looks for, in the order in which they are evaluated, and which could not be loaded.
func writeAnalysis(to io.Writer, s *rule.Set) error {
	w := bufio.NewWriter(to)
	for _, r := range s.Rules {
		fmt.Fprintln(w, explainRule(r))
	}
	for _, p := range s.Problems {
		fmt.Fprintln(w, printable(fmt.Sprint(p)))
	}
	return w.Flush()
}
