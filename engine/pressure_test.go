package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/tcp"
)

// While memory for flows is short, only a SYN begins a connection's flow where connections are taken up midstream; whether a
// flow is there already does not matter.
func TestEmergencyMidstream(t *testing.T) {
	for _, midstream := range []bool{false, true} {
		s := newScript()
		kept := s.talk(addPort(client, 30000), server)
		kept.segment(0, ack, "here before")
		for n := range 6000 { // more than the memory holds
			s.udp(addPort(client2, n), server, "flood")
			if n%500 == 0 {
				kept.segment(0, ack, "still here")
			}
		}
		before := len(s.all)
		late := s.talk(addPort(client, 1), server)
		late.segment(0, ack, "picked up")
		late.segment(1, ack, "and back")
		kept.segment(0, ack, "still here")
		s.talk(addPort(client, 2), server).segment(0, syn, "")
		c := engine.Config{TCP: tcp.Config{Midstream: midstream}, Stats: stats.Config{Extensions: true}}
		c.Flow.Memory = 1 << 19
		var got *[]string
		c.Packets, got = watch(watcher{})
		f := s.start(t, c)
		if f.counter("flow.emerg_mode_entered") != 1 || f.counter("flow.emerg_mode_over") != 0 {
			t.Fatalf("emergency entered %d times, left %d", f.counter("flow.emerg_mode_entered"), f.counter("flow.emerg_mode_over"))
		}
		with := func(n int) bool {
			return !slices.Contains(*got, fmt.Sprintf("%d without flow", before+n))
		}
		if with(1) == midstream || with(2) == midstream || !with(3) || !with(4) {
			t.Errorf("midstream %v: packets with flow: %v %v %v %v", midstream, with(1), with(2), with(3), with(4))
		}
		want := uint64(0)
		if midstream {
			want = 2
		}
		if n := f.counter("reknit.emergency_without_flow"); n != want {
			t.Errorf("midstream %v: %d segments without flow, want %d", midstream, n, want)
		}
		f.engine.Close()
		emergency := 0
		for _, r := range f.all("flow") {
			if r.of("flow", "emergency") == true {
				emergency++
			}
		}
		if emergency < 1000 {
			t.Errorf("%d flows ended in the emergency", emergency)
		}
	}
}

// A flow is an elephant from the packet on with which a direction has had so many bytes in so many seconds.
func TestElephants(t *testing.T) {
	for _, test := range []struct {
		name    string
		packets int
		pause   time.Duration
		seconds int
		want    bool
	}{
		{"fast", 10, 100 * time.Millisecond, 1, true},
		{"too slow", 20, 200 * time.Millisecond, 1, false},
		{"fast enough for a longer time", 20, 200 * time.Millisecond, 2, true},
		{"too few", 8, time.Millisecond, 10, false},
	} {
		s := newScript()
		for range test.packets {
			s.udp(client, server, string(make([]byte, 958))) // 1000 with its headers
			s.udp(server, client, string(make([]byte, 400)))
			s.wait(test.pause - 2*time.Millisecond)
		}
		for _, workers := range []int{1, 2} {
			var r map[string]any
			c := engine.Config{Workers: workers, Elephants: engine.Elephants{Bytes: 9000, Seconds: test.seconds}}
			c.Sink = sink(func(e *event.Record) {
				if err := json.Unmarshal(e.AppendJSON(nil, nil), &r); err != nil {
					t.Fatal(err)
				}
			})
			e, err := engine.New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Run(context.Background(), s.source()); err != nil {
				t.Fatal(err)
			}
			got := record(r).of("flow", "elephant")
			n := e.Stats(0, 0).Total.Value("flow.elephant")
			if (got == true) != test.want || (n == 1) != test.want {
				t.Errorf("%s, %d workers: elephant %v, counted %d, want %v", test.name, workers, got, n, test.want)
			}
		}
	}
	s := newScript()
	s.udp(client, server, string(make([]byte, 2000)))
	f := s.play(t, engine.Config{})
	f.check(f.one("flow"), map[string]any{"flow.elephant": nil})
	for _, r := range f.engine.Stats(0, 0).Total.Rows {
		if r.Name == "flow.elephant" {
			t.Error("elephants are counted although nobody asked")
		}
	}
}

