package sink

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
)

// list remembers what came, by type.
type list struct{ types []string }

func (l *list) Event(r *event.Record) { l.types = append(l.types, r.Type) }

func TestTeeAndFilter(t *testing.T) {
	records := []*event.Record{
		{Type: "flow", Body: &event.Flow{}},
		{Type: "anomaly", Body: &event.Anomaly{Type: event.AnomalyStream}},
		{Type: "anomaly", Body: &event.Anomaly{Type: event.AnomalyApplayer}},
		{Type: "smtp"},
		{Type: "anomaly", Body: &event.AppProto{}}, // of a parser
	}
	tests := []struct {
		filter Filter
		want   string
	}{
		{Filter{}, "flow anomaly anomaly smtp anomaly"},
		{Filter{Types: []string{"smtp", "flow"}}, "flow smtp"},
		{Filter{Types: []string{}}, ""},
		{Filter{Anomalies: []event.AnomalyType{event.AnomalyApplayer}}, "flow anomaly smtp anomaly"},
		{Filter{Anomalies: []event.AnomalyType{event.AnomalyStream}}, "flow anomaly smtp"},
		{Filter{Types: []string{"anomaly"}, Anomalies: []event.AnomalyType{}}, ""},
	}
	for _, tt := range tests {
		var a, b list
		tt.filter.Next = &b
		tee := Tee{&a, &tt.filter}
		for _, r := range records {
			tee.Event(r)
		}
		if got := strings.Join(b.types, " "); got != tt.want {
			t.Errorf("%+v passes %q, want %q", tt.filter, got, tt.want)
		}
		if len(a.types) != len(records) {
			t.Errorf("the other sink got %q", a.types)
		}
	}
}
