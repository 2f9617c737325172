package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// judged returns a letter for each verdict: p for pass, d for drop.
func (f *found) judged() string {
	var b strings.Builder
	for _, v := range f.verdicts {
		b.WriteByte("pd"[v])
	}
	return b.String()
}

// reasons returns the reasons of the drop records.
func (f *found) reasons() string {
	var all []string
	for _, r := range f.all("drop") {
		all = append(all, r.of("drop", "reason").(string))
	}
	return strings.Join(all, ", ")
}

// met returns the exceptions that a flow record tells.
func met(r record) string {
	var all []string
	list, _ := r.of("flow", "exception_policy").([]any)
	for _, e := range list {
		m := e.(map[string]any)
		all = append(all, fmt.Sprintf("%s %s", m["target"], m["policy"]))
	}
	return strings.Join(all, ", ")
}

// Two data segments without handshake, and an answer.
func TestMidstreamPolicy(t *testing.T) {
	const again = ", exception policy flow drop, exception policy flow drop"
	for _, test := range []struct {
		name            string
		policy          engine.Exception
		prevent, follow bool
		verdicts        string
		reasons         string
		state, action   any // of the flow
		connection      any // its state
		counter         int // of the policy
	}{
		{"nothing", engine.Ignore, true, false, "ppp", "", "new", nil, nil, 0},
		{"nothing, followed", engine.Ignore, true, true, "ppp", "", "established", nil, "established", 0},
		{"drop the flow", engine.DropFlow, true, false, "ddd", "stream midstream" + again, "new", "drop", nil, 1},
		{"drop the flow, nothing can be dropped", engine.DropFlow, false, false, "ppp", "", "new", "drop", nil, 0},
		{"drop the packet", engine.DropPacket, true, false, "ddd", "stream midstream, stream midstream, stream midstream", "new", nil, nil, 0},
		{"reject", engine.Reject, true, false, "ddd", "stream midstream" + again, "new", "drop", nil, 1},
		{"reject, nothing can be dropped", engine.Reject, false, false, "ppp", "", "new", nil, nil, 3},
		{"pass the flow", engine.PassFlow, true, false, "ppp", "", "new", "pass", nil, 3},
		{"pass the flow, followed", engine.PassFlow, true, true, "ppp", "", "established", "pass", "established", 1},
		{"pass the packet", engine.PassPacket, true, false, "ppp", "", "new", nil, nil, 0},
		{"bypass", engine.BypassFlow, true, true, "ppp", "", "bypassed", "pass", nil, 0},
		{"bypass, not followed", engine.BypassFlow, true, false, "ppp", "", "bypassed", "pass", nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			k := s.talk(client, server)
			k.segment(0, psh|ack, "one")
			k.segment(1, psh|ack, "two")
			k.segment(0, psh|ack, "three")
			f := s.play(t, engine.Config{
				Inline: test.prevent, Prevent: test.prevent, Drops: true, TCP: tcp.Config{Midstream: test.follow},
				Exceptions: engine.Exceptions{Midstream: test.policy},
			})
			if got := f.judged(); got != test.verdicts {
				t.Errorf("verdicts %s, want %s", got, test.verdicts)
			}
			if got := f.reasons(); got != test.reasons {
				t.Errorf("reasons %q, want %q", got, test.reasons)
			}
			r := f.one("flow")
			f.check(r, map[string]any{"flow.state": test.state, "flow.action": test.action, "tcp.state": test.connection})
			if got, want := met(r), "stream_midstream "+test.policy.String(); got != want {
				t.Errorf("exceptions %q, want %q", got, want)
			}
			name := "exception_policy.tcp.midstream." + test.policy.String()
			if got := f.counter(name); got != uint64(test.counter) {
				t.Errorf("%s is %d, want %d", name, got, test.counter)
			}
		})
	}
}

