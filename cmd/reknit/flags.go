package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/capture/filter"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/stream"
)

// options are the command line.
type options struct {
	read         []string // captures; "-" is standard input
	logDir       string
	output       string // EVE goes there: a file, or "-" for standard output
	config       string
	includes     []string
	set          []string
	chance       func(n int) int // a number below n; nil: rand.IntN
	rules        string          // the only file of rules
	moreRules    []string        // beside those of the configuration
	strict       string          // keywords whose unknown values are errors; empty: none
	noDetection  bool
	analyseRules bool
	checksums    string
	runmode      string
	inline       bool
	initFatal    bool
	verbose      int
	dataDir      string // empty: that of the configuration
	filterFile   string
	cpuProfile   string
	filter       *filter.Filter

	faults       engine.Faults
	parserFaults [2]app.Fault
	lostPacket   uint64 // 0: none

	test, dump, version, build, hooks bool

	// Accepted, because scripts give them, and without effect.
	noRandom     bool
	pcapFileSize string
	user, group  string
}

// command is the command line with its description.
type command struct {
	*cobra.Command
	options
	std stdio
}

// newCommand describes the command line.
func newCommand(std stdio) *command {
	c := &command{std: std}
	c.Command = &cobra.Command{
		Use:               "reknit -r FILE [option ...]",
		Args:              cobra.ArbitraryArgs,
		RunE:              func(cmd *cobra.Command, args []string) error { return c.start(cmd.Context(), args) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	c.SetIn(std.in)
	c.SetOut(std.out)
	c.SetErr(std.err)
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return explain(err, c.Flags(), append(c.table(), later...)) })
	c.SetHelpFunc(func(*cobra.Command, []string) { c.help() })
	f := c.Flags()
	f.SortFlags = false
	for _, o := range c.table() {
		o.define(f)
	}
	for _, o := range later {
		o.define(f)
	}
	c.AddCommand(newFollow(std).Command, newRules(std))
	return c
}

func (c *command) execute(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if err := c.misspelt(args[0]); err != nil {
			return err
		}
	}
	flags := c.meant(args).Flags()
	for _, a := range args {
		if a == "--" {
			break
		}
		// To getopt -read is "-r ead". Nobody means that.
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if len(name) > 2 && strings.HasPrefix(a, "-"+name) && flags.Lookup(name) != nil {
			return usagef("unknown option -%s; did you mean --%s?", name, name)
		}
	}
	c.SetArgs(args)
	return c.ExecuteContext(ctx)
}

// meant returns the subcommand that args are for, or the command itself.
func (c *command) meant(args []string) *cobra.Command {
	if sub, _, err := c.Find(args); err == nil {
		return sub
	}
	return c.Command
}

// misspelt returns an error for a word that is nearly the name of a subcommand, unless it is the name of a file.
func (c *command) misspelt(word string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.Name() == word {
			return nil
		}
		names = append(names, sub.Name())
	}
	near := nearest(word, names)
	if near == "" || strings.HasPrefix(word, "-") {
		return nil
	}
	if _, err := os.Stat(word); err == nil {
		return nil
	}
	return usagef("unknown command %s; did you mean %s?", word, near)
}

// option is a row of the table of options.
type option struct {
	group string // starts a group of the help
	short string
	long  string
	arg   string // name of the argument in the help; empty: a switch
	to    any
	help  string // empty: not in the help
}

