package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/imap"
	"github.com/reknit/reknit/proto/pop3"
	"github.com/reknit/reknit/stream"
)

// transferLine is a file on a connection of its own, as FTP has them, or a mail that was fetched from a mailbox or put into one.
type transferLine struct {
	time     int64 // when it ended
	flow     uint64
	protocol string
	command  string
	name     string
	size     int64
	note     string         // what is odd about it
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
	l := transferLine{protocol: "FTP", command: d.Transfer.Command, name: shownText(string(d.Transfer.Name)), size: d.File.Size}
	if at := d.Transfer.Offset; at > 0 {
		l.note = "from byte " + count(at)
	}
	t.add(r, l, d.Transfer.Dir(), d.File.Gaps)
}

// takeIMAP takes the record of a mail in IMAP.
func (t *transfers) takeIMAP(r *event.Record, m *imap.Mail) {
	d := stream.ToClient
	if m.Command == "APPEND" {
		d = stream.ToServer
	}
	t.takeMail(r, "IMAP", m.Command, m.Message, d)
}

// takePOP3 takes the record of a command, of which only those are worth a line that brought a mail.
func (t *transfers) takePOP3(r *event.Record, x *pop3.Exchange) {
	if x.Message != nil {
		t.takeMail(r, "POP3", x.Command, x.Message, stream.ToClient)
	}
}

// takeMail takes a mail that was sent in direction d.
func (t *transfers) takeMail(r *event.Record, protocol, command string, m *mail.Message, d stream.Dir) {
	l := transferLine{protocol: protocol, command: command, name: shownText(m.Email.Subject()), size: m.Size}
	if l.name == "" {
		l.name = "(no subject)"
	}
	t.add(r, l, d, m.Lost > 0)
}

// add keeps a line, if it is among the earliest.
func (t *transfers) add(r *event.Record, l transferLine, d stream.Dir, gaps bool) {
	t.seen++
	l.time, l.flow = r.Time, r.FlowID
	l.from, l.to = netip.AddrPortFrom(r.Src, r.SrcPort), netip.AddrPortFrom(r.Dst, r.DstPort)
	if d == stream.ToClient {
		l.from, l.to = l.to, l.from
	}
	if gaps {
		l.note = strings.TrimPrefix(l.note+", with gaps", ", ")
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
		c.add(left(time.Unix(0, l.time).In(s.zone).Format("15:04:05")), left(l.protocol), left(l.command), left(l.name),
			right(bytesOf(l.size)), left(l.from.String()+" → "+l.to.String()), left(l.note))
	}
	c.write(b)
	if more := t.seen - uint64(len(t.lines)); more > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(more, "transfer"))
	}
	b.WriteByte('\n')
}
