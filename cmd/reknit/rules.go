package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/tcp"
)

// errNoRules is what a file of rules is told as long as rules are read and not evaluated.
var errNoRules = errors.New("rules are not supported yet")

// checkRules returns an error when a file holds rules.
func checkRules(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for line := 1; ; line++ {
		text, err := r.ReadString('\n')
		if t := strings.TrimSpace(text); t != "" && t[0] != '#' {
			return fmt.Errorf("%s:%d: %w", name, line, errNoRules)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// ruleLoader reads the rules that a configuration and a command line name.
type ruleLoader struct {
	conf   *config.Config
	only   string   // -S
	more   []string // -s
	strict string   // --strict-rule-keywords
	warn   func(format string, args ...any)

	language *rule.Language
	set      *rule.Set
	problems []rule.Problem // of the companion files
	limits   []rule.Override
}

// load reads everything. An error is a file that was named on the command line and cannot be read.
func (l *ruleLoader) load() error {
	l.makeLanguage(all.Protocols(all.Config{}))
	l.set = l.language.NewSet()
	names, err := l.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		l.set.Load(name, string(text))
	}
	l.set.Order(actionOrder(l.conf.Rules.ActionOrder))
	return nil
}

// makeLanguage makes the language from the configuration and its companion files.
func (l *ruleLoader) makeLanguage(protocols []app.Protocol) {
	r := &l.conf.Rules
	c := rule.Config{
		Protocols: protocols,
		Vars:      rule.Vars{Addresses: r.AddressVars, Ports: r.PortVars},
		Features:  []string{"ja3", "ja4"},
		Suggest:   func(word string, names []string) string { return config.Nearest(word, names) },
	}
	for e := range tcp.NumEvents {
		c.StreamEvents = append(c.StreamEvents, e.String())
	}
	if text, ok := l.companion(r.Classification); ok {
		var ps []rule.Problem
		c.Classes, ps = rule.ParseClasses(r.Classification, text)
		l.problems = append(l.problems, ps...)
	}
	if text, ok := l.companion(r.References); ok {
		var ps []rule.Problem
		c.References, ps = rule.ParseReferences(r.References, text)
		l.problems = append(l.problems, ps...)
	}
	strict := strings.Split(strings.TrimSpace(l.strict), ",")
	every := l.strict != "" && (strings.TrimSpace(l.strict) == "" || slices.Contains(strict, "all"))
	c.StrictClasses = every || slices.Contains(strict, "classtype")
	c.StrictReferences = every || slices.Contains(strict, "reference")
	l.language = rule.New(c)
	if text, ok := l.companion(r.Thresholds); ok {
		var ps []rule.Problem
		l.limits, ps = l.language.ParseThresholds(r.Thresholds, text)
		l.problems = append(l.problems, ps...)
	}
}

// companion reads a file beside those of rules. One that is not there is told, and done without.
func (l *ruleLoader) companion(name string) (text string, ok bool) {
	if name == "" || name == "none" {
		return "", false
	}
	b, err := os.ReadFile(name)
	if err != nil {
		l.warn("%v; going on without", err)
		return "", false
	}
	return string(b), true
}

// files returns the names of the files of rules.
func (l *ruleLoader) files() ([]string, error) {
	if l.only != "" {
		return append([]string{l.only}, l.more...), nil
	}
	var names []string
	for _, pattern := range l.conf.Rules.Files {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(l.conf.Rules.Path, pattern)
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("rule-files: %s: %w", pattern, err)
		}
		if len(found) == 0 {
			l.warn("rule-files: there is no file %s", pattern)
		}
		names = append(names, found...)
	}
	return append(names, l.more...), nil
}

// actionOrder turns the words of action-order into actions.
func actionOrder(words []string) (order []rule.Action) {
	for _, w := range words {
		if a, err := rule.ParseAction(w); err == nil {
			order = append(order, a)
		}
	}
	return order
}

// rulesOf looks at the files of rules: a test reads them all, another run says that it goes on without.
func (j *job) rulesOf() error {
	if j.noDetection {
		return nil
	}
	if j.test {
		return j.testRules()
	}
	names := slices.Clone(j.moreRules)
	if j.rules != "" {
		names = append(names, j.rules)
	} else if len(j.conf.Rules.Files) > 0 {
		j.log.warning("detect", "rule-files: %v; going on without", errNoRules)
	}
	var failed error
	for _, name := range names {
		err := checkRules(name)
		switch {
		case err == nil:
		case j.initFatal:
			j.log.error("detect", "%v", err)
			failed = errReported
		default:
			j.log.warning("detect", "%v; going on without", err)
		}
	}
	return failed
}

// testRules reads all rules and tells what is wrong with them.
func (j *job) testRules() error {
	l := &ruleLoader{conf: j.conf, only: j.rules, more: j.moreRules, strict: j.strict,
		warn: func(format string, args ...any) { j.log.warning("detect", format, args...) }}
	if err := l.load(); err != nil {
		return err
	}
	for _, p := range append(l.problems, l.set.Problems...) {
		if p.Kind.Warning() {
			j.log.warning("detect", "%v", p)
		} else {
			j.log.error("detect", "%v", p)
		}
	}
	sum := l.set.Totals()
	if len(l.set.Files) > 0 {
		j.log.notice("detect", "%s processed. %s loaded, %s failed, %s skipped", plural(len(l.set.Files), "rule file"),
			plural(sum.Loaded, "rule"), count(sum.Failed), count(sum.Skipped))
	}
	if sum.Failed > 0 || slices.ContainsFunc(l.problems, func(p rule.Problem) bool { return !p.Kind.Warning() }) {
		return errReported
	}
	return nil
}
