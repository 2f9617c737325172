package engine_test

import (
	"testing"
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
)

// counts compares counters.
func (f *found) counts(want map[string]int) {
	f.t.Helper()
	s := f.engine.Stats(0, 0)
	for name, n := range want {
		if got := s.Total.Value(name); got != uint64(n) {
			f.t.Errorf("%s is %d, want %d", name, got, n)
		}
	}
}

// Connections are counted by the state in which they ended, half-open ones included.
func TestEndStates(t *testing.T) {
	s := newScript()
	k := func(n int) *talk { return s.talk(addPort(client, n), server) }
	k(0).segment(0, syn, "")
	a := k(1)
	a.segment(0, syn, "")
	a.segment(1, syn|ack, "")
	k(2).open()
	b := k(3).open()
	b.segment(0, fin|ack, "")
	c := k(4).open()
	c.close()
	d := k(5).open()
	d.segment(1, rst|ack, "")
	e := k(6).open() // bytes are lost
	e.segment(0, ack, "one")
	e.at(0, ack, 1100, 5001, "two")
	e.at(1, ack, 5001, 1103, "")
	k(7).segment(0, ack, "nobody knows it")
	s.udp(client, server, "no connection")
	f := s.play(t, engine.Config{Protocols: withSMTP.Protocols})
	f.counts(map[string]int{
		"tcp.sessions": 7, "tcp.active_sessions": 0,
		"flow.end.tcp_state.none": 0, "flow.end.tcp_state.syn_sent": 1, "flow.end.tcp_state.syn_recv": 1,
		"flow.end.tcp_state.established": 2, "flow.end.tcp_state.close_wait": 1,
		"flow.end.tcp_state.time_wait": 0, "flow.end.tcp_state.closed": 2, "flow.end.tcp_liberal": 1,
		"flow.tcp": 8, "flow.udp": 1,
	})
}

// Flows that time out with something left to be told are counted, apart by who noticed.
func TestUnfinished(t *testing.T) {
	for _, test := range []struct {
		name string
		play func(s *script)
		want map[string]int
	}{
		{"the hand, established", func(s *script) {
			s.talk(client, server).open()
			s.talk(client2, server).open()
			s.wait(11 * time.Minute)
			s.udp(client, server, "later")
			s.udp(client, server, "later")
			s.wait(11 * time.Second)
			s.udp(client, server, "later")
		}, map[string]int{
			"flow.mgr.flows_evicted": 2, "flow.mgr.flows_evicted_needs_work": 2, "flow.wrk.flows_evicted": 0,
			"flow.wrk.flows_evicted_needs_work": 0, "flow.wrk.flows_injected": 2, "flow.wrk.flows_injected_max": 2,
			"flow.wrk.flows_evicted_pkt_inject": 4,
		}},
		{"a packet", func(s *script) {
			s.talk(client, server).open()
			for range 6 { // the hand was there shortly before
				s.wait(99*time.Second + 900*time.Millisecond)
				s.udp(client2, server, "first")
			}
			s.wait(2 * time.Second)
			s.talk(client, server).segment(0, syn, "")
		}, map[string]int{
			"flow.wrk.flows_evicted": 1, "flow.wrk.flows_evicted_needs_work": 1, "flow.wrk.flows_evicted_pkt_inject": 2,
			"flow.mgr.flows_evicted_needs_work": 0, "flow.wrk.flows_injected": 0,
		}},
		{"closed by a reset, with bytes that nobody acknowledged", func(s *script) {
			a := s.talk(client, server).open()
			a.segment(0, psh|ack, "HELO")
			a.segment(1, rst|ack, "")
			a.segment(0, psh|ack, "late")
			s.wait(2 * time.Minute)
			s.udp(client, server, "later")
			s.wait(11 * time.Second)
			s.udp(client, server, "later")
		}, map[string]int{
			"flow.end.tcp_state.closed": 1, "flow.mgr.flows_evicted": 1, "flow.mgr.flows_evicted_needs_work": 1,
			"flow.wrk.flows_evicted_pkt_inject": 1,
		}},
		{"half open", func(s *script) {
			s.talk(client, server).segment(0, syn, "")
			s.wait(2 * time.Minute)
			s.udp(client, server, "later")
			s.wait(11 * time.Second)
			s.udp(client, server, "later")
		}, map[string]int{"flow.mgr.flows_evicted": 1, "flow.mgr.flows_evicted_needs_work": 0, "flow.wrk.flows_injected": 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			s.udp(client2, server, "first") // the hand knows the time
			test.play(s)
			c := engine.Config{Protocols: withSMTP.Protocols}
			f := s.start(t, c)
			if n := test.want["flow.mgr.flows_evicted"]; n > 0 {
				test.want["flow.mgr.flows_evicted"] = n + 1 // the first
			}
			f.counts(test.want)
		})
	}
}

