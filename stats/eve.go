package stats

import (
	"strings"
	"time"

	"github.com/reknit/reknit/event"
)

// Options say what of a Snapshot is written. The zero value is the default of EVE.
type Options struct {
	NoTotals bool // leave the sums of all threads out
	Threads  bool // write the counters of each thread
	Deltas   bool // write <name>_delta behind each counter: what was added since the record before; only in EVE
	NoZeros  bool // leave out counters that are 0; the default of stats.log
}

// Body is the body of a stats record.
type Body struct {
	Snapshot *Snapshot
	Options  Options
}

// Record returns the stats record of a snapshot.
func (s *Snapshot) Record(o Options) *event.Record {
	return &event.Record{Type: "stats", Layout: event.LayoutBare, Time: s.Time, Body: &Body{s, o}}
}

var _ event.Appender = (*Body)(nil)

// AppendJSON writes the object stats: the dotted names of the counters as objects in objects.
func (b *Body) AppendJSON(o *event.Object) {
	o.Open("stats")
	o.Int("uptime", int64(b.Snapshot.Uptime/time.Second))
	if !b.Options.NoTotals {
		b.tree(o, b.Snapshot.Total.Rows, b.Snapshot.Rules)
	}
	if b.Options.Threads {
		o.Open("threads")
		for _, t := range b.Snapshot.Threads {
			o.Open(t.Name)
			b.tree(o, t.Rows, nil)
			o.Close()
		}
		o.Close()
	}
	o.Close()
}

// tree writes rows, which are sorted so that those of a group are neighbours, and in the group detect which rules there are.
func (b *Body) tree(o *event.Object, rows []Row, rules *Rules) {
	group := "" // dotted name of the open object, with a dot at its end
	leaf := ""  // the same of the counter before
	for _, r := range rows {
		if r.Value == 0 && b.Options.NoZeros {
			continue
		}
		if leaf != "" && strings.HasPrefix(r.Name, leaf) {
			continue // below a counter: a member cannot be a number and an object
		}
		for !strings.HasPrefix(r.Name, group) {
			o.Close()
			group = group[:strings.LastIndexByte(group[:len(group)-1], '.')+1]
		}
		for {
			part, _, more := strings.Cut(r.Name[len(group):], ".")
			if !more {
				break
			}
			o.Open(part)
			if group += part + "."; group == "detect." && rules != nil {
				rules.append(o)
			}
		}
		name := r.Name[len(group):]
		o.Uint(name, r.Value)
		if b.Options.Deltas {
			o.Int(name+"_delta", int64(r.Value-r.Previous))
		}
		leaf = r.Name + "."
	}
	for range strings.Count(group, ".") {
		o.Close()
	}
}

// append writes the list of sets of rules, of which there is one.
func (r *Rules) append(o *event.Object) {
	o.OpenArray("engines")
	o.OpenItem()
	o.Int("id", 0)
	o.Time("last_reload", r.At)
	o.Int("rules_loaded", int64(r.Loaded))
	o.Int("rules_failed", int64(r.Failed))
	o.Int("rules_skipped", int64(r.Skipped))
	o.Close()
	o.CloseArray()
}
