package stats

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/event/eventtest"
)

// decoder counts as the packages of the project do.
type decoder struct {
	Packets uint64 `stat:"decoder.pkts"`
	Bytes   uint64 `stat:"decoder.bytes"`
	Max     uint64 `stat:"decoder.max_pkt_size,max"`
	Memory  uint64 `stat:"tcp.memuse,gauge"`
	SYN     uint64 `stat:"tcp.syn"`
	Inner   uint64 // not for the outside
	private int

	_      struct{}  `stat:"decoder.avg_pkt_size,avg=decoder.bytes/decoder.pkts"`
	Queue  [2]uint64 `stat:"flow.recycler.queue_avg,avg"`
	Events events
	More   struct {
		Defrag uint64 `stat:"defrag.ipv4.fragments"`
	}
}

type events [2]uint64

func (*events) StatName(i int) string { return "decoder.event.ipv4." + []string{"small", "large"}[i] }

type protocols map[string]uint64

func (p protocols) Each(yield func(string, uint64)) {
	for _, name := range []string{"smtp", "http"} {
		if v, ok := p[name]; ok {
			yield("app_layer.flow."+name, v)
		}
	}
}

func twoThreads(config Config) (*Gatherer, []*Thread, *decoder) {
	g := New(config)
	a, b := &decoder{Packets: 2, Bytes: 300, Max: 200, Memory: 5, SYN: 1}, &decoder{Packets: 1, Bytes: 60, Max: 60, Memory: 7}
	a.private, a.Inner = 1, 1
	a.Queue, b.Queue = [2]uint64{10, 2}, [2]uint64{20, 1}
	a.Events[1], b.More.Defrag = 3, 4
	threads := []*Thread{g.Thread("W#01"), g.Thread("W#02")}
	threads[0].Add(a, protocols{"smtp": 1})
	threads[1].Add(b, protocols{"smtp": 2, "http": 3})
	for _, t := range threads {
		t.Collect()
	}
	return g, threads, a
}

func list(t Table) string {
	var b strings.Builder
	for _, r := range t.Rows {
		fmt.Fprintf(&b, "%s %d\n", strings.TrimPrefix(r.Name, "decoder."), r.Value)
	}
	return b.String()
}

func TestGather(t *testing.T) {
	g, _, _ := twoThreads(Config{})
	s := g.Snapshot(0, 0)
	if got, want := list(s.Total), `pkts 3
bytes 360
avg_pkt_size 120
max_pkt_size 200
event.ipv4.small 0
event.ipv4.large 3
tcp.syn 1
tcp.memuse 12
flow.recycler.queue_avg 10
defrag.ipv4.fragments 4
app_layer.flow.smtp 3
app_layer.flow.http 3
`; got != want {
		t.Errorf("totals\n%swant\n%s", got, want)
	}
	if got, want := list(s.Threads[0]), `pkts 2
bytes 300
avg_pkt_size 150
max_pkt_size 200
event.ipv4.small 0
event.ipv4.large 3
tcp.syn 1
tcp.memuse 5
flow.recycler.queue_avg 5
defrag.ipv4.fragments 0
app_layer.flow.smtp 1
`; got != want {
		t.Errorf("first thread\n%swant\n%s", got, want)
	}
	if v := s.Total.Value("decoder.bytes"); v != 360 {
		t.Errorf("Value(decoder.bytes) = %d, want 360", v)
	}
	if v := s.Total.Value("decoder.nothing"); v != 0 {
		t.Errorf("Value of an unknown counter = %d, want 0", v)
	}
}

// Counters that are added twice to a thread are added up, and a maximum stays one.
func TestGatherTwice(t *testing.T) {
	g := New(Config{})
	th := g.Thread("W#01")
	th.Add(&decoder{Packets: 1, Bytes: 10, Max: 10}, &decoder{Packets: 2, Bytes: 20, Max: 7})
	for range 2 {
		th.Collect()
	}
	s := g.Snapshot(0, 0)
	for name, want := range map[string]uint64{"decoder.pkts": 3, "decoder.bytes": 30, "decoder.max_pkt_size": 10, "decoder.avg_pkt_size": 10} {
		if got := s.Total.Value(name); got != want {
			t.Errorf("%s = %d, want %d", name, got, want)
		}
	}
}