func (c *command) table() []option {
	o := &c.options
	return []option{
		{"Input", "r", "read", "FILE", &o.read, "read a capture file, or all in a directory; - is standard input; may be repeated"},
		{"Output", "l", "log-dir", "DIR", &o.logDir, "write log files to this directory; without -c: eve.json"},
		{"", "o", "output", "FILE", &o.output, "write EVE JSON to this file; - is standard output, and no summary is printed"},
		{"", "v", "verbose", "", &o.verbose, "say more; list every flow; may be repeated"},
		{"Configuration", "c", "config", "FILE", &o.config, "read a configuration in the manner of suricata.yaml"},
		{"", "", "include", "FILE", &o.includes, "read another after it; may be repeated"},
		{"", "", "set", "KEY=VALUE", &o.set, "change a value of the configuration; may be repeated"},
		{"", "", "engine-analysis", "", &o.analyseRules, "write what the rules look for to rules_analysis.txt and rules.json, and exit"},
		{"", "T", "test", "", &o.test, "test the configuration and the rules, and exit"},
		{"", "", "dump-config", "", &o.dump, "print the configuration with everything included, and exit"},
		{"", "", "init-errors-fatal", "", &o.initFatal, "do not start with rules or outputs that do not work"},
		{"Inspection", "k", "checksums", "MODE", &o.checksums, "heed checksums: all, none, or auto: unless most of them are wrong"},
		{"", "", "simulate-ips", "", &o.inline, "treat the capture as if this host could drop packets"},
		{"", "", "runmode", "MODE", &o.runmode, "single: one worker; autofp, workers: one per processor"},
		{"", "F", "bpf-file", "FILE", &o.filterFile, "read only the packets that the filter in a file matches"},
		{"", "S", "rules", "FILE", &o.rules, "use only the rules of this file"},
		{"", "s", "more-rules", "FILE", &o.moreRules, "use the rules of this file too"},
		{"", "", "strict-rule-keywords", "[=LIST]", &o.strict, "unknown names of classtype and reference, and retired events, are errors: a list of classtype, reference and decode-event, or all"},
		{"", "", "data-dir", "DIR", &o.dataDir, "directory of sets that rules have saved"},
		{"", "", "disable-detection", "", &o.noDetection, "use no rules"},
		{"", "", "cpu-profile", "FILE", &o.cpuProfile, "write what took the time to this file, for go tool pprof"},
		{"About", "V", "version", "", &o.version, "print the version, and exit"},
		{"", "", "build-info", "", &o.build, "print how this program was built, and exit"},
		{"", "", "list-app-layer-hooks", "", &o.hooks, "print the hooks of protocols that rules can name, and exit"},
		{"", "", "simulate-packet-loss", "N", &o.lostPacket, ""},
		{"", "", "simulate-packet-flow-memcap", "N", &o.faults.Flow, ""},
		{"", "", "simulate-packet-defrag-memcap", "N", &o.faults.Fragment, ""},
		{"", "", "simulate-packet-tcp-ssn-memcap", "N", &o.faults.Connection, ""},
		{"", "", "simulate-packet-tcp-reassembly-memcap", "N", &o.faults.Data, ""},
		{"", "", "simulate-applayer-error-at-offset-ts", "N", (*faultValue)(&o.parserFaults[stream.ToServer]), ""},
		{"", "", "simulate-applayer-error-at-offset-tc", "N", (*faultValue)(&o.parserFaults[stream.ToClient]), ""},
		{"", "", "no-random", "", &o.noRandom, ""},
		{"", "", "pcap-file-buffer-size", "BYTES", &o.pcapFileSize, ""},
		{"", "", "user", "NAME", &o.user, ""},
		{"", "", "group", "NAME", &o.group, ""},
	}
}

// later are Suricata's options that are not supported yet. Their only purpose is to say so.
var later = []option{
	{"", "i", "interface", "NAME", nil, "capturing from an interface"},
	{"", "", "pcap", "[=DEV]", nil, "capturing from an interface"},
	{"", "", "af-packet", "[=DEV]", nil, "capturing from an interface"},
	{"", "", "af-xdp", "[=DEV]", nil, "capturing from an interface"},
	{"", "", "dpdk", "", nil, "capturing with DPDK"},
	{"", "", "netmap", "[=DEV]", nil, "capturing with netmap"},
	{"", "", "pfring", "[=DEV]", nil, "capturing with PF_RING"},
	{"", "", "nflog", "[=FILE]", nil, "capturing from NFLOG"},
	{"", "", "erf-in", "FILE", nil, "reading ERF files"},
	{"", "q", "queue", "ID", nil, "inline mode with NFQUEUE"},
	{"", "D", "daemon", "", nil, "running in the background"},
	{"", "", "pidfile", "FILE", nil, "running in the background"},
	{"", "", "unix-socket", "[=FILE]", nil, "the control socket"},
	{"", "", "pcap-file-continuous", "", nil, "waiting for more capture files"},
	{"", "", "pcap-file-delete", "", nil, "deleting capture files"},
	{"", "", "pcap-file-recursive", "", nil, "reading directories below directories"},
	{"", "", "list-keywords", "[=NAME]", nil, "the rule language"},
	{"", "", "list-rule-protos", "", nil, "the rule language"},
	{"", "", "list-app-layer-protos", "", nil, "listing protocols"},
	{"", "", "list-app-layer-frames", "", nil, "the rule language"},
	{"", "", "list-runmodes", "", nil, "listing run modes"},
	{"", "", "firewall-rules-exclusive", "FILE", nil, "the firewall mode"},
	{"", "", "firewall", "", nil, "the firewall mode"},
	{"", "", "simulate-alert-queue-realloc-failure", "", nil, "the alert queue"},
	{"", "", "reject-dev", "DEV", nil, "rejecting connections"},
}

// define makes the option a flag.
func (o option) define(f *pflag.FlagSet) {
	to := o.to
	if to == nil {
		to = new(string)
		if o.arg == "" {
			to = new(bool)
		}
	}
	switch to := to.(type) {
	case *string:
		f.StringVarP(to, o.long, o.short, "", o.help)
	case *bool:
		f.BoolVarP(to, o.long, o.short, false, o.help)
	case *int:
		f.CountVarP(to, o.long, o.short, o.help)
	case *uint64:
		f.Uint64VarP(to, o.long, o.short, 0, o.help)
	case pflag.Value:
		f.VarP(to, o.long, o.short, o.help)
	case *[]string:
		f.StringArrayVarP(to, o.long, o.short, nil, o.help)
	}
	if strings.HasPrefix(o.arg, "[=") {
		f.Lookup(o.long).NoOptDefVal = " "
	}
}

