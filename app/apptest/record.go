package apptest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// recorder is a Logger that keeps records as text.
type recorder struct {
	records []string
	silent  bool // only count
	number  int
	buf     []byte
	record  event.Record
}

var (
	_ app.Logger      = (*recorder)(nil)
	_ app.FileLogger  = (*recorder)(nil)
	_ app.ErrorLogger = (*recorder)(nil)
)

func (r *recorder) Transaction(s *app.Session, tx app.Transaction) {
	r.record = event.Record{}
	app.TransactionRecord(&r.record, s, tx)
	r.write()
}

func (r *recorder) Anomaly(s *app.Session, a *app.Anomaly) {
	r.record = event.Record{}
	app.AnomalyRecord(&r.record, a)
	r.write()
}

func (r *recorder) File(s *app.Session, tx app.Transaction, d stream.Dir, f event.Appender) {
	r.record = event.Record{}
	app.FileRecord(&r.record, s, tx, f)
	r.write()
}

func (r *recorder) Detected(*app.Session) {}

func (r *recorder) Error(s *app.Session, err *app.Error) {
	r.record = event.Record{Type: "error", Body: errorBody{err}}
	r.write()
}

// flow records what was found out about the flow as a whole.
func (r *recorder) flow(s *app.Session) {
	r.record = event.Record{Type: "flow", Body: s}
	r.write()
}

// errorBody is the body of an error's record.
type errorBody struct{ *app.Error }

func (e errorBody) AppendJSON(o *event.Object) {
	o.Open("error")
	o.Str("app_proto", e.Protocol)
	o.Str("cause", e.Cause.String())
	o.Str("direction", e.Dir.String())
	o.Int("offset", e.Offset)
	o.Str("text", e.Err.Error())
	o.Close()
}

// write keeps the record without its beginning, which a flow and a packet would contribute.
func (r *recorder) write() {
	r.number++
	r.buf = r.record.AppendJSON(r.buf[:0], nil)
	if r.silent {
		return
	}
	at := bytes.Index(r.buf, []byte(`"event_type"`))
	r.records = append(r.records, "{"+string(r.buf[at:]))
}

// same reports whether two lists of records say the same, in any order.
func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	if slices.Equal(a, b) {
		return true
	}
	return slices.EqualFunc(a, b, equal)
}

// equal reports whether two records have the same members.
func equal(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
