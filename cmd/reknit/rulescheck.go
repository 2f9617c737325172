package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule"
)

// check prints what was loaded and what was not.
func (c *rulesCommand) check(files []string) error {
	l, err := c.load(files)
	if err != nil {
		return err
	}
	var b strings.Builder
	known := l.language.Classified()
	for _, p := range append(l.problems, l.set.Problems...) {
		unclassified := p.Kind == rule.UnknownClass && !known || p.Kind == rule.UnknownReference && l.conf.Rules.References == "none"
		if !p.Kind.Warning() || c.verbose > 0 && !unclassified {
			mark := "error"
			if p.Kind.Warning() {
				mark = "warning"
			}
			fmt.Fprintf(&b, "%s\n", printable(fmt.Sprintf("%s: %s: %s", p.Pos, mark, p.Message())))
		}
	}
	if c.verbose > 0 {
		for _, r := range l.set.Rules {
			b.WriteString(printable(oneLine(r)))
			b.WriteByte('\n')
		}
	}
	for _, f := range l.set.Files {
		summarize(&b, f)
	}
	if len(l.set.Files) > 1 {
		sum := l.set.Totals()
		sum.File = "all files"
		summarize(&b, sum)
	}
	if _, err := fmt.Fprint(c.std.out, b.String()); err != nil {
		return err
	}
	if l.set.Totals().Failed > 0 || len(l.problems) > 0 {
		return errReported
	}
	return nil
}

// oneLine describes a rule in a line.
func oneLine(r *rule.Rule) string {
	fast := "-"
	if r.Fast != nil {
		fast = r.Fast.Section.Buffer.Name + " " + clip(fmt.Sprintf("%q", r.Fast.Content.FastText()), 40)
	}
	return fmt.Sprintf("%d:%d:%d  %s %s  %s, %s  %s  %s", r.GID, r.SID, r.Rev, r.Action, r.Protocol.Name, r.Type, r.Dirs, fast, r.Msg)
}

// summarize prints how many rules a file has, and why the others were not loaded.
func summarize(b *strings.Builder, f rule.Summary) {
	fmt.Fprintf(b, "%s: %s loaded, %s failed, %s skipped\n", printable(f.File), plural(f.Loaded, "rule"), count(f.Failed), count(f.Skipped))
	reasons := slices.SortedFunc(maps.Keys(f.Reasons), func(x, y string) int {
		return cmp.Or(cmp.Compare(f.Reasons[y], f.Reasons[x]), strings.Compare(x, y))
	})
	var table columns
	for _, r := range reasons {
		table.add(right(count(f.Reasons[r])), left(printable(r)))
	}
	table.write(b)
}