// What is used is told in percent of what may be, and what was refused for want of it is remembered.
func TestPressure(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	for range 4 {
		k.segment(0, ack, string(make([]byte, 1000)))
	}
	f := s.start(t, engine.Config{Protocols: withSMTP.Protocols, Stream: stream.Config{MemoryCap: 8 << 10}})
	got := f.counter("memcap.pressure")
	if got < 40 || got > 100 {
		t.Errorf("memcap.pressure is %d, want that of about half of 8 KiB", got)
	}
	if top := f.counter("memcap.pressure_max"); top < got {
		t.Errorf("memcap.pressure_max is %d, memcap.pressure %d", top, got)
	}
	f.engine.Close()
	if now, top := f.counter("memcap.pressure"), f.counter("memcap.pressure_max"); now >= got || top < got {
		t.Errorf("after the end: %d and at most %d, want less than %d and that", now, top, got)
	}
	for range 20 {
		k.segment(0, ack, string(make([]byte, 1000)))
	}
	f = s.start(t, engine.Config{Protocols: withSMTP.Protocols, Stream: stream.Config{MemoryCap: 8 << 10}})
	if top := f.counter("memcap.pressure_max"); top != 100 || f.counter("tcp.segment_memcap_drop") == 0 {
		t.Errorf("memcap.pressure_max is %d after something was refused", top)
	}
}

// Places are used again before new ones are taken.
func TestCacheCounters(t *testing.T) {
	s := newScript()
	for n := range 3 {
		k := s.talk(addPort(client, n), server).open()
		k.say(0, "some text\r\n")
		k.close()
		s.wait(2 * time.Minute)
		s.udp(client2, server, "time passes")
		s.wait(11 * time.Second)
		s.udp(client2, server, "time passes")
	}
	f := s.play(t, engine.Config{Protocols: withSMTP.Protocols})
	f.counts(map[string]int{"tcp.ssn_from_pool": 1, "tcp.ssn_from_cache": 2, "flow.wrk.spare_sync": 1, "flow.wrk.spare_sync_avg": 1024,
		"flow.spare": 1024, "flow.mgr.rows_maxlen": 1})
	if f.counter("tcp.segment_from_pool") == 0 {
		t.Error("no page was ever new")
	}
}

// A packet in a tunnel that is dropped takes the tunnel's packet with it, which has a record of its own.
func TestDropInTunnel(t *testing.T) {
	s := newScript()
	k := s.talk(client, server)
	k.segment(0, psh|ack, "midstream")
	s.all = rewrite(s.all, func(b []byte) [][]byte { return [][]byte{in4(47, inGRE(b))} })
	s.wire = make([]int, len(s.all))
	f := s.play(t, engine.Config{Prevent: true, Drops: true, Exceptions: engine.Exceptions{Midstream: engine.DropFlow}})
	if got := f.reasons(); got != "stream midstream, tunnel packet drop" {
		t.Fatalf("reasons %q", got)
	}
	all := f.all("drop")
	f.check(all[0], map[string]any{"pkt_src": "gre tunnel", "proto": "TCP", "direction": "to_server"})
	f.check(all[1], map[string]any{"pkt_src": "wire/pcap", "proto": "GRE", "flow_id": nil, "pcap_cnt": 1})
	f.counts(map[string]int{"ips.blocked": 1, "ips.accepted": 0, "ips.drop_reason.tunnel_packet_drop": 1, "ips.drop_reason.stream_midstream": 0})
}
