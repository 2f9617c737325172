package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/stream"
)

// transferLine is a file on a connection of its own, as FTP has them.
type transferLine struct {
	time     int64 // when it ended
	flow     uint64
	command  string
	name     string
	size     int64
	note     string         // gaps
	from, to netip.AddrPort // of the bytes
}

func (t *transferLine) compare(u *transferLine) int {
	return cmp.Or(cmp.Compare(t.time, u.time), cmp.Compare(t.flow, u.flow))
}

// transfers keeps the earliest of them.
type transfers struct {
	limit int
	seen  uint64
	lines []transferLine // in the order of time
}

// take takes the record of a data connection. Listings are not worth a line.
func (t *transfers) take(r *event.Record, d *ftp.Data) {
	if d.File == nil {
		return
	}
	t.seen++
	l := transferLine{
		time: r.Time, flow: r.FlowID, command: d.Transfer.Command, name: shownText(string(d.Transfer.Name)), size: d.File.Size,
		from: netip.AddrPortFrom(r.Src, r.SrcPort), to: netip.AddrPortFrom(r.Dst, r.DstPort),
	}
	if d.Transfer.Dir() == stream.ToClient {
		l.from, l.to = l.to, l.from
	}
	if d.File.Gaps {
		l.note = "with gaps"
	}
	i, _ := slices.BinarySearchFunc(t.lines, l, func(a, b transferLine) int { return a.compare(&b) })
	if i < t.limit {
		t.lines = slices.Insert(t.lines, i, l)
		t.lines = t.lines[:min(len(t.lines), t.limit)]
	}
}

// printTransfers prints those that were kept.
func (s *summary) printTransfers(b *strings.Builder) {
	t := &s.transfers
	if t.seen == 0 {
		return
	}
	fmt.Fprintf(b, "%s\n", s.out.style(bold, "Transfers"))
	var c columns
	for i := range t.lines {
		l := &t.lines[i]
		c.add(left(time.Unix(0, l.time).In(s.zone).Format("15:04:05")), left("FTP"), left(l.command), left(l.name),
			right(bytesOf(l.size)), left(l.from.String()+" → "+l.to.String()), left(l.note))
	}
	c.write(b)
	if more := t.seen - uint64(len(t.lines)); more > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(more, "transfer"))
	}
	b.WriteByte('\n')
}