func TestConfig(t *testing.T) {
	type streams struct {
		Events uint64 `stat:"stream.wrong_thread"`
		Own    uint64 `stat:"reknit.own"`
	}
	tests := []struct {
		config Config
		want   string
	}{
		{Config{}, "decoder.event.ipv4.small decoder.event.ipv4.large"},
		{Config{EventPrefix: "oddity"}, "oddity.ipv4.small oddity.ipv4.large"},
		{Config{NoDecoderEvents: true, StreamEvents: true}, "stream.wrong_thread"},
		{Config{NoDecoderEvents: true, Extensions: true}, "reknit.own"},
	}
	for _, tt := range tests {
		g := New(tt.config)
		th := g.Thread("")
		th.Add(&struct{ E events }{}, &streams{})
		th.Collect()
		var got []string
		for _, r := range g.Snapshot(0, 0).Total.Rows {
			got = append(got, r.Name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v gives %q, want %q", tt.config, got, tt.want)
		}
	}
}

func TestBadTags(t *testing.T) {
	for _, bad := range []any{
		decoder{},
		new(int),
		&struct {
			N uint64 `stat:"x,median"`
		}{},
		&struct {
			N int `stat:"x"`
		}{},
		&struct {
			n uint64 `stat:"x"`
		}{},
		&struct {
			_ struct{} `stat:"x,avg"`
		}{},
		&struct {
			N [2]uint64 `stat:"x"`
		}{},
		&struct {
			N uint64 `stat:"x"`
			M uint64 `stat:"x,max"`
		}{},
	} {
		func() {
			defer func() {
				if r := recover(); !strings.HasPrefix(fmt.Sprint(r), "BUG: ") {
					t.Errorf("Add(%T) gives %v", bad, r)
				}
			}()
			New(Config{}).Thread("").Add(bad)
		}()
	}
}

func record(s *Snapshot, o Options) string {
	return string(s.Record(o).AppendJSON(nil, &event.Options{Zone: time.UTC}))
}

func TestBody(t *testing.T) {
	const head = `{"timestamp":"2009-10-05T06:06:07.000000+0000","event_type":"stats","stats":{"uptime":8`
	g, threads, a := twoThreads(Config{})
	s := g.Snapshot(1254722767e9, 8900*time.Millisecond)

	tests := []struct {
		options Options
		want    string
	}{
		{Options{}, `,"decoder":{"pkts":3,"bytes":360,"avg_pkt_size":120,"max_pkt_size":200,` +
			`"event":{"ipv4":{"small":0,"large":3}}},"tcp":{"syn":1,"memuse":12},` +
			`"flow":{"recycler":{"queue_avg":10}},"defrag":{"ipv4":{"fragments":4}},` +
			`"app_layer":{"flow":{"smtp":3,"http":3}}}}`},
		{Options{NoTotals: true, Threads: true, NoZeros: true}, `,"threads":{` +
			`"W#01":{"decoder":{"pkts":2,"bytes":300,"avg_pkt_size":150,"max_pkt_size":200,` +
			`"event":{"ipv4":{"large":3}}},"tcp":{"syn":1,"memuse":5},"flow":{"recycler":{"queue_avg":5}},` +
			`"app_layer":{"flow":{"smtp":1}}},` +
			`"W#02":{"decoder":{"pkts":1,"bytes":60,"avg_pkt_size":60,"max_pkt_size":60},"tcp":{"memuse":7},` +
			`"flow":{"recycler":{"queue_avg":20}},"defrag":{"ipv4":{"fragments":4}},` +
			`"app_layer":{"flow":{"smtp":2,"http":3}}}}}}`},
	}
	for _, tt := range tests {
		if got, want := record(s, tt.options), head+tt.want; got != want {
			t.Errorf("%+v\ngot  %s\nwant %s", tt.options, got, want)
		}
	}

	a.Packets, a.Memory = 10, 1
	threads[0].Collect()
	s = g.Snapshot(1254722767e9, 8*time.Second)
	got := record(s, Options{Deltas: true})
	if want := head + `,"decoder":{"pkts":11,"pkts_delta":8,`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
	if want := `"memuse":8,"memuse_delta":-4}`; !strings.Contains(got, want) {
		t.Errorf("%s does not have %s", got, want)
	}
}

// A counter below another one cannot be written: its parent is a number.
func TestBodyConflict(t *testing.T) {
	s := &Snapshot{Total: Table{Rows: []Row{
		{Name: "a", Value: 1}, {Name: "a.b", Value: 2}, {Name: "a.c.d", Value: 3}, {Name: "ab.c", Value: 4}, {Name: "ab.d", Value: 5},
		{Name: "ab.e.f.g", Value: 6}, {Name: "ab.h", Value: 7}, {Name: "i", Value: 8},
	}}}
	got := record(s, Options{})
	want := `"stats":{"uptime":0,"a":1,"ab":{"c":4,"d":5,"e":{"f":{"g":6}},"h":7},"i":8}}`
	if !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want …%s", got, want)
	}
}