// RSTs and SYNs are no segments of unseen connections.
func TestNotMidstream(t *testing.T) {
	s := newScript()
	s.talk(client, server).at(0, rst|ack, 1, 2, "")
	s.talk(client2, server).segment(0, syn, "")
	f := s.play(t, engine.Config{Prevent: true, KeepInvalid: true, Exceptions: engine.Exceptions{Midstream: engine.DropFlow}})
	if got := f.judged(); got != "pp" {
		t.Errorf("verdicts %s, want pp", got)
	}
}

// What fails is simulated; the third packet of the script is the first of another connection, the sixth has its data.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name       string
		faults     engine.Faults
		exceptions engine.Exceptions
		verdicts   string
		reasons    string
		met        string
		counter    string
	}{
		{"no flow", engine.Faults{Flow: 1}, engine.Exceptions{Flow: engine.DropPacket}, "dppppp", "flow memcap",
			"stream_midstream ignore", "exception_policy.flow.memcap.drop_packet"},
		{"no connection", engine.Faults{Connection: 1}, engine.Exceptions{Connection: engine.DropFlow}, "dddddd",
			"stream memcap" + strings.Repeat(", exception policy flow drop", 5), "stream_memcap drop_flow",
			"exception_policy.tcp.ssn_memcap.drop_flow"},
		{"no connection, the packet", engine.Faults{Connection: 1}, engine.Exceptions{Connection: engine.DropPacket}, "dppppp",
			"stream memcap", "stream_memcap drop_packet, stream_midstream ignore", "exception_policy.tcp.ssn_memcap.drop_packet"},
		{"no data", engine.Faults{Data: 4}, engine.Exceptions{Data: engine.DropFlow}, "pppddd",
			"stream reassembly, exception policy flow drop, exception policy flow drop", "stream_reassembly_memcap drop_flow",
			"exception_policy.tcp.reassembly.drop_flow"},
		{"no data, pass", engine.Faults{Data: 4}, engine.Exceptions{Data: engine.PassFlow}, "pppppp", "",
			"stream_reassembly_memcap pass_flow", "exception_policy.tcp.reassembly.pass_flow"},
		{"no data, bypass", engine.Faults{Data: 4}, engine.Exceptions{Data: engine.BypassFlow}, "pppppp", "",
			"stream_reassembly_memcap bypass", "exception_policy.tcp.reassembly.bypass"},
		{"no payload", engine.Faults{Data: 5}, engine.Exceptions{Data: engine.DropFlow}, "pppppp", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			k := s.talk(client, server).open()
			k.say(1, "220 hi\r\n")
			k.segment(0, fin|ack, "")
			f := s.play(t, engine.Config{
				Inline: true, Prevent: true, KeepInvalid: true, Drops: true, Faults: test.faults, Exceptions: test.exceptions,
			})
			if got := f.judged(); got != test.verdicts {
				t.Errorf("verdicts %s, want %s", got, test.verdicts)
			}
			if got := f.reasons(); got != test.reasons {
				t.Errorf("reasons %q, want %q", got, test.reasons)
			}
			if got := met(f.one("flow")); got != test.met {
				t.Errorf("exceptions %q, want %q", got, test.met)
			}
			if test.counter != "" && f.counter(test.counter) != 1 {
				t.Errorf("%s is %d, want 1", test.counter, f.counter(test.counter))
			}
		})
	}
}

// broken is a protocol whose parser gives up at the server's first line.
var broken = app.Protocol{
	Name:      "broken",
	Patterns:  []app.Pattern{{Dir: stream.ToClient, Text: "220 "}},
	NewStream: func(*app.Conn) app.StreamParser { return breaks{} },
}

type breaks struct{}

func (breaks) Client(*stream.Cursor) error { return nil }
func (breaks) Server(in *stream.Cursor) error {
	if _, ok := in.Line(80); ok {
		return errors.New("no")
	}
	return nil
}

