// Alerts compares the alerts of this project with those of Suricata, capture by capture.
//
//	go build ./cmd/reknit
//	go run ./bench/alerts -reknit ./reknit -config suricata.yaml -rules some.rules -work DIR CAPTURE|DIR...
//
// A capture is equal when both give the same alerts: as many of each signature and 5-tuple. Of one that is different the alerts
// are told that only one of the two has. Captures of the same content count once. Both get the same configuration, which has
// to write the records alert and flow to eve.json, and nothing that is left to chance (randomize-chunk-size: no).
//
// Suricata reads the rules once and then one capture after another, by its control socket; a capture that is different should be
// looked at again in a process of its own. What it wrote stays in DIR and is not asked for again, so that each set of rules
// and each configuration needs a directory of its own.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	var s setup
	flag.StringVar(&s.suricata, "suricata", "suricata", "the program to compare with")
	flag.StringVar(&s.reknit, "reknit", "reknit", "this project's program")
	flag.StringVar(&s.config, "config", "", "configuration for both")
	flag.StringVar(&s.rules, "rules", "", "rules for both")
	flag.StringVar(&s.work, "work", "", "directory for what both write")
	only := flag.String("only", "", "captures whose path matches this expression")
	without := flag.String("without", "", "protocols, with commas: count the captures without them too")
	known := flag.Bool("kept", false, "compare what is in the directory, run neither program")
	flag.Parse()
	if s.config == "" || s.rules == "" || s.work == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	same, err := run(&s, flag.Args(), *only, split(*without), *known)
	if err != nil {
		fmt.Fprintln(os.Stderr, "alerts:", err)
		os.Exit(2)
	}
	if !same {
		os.Exit(1)
	}
}

// split returns the words of a list with commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// run compares all captures below roots and reports whether they are equal.
func run(s *setup, roots []string, only string, without []string, kept bool) (bool, error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return false, err
	}
	captures, err := find(roots, match)
	if err != nil {
		return false, err
	}
	if !kept {
		if err := s.runSuricata(captures); err != nil {
			return false, err
		}
		if err := s.runReknit(captures); err != nil {
			return false, err
		}
	}
	t := tally{without: without}
	for _, c := range captures {
		theirs, err := readEVE(filepath.Join(s.output("suricata", c), "eve.json"))
		if err != nil {
			return false, err
		}
		ours, err := readEVE(filepath.Join(s.output("reknit", c), "eve.json"))
		if err != nil {
			return false, err
		}
		t.add(os.Stdout, c.path, theirs, ours)
	}
	t.print(os.Stdout)
	return t.equal == t.captures, nil
}