// TunnelOf tells of the captured packet.
func TestTunnelOf(t *testing.T) {
	s := newScript()
	s.udp(client, server, "inside")
	inner := network(s.all[0])
	for _, test := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"none", inner, ""},
		{"GRE", in4(47, inGRE(inner)),
			`{"tunnel":{"src_ip":"203.0.113.1","src_port":0,"dest_ip":"203.0.113.2","dest_port":0,"proto":"GRE","depth":1,"pcap_cnt":1,"pkt_src":"wire/pcap"}}`},
		{"VXLAN", in4(17, inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, ethernet(inner))),
			`{"tunnel":{"src_ip":"203.0.113.1","src_port":49152,"dest_ip":"203.0.113.2","dest_port":4789,"proto":"UDP","depth":1,"pcap_cnt":1,"pkt_src":"wire/pcap"}}`},
		{"two", in4(47, inGRE(in4(4, inner))),
			`{"tunnel":{"src_ip":"203.0.113.1","src_port":0,"dest_ip":"203.0.113.2","dest_port":0,"proto":"GRE","depth":2,"pcap_cnt":1,"pkt_src":"wire/pcap"}}`},
		{"fragments", fragmented(inner, 8)[0], ""},
	} {
		got := ""
		c := engine.Config{}
		c.Packets, _ = watch(watcher{want: func(_ *engine.Flow, p *packet.Packet, _ engine.Aspect) engine.Action {
			if tunnel, ok := engine.TunnelOf(p); ok {
				r := event.Record{Layout: event.LayoutBare, Body: &tunnel}
				line := string(r.AppendJSON(nil, nil))
				got = "{" + line[strings.Index(line, `"tunnel"`):]
			} else {
				got = ""
			}
			return engine.Ignore
		}})
		e, err := engine.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(context.Background(), &frames{all: []frame{{1, packet.LinkRaw, test.frame}}}); err != nil {
			t.Fatal(err)
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// ICMP errors about a flow count for the TTLs of their direction, as its packets do.
func TestNetflowErrorTTL(t *testing.T) {
	s := newScript()
	s.udp(client, server, "one")
	s.udp(server, client, "two")
	s.icmp(netip.MustParseAddr("192.0.2.254"), client.Addr(), 3, 3, network(s.all[0])[:28])
	s.last()[14+8] = 33
	f := s.play(t, engine.Config{Netflows: true})
	all := f.all("netflow")
	f.check(all[0], map[string]any{"netflow.min_ttl": 64, "netflow.max_ttl": 64, "netflow.pkts": 1})
	f.check(all[1], map[string]any{"netflow.min_ttl": 33, "netflow.max_ttl": 64, "netflow.pkts": 2})
}

// Every policy for every target: what becomes of the packet and of its flow, what is told and what is counted.
func TestPolicies(t *testing.T) {
	everything := []engine.Exception{engine.Ignore, engine.PassPacket, engine.PassFlow, engine.BypassFlow, engine.DropPacket,
		engine.DropFlow, engine.Reject, engine.RejectBoth}
	ofPackets := []engine.Exception{engine.Ignore, engine.PassPacket, engine.DropPacket, engine.Reject}
	for _, target := range []struct {
		name, counter, reason string
		at                    int // the packet that meets it
		set                   func(x *engine.Exceptions, e engine.Exception)
		cause                 func(c *engine.Config)
		policies              []engine.Exception
		flow                  bool
	}{
		{"flow_memcap", "flow.memcap", "flow memcap", 4, func(x *engine.Exceptions, e engine.Exception) { x.Flow = e },
			func(c *engine.Config) { c.Faults.Flow = 4 }, ofPackets, false},
		{"defrag_memcap", "defrag.memcap", "defrag memcap", 1, func(x *engine.Exceptions, e engine.Exception) { x.Fragment = e },
			func(c *engine.Config) { c.Faults.Fragment = 1 }, ofPackets, false},
		{"stream_memcap", "tcp.ssn_memcap", "stream memcap", 2, func(x *engine.Exceptions, e engine.Exception) { x.Connection = e },
			func(c *engine.Config) { c.Faults.Connection = 2 }, everything, true},
		{"stream_reassembly_memcap", "tcp.reassembly", "stream reassembly", 5, func(x *engine.Exceptions, e engine.Exception) { x.Data = e },
			func(c *engine.Config) { c.Faults.Data = 5 }, everything, true},
	} {
		for _, policy := range target.policies {
			for _, prevent := range []bool{false, true} {
				t.Run(fmt.Sprint(target.name, " ", policy, " ", prevent), func(t *testing.T) {
					s := newScript()
					fragment := in4(17, []byte{0, 0, 0, 0, 0, 16, 0, 0})
					fragment[6] = 0x20 // more to follow
					s.all, s.wire = append(s.all, frame{s.now, packet.LinkRaw, fragment}), append(s.wire, 0)
					k := s.talk(client, server).open()
					k.say(0, "EHLO client.example\r\n")
					k.say(1, "250 ok\r\n")
					c := engine.Config{Protocols: withSMTP.Protocols, Prevent: prevent, Drops: true, KeepInvalid: true, Defrag: defrag.Config{}}
					target.set(&c.Exceptions, policy)
					target.cause(&c)
					var seen *[]string
					c.Packets, seen = watch(watcher{})
					f := s.play(t, c)

					drops := policy >= engine.DropPacket
					ofFlow := drops && policy != engine.DropPacket && target.flow
					verdict := "p"
					if drops && prevent {
						verdict = "d"
					}
					if got := f.judged()[target.at-1 : target.at]; got != verdict {
						t.Errorf("verdict %s, want %s", got, verdict)
					}
					rest := strings.Repeat("p", len(s.all)-target.at)
					if ofFlow && prevent {
						rest = strings.Repeat("d", len(s.all)-target.at)
					}
					if got := f.judged()[target.at:]; target.flow && got != rest {
						t.Errorf("verdicts on what follows %s, want %s", got, rest)
					}
					if prevent && drops {
						if first, _, _ := strings.Cut(f.reasons(), ","); first != target.reason {
							t.Errorf("reasons %q, want %q first", f.reasons(), target.reason)
						}
						f.counts(map[string]int{"ips.drop_reason." + strings.ReplaceAll(target.reason, " ", "_"): 1})
					} else if got := f.reasons(); got != "" {
						t.Errorf("reasons %q", got)
					}
					// The packet is shown unless it is dropped or shall not be looked at.
					reject := policy == engine.Reject || policy == engine.RejectBoth
					spared := policy != engine.Ignore && !(reject && !prevent)
					shown := slices.ContainsFunc(*seen, func(l string) bool {
						return strings.HasPrefix(l, fmt.Sprint(target.at, " ")) && !strings.HasSuffix(l, "begins")
					})
					if shown == spared {
						t.Errorf("shown %v, spared %v: %q", shown, spared, *seen)
					}
					counted := 1
					if policy == engine.Ignore || !prevent && (policy == engine.DropPacket || policy == engine.DropFlow) {
						counted = 0
					}
					f.counts(map[string]int{"exception_policy." + target.counter + "." + policy.String(): counted})
					if !target.flow {
						return
					}
					var action any
					switch {
					case policy == engine.PassFlow || policy == engine.BypassFlow:
						action = "pass"
					case policy == engine.DropFlow || reject && prevent:
						action = "drop"
					}
					var r record
					for _, r = range f.all("flow") {
						if r["proto"] == "TCP" {
							break
						}
					}
					f.check(r, map[string]any{"flow.action": action})
					if got, want := met(r), target.name+" "+policy.String(); !strings.HasPrefix(got, want) {
						t.Errorf("exceptions %q, want %q", got, want)
					}
					if bypassed := r.of("flow", "state") == "bypassed"; bypassed != (policy == engine.BypassFlow) {
						t.Errorf("state %v", r.of("flow", "state"))
					}
				})
			}
		}
	}
}
