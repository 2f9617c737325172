package detect_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
)

// session is a connection with a mail.
func session() *conversation {
	return talk(25).open().
		say(1, "220 hello\r\n"). // 4, 5
		say(0, "EHLO me\r\n").say(1, "250 hi\r\n").
		say(0, "MAIL FROM:<ann@example.net>\r\n").say(1, "250 ok\r\n").     // 10, 11
		say(0, "RCPT TO:<bob@example.org>\r\n").say(1, "250 ok\r\n").       // 14
		say(0, "DATA\r\n").say(1, "354 go on\r\n").                         // 18
		say(0, "Subject: a secret\r\n\r\nsee there\r\n.\r\n").              // 22
		say(1, "250 queued\r\n").                                           // 24
		say(0, "QUIT\r\n").say(1, "221 bye\r\n").                           // 26
		segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "") // 30
}

// hello is a ClientHello.
const hello = "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x0332 octets that are random here..\x00\x00\x02\x00\x2f\x01\x00"

// A rule alerts where its type says.
func TestWhen(t *testing.T) {
	five := func() *conversation {
		c := talk(4000).open()
		for range 5 {
			c.segment(0, psh|ack, "xxAAAxx").segment(1, ack, "")
		}
		return c.segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	}
	for _, test := range []struct {
		name string
		c    *conversation
		rule string
		want string
	}{
		{"addresses: once in each direction", talk(25).open().say(1, "220 hello\r\n"), `alert ip any any -> any any (sid:1;)`, "1 1, 2 1"},
		{"bytes of an RST are no part of the stream", talk(25).open().segment(0, rst|ack, "denied"), `alert tcp-pkt any any -> any any (content:"denied"; sid:1;)
			alert tcp any any -> any any (flow:only_stream; content:"denied"; sid:2;)
			alert tcp any any -> any any (content:"denied"; sid:3;)`, "4 1, 4 3"},
		{"data of a SYN", talk(4000).segment(0, syn, "AAA"), `alert tcp any any -> any any (content:"AAA"; sid:1;)`, "1 1"},
		{"the first packets", talk(25).open().say(1, "220 hello\r\n"), `alert tcp:flow_start any any -> any any (dsize:0; sid:1;)`, "1 1, 2 1"},
		{"addresses, one direction", talk(25).open(), `alert ip 192.0.2.0/24 any -> any any (sid:1;)`, "1 1"},
		{"addresses, both ways", talk(25).open(), `alert ip 192.0.2.0/24 any <> 198.51.100.25 any (sid:1;)`, "1 1, 2 1"},
		{"addresses, another transport", talk(25).datagram(0, "AAA").open(), `alert tcp any any -> any any (sid:1;)`, "2 1, 3 1"},
		{"addresses of others", talk(25).open(), `alert ip 192.0.3.0/24 any <> any any (sid:1;)`, ""},
		{"ports", talk(25).open(), `alert tcp any any -> any 25 (flags:S; sid:1;)`, "1 1"},
		{"established: each packet", talk(25).open().say(1, "220 hello\r\n"), `alert tcp any any -> any any (flow:established; sid:1;)`, "4 1, 5 1"},
		{"flags", talk(25).open(), `alert tcp any any -> any any (flags:SA; sid:1;)`, "2 1"},
		{"a stream: once", five(), `alert tcp any any -> any any (content:"AAA"; sid:1;)`, "14 1"},
		{"no stream: each packet", five(), `alert tcp any any -> any any (flow:no_stream; content:"AAA"; sid:1;)`, "4 1, 6 1, 8 1, 10 1, 12 1"},
		{"content with dsize: each packet", five(), `alert tcp any any -> any any (content:"AAA"; dsize:7; sid:1;)`, "4 1, 6 1, 8 1, 10 1, 12 1"},
		{"across segments", five(), `alert tcp any any -> any any (content:"xxxxAAA"; sid:1;)`, "14 1"},
		{"anchored: packets and the stream", five(), `alert tcp any any -> any any (content:"xxAAA"; startswith; sid:1;)`,
			"4 1, 6 1, 8 1, 10 1, 12 1, 14 1"},
		{"datagrams", talk(4000).datagram(0, "AAA").datagram(1, "BBB").datagram(0, "AAA"),
			`alert udp any any -> any any (content:"AAA"; sid:1;)`, "1 1, 3 1"},
		{"a field", session(), `alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:1;)`, "21 1"},
		{"not in the field", session(), `alert smtp any any -> any any (smtp.mail_from; content:"bob@"; sid:1;)`, ""},
		{"what the server said last, in its direction only", talk(443).open().segment(0, psh|ack, hello).segment(1, psh|ack, "\x16\x03\x03\x00\x04\x84\x00\x00\x00"),
			`alert tls any any -> any any (app-layer-event:tls.invalid_handshake_message; sid:1;)`, "end 1"},
		{"a protocol: each packet", talk(25).open().say(1, "220 hello\r\n").say(0, "EHLO me\r\n").say(1, "250 hi\r\n"),
			`alert smtp any any -> any any (flow:to_server; sid:1;)`, "5 1, 6 1, 9 1, end 1"},
		{"a protocol, once both ends agreed", talk(25).open().say(1, "220 hello\r\n").say(0, "EHLO me\r\n").say(1, "250 hi\r\n"),
			`alert smtp any any -> any any (flow:established,to_server; sid:1;)`, "5 1, 6 1, 9 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() { slow = false }()
			for _, slow = range []bool{false, true} {
				if o := test.c.play(t, test.rule, engine.Config{}); o.String() != test.want {
					t.Errorf("%s, without fast patterns %v: alerts %q, want %q", test.rule, slow, o, test.want)
				}
			}
		})
	}
}