func TestNoCounters(t *testing.T) {
	got := record(New(Config{}).Snapshot(0, 0), Options{Threads: true})
	if want := `"stats":{"uptime":0,"threads":{}}}`; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want …%s", got, want)
	}
}

func TestAppendLog(t *testing.T) {
	g, _, _ := twoThreads(Config{})
	s := g.Snapshot(1254722767e9, 93784*time.Second)
	got := string(s.AppendLog(nil, Options{NoZeros: true, Threads: true}, time.UTC))
	want := `------------------------------------------------------------------------------------
Date: 10/5/2009 -- 06:06:07 (uptime: 1d, 02h 03m 04s)
------------------------------------------------------------------------------------
Counter                                       | TM Name                   | Value
------------------------------------------------------------------------------------
decoder.pkts                                  | Total                     | 3
decoder.bytes                                 | Total                     | 360
decoder.avg_pkt_size                          | Total                     | 120
decoder.max_pkt_size                          | Total                     | 200
decoder.event.ipv4.large                      | Total                     | 3
tcp.syn                                       | Total                     | 1
tcp.memuse                                    | Total                     | 12
flow.recycler.queue_avg                       | Total                     | 10
defrag.ipv4.fragments                         | Total                     | 4
app_layer.flow.smtp                           | Total                     | 3
app_layer.flow.http                           | Total                     | 3
decoder.pkts                                  | W#01                      | 2
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Every name of the table of orders is one that the EVE schema knows, or a group of such.
func TestOrderSchema(t *testing.T) {
	schema := eventtest.Load(t)
	rows := make([]Row, 0, 300)
	for _, o := range order {
		for _, name := range strings.Fields(o.names) {
			switch name {
			case "event", "lua", "flow", "tx", "error", "drop_reason":
				continue
			}
			rows = append(rows, Row{Name: o.group + "." + name})
		}
	}
	s := &Snapshot{Total: Table{Rows: rows}}
	if line := record(s, Options{}); !json.Valid([]byte(line)) {
		t.Error("not JSON")
	} else if err := schema.Validate([]byte(line)); err != nil {
		t.Error(err)
	}
}

func TestConcurrent(t *testing.T) {
	g := New(Config{})
	var wait sync.WaitGroup
	for range 4 {
		d := &decoder{}
		th := g.Thread("W")
		th.Add(d, protocols{"smtp": 1})
		wait.Go(func() {
			for range 200 {
				d.Packets++
				th.Collect()
			}
		})
	}
	for range 100 {
		g.Snapshot(0, 0)
	}
	wait.Wait()
	if got := g.Snapshot(0, 0).Total.Value("decoder.pkts"); got != 800 {
		t.Errorf("decoder.pkts = %d, want 800", got)
	}
}

func BenchmarkCollect(b *testing.B) {
	g := New(Config{})
	th := g.Thread("W")
	th.Add(&decoder{}, protocols{"smtp": 1})
	b.ReportAllocs()
	for b.Loop() {
		th.Collect()
	}
}
