// Alerts compares the alerts of this project with those of Suricata, capture by capture.
//
//	go build ./cmd/reknit
//	go run ./bench/alerts -reknit ./reknit -config suricata.yaml -rules some.rules -work DIR CAPTURE|DIR...
//
// A capture is equal when both give the same alerts: as many of each signature and 5-tuple. Of one that is different the alerts
// are told that only one of the two has. Captures of the same content count once. Both get the same configuration, which has
// to write the records alert and flow to eve.json, and nothing that is left to chance (randomize-chunk-size: no).
//
// What is known to be different, and why, may stand in a file (-explained): a line has signatures with commas or *, an expression for
// the paths of captures or *, and the reason. explained.txt has it for Suricata 7.0.10.
//
// Suricata reads the rules once and then one capture after another, by its control socket. Now and then a flow ends too early that
// way, which is why -again has it read those that are different with a process for each. What it wrote stays in DIR and is not asked for again, so that each set of rules
// and each configuration needs a directory of its own.
package main

import (
	"flag"
	"fmt"
	"os"
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
	explained := flag.String("explained", "", "`FILE` that says why alerts are different")
	again := flag.Bool("again", false, "run Suricata again for the captures that are different, with a process for each")
	kept := flag.Bool("kept", false, "compare what is in the directory, run neither program")
	flag.Parse()
	if s.config == "" || s.rules == "" || s.work == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	t := tally{without: split(*without)}
	err := t.load(*explained)
	if err == nil {
		err = t.compare(&s, flag.Args(), *only, *kept, *again)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "alerts:", err)
		os.Exit(2)
	}
	t.print(os.Stdout)
	if t.equal+t.explained < t.captures {
		os.Exit(1)
	}
}

// load reads explanations.
func (t *tally) load(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if t.explanations, err = readExplanations(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// split returns the words of a list with commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// compare compares all captures below roots whose path matches.
func (t *tally) compare(s *setup, roots []string, only string, kept, again bool) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	captures, err := find(roots, match)
	if err != nil {
		return err
	}
	if !kept {
		if err := s.runSuricata(captures); err != nil {
			return err
		}
		if err := s.runReknit(captures); err != nil {
			return err
		}
	}
	for _, c := range captures {
		theirs, ours, err := s.findings(c)
		if err != nil {
			return err
		}
		if again && len(difference(theirs.alerts, ours.alerts)) > 0 {
			if err := s.runAlone("suricata", s.suricata, c); err != nil {
				return err
			}
			if theirs, ours, err = s.findings(c); err != nil {
				return err
			}
		}
		t.add(os.Stdout, c.path, theirs, ours)
	}
	return nil
}
