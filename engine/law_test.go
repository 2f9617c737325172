package engine_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
)

const mailCapture = "../testdata/mail.pcap"

// frame is a packet of a capture, kept.
type frame struct {
	time int64
	link packet.LinkType
	data []byte
}

// frames is a Source.
type frames struct {
	all []frame
	n   int
}

func (s *frames) Next(p *packet.Packet) error {
	if s.n == len(s.all) {
		return io.EOF
	}
	f := s.all[s.n]
	s.n++
	p.Number, p.Time, p.Link, p.Frame, p.WireLen = uint64(s.n), f.time, f.link, f.data, len(f.data)
	return nil
}

func load(t testing.TB, name string) []frame {
	t.Helper()
	r, err := pcapfile.Open(name, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []frame
	for p := new(packet.Packet); ; {
		if err := r.Next(p); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return all
		}
		all = append(all, frame{p.Time, p.Link, slices.Clone(p.Frame)})
	}
}

// records is a sink that keeps what does not depend on how the bytes were cut into packets.
type records struct {
	t   testing.TB
	all []string
}

func (s *records) Event(r *event.Record) {
	var m map[string]any
	if err := json.Unmarshal(r.AppendJSON(nil, nil), &m); err != nil {
		s.t.Fatal(err)
	}
	for _, key := range []string{"timestamp", "pcap_cnt", "flow_id", "pkt_src"} {
		delete(m, key)
	}
	if f, ok := m["flow"].(map[string]any); ok {
		for _, key := range []string{"pkts_toserver", "pkts_toclient", "bytes_toserver", "bytes_toclient"} {
			delete(f, key)
		}
	}
	b, _ := json.Marshal(m)
	s.all = append(s.all, string(b))
}

// run processes frames and returns the records, sorted, and the engine for its counters.
func run(t testing.TB, inline bool, all []frame) ([]string, *engine.Engine) {
	t.Helper()
	s := &records{t: t}
	c := engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Sink: s, Inline: inline, Checksums: engine.ChecksumIgnore}
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), &frames{all: all}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.all)
	return s.all, e
}

// segment is a TCP packet in parts.
type segment struct {
	from     frame
	ip, tcp  int // offsets of the headers in the frame
	payload  int
	toServer bool
}

// parse returns what cutting a frame takes, and false for a frame that is no TCP segment with a payload.
func parse(f frame) (g segment, ok bool) {
	var d packet.Decoder
	p := packet.Packet{Link: f.link, Frame: f.data, WireLen: len(f.data)}
	d.Decode(&p)
	if p.Flags&packet.HasTCP == 0 || len(p.Payload) == 0 {
		return g, false
	}
	end := len(f.data) - len(p.Payload)
	return segment{from: f, ip: end - (len(p.Network) - len(p.Payload)), tcp: end - (len(p.Transport) - len(p.Payload)),
		payload: end, toServer: p.DstPort == 25}, true
}

// cut returns the frame of n bytes of the segment's payload from at on.
func (g *segment) cut(at, n int) frame {
	b := append(slices.Clone(g.from.data[:g.payload]), g.from.data[g.payload+at:][:n]...)
	be := binary.BigEndian
	if b[g.ip]>>4 == 4 {
		be.PutUint16(b[g.ip+2:], uint16(len(b)-g.ip))
	} else {
		be.PutUint16(b[g.ip+4:], uint16(len(b)-g.ip-40))
	}
	be.PutUint32(b[g.tcp+4:], be.Uint32(b[g.tcp+4:])+uint32(at))
	const fin = 1
	if g.payload+at+n < len(g.from.data) {
		b[g.tcp+13] &^= fin
	}
	return frame{g.from.time, g.from.link, b}
}

// recut rewrites a capture: every payload in pieces of n bytes, those of one flight reversed, each sent so many times.
func recut(all []frame, n int, reverse bool, times int) []frame {
	var out, flight []frame
	toServer := false
	flush := func() {
		if reverse {
			slices.Reverse(flight)
		}
		for _, f := range flight {
			for range times {
				out = append(out, f)
			}
		}
		flight = nil
	}
	for _, f := range all {
		g, ok := parse(f)
		if !ok || len(flight) > 0 && g.toServer != toServer {
			flush()
		}
		if !ok {
			out = append(out, f)
			continue
		}
		toServer = g.toServer
		for at := 0; at < len(f.data)-g.payload; at += n {
			flight = append(flight, g.cut(at, min(n, len(f.data)-g.payload-at)))
		}
	}
	flush()
	return out
}

// Law 1: how bytes are cut into segments, in which order they come before their acknowledgement, and how often, changes
// no record. Law 2: nor does it cost more than in proportion.
func TestSegmentationInvariance(t *testing.T) {
	plain := load(t, mailCapture)
	for _, mode := range []struct {
		name   string
		inline bool
	}{{"ids", false}, {"inline", true}} {
		want, e := run(t, mode.inline, plain)
		if len(want) < 15 {
			t.Fatalf("%d records of the plain capture", len(want))
		}
		stats := e.Stats(0, 0)
		bytes := stats.Total.Value("decoder.bytes")
		for _, test := range []struct {
			name    string
			n       int
			reverse bool
			times   int
		}{
			{"one byte at a time", 1, false, 1},
			{"one byte at a time, backwards", 1, true, 1},
			{"seven bytes at a time, backwards, twice", 7, true, 2},
			{"one byte at a time, backwards, twice", 1, true, 2},
			{"whole, twice", 1 << 16, false, 2},
			{"whole, backwards", 1 << 16, true, 1},
		} {
			t.Run(mode.name+"/"+test.name, func(t *testing.T) {
				got, e := run(t, mode.inline, recut(plain, test.n, test.reverse, test.times))
				diff(t, got, want)
				if scanned := e.Scanned(); scanned > 4*bytes {
					t.Errorf("%d bytes searched of %d captured in the plain capture", scanned, bytes)
				}
			})
		}
	}
}

// diff reports records that are in one list only.
func diff(t *testing.T, got, want []string) {
	t.Helper()
	for _, r := range got {
		if !slices.Contains(want, r) {
			t.Errorf("got only here:  %.600s", r)
		}
	}
	for _, r := range want {
		if !slices.Contains(got, r) {
			t.Errorf("missing here:   %.600s", r)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
}

// Law 5: the same capture gives the same records, flow_id included.
func TestDeterminism(t *testing.T) {
	plain := load(t, mailCapture)
	raw := func() (all []string) {
		c := engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Sink: sink(func(r *event.Record) {
			all = append(all, string(r.AppendJSON(nil, nil)))
		})}
		e, err := engine.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(context.Background(), &frames{all: plain}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if a, b := raw(), raw(); !slices.Equal(a, b) {
		t.Errorf("two runs gave %d and %d records, not the same", len(a), len(b))
	}
}

type sink func(r *event.Record)

func (s sink) Event(r *event.Record) { s(r) }
