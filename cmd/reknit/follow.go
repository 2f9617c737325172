package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/stream"
)

// followOptions are the command line of reknit follow.
type followOptions struct {
	read         []string // captures; "-" is standard input
	list         bool
	split        string // a directory
	format       string
	side         string
	color        string
	acknowledged bool
	policy       string
	checksums    string
	verbose      int
}

// followCommand is the subcommand with its description.
type followCommand struct {
	*cobra.Command
	followOptions
	std stdio
}

// newFollow describes the subcommand.
func newFollow(std stdio) *followCommand {
	c := &followCommand{std: std}
	c.Command = &cobra.Command{
		Use:   "follow -r FILE [option ...] [FLOW]",
		Short: "print what both sides of TCP connections said",
		Args:  cobra.ArbitraryArgs,
		RunE:  func(cmd *cobra.Command, args []string) error { return c.start(cmd.Context(), args) },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return explain(err, c.Flags(), c.table()) })
	c.SetHelpFunc(func(*cobra.Command, []string) { c.help() })
	f := c.Flags()
	f.SortFlags = false
	for _, o := range c.table() {
		o.define(f)
	}
	return c
}

func (c *followCommand) table() []option {
	o := &c.followOptions
	return []option{
		{"Input", "r", "read", "FILE", &o.read, "read a capture file, or all in a directory; - is standard input; may be repeated"},
		{"", "k", "checksums", "MODE", &o.checksums, "heed checksums: all, none, or auto: unless most of them are wrong"},
		{"", "", "acknowledged", "", &o.acknowledged, "only what the receiver acknowledged, and when it did"},
		{"", "", "policy", "NAME", &o.policy, "whose bytes win where segments overlap; linux-6 by default"},
		{"Output", "", "list", "", &o.list, "list the streams"},
		{"", "", "split", "DIR", &o.split, "write each direction to a file in this directory"},
		{"", "", "format", "FORMAT", &o.format, "print text, hex or raw; text by default"},
		{"", "", "side", "SIDE", &o.side, "only what the client or the server sent"},
		{"", "", "color", "WHEN", &o.color, "use colours: always, never, or auto: on a terminal"},
		{"", "v", "verbose", "", &o.verbose, "list connections without data and flow_ids, too"},
	}
}

// help prints the options.
func (c *followCommand) help() {
	w := c.std.out
	fmt.Fprint(w, `reknit follow prints what both sides of TCP connections said, in order of time.

Usage:
  reknit follow -r FILE [FLOW]               print streams
  reknit follow -r FILE --list [FLOW]        list them
  reknit follow -r FILE --split DIR [FLOW]   write them to files

FLOW is the number of a stream in the list, its flow_id in EVE, or its ends:
192.0.2.1:40000-198.51.100.25:25, in either order; [2001:db8::1]:40000 for IPv6.
Addresses, ports and one of the ends can be left out. All streams that fit are
taken, and without FLOW all there are; each time that another one goes on, a
headline tells which.

Lines of the client begin with ">", those of the server with "<". A "+" behind it
goes on with a line that was interrupted, a "!" tells what the capture lacks:
  >! [712 bytes lost]
Raw output has the bytes and nothing else, and takes one stream only.

The files of --split are DIR/CLIENT.PORT-SERVER.PORT.toserver and .toclient, with
a "_" for each colon of IPv6; those of the second connection between the same
ends have "-2" before the last dot. Gaps are left out. DIR must exist; files that
are there are replaced.

Bytes are shown as soon as they follow without a hole, so that a policy decides
about what was held behind a hole; with --acknowledged, about everything that was
not acknowledged yet.
`)
	printOptions(w, c.table())
	var names []string
	for _, p := range policies() {
		names = append(names, p.String())
	}
	fmt.Fprintf(w, "\nPolicies: %s,\n%s.\n", strings.Join(names[:len(names)/2], ", "), strings.Join(names[len(names)/2:], ", "))
}

// policies returns those that have a name.
func policies() []stream.Policy {
	var all []stream.Policy
	for p := stream.BSD; p <= stream.Linux6; p++ {
		all = append(all, p)
	}
	return all
}

// start does what the command line says.
func (c *followCommand) start(ctx context.Context, args []string) error {
	j, err := c.plan(args)
	if err != nil {
		return err
	}
	return j.run(ctx)
}

// plan finds out what the command line asks for.
func (c *followCommand) plan(args []string) (*followJob, error) {
	j := &followJob{followOptions: &c.followOptions, std: c.std, term: newTerminal(c.std)}
	if len(args) > 1 {
		return nil, usagef("follow takes one FLOW, not %s", strings.Join(args, " "))
	}
	if len(args) == 1 {
		if info, err := os.Stat(args[0]); err == nil && !info.IsDir() && len(c.read) == 0 {
			return nil, usagef("to read %s, say reknit follow -r %s", args[0], args[0])
		}
		var err error
		if j.which, err = parseSelector(args[0]); err != nil {
			return nil, usageError{err}
		}
	}
	if len(c.read) == 0 {
		return nil, usagef("nothing to read: give a capture file with -r")
	}
	for _, o := range []struct {
		name string
		to   *string
		of   []string
	}{
		{"-k", &c.checksums, []string{"auto", "all", "none"}},
		{"--format", &c.format, dump.FormatNames()},
		{"--side", &c.side, []string{"both", "client", "server"}},
		{"--color", &c.color, []string{"auto", "always", "never"}},
	} {
		if err := choose(o.name, o.to, o.of); err != nil {
			return nil, err
		}
	}
	j.format, _ = dump.ParseFormat(c.format)
	j.policy = stream.Linux6
	if c.policy != "" {
		var err error
		if j.policy, err = stream.ParsePolicy(c.policy); err != nil {
			var names []string
			for _, p := range policies() {
				names = append(names, p.String())
			}
			return nil, usagef("there is no policy %q%s", c.policy, didYouMean(c.policy, names))
		}
	}
	switch {
	case c.list && c.split != "":
		return nil, usagef("--list and --split exclude each other")
	case (c.list || c.split != "") && c.Flags().Changed("format"):
		return nil, usagef("--format is for printing streams, not for --list or --split")
	}
	switch c.color {
	case "always":
		j.term.colour = true
	case "never":
		j.term.colour = false
	}
	return j, nil
}

// choose checks the value of an option that is one of several words, of which the first is the default.
func choose(name string, to *string, of []string) error {
	if *to == "" {
		*to = of[0]
	}
	for _, w := range of {
		if *to == w {
			return nil
		}
	}
	return usagef("%s wants %s or %s, not %q%s", name, strings.Join(of[:len(of)-1], ", "), of[len(of)-1], *to, didYouMean(*to, of))
}

func didYouMean(word string, of []string) string {
	if n := config.Nearest(word, of); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}
