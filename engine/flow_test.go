package engine_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

var withSMTP = engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}}

func TestICMPFlow(t *testing.T) {
	four, six := [2]netip.Addr{client.Addr(), server.Addr()}, [2]netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")}
	tests := []struct {
		name         string
		ends         [2]netip.Addr
		ask, answer  byte // types; answer 255: none
		proto        string
		want, packet int
	}{
		{"echo", four, 8, 0, "ICMP", 8, 1},
		{"echo over IPv6", six, 128, 129, "IPv6-ICMP", 128, 1},
		{"without answer", four, 13, 255, "ICMP", 13, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			s.icmp(test.ends[0], test.ends[1], test.ask, 0, nil)
			if test.answer != 255 {
				s.icmp(test.ends[1], test.ends[0], test.answer, 0, nil)
			}
			f := s.play(t, engine.Config{})
			r := f.one("flow")
			f.check(r, map[string]any{
				"proto": test.proto, "icmp_type": test.want, "icmp_code": 0, "src_port": nil,
				"src_ip": test.ends[0].StringExpanded(), "flow.pkts_toserver": 1, "flow.pkts_toclient": test.packet,
			})
			if test.answer == 255 {
				f.check(r, map[string]any{"response_icmp_type": nil, "flow.state": "new"})
			} else {
				f.check(r, map[string]any{"response_icmp_type": int(test.answer), "flow.state": "established"})
			}
		})
	}
}

// An ICMP error is a packet of the flow that it quotes, in the direction opposite to the quoted packet.
func TestICMPError(t *testing.T) {
	router := netip.MustParseAddr("203.0.113.1")
	s := newScript()
	s.udp(client, server, "hello")
	quote := s.last()[14:42] // the IP and UDP headers
	s.icmp(router, client.Addr(), 3, 1, quote)
	s.icmp(router, client.Addr(), 3, 1, quote[:20]) // quotes too little
	f := s.play(t, engine.Config{})
	f.check(f.one("flow"), map[string]any{
		"proto": "UDP", "flow.pkts_toserver": 1, "flow.pkts_toclient": 1, "response_icmp_type": nil,
	})
}

func TestVLAN(t *testing.T) {
	for _, test := range []struct {
		name   string
		ignore bool
		flows  int
	}{{"apart", false, 2}, {"ignored", true, 1}} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			s.vlan = []uint16{7, 9}
			s.talk(client, server).open()
			s.vlan = []uint16{8}
			s.udp(client, server, "x")
			s.vlan = nil
			s.udp(client, server, "x")
			f := s.play(t, engine.Config{Flow: flow.Config{IgnoreVLAN: test.ignore}})
			udp := 0
			for _, r := range f.all("flow") {
				switch list, _ := r["vlan"].([]any); r["proto"] {
				case "TCP":
					if len(list) != 2 || list[0] != 7.0 || list[1] != 9.0 {
						t.Errorf("vlan of the TCP flow is %v, want [7 9]", r["vlan"])
					}
				case "UDP":
					if udp++; udp == 1 && (len(list) != 1 || list[0] != 8.0) {
						t.Errorf("vlan of the UDP flow is %v, want [8]", r["vlan"])
					}
				}
			}
			if udp != test.flows {
				t.Errorf("%d UDP flows, want %d", udp, test.flows)
			}
		})
	}
}

func TestUDPFlow(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer bool
		idle   time.Duration // before another datagram
		state  string        // of the first flow
		flows  int
		reason string // of the first flow's end
	}{
		{"asked", false, 0, "new", 1, "shutdown"},
		{"answered", true, 0, "established", 1, "shutdown"},
		{"asked, before its time", false, 29 * time.Second, "new", 1, "shutdown"},
		{"asked, after its time", false, 31 * time.Second, "new", 2, "timeout"},
		{"answered, before its time", true, 299 * time.Second, "established", 1, "shutdown"},
		{"answered, after its time", true, 301 * time.Second, "established", 2, "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			s.udp(client, server, "question")
			if test.answer {
				s.udp(server, client, "answer")
			}
			if test.idle > 0 {
				s.wait(test.idle)
				s.udp(client, server, "question")
			}
			all := s.play(t, engine.Config{}).all("flow")
			if len(all) != test.flows {
				t.Fatalf("%d flows, want %d", len(all), test.flows)
			}
			if got := all[0].of("flow", "state"); got != test.state {
				t.Errorf("state %v, want %v", got, test.state)
			}
			if got := all[0].of("flow", "reason"); got != test.reason {
				t.Errorf("reason %v, want %v", got, test.reason)
			}
		})
	}
}

