// Package sink combines event sinks: several at once, and only some of the records. The sinks that store records are
// in the packages below.
package sink

import (
	"slices"

	"github.com/reknit/reknit/event"
)

// Tee gives every record to each of its sinks, in order.
type Tee []event.Sink

var _ event.ConcurrentSink = Tee(nil)

// Event gives r to all sinks.
func (t Tee) Event(r *event.Record) {
	for _, s := range t {
		s.Event(r)
	}
}

// Concurrent reports whether all of the sinks may be called by several goroutines at once.
func (t Tee) Concurrent() bool {
	return !slices.ContainsFunc(t, func(s event.Sink) bool { return !event.Concurrent(s) })
}

// Each calls yield for each counter of the sinks that have some.
func (t Tee) Each(yield func(name string, value uint64)) {
	for _, s := range t {
		if l, ok := s.(interface {
			Each(yield func(name string, value uint64))
		}); ok {
			l.Each(yield)
		}
	}
}

// Filter passes on the records that an output wants. As with its zero value, a list that is nil wants everything.
type Filter struct {
	Next      event.Sink
	Types     []string            // event types: smtp, fileinfo, …
	Anomalies []event.AnomalyType // kinds of anomalies
}

var _ event.ConcurrentSink = (*Filter)(nil)

// Event passes r on if it is wanted.
func (f *Filter) Event(r *event.Record) {
	if f.wants(r) {
		f.Next.Event(r)
	}
}

// Concurrent reports whether Next may be called by several goroutines at once.
func (f *Filter) Concurrent() bool { return event.Concurrent(f.Next) }

func (f *Filter) wants(r *event.Record) bool {
	if f.Types != nil && !slices.Contains(f.Types, r.Type) {
		return false
	}
	return f.Anomalies == nil || r.Type != "anomaly" || slices.Contains(f.Anomalies, anomalyType(r))
}

// anomalyType is the kind of an anomaly. Bodies other than event.Anomaly are those of parsers.
func anomalyType(r *event.Record) event.AnomalyType {
	if a, ok := r.Body.(*event.Anomaly); ok {
		return a.Type
	}
	return event.AnomalyApplayer
}
