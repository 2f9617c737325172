package detect_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
)

// laws are rules whose alerts depend on nothing but the bytes.
const laws = `alert tcp any any -> any any (content:"secret"; sid:1;)
alert tcp any any -> any any (content:"FROM:<ann@"; nocase; content:"example"; distance:0; within:10; sid:2;)
alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:3;)
alert smtp any any -> any any (smtp.rcpt_to; content:"bob"; pkt_data; content:"secret"; sid:4;)
alert tcp any any -> any any (flow:to_client; content:"queued"; sid:5;)
alert tcp any any -> any any (content:"never there"; sid:6;)
alert smtp any any -> any any (flow:to_client; content:"221 bye"; sid:7;)
alert smtp:request_started any any -> any any (sid:21;)
alert smtp:request_data any any -> any any (smtp.rcpt_to; content:"bob"; sid:22;)
alert smtp:request_complete any any -> any any (smtp.mail_from; content:"ann@"; sid:23;)
alert smtp:response_complete any any -> any any (sid:24;)
alert smtp any any -> any any (app-layer-state:request_complete; flow:to_server; sid:25;)
`

// said is a mail as both ends said it, each piece in so many segments.
func said(pieces int) *conversation {
	c := talk(25).open()
	for i, text := range []string{"220 hello\r\n", "EHLO me\r\n", "250 hi\r\n", "MAIL FROM:<ann@example.net>\r\n", "250 ok\r\n",
		"RCPT TO:<bob@example.org>\r\n", "250 ok\r\n", "DATA\r\n", "354 go on\r\n",
		"Subject: a secret\r\n\r\nsee there\r\n.\r\n", "250 queued\r\n", "QUIT\r\n", "221 bye\r\n"} {
		from := 1 - i%2
		size := max(1, len(text)/pieces)
		for len(text) > 0 {
			n := min(size, len(text))
			c.segment(from, psh|ack, text[:n])
			text = text[n:]
		}
		c.segment(1-from, ack, "")
	}
	return c.segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
}

// sids returns which rules alerted, and how often.
func (o *outcome) sids() map[string]int {
	m := map[string]int{}
	for _, a := range o.alerts {
		_, sid, _ := strings.Cut(a, " ")
		m[sid]++
	}
	return m
}

// How bytes are cut into segments changes no alert of a transaction, nor of a stream.
func TestSegments(t *testing.T) {
	for _, inline := range []bool{false, true} {
		var want map[string]int
		for _, pieces := range []int{1, 2, 3, 7, 1000} {
			got := said(pieces).play(t, laws, engine.Config{Inline: inline}).sids()
			if inline { // a window is looked at with each segment: how often is not a law
				for sid := range got {
					got[sid] = 1
				}
			}
			if want == nil {
				want = got
			}
			if !maps.Equal(got, want) {
				t.Errorf("inline %v, %d pieces: alerts %v, want %v", inline, pieces, got, want)
			}
		}
		for _, sid := range []string{"1", "2", "3", "4", "5", "7", "21", "22", "23", "24", "25"} {
			if want[sid] == 0 {
				t.Errorf("inline %v: no alert of rule %s: %v", inline, sid, want)
			}
		}
	}
}

// frames is a Source.
type frames struct {
	list [][]byte
	at   int
}

func (s *frames) Next(p *packet.Packet) error {
	if s.at == len(s.list) {
		return io.EOF
	}
	f := s.list[s.at]
	s.at++
	*p = packet.Packet{Number: uint64(s.at), Time: int64(s.at) * 1e6, Link: packet.LinkRaw, Frame: f, WireLen: len(f)}
	return nil
}

// sink collects alerts of several workers.
type sink struct {
	mu sync.Mutex
	outcome
}

func (s *sink) Event(r *event.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcome.Event(r)
}

// The number of workers changes no alert.
func TestWorkers(t *testing.T) {
	set := compile(t, laws, detect.Config{})
	var all [][]byte
	for i := range 40 {
		c := said(2)
		for _, f := range c.frames {
			f = bytes.Clone(f)
			f[15] = byte(i)
			if f[12] != 192 {
				f[15], f[19] = 25, byte(i)
			}
			all = append(all, f)
		}
	}
	var want []string
	for _, workers := range []int{1, 4} {
		s := &sink{}
		e, err := engine.New(engine.Config{
			Workers: workers, Protocols: protocols, Sink: s, Checksums: engine.ChecksumIgnore, App: app.Config{KeepForRules: true},
			Packets: func() engine.PacketHandler { return set.Worker() },
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(context.Background(), &frames{list: all}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(s.alerts)
		if want == nil {
			want = s.alerts
		}
		if len(want) == 0 || !slices.Equal(s.alerts, want) {
			t.Errorf("%d workers: %d alerts, want %d and some", workers, len(s.alerts), len(want))
		}
	}
}

// FuzzPackets plays what it is given against rules of all kinds.
func FuzzPackets(f *testing.F) {
	for _, frame := range said(3).frames {
		f.Add(frame, frame)
	}
	for _, frame := range talk(53).datagram(0, "AAA").frames {
		f.Add(frame, frame)
	}
	set := compile(f, laws+`alert ip any any -> any any (ttl:>3; ipopts:any; sid:10;)
alert tcp any any -> any any (tcp.hdr; content:"|00|"; tcp.flags:S; tcp.mss:>1; sid:11;)
alert icmp any any -> any any (icmpv4.hdr; content:"|08|"; icmp_id:1; sid:12;)
alert pkthdr any any -> any any (decode-event:ipv4.trunc_pkt; sid:13;)
alert udp any any -> any any (byte_test:2,>,1,0; flowbits:set,x; tag:session; sid:14;)
alert ip any any -> any any (fragbits:M; fragoffset:>0; sid:15;)
alert tcp any any -> any any (stream-event:3whs_ack_in_wrong_dir; sid:16;)
drop tcp any any -> any any (pcre:"/a+b/i"; flow:no_stream; sid:17;)
alert ip:pre_flow any any -> any any (content:"a"; sid:26;)
drop tcp:pre_stream any any -> any any (flags:P; content:"b"; sid:27;)
drop:packet smtp:request_data any any -> any any (smtp.mail_from; content:"x"; sid:28;)
alert tls any any -> any any (app-layer-state:<client_hello_done; sid:29;)
alert ip any any -> any any (ipv6.hdr; content:"|06|"; vlan.id:1; sid:18;)
`, detect.Config{Payload: 1 << 20})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		c := said(1)
		c.frames = slices.Insert(c.frames, len(c.frames)/2, a, b, a)
		c.with(t, set, engine.Config{Inline: len(a)%2 == 0, Prevent: len(b)%2 == 0, ShowStreams: len(a)%3 > 0})
	})
}