// A SYN on the addresses of a connection that is over begins another flow.
func TestTCPReuse(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.mail("first")
	a.close()
	b := s.talk(client, server)
	b.seq = [2]uint32{900_000, 700_000}
	b.open()
	b.greet()
	b.mail("second")
	f := s.play(t, withSMTP)
	flows, mails := f.all("flow"), f.all("smtp")
	if len(flows) != 2 || len(mails) != 2 {
		t.Fatalf("%d flows, %d mails, want 2 and 2", len(flows), len(mails))
	}
	f.check(flows[0], map[string]any{"flow.reason": "tcp_reuse", "flow.state": "closed", "flow.tx_cnt": 1, "tcp.state": "closed"})
	f.check(flows[1], map[string]any{"flow.reason": "shutdown", "flow.state": "established", "flow.tx_cnt": 1})
	for i := range flows {
		if flows[i]["flow_id"] != mails[i]["flow_id"] {
			t.Errorf("mail %d has not the flow_id of its flow", i)
		}
	}
	if flows[0]["flow_id"] == flows[1]["flow_id"] {
		t.Error("both flows have the same flow_id")
	}
	if n := f.counter("flow.tcp_reuse"); n != 1 {
		t.Errorf("flow.tcp_reuse is %d, want 1", n)
	}
}

// A flow that times out while the packet of another one is processed is ended with records of its own, and the other
// one's records show its packet.
func TestTimeoutInBetween(t *testing.T) {
	s := newScript()
	idle := s.talk(client, server).open()
	idle.greet()
	idle.smtp("> MAIL FROM:<idle@example.net>", "< 250 ok", "> RCPT TO:<bob@example.org>")
	idle.segment(0, psh|ack, "DATA\r\nSubject: never acknow")
	other := s.talk(client2, server).open()
	other.greet()
	other.smtp("> MAIL FROM:<busy@example.net>", "< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok", "> DATA", "< 354 go on",
		"> Subject: here", "> ", "> .")
	s.wait(590 * time.Second)
	other.segment(1, ack, "") // keeps it alive
	s.wait(21 * time.Second)
	other.say(1, "250 queued\r\n")
	n := len(s.all) // the client's acknowledgement completes the mail
	f := s.start(t, withSMTP)
	idleMail, busyMail := f.all("smtp")[0], f.all("smtp")[1]
	f.check(idleMail, map[string]any{"smtp.mail_from": "<idle@example.net>", "pcap_cnt": nil, "pkt_src": "stream (flow timeout)",
		"src_ip": "192.0.2.1"})
	f.check(busyMail, map[string]any{"smtp.mail_from": "<busy@example.net>", "pcap_cnt": n, "pkt_src": "wire/pcap",
		"src_ip": "192.0.2.7"})
	r := f.one("flow")
	f.check(r, map[string]any{"flow.reason": "timeout", "flow.state": "established", "src_ip": "192.0.2.1", "app_proto": "smtp",
		"flow.tx_cnt": 1})
	if r["flow_id"] != idleMail["flow_id"] || r["flow_id"] == busyMail["flow_id"] {
		t.Error("records have wrong flow_ids")
	}
	f.engine.Close()
	f.check(f.all("flow")[1], map[string]any{"flow.reason": "shutdown", "src_ip": "192.0.2.7"})
}

// A capture that begins with the SYN/ACK shows the server first; the records have client and server the right way round.
func TestReversed(t *testing.T) {
	s := newScript()
	a := s.talk(client, server)
	a.seq[0]++
	a.segment(1, syn|ack, "")
	a.segment(0, ack, "")
	a.greet()
	a.mail("turned round")
	a.close()
	c := withSMTP
	c.TCP.Midstream = true
	f := s.play(t, c)
	f.check(f.one("flow"), map[string]any{"src_ip": "192.0.2.1", "src_port": 40000, "dest_port": 25, "app_proto": "smtp",
		"flow.pkts_toclient": 16})
	f.check(f.one("smtp"), map[string]any{"src_ip": "192.0.2.1", "smtp.mail_from": "<ann@example.net>"})
}

// What the snap length cut off is a gap, and the session goes on behind it.
func TestSnapLength(t *testing.T) {
	for _, inline := range []bool{false, true} {
		s := newScript()
		a := s.talk(client, server).open()
		a.greet()
		a.smtp("> MAIL FROM:<ann@example.net>", "< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok", "> DATA", "< 354 go on")
		a.segment(0, psh|ack, "Subject: cut\r\n\r\n"+strings.Repeat("a line of text\r\n", 60))
		s.cut(14 + 40 + 100)
		a.segment(1, ack, "")
		a.smtp("> the end", "> .", "< 250 queued")
		a.mail("second")
		a.close()
		c := withSMTP
		c.Inline = inline
		f := s.play(t, c)
		if mails := f.all("smtp"); len(mails) != 2 {
			t.Errorf("inline %v: %d mails, want 2: %v", inline, len(mails), f.records)
		}
		f.check(f.one("flow"), map[string]any{"tcp.ts_gap": true, "flow.state": "closed", "flow.tx_cnt": 2})
	}
}

// toy is a protocol of lines that the client sends to port 7777.
func toy(line func(c *app.Conn, text string)) app.Protocol {
	return app.Protocol{
		Name:      "toy",
		Ports:     []app.Port{{Transport: app.TCP, Number: 7777}},
		Probe:     func(stream.Dir, []byte) app.Guess { return app.Yes },
		NewStream: func(c *app.Conn) app.StreamParser { return &toyParser{c, line} },
	}
}

type toyParser struct {
	conn *app.Conn
	line func(c *app.Conn, text string)
}

