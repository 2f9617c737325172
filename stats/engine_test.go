package stats_test

import (
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event/eventtest"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/stats"
)

// The counters of the whole engine have names that consumers know.
func TestEngineSchema(t *testing.T) {
	schema := eventtest.Load(t)
	e, err := engine.New(engine.Config{Protocols: all.Protocols(all.Config{})})
	if err != nil {
		t.Fatal(err)
	}
	record := e.Stats(0, 0).Record(stats.Options{})
	line := record.AppendJSON(nil, nil)
	if err := schema.Validate(line); err != nil {
		t.Errorf("%v\n%s", err, line)
	}
}