// faultValue is the offset of a simulated fault on the command line.
type faultValue app.Fault

// Set takes the value.
func (v *faultValue) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 63)
	if err != nil || n < 0 {
		return fmt.Errorf("want an offset, not %q", text)
	}
	*v = faultValue{On: true, Offset: n}
	return nil
}

// String returns it.
func (v *faultValue) String() string { return strconv.FormatInt(v.Offset, 10) }

// Type names what it is.
func (v *faultValue) Type() string { return "offset" }

// explain turns an error of the flag library about a table of options into one that helps.
func explain(err error, flags *pflag.FlagSet, table []option) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := unknown.GetSpecifiedName()
		if shorts := unknown.GetSpecifiedShortnames(); shorts != "" {
			return usagef("unknown option -%s", name)
		}
		text := "unknown option --" + name
		var names []string
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := nearest(name, names); near != "" {
			text += "; did you mean --" + near + "?"
		}
		return usageError{errors.New(text)}
	}
	var value *pflag.ValueRequiredError
	if errors.As(err, &value) {
		name := "--" + value.GetSpecifiedName()
		if len(value.GetSpecifiedName()) == 1 {
			name = "-" + value.GetSpecifiedName()
		}
		return usagef("option %s wants %s", name, argument(table, value.GetFlag().Name))
	}
	return usageError{err}
}

// nearest returns the name that a word is the beginning of, or most likely a misspelling; or "".
func nearest(word string, names []string) string {
	for _, n := range names {
		if len(word) >= 4 && strings.HasPrefix(n, word) {
			return n
		}
	}
	return config.Nearest(word, names)
}

// argument is the name of an option's argument.
func argument(table []option, long string) string {
	for _, o := range table {
		if o.long == long {
			return o.arg
		}
	}
	return "a value"
}

// check finds what is wrong with a command line that could be parsed.
func (c *command) check(args []string) error {
	for _, o := range later {
		if f := c.Flags().Lookup(o.long); f.Changed {
			name := "--" + o.long
			if o.short != "" {
				name = "-" + o.short
			}
			return fmt.Errorf("%s: %s is not supported yet", name, o.help)
		}
	}
	switch c.checksums {
	case "", "all", "none", "auto":
	default:
		return usagef("-k wants all, none or auto, not %q", c.checksums)
	}
	switch c.runmode {
	case "", "auto", "single", "autofp", "workers":
	default:
		return usagef("there is no run mode %q; want single, autofp, workers or auto", c.runmode)
	}
	switch {
	case len(args) == 0:
		return c.parseFilter(nil)
	case args[0] == "help":
		return pflag.ErrHelp
	}
	if info, err := os.Stat(args[0]); err == nil && len(c.read) == 0 && (len(args) == 1 || !info.IsDir()) {
		return usagef("to read %s, say reknit -r %s", args[0], args[0])
	}
	if err := c.misspelt(args[0]); err != nil {
		return err
	}
	return c.parseFilter(args)
}

// parseFilter reads the capture filter: what is left of the command line, or the file of -F.
func (c *command) parseFilter(args []string) (err error) {
	text := strings.Join(args, " ")
	if c.filterFile != "" {
		if text != "" {
			return usagef("-F %s and %s: one capture filter is enough", c.filterFile, text)
		}
		b, err := os.ReadFile(c.filterFile)
		if err != nil {
			return err
		}
		text = string(b)
	}
	if c.filter, err = filter.Parse(text); err != nil {
		return usagef("%w", err)
	}
	return nil
}

// help prints the options.
func (c *command) help() {
	w := c.std.out
	fmt.Fprint(w, `reknit looks into network traffic: it puts TCP connections back together, parses what
they carry, and reports what it finds.

Usage:
  reknit -r FILE                  print a summary
  reknit -r FILE -o -             print EVE JSON
  reknit -r FILE -l DIR           print a summary, write DIR/eve.json
  reknit -c FILE -r FILE -l DIR   do what a configuration says
  reknit -r FILE port 25          read only what a capture filter matches
  reknit follow -r FILE           print streams; reknit follow --help tells more
  reknit rules check FILE         tell what is wrong with rules; reknit rules --help tells more
`)
	printOptions(w, c.table())
	fmt.Fprint(w, "\nThe exit code is 0 for success, 1 for an error, 2 for wrong usage.\n")
}

// printOptions prints the part of a help that lists options.
func printOptions(w io.Writer, table []option) {
	for _, o := range table {
		if o.group != "" {
			fmt.Fprintf(w, "\n%s:\n", o.group)
		}
		if o.help == "" {
			continue
		}
		short := "   "
		if o.short != "" {
			short = "-" + o.short + ","
		}
		fmt.Fprintf(w, "  %s %-24s %s\n", short, strings.TrimSpace("--"+o.long+" "+o.arg), o.help)
	}
	fmt.Fprint(w, "  -h, --help                   print this\n")
}