func (p *toyParser) Client(in *stream.Cursor) error {
	for {
		text, ok := in.Line(100)
		if !ok {
			return nil
		}
		p.line(p.conn, string(text))
	}
}

func (p *toyParser) Server(in *stream.Cursor) error {
	in.Skip(int64(in.Len()))
	return nil
}

var toyServer = netip.MustParseAddrPort("198.51.100.25:7777")

func TestBypass(t *testing.T) {
	s := newScript()
	a := s.talk(client, toyServer).open()
	a.say(0, "go on\n")
	a.say(0, "leave\n")
	before := len(s.all)
	for range 10 {
		a.say(0, "more\n")
	}
	lines := 0
	f := s.start(t, engine.Config{Protocols: []app.Protocol{toy(func(c *app.Conn, text string) {
		if lines++; text == "leave" {
			c.Bypass()
		}
	})}})
	if lines != 2 {
		t.Errorf("%d lines read, want 2", lines)
	}
	if n := f.counter("flow_bypassed.local_pkts"); n != uint64(len(s.all)-before) {
		t.Errorf("%d packets bypassed, want %d", n, len(s.all)-before)
	}
	if n := f.counter("tcp.active_sessions"); n != 0 {
		t.Errorf("%d active sessions, want 0", n)
	}
	f.engine.Close()
	f.check(f.one("flow"), map[string]any{"flow.state": "bypassed", "flow.bypass": "local", "flow.pkts_toserver": 2 + 12, "flow.action": nil})
	if n := f.counter("flow.end.state.local_bypassed"); n != 1 {
		t.Errorf("flow.end.state.local_bypassed is %d, want 1", n)
	}
}

// A parser that panics costs its flow, and no other; the user is told.
func TestPanic(t *testing.T) {
	s := newScript()
	a := s.talk(client, toyServer).open()
	b := s.talk(client2, toyServer).open()
	a.say(0, "boom\n")
	at := len(s.all) // the acknowledgement releases the line
	a.say(0, "lost\n")
	b.say(0, "fine\n")
	a.close()
	b.close()
	var lines []string
	f := s.play(t, engine.Config{Protocols: []app.Protocol{toy(func(c *app.Conn, text string) {
		if lines = append(lines, text); text == "boom" {
			panic("no such luck")
		}
	})}})
	if got := strings.Join(lines, " "); got != "boom fine" {
		t.Errorf("lines %q, want boom and fine", got)
	}
	if n := f.counter("app_layer.error.toy.internal"); n != 1 {
		t.Errorf("app_layer.error.toy.internal is %d, want 1", n)
	}
	if len(f.all("flow")) != 2 {
		t.Errorf("%d flows, want 2", len(f.all("flow")))
	}
	if len(f.notices) != 1 {
		t.Fatalf("%d notices, want 1: %q", len(f.notices), f.notices)
	}
	for _, want := range []string{"packet 8,", "192.0.2.1:40000 > 198.51.100.25:7777", "no such luck", "flow_test.go"} {
		if !strings.Contains(f.notices[0], want) {
			t.Errorf("the notice does not tell %q: %s", want, f.notices[0])
		}
	}
	if at != 8 {
		t.Errorf("BUG: packet %d, not 8", at)
	}
}

// Faults that come in masses are told a few times.
func TestPanics(t *testing.T) {
	s := newScript()
	for i := range 50 {
		s.talk(netip.AddrPortFrom(client.Addr(), uint16(1024+i)), toyServer).open().say(0, "boom\n")
	}
	f := s.play(t, engine.Config{Protocols: []app.Protocol{toy(func(*app.Conn, string) { panic("again") })}})
	if n := f.counter("app_layer.error.toy.internal"); n != 50 || len(f.notices) != 11 {
		t.Errorf("%d faults, %d notices, want 50 and 11", n, len(f.notices))
	}
}

// What is odd about a packet is told with its flow, before what becomes of its segment.
func TestOddityHasFlow(t *testing.T) {
	s := newScript()
	k := s.talk(client, server)
	k.segment(0, ack, "\x02\x05\x00\x00midstream") // the first four octets are options
	s.last()[14+20+12] = 6 << 4
	k.at(1, fin|ack, 1, 1, "")
	s.icmp(server.Addr(), client.Addr(), 3, 200, network(s.all[0])[:28]) // an error with an unknown code
	s.icmp(server.Addr(), client.Addr(), 3, 200, make([]byte, 28))
	f := s.play(t, engine.Config{DecodeEvents: true, StreamEvents: true, Checksums: engine.ChecksumIgnore})
	id := f.one("flow")["flow_id"]
	var got []string
	for _, r := range f.all("anomaly") {
		line := fmt.Sprint(r["pcap_cnt"], " ", r.of("anomaly", "event"))
		if r["flow_id"] == id {
			line += " in the flow"
		}
		got = append(got, line)
	}
	want := []string{
		"1 decoder.tcp.opt_invalid_len in the flow", "2 stream.fin_but_no_session in the flow", "3 decoder.icmpv4.unknown_code in the flow",
		"4 decoder.icmpv4.unknown_code",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
