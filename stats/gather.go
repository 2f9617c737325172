package stats

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Config says which counters are wanted. The zero value is what Suricata ships.
type Config struct {
	// EventPrefix is put before the names of decoder events. When empty, it is decoder.event.
	EventPrefix string
	// NoDecoderEvents leaves the counters of decoder events out.
	NoDecoderEvents bool
	// StreamEvents keeps the counters of stream events, stream.…, which are otherwise left out.
	StreamEvents bool
	// Extensions keeps the counters of our own, reknit.…, which no other consumer knows.
	Extensions bool
}

const (
	decoderEvents = "decoder.event."
	streamEvents  = "stream."
	extensions    = "reknit."
)

// Gatherer knows the counters of all threads. It is safe for concurrent use.
type Gatherer struct {
	config Config

	mu       sync.Mutex
	counters []counter
	index    map[string]int // by name, as the struct tags have it
	rank     map[string]int // of names and their prefixes, for the order of the output
	threads  []*Thread
	last     []uint64 // totals of the last snapshot
}

type counter struct {
	name       string // as written; empty: not written
	key        []int  // rank of each prefix of name
	kind       kind
	sum, count string // of an average: the counters that it is made of
}

type kind uint8

const (
	sum     kind = iota // also a gauge: the threads' values are added
	maximum             // the largest of the threads' values
	average             // made of two others
)

// New returns a Gatherer without counters.
func New(config Config) *Gatherer {
	return &Gatherer{config: config, index: make(map[string]int), rank: ranks()}
}

// Lister is a set of counters whose names are not known beforehand. Each calls yield for every counter with its full
// name; the values are added.
type Lister interface {
	Each(yield func(name string, value uint64))
}

// namer is an array of counters that knows their full names.
type namer interface{ StatName(i int) string }

// Thread is what one goroutine counts.
type Thread struct {
	name      string
	gatherer  *Gatherer
	readers   []reader
	listers   []Lister
	values    []uint64 // of the last Collect, by counter
	collected []bool   // which of them this thread has
	last      []uint64 // values at the last snapshot
}

type reader struct {
	counter int
	value   *uint64
}

// Thread returns a new thread. Its name stands in stats.log and in the records of single threads.
func (g *Gatherer) Thread(name string) *Thread {
	t := &Thread{name: name, gatherer: g}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.threads = append(g.threads, t)
	return t
}

// Add makes counters part of what the thread counts. counters is a Lister or a pointer to a struct with tags; it must
// stay where it is. Counters with the same name are added. A tag that makes no sense panics.
func (t *Thread) Add(counters ...any) {
	t.gatherer.mu.Lock()
	defer t.gatherer.mu.Unlock()
	for _, c := range counters {
		if l, ok := c.(Lister); ok {
			t.listers = append(t.listers, l)
			continue
		}
		v := reflect.ValueOf(c)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
			panic(fmt.Sprintf("BUG: counters are a pointer to a struct or a Lister, not a %T", c))
		}
		t.walk(v.Elem())
	}
}

// walk adds the counters of a struct.
func (t *Thread) walk(v reflect.Value) {
	for i := range v.NumField() {
		field, f := v.Type().Field(i), v.Field(i)
		tag := field.Tag.Get("stat")
		name, how, _ := strings.Cut(tag, ",")
		if tag != "" && field.Name == "_" {
			t.ratio(name, how)
			continue
		}
		if !field.IsExported() {
			if tag != "" {
				panic("BUG: counter " + name + " is not exported")
			}
			continue
		}
		switch p := f.Addr().Interface().(type) {
		case Lister:
			t.listers = append(t.listers, p)
			continue
		case namer:
			for j := range f.Len() {
				t.read(p.StatName(j), sum, f.Index(j).Addr().Interface().(*uint64))
			}
			continue
		}
		switch p := f.Addr().Interface().(type) {
		case *uint64:
			switch {
			case tag == "":
			case how == "" || how == "gauge":
				t.read(name, sum, p)
			case how == "max":
				t.read(name, maximum, p)
			default:
				panic("BUG: counter " + name + " is of unknown kind " + how)
			}
		case *[2]uint64:
			if tag == "" {
				continue
			}
			if how != "avg" {
				panic("BUG: counter " + name + " is of unknown kind " + how)
			}
			t.read(name+hiddenSum, sum, &p[0])
			t.read(name+hiddenCount, sum, &p[1])
			t.ratio(name, "avg="+name+hiddenSum+"/"+name+hiddenCount)
		default:
			switch {
			case tag != "":
				panic(fmt.Sprintf("BUG: counter %s is a %v", name, f.Type()))
			case f.Kind() == reflect.Struct:
				t.walk(f)
			}
		}
	}
}

