package stats

import (
	"slices"
	"time"
)

// Snapshot is the state of all counters at one moment.
type Snapshot struct {
	Time    int64         // nanoseconds since the Unix epoch
	Uptime  time.Duration // of the process
	Total   Table         // of all threads
	Threads []Table
	Rules   *Rules // that are evaluated; nil: none
}

// Rules says which rules are evaluated.
type Rules struct {
	At                      int64 // when they were loaded, in nanoseconds since the Unix epoch
	Loaded, Failed, Skipped int
}

// Table is a list of counters in the order in which they are written.
type Table struct {
	Name string // of the thread
	Rows []Row
}

// Row is one counter.
type Row struct {
	Name     string
	Value    uint64
	Previous uint64 // at the snapshot before
}

// Value returns the value of a counter by name; 0 if there is none.
func (t *Table) Value(name string) uint64 {
	for i := range t.Rows {
		if t.Rows[i].Name == name {
			return t.Rows[i].Value
		}
	}
	return 0
}

// Snapshot adds up what the threads collected last.
func (g *Gatherer) Snapshot(now int64, uptime time.Duration) *Snapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := &Snapshot{Time: now, Uptime: uptime}

	total := make([]uint64, len(g.counters))
	all := make([]bool, len(g.counters))
	for _, t := range g.threads {
		for i, v := range t.values {
			if g.counters[i].kind == maximum {
				total[i] = max(total[i], v)
			} else {
				total[i] += v
			}
		}
		for i, has := range t.collected {
			all[i] = all[i] || has
		}
	}
	g.averages(total)
	order := g.sorted()
	s.Total = Table{"Total", g.rows(order, total, g.last, all)}
	g.last = total

	for _, t := range g.threads {
		values := make([]uint64, len(g.counters))
		copy(values, t.values)
		g.averages(values)
		s.Threads = append(s.Threads, Table{t.name, g.rows(order, values, t.last, t.collected)})
		t.last = values
	}
	return s
}

// averages fills in the counters that are made of others.
func (g *Gatherer) averages(values []uint64) {
	value := func(name string) uint64 {
		if i, ok := g.index[name]; ok && i >= 0 {
			return values[i]
		}
		return 0
	}
	for i := range g.counters {
		if c := &g.counters[i]; c.kind == average {
			if n := value(c.count); n > 0 {
				values[i] = value(c.sum) / n
			}
		}
	}
}

// sorted returns the indices of the counters that are written, in order.
func (g *Gatherer) sorted() []int {
	var order []int
	for i := range g.counters {
		if g.counters[i].name != "" {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return slices.Compare(g.counters[i].key, g.counters[j].key)
	})
	return order
}

func (g *Gatherer) rows(order []int, values, last []uint64, has []bool) []Row {
	rows := make([]Row, 0, len(order))
	for _, i := range order {
		if i >= len(has) || !has[i] {
			continue
		}
		r := Row{Name: g.counters[i].name, Value: values[i]}
		if i < len(last) {
			r.Previous = last[i]
		}
		rows = append(rows, r)
	}
	return rows
}