// What rules keep of flows and hosts.
func TestState(t *testing.T) {
	three := func() *conversation {
		return talk(4000).datagram(0, "AAA").datagram(1, "BBB").datagram(0, "AAA").datagram(1, "BBB")
	}
	for _, test := range []struct {
		name  string
		rules string
		want  string
	}{
		{"flowbits", `alert udp any any -> any any (content:"BBB"; flowbits:set,seen; noalert; sid:1;)
alert udp any any -> any any (content:"AAA"; flowbits:isset,seen; sid:2;)`, "3 2"},
		{"flowbits in the same packet, whatever the order", `alert udp any any -> any any (content:"AAA"; flowbits:isset,seen; sid:2;)
alert udp any any -> any any (content:"AA"; flowbits:set,seen; noalert; sid:1;)`, "1 2, 3 2"},
		{"flowbits that are not set", `alert udp any any -> any any (flowbits:isnotset,seen; flowbits:set,seen; content:"A"; sid:1;)`, "1 1"},
		{"flowint", `alert udp any any -> any any (flowint:n,+,1; noalert; content:"A"; sid:1;)
alert udp any any -> any any (flowint:n,>,1; sid:2;)`, "3 2, 4 2"},
		{"xbits", `alert udp any any -> any any (content:"AAA"; xbits:set,x,track ip_src; noalert; sid:1;)
alert udp any any -> any any (xbits:isset,x,track ip_dst; dsize:>0; sid:2;)`, "2 2, 4 2"},
		{"limit", `alert udp any any -> any any (content:"A"; threshold:type limit,track by_src,count 1,seconds 60; sid:1;)`, "1 1"},
		{"threshold", `alert udp any any -> any any (threshold:type threshold,track by_rule,count 2,seconds 60; dsize:>0; sid:1;)`, "2 1, 4 1"},
		{"both", `alert udp any any -> any any (threshold:type both,track by_rule,count 2,seconds 60; dsize:>0; sid:1;)`, "2 1"},
		{"detection_filter", `alert udp any any -> any any (detection_filter:track by_rule,count 2,seconds 60; dsize:>0; sid:1;)`, "3 1, 4 1"},
		{"pass", `pass udp any any -> any any (content:"AAA"; sid:1;)
alert udp any any -> any any (dsize:>0; sid:2;)`, "2 2, 4 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if o := three().play(t, test.rules, engine.Config{}); o.String() != test.want {
				t.Errorf("alerts %q, want %q", o, test.want)
			}
		})
	}
}