// Counters that only an average is made of.
const (
	hidden      = "#"
	hiddenSum   = hidden + "sum"
	hiddenCount = hidden + "count"
)

func (t *Thread) read(name string, k kind, value *uint64) {
	if i := t.gatherer.counter(name, k); i >= 0 {
		t.readers = append(t.readers, reader{i, value})
	}
}

// ratio adds an average that is made of two other counters: "avg=a/b".
func (t *Thread) ratio(name, how string) {
	parts, ok := strings.CutPrefix(how, "avg=")
	s, n, two := strings.Cut(parts, "/")
	if !ok || !two {
		panic("BUG: counter " + name + " is of unknown kind " + how)
	}
	g := t.gatherer
	if i := g.counter(name, average); i >= 0 {
		g.counters[i].sum, g.counters[i].count = s, n
		t.has(i)
	}
}

// has notes that the thread has a counter.
func (t *Thread) has(i int) {
	if n := i + 1 - len(t.collected); n > 0 {
		t.collected = append(t.collected, make([]bool, n)...)
	}
	t.collected[i] = true
}

// counter returns the index of a counter, or -1 if it is not wanted.
func (g *Gatherer) counter(name string, k kind) int {
	if i, ok := g.index[name]; ok {
		if i >= 0 && g.counters[i].kind != k {
			panic("BUG: counter " + name + " is of two kinds")
		}
		return i
	}
	shown, wanted := g.shown(name)
	if !wanted {
		g.index[name] = -1
		return -1
	}
	i := len(g.counters)
	g.index[name] = i
	c := counter{name: shown, kind: k}
	if shown != "" {
		c.key = g.key(shown)
	}
	g.counters = append(g.counters, c)
	return i
}

// shown returns the name under which a counter is written.
func (g *Gatherer) shown(name string) (shown string, wanted bool) {
	if strings.Contains(name, hidden) {
		return "", true
	}
	if event, ok := strings.CutPrefix(name, decoderEvents); ok {
		if p := g.config.EventPrefix; p != "" {
			name = p + "." + event
		}
		return name, !g.config.NoDecoderEvents
	}
	if strings.HasPrefix(name, extensions) {
		return name, g.config.Extensions
	}
	return name, g.config.StreamEvents || !strings.HasPrefix(name, streamEvents)
}

// Collect takes over the present values. It is called by whoever may read the counters: the thread itself while it
// runs, anybody once it ended.
func (t *Thread) Collect() {
	g := t.gatherer
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(t.values)
	for _, r := range t.readers {
		t.collect(r.counter, *r.value)
	}
	for _, l := range t.listers {
		l.Each(func(name string, value uint64) {
			if i := g.counter(name, sum); i >= 0 {
				t.collect(i, value)
			}
		})
	}
}

func (t *Thread) collect(i int, value uint64) {
	t.has(i)
	if n := i + 1 - len(t.values); n > 0 {
		t.values = append(t.values, make([]uint64, n)...)
	}
	if t.gatherer.counters[i].kind == maximum {
		t.values[i] = max(t.values[i], value)
	} else {
		t.values[i] += value
	}
}
