package event_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/event/eventtest"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/stats"
)

// lines keeps records as they are written.
type lines [][]byte

func (l *lines) Event(r *event.Record) {
	*l = append(*l, r.AppendJSON(nil, &event.Options{CommunityID: true, Ethernet: true}))
}

// All that the engine writes about a capture fits the schema, counters included.
func TestEngineSchema(t *testing.T) {
	schema := eventtest.Load(t)
	var written lines
	e, err := engine.New(engine.Config{
		Protocols: all.Protocols(all.Config{}), Sink: &written, DecodeEvents: true, StreamEvents: true,
		Ethernet: true, Netflows: true, PacketHeader: true,
		Stats: stats.Config{StreamEvents: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	source, err := pcapfile.Open("../testdata/mail.pcap", pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if err := e.Run(context.Background(), source); err != nil {
		t.Fatal(err)
	}
	written.Event(e.Stats(0, 0).Record(stats.Options{}))
	for _, line := range written {
		line = bytes.ReplaceAll(line, []byte(`"ftp-data":`), []byte(`"ftp_data":`)) // a counter's name: the schema has that of the next version
		if err := schema.Validate(line); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
	if len(written) < 10 {
		t.Errorf("only %d records", len(written))
	}
}
