package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reknit/reknit/internal/config"
)

// rulesOptions are the command line of reknit rules.
type rulesOptions struct {
	config   string
	includes []string
	set      []string
	strict   string
	verbose  int
}

// rulesCommand is a subcommand of reknit rules.
type rulesCommand struct {
	*cobra.Command
	rulesOptions
	std   stdio
	usage string
}

// newRules describes the subcommands of reknit rules.
func newRules(std stdio) *cobra.Command {
	parent := &rulesCommand{std: std, usage: `reknit rules reads files of rules, and tells what it makes of them.

Usage:
  reknit rules check [FILE ...]         what is loaded, and what is not and why
  reknit rules explain SID [FILE ...]   what a rule looks for, where and when
`}
	parent.Command = &cobra.Command{Use: "rules", Short: "read rules and tell what they do", Args: cobra.ArbitraryArgs}
	parent.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 || args[0] == "help" {
			parent.help()
			return nil
		}
		return usagef("unknown command rules %s%s", args[0], didYouMean(args[0], []string{"check", "explain"}))
	}
	parent.prepare()
	check := &rulesCommand{std: std, usage: `reknit rules check reads files of rules, and prints how many were loaded, and what is
wrong with the others. Without FILE it reads those of the configuration.

Usage:
  reknit rules check [option ...] [FILE ...]
`}
	check.Command = &cobra.Command{Use: "check [option ...] [FILE ...]", Short: "tell what is wrong with rules", Args: cobra.ArbitraryArgs}
	check.RunE = func(_ *cobra.Command, args []string) error { return check.check(args) }
	check.prepare()
	explain := &rulesCommand{std: std, usage: `reknit rules explain prints what a rule looks for, in which buffers, when it is
evaluated, and which pattern must be found first. SID may be GID:SID.

Usage:
  reknit rules explain [option ...] SID [FILE ...]
`}
	explain.Command = &cobra.Command{Use: "explain [option ...] SID [FILE ...]", Short: "tell what a rule looks for", Args: cobra.ArbitraryArgs}
	explain.RunE = func(_ *cobra.Command, args []string) error { return explain.explain(args) }
	explain.prepare()
	parent.AddCommand(check.Command, explain.Command)
	return parent.Command
}

// prepare sets what all subcommands have.
func (c *rulesCommand) prepare() {
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return explain(err, c.Flags(), c.table()) })
	c.SetHelpFunc(func(*cobra.Command, []string) { c.help() })
	f := c.Flags()
	f.SortFlags = false
	for _, o := range c.table() {
		o.define(f)
	}
}

func (c *rulesCommand) table() []option {
	o := &c.rulesOptions
	return []option{
		{"Configuration", "c", "config", "FILE", &o.config, "read variables and companion files as this configuration says"},
		{"", "", "include", "FILE", &o.includes, "read another after it; may be repeated"},
		{"", "", "set", "KEY=VALUE", &o.set, "change a value of the configuration; may be repeated"},
		{"", "", "strict-rule-keywords", "[=LIST]", &o.strict, "unknown names of classtype and reference, and retired events, are errors"},
		{"Output", "v", "verbose", "", &o.verbose, "print every rule, and warnings"},
	}
}

func (c *rulesCommand) help() {
	fmt.Fprint(c.std.out, c.usage)
	printOptions(c.std.out, c.table())
}

// load reads the rules of the files, or those of the configuration.
func (c *rulesCommand) load(files []string) (*ruleLoader, error) {
	log := newLogger(c.std.err)
	for _, set := range c.set {
		if !strings.Contains(set, "=") {
			return nil, usagef("--set wants KEY=VALUE, not %q", set)
		}
	}
	conf, problems := config.Load(config.Options{File: c.config, Includes: c.includes, Set: c.set})
	for _, p := range problems {
		if p.Fatal(false) {
			log.error("config", "%v", p)
		}
	}
	if problems.Fatal(false) {
		return nil, errReported
	}
	l := &ruleLoader{conf: conf, strict: c.strict, warn: log.warning, info: log.info, wholeLists: true}
	if len(files) > 0 {
		l.only, l.more = files[0], files[1:]
	}
	if err := l.load(); err != nil {
		return nil, err
	}
	if len(l.set.Files) == 0 {
		return nil, usagef("no rules: give files of rules, or a configuration that names some with -c")
	}
	return l, nil
}