// Flow variables are in all records of the flow.
func TestVariables(t *testing.T) {
	o := talk(4000).datagram(0, "AAA").datagram(1, "BBB").play(t,
		`alert udp any any -> any any (content:"AAA"; flowbits:set,seen; flowint:n,=,7; noalert; sid:1;)`, engine.Config{})
	last := o.records[len(o.records)-1]
	if want := `"metadata":{"flowbits":["seen"],"flowints":{"n":7}}`; !strings.Contains(last, want) {
		t.Errorf("the flow record is %s, want %s in it", last, want)
	}
}

// Drop and reject act where packets can be dropped.
func TestPrevent(t *testing.T) {
	for _, test := range []struct {
		name    string
		rule    string
		prevent bool
		want    string // verdicts: p passes, d is dropped
	}{
		{"a packet", `drop tcp any any -> any any (dsize:7; sid:1;)`, true, "pppdpdp"},
		{"the flow", `drop tcp any any -> any any (content:"AAA"; sid:1;)`, true, "pppdddd"},
		{"not inline", `drop tcp any any -> any any (content:"AAA"; sid:1;)`, false, "ppppppp"},
		{"reject", `reject tcp any any -> any any (dsize:7; sid:1;)`, true, "pppdddd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := talk(4000).open().say(0, "xxAAAxx").say(0, "xxAAAxx")
			o := c.play(t, test.rule, engine.Config{Inline: test.prevent, Prevent: test.prevent})
			got := ""
			for _, v := range o.verdicts {
				got += map[packet.Verdict]string{packet.Pass: "p", packet.Drop: "d"}[v]
			}
			if got != test.want {
				t.Errorf("%s: verdicts %s, want %s", test.rule, got, test.want)
			}
		})
	}
}

// What is found in the data of a SYN is about that packet alone.
func TestDropSYN(t *testing.T) {
	c := talk(4000).segment(0, syn, "AAA")
	c.seq[0] = 1000
	o := c.open().say(0, "BBB").play(t, `drop tcp any any -> any any (content:"AAA"; sid:1;)`, engine.Config{Inline: true, Prevent: true})
	if o.String() != "1 1" || o.verdicts[0] != packet.Drop || o.verdicts[4] != packet.Pass {
		t.Errorf("alerts %q, verdicts %v", o, o.verdicts)
	}
}

// A packet has a limited number of alerts; the others are counted.
func TestMaxAlerts(t *testing.T) {
	var rules strings.Builder
	for i := range 5 {
		rules.WriteString(`alert udp any any -> any any (dsize:>0; sid:` + string(rune('1'+i)) + `;)` + "\n")
	}
	o := talk(4000).datagram(0, "AAA").with(t, compile(t, rules.String(), detect.Config{MaxAlerts: 3}), engine.Config{})
	if o.String() != "1 1, 1 2, 1 3" || o.counter("detect.alert") != 3 || o.counter("detect.alert_queue_overflow") != 2 {
		t.Errorf("alerts %q, %d told, %d too many", o, o.counter("detect.alert"), o.counter("detect.alert_queue_overflow"))
	}
}

// Rules that do not alert take no place from those that do, and what a rule wants done is done whether or not its alert is told.
func TestMaxAlertsAndActions(t *testing.T) {
	five := strings.Repeat("alert udp any any -> any any (dsize:>0; noalert; sid:%d;)\n", 5)
	rules := fmt.Sprintf(five, 1, 2, 3, 4, 5) + "alert udp any any -> any any (dsize:>0; sid:6;)\nalert udp any any -> any any (dsize:>0; sid:7;)\n" +
		"drop udp any any -> any any (dsize:3; priority:4; sid:8;)\n"
	inline := engine.Config{Inline: true, Prevent: true}
	o := talk(4000).datagram(0, "AAA").with(t, compileIn(t, rules, detect.Config{MaxAlerts: 2, Prevent: true}, []rule.Action{rule.Alert, rule.Drop}), inline)
	if o.String() != "1 6, 1 7" || o.verdicts[0] != packet.Drop || o.counter("detect.alert_queue_overflow") != 1 {
		t.Errorf("alerts %q, verdict %v, %d too many", o, o.verdicts[0], o.counter("detect.alert_queue_overflow"))
	}
}

