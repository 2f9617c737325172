package main

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
)

// listing lists streams. What it keeps is the list.
type listing struct {
	out     *terminal
	all     bool // also connections without data
	guesser *guesser
	rows    []listRow
	empty   uint64 // connections without data that are left out
}

// tally counts what there is of a stream until it ends.
type tally struct {
	bytes  [2]int64
	lost   int64
	gaps   uint64
	unseen int64  // not acknowledged
	guess  *guess // nil: there is nothing more to find out
	name   string // of the protocol
}

// listRow is a stream in the list.
type listRow struct {
	number, id     uint64
	client, server netip.AddrPort
	start          time.Time
	length         time.Duration
	packets        uint64
	tally
	state string
}

var _ taker = (*listing)(nil)

func newListing(out *terminal, all bool) (*listing, error) {
	g, err := newGuesser()
	return &listing{out: out, all: all, guesser: g}, err
}

// of returns the tally of a stream.
func (t *listing) of(f *engine.Flow, c *connection) *tally {
	if c.tally == nil {
		c.tally = &tally{guess: t.guesser.begin(f.Client().Port(), f.Server().Port())}
	}
	return c.tally
}

func (t *listing) data(f *engine.Flow, c *connection, d stream.Dir, at int64, b []byte) error {
	y := t.of(f, c)
	y.bytes[d] += int64(len(b))
	if y.guess != nil && t.guesser.data(y.guess, d, at, b) {
		t.decide(y)
	}
	return nil
}

// decide names the protocol by what was seen so far.
func (t *listing) decide(y *tally) {
	if y.guess != nil {
		y.name, y.guess = t.guesser.end(y.guess), nil
	}
}

func (t *listing) lost(f *engine.Flow, c *connection, _ stream.Dir, n int64) error {
	y := t.of(f, c)
	t.decide(y)
	y.gaps++
	y.lost += n
	return nil
}

func (t *listing) unacknowledged(f *engine.Flow, c *connection, _ stream.Dir, n int64) error {
	t.of(f, c).unseen += n
	return nil
}

func (t *listing) end(*engine.Flow, *connection, stream.Dir) error { return nil }

// finish puts a stream on the list.
func (t *listing) finish(f *engine.Flow, c *connection) error {
	if c.tally == nil && !t.all {
		t.empty++
		return nil
	}
	y := t.of(f, c)
	t.decide(y)
	r := listRow{
		number: c.number, id: f.ID(), client: f.Client(), server: f.Server(), start: f.Start(), length: f.Last().Sub(f.Start()),
		packets: uint64(f.Packets(stream.ToServer)) + uint64(f.Packets(stream.ToClient)), tally: *y, state: f.State(),
	}
	if f.Midstream() {
		r.state += ", midstream"
	}
	if f.OneSided() {
		r.state += ", one side"
	}
	t.rows = append(t.rows, r)
	return nil
}

// close prints the list.
func (t *listing) close() error {
	slices.SortFunc(t.rows, func(a, b listRow) int { return cmp.Compare(a.number, b.number) })
	var table columns
	head := []cell{right("#"), left("Start"), right("Length"), left("Protocol"), left("Client"), left("Server"),
		right("Packets"), right("To server"), right("To client"), left("State")}
	if t.all {
		head = append(head, left("flow_id"))
	}
	table.add(head...)
	for i := range t.rows {
		r := &t.rows[i]
		name := r.name
		if name == "" {
			name = "-"
		}
		row := []cell{right(strconv.FormatUint(r.number, 10)), left(clock(r.start)), right(span(r.length)), left(name),
			left(r.client.String()), left(r.server.String()), right(count(r.packets)), right(count(r.bytes[stream.ToServer])),
			right(count(r.bytes[stream.ToClient])), left(r.describe())}
		if t.all {
			row = append(row, left(strconv.FormatUint(r.id, 10)))
		}
		table.add(row...)
	}
	var b strings.Builder
	if len(t.rows) > 0 {
		table.write(&b)
	}
	if t.empty > 0 {
		fmt.Fprintf(&b, "  %s without data; -v lists them.\n", plural(t.empty, "connection"))
	}
	io.WriteString(t.out, b.String())
	return t.out.failed()
}

// describe is the state of a stream, and what is missing of it.
func (r *listRow) describe() string {
	text := r.state
	if r.gaps > 0 {
		text += fmt.Sprintf("; %s lost in %s", plural(r.lost, "byte"), plural(r.gaps, "gap"))
	}
	if r.unseen > 0 {
		text += fmt.Sprintf("; %s not acknowledged", plural(r.unseen, "byte"))
	}
	return text
}