func TestParserPolicy(t *testing.T) {
	for _, test := range []struct {
		policy   engine.Exception
		prevent  bool
		verdicts string
		action   any
	}{
		{engine.Ignore, true, "pppppp", nil},
		{engine.DropFlow, true, "pppddd", "drop"},
		{engine.DropFlow, false, "pppppp", "drop"},
		{engine.DropPacket, true, "pppdpp", nil},
		{engine.PassFlow, true, "pppppp", "pass"},
		{engine.BypassFlow, true, "pppppp", "pass"},
	} {
		t.Run(fmt.Sprint(test.policy, test.prevent), func(t *testing.T) {
			s := newScript()
			k := s.talk(client, server).open()
			k.say(1, "220 hi\r\n")
			k.segment(0, fin|ack, "")
			f := s.play(t, engine.Config{
				Protocols: []app.Protocol{broken}, Inline: test.prevent, Prevent: test.prevent,
				Exceptions: engine.Exceptions{Parser: test.policy, PerProtocol: true},
			})
			if got := f.judged(); got != test.verdicts {
				t.Errorf("verdicts %s, want %s", got, test.verdicts)
			}
			r := f.one("flow")
			f.check(r, map[string]any{"flow.action": test.action, "app_proto": "broken"})
			if got, want := met(r), "app_layer_error "+test.policy.String(); got != want {
				t.Errorf("exceptions %q, want %q", got, want)
			}
			if test.prevent && test.policy != engine.Ignore {
				for _, name := range []string{"exception_policy.app_layer.error.", "app_layer.error.broken.exception_policy."} {
					if n := f.counter(name + test.policy.String()); n != 1 {
						t.Errorf("%s is %d, want 1", name+test.policy.String(), n)
					}
				}
			}
		})
	}
}

func TestUncounted(t *testing.T) {
	for _, uncounted := range []bool{false, true} {
		e, err := engine.New(engine.Config{Exceptions: engine.Exceptions{Parser: engine.PassPacket, Uncounted: uncounted}})
		if err != nil {
			t.Fatal(err)
		}
		listed := false
		for _, r := range e.Stats(0, 0).Total.Rows {
			listed = listed || strings.HasPrefix(r.Name, "exception_policy.")
		}
		if listed == uncounted {
			t.Errorf("uncounted %v: counters are listed: %v", uncounted, listed)
		}
	}
}

// The parser of a sound protocol seems to fail at an offset.
func TestParserFault(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	k.greet()
	k.mail("hi")
	k.close()
	f := s.play(t, engine.Config{
		Protocols: []app.Protocol{smtp.New(smtp.Config{})},
		App:       app.Config{Faults: [2]app.Fault{{On: true, Offset: 40}}},
	})
	if got := met(f.one("flow")); got != "app_layer_error ignore" {
		t.Errorf("exceptions %q", got)
	}
	if n := f.counter("app_layer.error.smtp.parser"); n != 1 {
		t.Errorf("%d errors, want 1", n)
	}
}

func TestVerdictCounters(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	k.at(0, fin|ack, k.seq[0]-500, k.seq[1]+70000, "") // fits nothing
	s.talk(client2, server).segment(0, ack, "")
	s.udp(client, server, "x")
	for _, prevent := range []bool{true, false} {
		f := s.play(t, engine.Config{Inline: true, Prevent: prevent, Drops: true, Exceptions: engine.Exceptions{Midstream: engine.Reject}})
		verdicts, n := "pppddp", uint64(1)
		if !prevent {
			verdicts, n = "pppppp", 0
		}
		if got := f.judged(); got != verdicts {
			t.Errorf("verdicts %s, want %s", got, verdicts)
		}
		for name, want := range map[string]uint64{
			"ips.accepted": 4 * n, "ips.blocked": n, "ips.rejected": n,
			"ips.drop_reason.stream_error": n, "ips.drop_reason.stream_midstream": n, "ips.drop_reason.flow_memcap": 0,
		} {
			if got := f.counter(name); got != want {
				t.Errorf("%s is %d, want %d", name, got, want)
			}
		}
		if !prevent {
			continue
		}
		drops := f.all("drop")
		f.check(drops[0], map[string]any{
			"direction": "to_server", "drop.reason": "stream error", "drop.len": 40, "drop.ttl": 64, "drop.tos": 0,
			"drop.tcpseq": int(k.seq[0] - 500), "drop.fin": true, "drop.syn": false, "drop.tcpwin": 0xffff,
			"verdict.action": "drop", "verdict.reject_target": nil, "pcap_cnt": 4,
		})
		f.check(drops[1], map[string]any{"drop.reason": "stream midstream", "verdict.reject_target": "to_client"})
	}
}