// Of what matches a packet a limited number is kept; the action of what is beyond is done.
func TestMaxMatches(t *testing.T) {
	const most = 4 << 10
	var rules strings.Builder
	for i := range most {
		fmt.Fprintf(&rules, "alert udp any any -> any any (dsize:3; noalert; sid:%d;)\n", i+2)
	}
	rules.WriteString(`drop udp any any -> any any (dsize:3; sid:1;)`)
	set := compileIn(t, rules.String(), detect.Config{Prevent: true}, []rule.Action{rule.Alert, rule.Drop})
	o := talk(4000).datagram(0, "AAA").with(t, set, engine.Config{Inline: true, Prevent: true})
	if o.String() != "" || o.verdicts[0] != packet.Drop || o.counter("detect.alert_queue_overflow") != 1 {
		t.Errorf("alerts %q, verdicts %v, %d too many", o, o.verdicts, o.counter("detect.alert_queue_overflow"))
	}
}

// Those that are told are the first in the order of the rules, whenever they matched.
func TestMaxAlertsOrder(t *testing.T) {
	rules := `alert ftp any any -> any any (flow:to_server; dsize:0; priority:3; sid:1;)
		alert ftp any any -> any any (flow:to_server; dsize:0; priority:1; noalert; sid:2;)
		alert ftp any any -> any any (flow:to_server; ftp.command_data; content:"a"; priority:2; sid:3;)`
	c := talk(21).open().say(1, "220 hello\r\n").segment(0, psh|ack, "USER a\r\nCWD a\r\nCWD a\r\n").
		segment(1, psh|ack, "331 a\r\n250 a\r\n250 a\r\n").segment(0, ack, "")
	o := c.with(t, compile(t, rules, detect.Config{MaxAlerts: 3}), engine.Config{})
	if o.String() != "5 1, 8 3, 8 3, 8 3" || o.counter("detect.alert_queue_overflow") != 1 {
		t.Errorf("alerts %q, %d too many", o, o.counter("detect.alert_queue_overflow"))
	}
	var ids []string
	for _, r := range o.records {
		if _, rest, ok := strings.Cut(r, `"tx_id":`); ok && strings.Contains(r, `"signature_id":3`) {
			ids = append(ids, rest[:1])
		}
	}
	if got := strings.Join(ids, " "); got != "3 2 1" {
		t.Errorf("the alerts are of the transactions %s, want 3 2 1", got)
	}
}

// Rules that want an established connection look at what came with its SYN.
func TestFastOpen(t *testing.T) {
	cookie := []byte{34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1}
	c := talk(21)
	c.optioned(0, syn, cookie, "USER ann\r\n").segment(1, syn|ack, "").segment(0, ack, "").
		say(1, "220 hello\r\n331 more\r\n").segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	o := c.play(t, `alert ftp any any -> any any (flow:established,to_server; ftp.command; content:"USER"; sid:1;)`, engine.Config{})
	if o.String() != "5 1" {
		t.Errorf("alerts %q, want one with packet 5", o)
	}
}

// The alert of a rule for transactions shows the transaction.
func TestTransactionInAlert(t *testing.T) {
	o := session().play(t, `alert smtp any any -> any any (msg:"ann"; smtp.mail_from; content:"ann@"; metadata:tag a, tag b; sid:9; rev:2;)`,
		engine.Config{})
	for _, r := range o.records {
		if !strings.Contains(r, `"alert"`) {
			continue
		}
		for _, want := range []string{`"tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":9,"rev":2,"signature":"ann","category":"","severity":3,` +
			`"metadata":{"tag":["a","b"]}},"smtp":{"helo":"me","mail_from":"<ann@example.net>"`,
			`"app_proto":"smtp","direction":"to_server","flow":{"pkts_toserver":`, `"src_ip":"192.0.2.1","dest_ip":"198.51.100.25","src_port":40000,"dest_port":25}`} {
			if !strings.Contains(r, want) {
				t.Errorf("the record is %s, want %s in it", r, want)
			}
		}
		return
	}
	t.Fatal("no alert")
}

