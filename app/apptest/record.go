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
	frames  []string     // apart from the others, as most conversations are not about them
	pair    *stream.Pair // being played
	silent  bool         // only count
	number  int
	buf     []byte
	record  event.Record
}

var (
	_ app.Logger      = (*recorder)(nil)
	_ app.FileLogger  = (*recorder)(nil)
	_ app.ErrorLogger = (*recorder)(nil)
	_ app.FrameLogger = (*recorder)(nil)
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

// Detected has the streams of a flow with frames keep their bytes.
func (r *recorder) Detected(s *app.Session) {
	if s.Framed() && r.pair != nil {
		r.pair[0].HoldLog()
		r.pair[1].HoldLog()
	}
}

// Frame keeps the record of a frame.
func (r *recorder) Frame(s *app.Session, d stream.Dir, f *app.Frame) {
	r.record = event.Record{}
	app.FrameRecord(&r.record, s, d, f)
	if text := r.text(); text != "" {
		r.frames = append(r.frames, text)
	}
}

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
	if text := r.text(); text != "" {
		r.records = append(r.records, text)
	}
}

// text returns the record without its beginning, or nothing if records are only counted.
func (r *recorder) text() string {
	r.number++
	r.buf = r.record.AppendJSON(r.buf[:0], nil)
	if r.silent {
		return ""
	}
	at := bytes.Index(r.buf, []byte(`"event_type"`))
	return "{" + string(r.buf[at:])
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