// A connection is ignored when one direction has reached the depth.
func TestBypassDeep(t *testing.T) {
	for _, bypass := range []bool{false, true} {
		s := newScript()
		k := s.talk(client, server).open()
		k.say(0, "0123456789")
		k.say(0, "0123456789")
		f := s.play(t, engine.Config{BypassDeep: bypass, Stream: stream.Config{Depth: 5}})
		want, packets := map[string]any{"flow.state": "established", "flow.bypass": nil}, uint64(0)
		if bypass {
			want, packets = map[string]any{"flow.state": "bypassed", "flow.bypass": "local"}, 3
		}
		f.check(f.one("flow"), want)
		if got := f.counter("flow_bypassed.local_pkts"); got != packets {
			t.Errorf("%d packets bypassed, want %d", got, packets)
		}
		if n := f.counter("flow.end.state.local_bypassed"); (n == 1) != bypass {
			t.Errorf("%d flows ended bypassed", n)
		}
	}
}

func TestConnectionMemory(t *testing.T) {
	s := newScript()
	s.talk(client, server).open()
	s.talk(client2, server).open()
	f := s.play(t, engine.Config{
		Prevent: true, ConnectionMemory: 1, Exceptions: engine.Exceptions{Connection: engine.DropFlow},
	})
	if got := f.judged(); got != "pppddd" {
		t.Errorf("verdicts %s, want pppddd", got)
	}
	if n := f.counter("tcp.ssn_memcap_drop"); n != 1 {
		t.Errorf("%d connections refused, want 1", n)
	}
}

// A flow that is dropped only in name is followed, and not parsed.
func TestMuted(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	k.greet()
	k.mail("hi")
	k.close()
	f := s.play(t, engine.Config{
		Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Faults: engine.Faults{Data: 4},
		Exceptions: engine.Exceptions{Data: engine.DropFlow},
	})
	if n := len(f.all("smtp")); n != 0 {
		t.Errorf("%d mails, want none", n)
	}
	f.check(f.one("flow"), map[string]any{"flow.state": "closed", "flow.action": "drop"})
}

// A fragment that finds no place is an exception of its own; so is one for which that is simulated.
func TestFragmentPolicy(t *testing.T) {
	parts := fragmented(tcpSegment(syn), 8)
	for _, test := range []struct {
		name string
		c    engine.Config
		want string
	}{
		{"simulated", engine.Config{Faults: engine.Faults{Fragment: 2}}, "pdp"},
		{"too many", engine.Config{Defrag: defrag.Config{MaxFragments: 1}}, "pdd"},
		{"room enough", engine.Config{}, "ppp"},
	} {
		test.c.Prevent, test.c.Drops = true, true
		test.c.Exceptions.Fragment = engine.DropPacket
		s := newScript()
		for _, b := range parts {
			s.all = append(s.all, frame{s.now, packet.LinkRaw, b})
			s.wire = append(s.wire, 0)
		}
		f := s.play(t, test.c)
		if got := f.judged(); got != test.want {
			t.Errorf("%s: verdicts %s, want %s", test.name, got, test.want)
		}
		drops := uint64(strings.Count(test.want, "d"))
		if got := f.counter("exception_policy.defrag.memcap.drop_packet"); got != drops {
			t.Errorf("%s: %d drops counted, want %d", test.name, got, drops)
		}
		if want := strings.TrimSuffix(strings.Repeat("defrag memcap, ", int(drops)), ", "); f.reasons() != want {
			t.Errorf("%s: reasons %q, want %q", test.name, f.reasons(), want)
		}
	}
}