// What cannot be evaluated is refused.
func TestRefused(t *testing.T) {
	s := rule.New(rule.Config{Protocols: protocols}).NewSet()
	s.Load("test.rules", `alert smtp any any -> any any (file.magic; content:"x"; sid:1;)`)
	set, refused := detect.New(detect.Config{Rules: s.Rules, Protocols: protocols})
	if len(refused) != 1 || refused[0].Problem.Kind != rule.NotYet || set.Len() != 0 {
		t.Errorf("%d rules compiled, refused %v, want none and one", set.Len(), refused)
	}
}

// A packet that matches nothing costs no memory.
func TestAllocations(t *testing.T) {
	set := compile(t, `alert udp any any -> any any (content:"ZZZ"; sid:1;)
alert udp any any -> any 53 (content:"AAA"; sid:2;)
alert ip any any -> any any (ttl:1; sid:3;)
alert udp any any -> any any (content:"A"; flowbits:isset,x; sid:4;)`, detect.Config{})
	c := talk(4000).datagram(0, "AAA")
	e, err := engine.New(engine.Config{Protocols: protocols, Packets: func() engine.PacketHandler { return set.Worker() }})
	if err != nil {
		t.Fatal(err)
	}
	p := packet.Packet{Number: 1, Time: 1e9, Link: packet.LinkRaw, Frame: c.frames[0], WireLen: len(c.frames[0])}
	if n := testing.AllocsPerRun(100, func() { e.Worker().Packet(&p) }); n != 0 {
		t.Errorf("%v allocations for a packet, want 0", n)
	}
}

// How many rules there are, and in what order they stand in their file, changes nothing about a rule.
func TestOrderOfRules(t *testing.T) {
	one := []string{
		`alert tcp any any -> any any (content:"secret"; sid:1;)`,
		`alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:2;)`,
		`alert tcp any any -> any any (flow:no_stream; content:"MAIL"; nocase; sid:3;)`,
		`alert tcp any any -> any any (content:"250 "; startswith; sid:4;)`,
		`alert smtp any any -> any any (smtp.helo; content:"zz"; sid:5;)`,
	}
	want := map[string]int{}
	for _, r := range one {
		for _, a := range session().play(t, r, engine.Config{}).alerts {
			want[a]++
		}
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}} {
		var text strings.Builder
		for _, i := range order {
			text.WriteString(one[i] + "\n")
		}
		got := map[string]int{}
		for _, a := range session().play(t, text.String(), engine.Config{}).alerts {
			got[a]++
		}
		if !maps.Equal(got, want) {
			t.Errorf("order %v: alerts %v, want %v", order, got, want)
		}
	}
}

// BenchmarkPacket has a packet that matches nothing pass 1000 rules.
func BenchmarkPacket(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "alert udp any any -> any any (content:\"pattern %04d\"; sid:%d;)\n", i, i+1)
	}
	set := compile(b, text.String(), detect.Config{})
	c := talk(4000).datagram(0, strings.Repeat("nothing of interest ", 60))
	e, err := engine.New(engine.Config{Protocols: protocols, Packets: func() engine.PacketHandler { return set.Worker() }})
	if err != nil {
		b.Fatal(err)
	}
	p := packet.Packet{Number: 1, Time: 1e9, Link: packet.LinkRaw, Frame: c.frames[0], WireLen: len(c.frames[0])}
	b.SetBytes(int64(len(c.frames[0])))
	b.ReportAllocs()
	for b.Loop() {
		e.Worker().Packet(&p)
	}
}
