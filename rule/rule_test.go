package rule

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// testProtocols are protocols with the buffers and events that the tests name.
func testProtocols() []app.Protocol {
	parser := func(*app.Conn) app.StreamParser { return nil }
	datagram := func(*app.Conn) app.DatagramParser { return nil }
	var http []app.Field
	for _, n := range strings.Fields("http.method http.uri http.uri.raw http.host http.user_agent http.request_body") {
		http = append(http, app.Field{Name: n, Dir: stream.ToServer})
	}
	for _, n := range strings.Fields("http.stat_code http.response_body http.location") {
		http = append(http, app.Field{Name: n, Dir: stream.ToClient})
	}
	for _, d := range []stream.Dir{stream.ToServer, stream.ToClient} {
		http = append(http, app.Field{Name: "http.header", Dir: d}, app.Field{Name: "http.header.raw", Dir: d})
	}
	return []app.Protocol{
		{Name: "http", NewStream: parser, Fields: http, Events: []app.EventInfo{{Name: "missing_host_header"}}},
		{Name: "dns", NewStream: parser, NewDatagram: datagram, Fields: []app.Field{
			{Name: "dns.query", Dir: stream.ToServer}, {Name: "dns.rcode", Dir: stream.ToClient}}},
		{Name: "smb", Ports: []app.Port{{Transport: app.TCP, Number: 445}}}, // found, not parsed
		{Name: "toy", NewStream: parser, Fields: []app.Field{{Name: "toy.word", Dir: stream.ToClient}}},
	}
}

func testLanguage() *Language {
	classes, _ := ParseClasses("classification.config", "config classification: bad-unknown,Potentially Bad Traffic, 2\n")
	references, _ := ParseReferences("reference.config", "config reference: url http://\n")
	return New(Config{
		Protocols: testProtocols(), StreamEvents: []string{"3whs_ack_in_wrong_dir"}, Classes: classes, References: references,
		Vars: Vars{
			Addresses: map[string]string{"HOME_NET": "[10.0.0.0/8,192.168.1.0/24]", "EXTERNAL_NET": "!$HOME_NET", "LOOP": "$LOOP"},
			Ports:     map[string]string{"HTTP_PORTS": "80", "SHELL": "!80"},
		},
	})
}

// loaded returns the only rule of a text, and the problems.
func loaded(text string) (*Rule, []Problem) {
	s := testLanguage().NewSet()
	s.Load("x.rules", text)
	if len(s.Rules) == 1 {
		return s.Rules[0], s.Problems
	}
	return nil, s.Problems
}

// TestOptions checks what is taken and what is not, and of which kind the problem is.
func TestOptions(t *testing.T) {
	const ok Kind = 255
	tests := []struct {
		options string
		want    Kind
	}{
		{`content:"abc"`, ok},
		{`content:"a|3b 22|b"`, ok},
		{`content:"a:b"`, ok},
		{`content:!"abc"; nocase`, ok},
		{`CONTENT:"abc"; NoCase`, ok},
		{`content:"a\;b\"c\\d"`, ok},
		{`content:""`, BadValue},
		{`content:"|4|"`, BadValue},
		{`content:"|4x|"`, BadValue},
		{`content:"|41"`, BadValue},
		{`content:abc`, BadValue},
		{`content:"a\b"`, BadValue},
		{`contnet:"abc"`, UnknownKeyword},
		{`content:"abc"; depth:2`, BadValue},
		{`content:"abc"; depth:3`, ok},
		{`content:"abc"; within:2`, BadValue},
		{`content:"abc"; offset:3; depth:10`, ok},
		{`content:"abc"; offset:3; distance:1`, BadValue},
		{`content:"abc"; within:5; depth:5`, BadValue},
		{`content:"abc"; startswith; depth:5`, BadValue},
		{`content:"abc"; offset:1; startswith`, BadValue},
		{`content:"abc"; offset:1; offset:1`, BadValue},
		{`content:"abc"; startswith; endswith`, ok},
		{`depth:3; content:"abc"`, Conflict},
		{`content:"abc"; fast_pattern; content:"d"; fast_pattern`, Conflict},
		{`content:"abc"; fast_pattern:only`, ok},
		{`content:"abc"; fast_pattern:only; distance:0`, BadValue},
		{`content:"abc"; fast_pattern:1,2`, ok},
		{`content:"abc"; fast_pattern:1,3`, BadValue},
		{`byte_extract:1,0,len; content:"abc"; within:len`, ok},
		{`content:"abc"; within:len`, BadValue},
		{`byte_test:1,>,5,0; byte_jump:2,0,relative,multiplier 2`, ok},
		{`byte_test:9,>,5,0`, BadValue},
		{`byte_test:1,~,5,0`, BadValue},
		{`byte_math:bytes 1, offset 0, oper +, rvalue 3, result x; byte_test:1,=,x,1`, ok},
		{`byte_math:bytes 1, offset 0, oper +, rvalue 3`, BadValue},
		{`isdataat:10,relative; isdataat:!1,relative`, ok},
		{`isdataat:x`, BadValue},
		{`dsize:21<>25`, ok},
		{`dsize:>=0`, BadValue},
		{`bsize:5`, Conflict},
		{`http.uri; bsize:5; content:"abcdef"`, Conflict},
		{`http.uri; content:"abc"; bsize:>2`, ok},
		{`http.uri; content:"a"; dsize:5`, Conflict},
		{`http.uri; content:"a"; ttl:5`, Conflict},
		{`http.uri; content:"a"; http.stat_code; content:"200"`, Conflict},
		{`flow:to_client; http.uri; content:"a"`, Conflict},
		{`flow:to_server,to_client`, Conflict},
		{`flow:established,stateless`, Conflict},
		{`flow:to_server,established; flow:to_server`, Conflict},
		{`flow:sideways`, BadValue},
		{`http.host; content:"Example"`, Conflict},
		{`http.host; content:"example"; nocase`, Conflict},
		{`http.uri; strip_whitespace; content:"a b"`, Conflict},
		{`http.uri; compress_whitespace; content:"a  b"`, Conflict},
		{`http.uri; to_lowercase; content:"aB"`, Conflict},
		{`http.uri; to_lowercase; content:"aB"; nocase`, ok},
		{`dsize:10; content:"boom"; content:"loom"; distance:10`, Conflict},
		{`dsize:5<>10; content:"AAAA"; offset:8`, Conflict},
		{`dsize:8; content:"boom"; content:"loom"; distance:0`, ok},
		{`dsize:>3; content:"boom"`, ok},
		{`content:!"a"; fast_pattern; offset:6`, BadValue},
		{`pcre:/a/i`, ok},
		{`app-layer-event:dns.not_a_request`, BadValue},
		{`http.header.raw; content:"a"`, Conflict},
		{`flow:to_server; http.header.raw; content:"a"`, ok},
		{`http.uri`, ok},
		{`content:"a"; http_uri; content:"b"; http_uri; distance:0`, ok},
		{`content:"a"; http_uri; http_method`, Conflict},
		{`http.method; content:"a"; http_uri`, Conflict},
		{`uricontent:"/a"`, ok},
		{`urilen:5<>10; urilen:3,raw`, ok},
		{`pcre:"/a[0-9]+b/Ui"`, ok},
		{`pcre:"/a(/"`, BadValue},
		{`pcre:"/a/UH"`, BadValue},
		{`pcre:"/a/q"`, BadValue},
		{`http.method; pcre:"/a/U"`, Conflict},
		{`http.uri; dotprefix; content:"a"`, ok},
		{`dotprefix; content:"a"`, Conflict},
		{`http.uri; content:"a"; dotprefix; content:".a"`, ok},
		{`file.data:to_client; content:"a"`, ok},
		{`file.data:sideways; content:"a"`, BadValue},
		{`http.uri; xor:"0a0b"; content:"a"`, ok},
		{`http.uri; xor:"0a0"; content:"a"`, BadValue},
		{`base64_decode:bytes 10, offset 1, relative; base64_data; content:"a"`, ok},
		{`base64_data; content:"a"`, Conflict},
		{`base64_decode; base64_data; content:"a"; fast_pattern`, Conflict},
		{`threshold:type limit, track by_src, count 1, seconds 5; threshold:type limit, track by_src, count 1, seconds 5`, Conflict},
		{`threshold:type limit, track by_src, count 1, seconds 5; detection_filter:track by_src, count 1, seconds 5`, Conflict},
		{`content:"abc"; http_uri; base64_decode; base64_data; content:"a"`, ok},
		{`file.data; content:"a"`, ok},
		{`fileext:"pdf"; filestore`, ok},
		{`tls.sni; content:"a"`, NotYet},
		{`ssh.proto; content:"a"`, NotYet},
		{`lua:x.lua`, NotYet},
		{`toy.word; content:"a"`, ok},
		{`flow:to_server; toy.word; content:"a"`, Conflict},
		{`app-layer-event:http.missing_host_header`, ok},
		{`app-layer-event:http.nonsense`, BadValue},
		{`app-layer-event:tls.nonsense`, NotYet},
		{`app-layer-event:smb.malformed_data`, NotYet},
		{`content:"a"; byte_test:4,>,1,0,relative,dce`, NotYet},
		{`app-layer-event:applayer_mismatch_protocol_both_directions`, ok},
		{`dns.rcode:nxdomain`, ok},
		{`dns.rcode:!3`, ok},
		{`dns.rcode:nonsense`, BadValue},
		{`dns.rcode`, BadValue},
		{`dns.opcode:1`, NotYet},
		{`http.uri; content:"a"; dns.rcode:3`, Conflict},
		{`stream-event:3whs_ack_in_wrong_dir`, ok},
		{`stream-event:nonsense`, BadValue},
		{`stream-event:est_synack_resend_with_different_ack`, BadValue}, // there is no est_synack_resend_with_diff_ack here
		{`stream-event:reassembly_segment_before_base_seq`, ok},
		{`decode-event:ipv4.opt_pad_required`, ok},
		{`decode-event:nonsense`, BadValue},
		{`app-layer-protocol:!http`, ok},
		{`app-layer-protocol:nonsense`, BadValue},
		{`app-layer-protocol:tls|http,final`, ok},
		{`flowbits:set,a; flowbits:isset,b|c; flowbits:noalert`, ok},
		{`flowbits:set,a|b`, Conflict},
		{`flowbits:jump,a`, BadValue},
		{`flowint:a,+,1; flowint:a,>,b; flowint:c,notset`, ok},
		{`flowint:a,%,1`, BadValue},
		{`xbits:set,a,track ip_src,expire 10`, ok},
		{`xbits:set,a`, BadValue},
		{`hostbits:isset,a,dst`, ok},
		{`stream_size:both,>,5; stream_size:client,<,0`, BadValue},
		{`threshold:type limit, track by_src, count 1, seconds 60`, ok},
		{`threshold:type limit, track by_src, count 1`, BadValue},
		{`threshold:type limit, track by_src, count 1, seconds 60; detection_filter:track by_src, count 1, seconds 2`, Conflict},
		{`detection_filter:track by_dst, count 10, seconds 60`, ok},
		{`tag:session,10,packets; tag:host,1,seconds,src`, ok},
		{`tag:session,10`, BadValue},
		{`tcp.flags:S,12; flags:!A; tcp.seq:5`, ok},
		{`flags:Q`, BadValue},
		{`ip_proto:!tcp; ipopts:any; tos:!x10; fragbits:M+; sameip`, ok},
		{`ip_proto:IPv6-ICMP`, ok},
		{`ip_proto:isis`, BadValue},
		{`ip_proto:TcP`, BadValue},
		{`ip_proto:295`, BadValue},
		{`ip_proto:-1`, BadValue},
		{`ipopts:none`, BadValue},
		{`itype:<5; icode:3<>5; icmp_id:1`, ok},
		{`itype:999`, BadValue},
		{`classtype:bad-unknown; reference:url,example.org; metadata:a b, c; target:src_ip; priority:4`, ok},
		{`classtype:unheard-of`, UnknownClass},
		{`reference:odd,1`, UnknownReference},
		{`decode-event:udp.hlen_invalid`, RetiredEvent},
		{`reference:odd`, BadValue},
		{`target:me`, BadValue},
		{`priority:0`, BadValue},
		{`noalert:yes`, BadValue},
		{`content`, BadValue},
		{`prefilter`, Conflict},
		{`dsize:5; prefilter`, ok},
	}
	for _, test := range tests {
		text := `alert ip any any -> any any (msg:"x"; ` + test.options + `; sid:1;)`
		r, problems := loaded(text)
		switch {
		case test.want == ok && (r == nil || len(problems) > 0):
			t.Errorf("%s: %v", test.options, problems)
		case test.want == ok:
		case len(problems) == 0:
			t.Errorf("%s: no problem, want %v", test.options, test.want)
		case problems[0].Kind != test.want:
			t.Errorf("%s: %v: %v, want %v", test.options, problems[0].Kind, problems[0], test.want)
		case (r == nil) == test.want.Warning():
			t.Errorf("%s: rule %v, and the problem %v", test.options, r != nil, problems[0])
		}
	}
}

// A protocol that is found and not parsed has rules about packets and streams alone.
func TestNotParsed(t *testing.T) {
	if r, problems := loaded(`alert smb any any -> any any (content:"a"; sid:1;)`); r == nil || len(problems) > 0 {
		t.Errorf("a content: %v", problems)
	}
	for _, options := range []string{`file.data; content:"a"`, `app-layer-event:smb.malformed_data`, `content:"a"; byte_test:4,>,1,0,relative,dce`} {
		r, problems := loaded(`alert smb any any -> any any (` + options + `; sid:1;)`)
		if r != nil || len(problems) == 0 || problems[0].Kind != NotYet {
			t.Errorf("%s: %v", options, problems)
		}
	}
}

func TestHeader(t *testing.T) {
	tests := []struct {
		header string
		want   string // the problem, without its place; "": none
	}{
		{"alert tcp any any -> any any", ""},
		{"ALERT TCP any any -> any any", ""},
		{"rejectsrc tcp any any <> any any", ""},
		{"alert http any any => any any", "should use both directions, but does not"},
		{"alert tcp any any <- any any", "the direction is ->, <> or =>, not <-"},
		{"alarm tcp any any -> any any", "unknown action alarm"},
		{"alert tpc any any -> any any", "unknown protocol tpc"},
		{"alert tls any any -> any any", "the protocol tls has no parser yet"},
		{"alert dns any any -> any any", ""},
		{"alert toy any any -> any any", ""},
		{"alert smb any any -> any any", ""},
		{"alert smb:request_started any any -> any any", "smb has no hook request_started"},
		{"alert ip:flow_start any any -> any any", ""}, {"alert TCP:all any any -> any any", ""},
		{"alert tcp-stream:all any any -> any any", "about the stream, and the hook all about packets"},
		{"accept:flow tcp any any -> any any", "firewall rules are not supported yet"},
		{"DROP:Packet tcp any any -> any any", ""}, {"pass:flow tcp any any -> any any", ""}, {"reject:flow tcp any any -> any any", ""},
		{"drop:tx tcp any any -> any any", "the scope tx is for firewall rules"},
		{"drop:world tcp any any -> any any", "unknown scope world of drop; want packet or flow"},
		{"pass: tcp any any -> any any", "unknown scope"},
		{"alert:flow tcp any any -> any any", "an alert is for nothing that a scope could say"},
		{"reject:packet tcp any any -> any any", "a reject ends the flow"},
		{"alert tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS", ""},
		{"alert tcp $NOWHERE any -> any any", "the variable $NOWHERE is not defined"},
		{"alert tcp $LOOP any -> any any", "nested too deeply"},
		{"alert tcp !any any -> any any", "!any stands for nothing"},
		{"alert tcp [10.0.0.0/24, !10.0.0.5] any -> any any", ""},
		{"alert tcp [10.0.0.5,!10.0.0.0/24] any -> any any", "no address is left"},
		{"alert tcp any [1:65535,!0:65535] -> any any", "no port is left"},
		{"alert tcp any 90:80 -> any any", "ends before it begins"},
		{"alert tcp any 70000 -> any any", "is not a port"},
		{"alert tcp 10.0.0.0/33 any -> any any", "is not a prefix"},
		{"alert tcp [10.0.0.1 any -> any any", "a [ without its ]"},
		{"alert tcp any any -> any", "expected destination ports"},
	}
	for _, test := range tests {
		r, problems := loaded(test.header + " (sid:1;)")
		if test.want == "" {
			if r == nil || len(problems) > 0 {
				t.Errorf("%s: %v", test.header, problems)
			}
			continue
		}
		if len(problems) == 0 || !strings.Contains(problems[0].Text, test.want) {
			t.Errorf("%s: %v, want %s", test.header, problems, test.want)
		}
	}
}

// TestPlaces checks that problems name the line and column, through joined lines and with both kinds of line ends.
func TestPlaces(t *testing.T) {
	s := testLanguage().NewSet()
	sum := s.Load("x.rules", "# a comment\r\n\r\n"+
		"alert tcp any any -> any any (contnet:\"a\"; flow:x; sid:1;)\r\n"+
		"alert tcp any any -> any any ( \\\n  content:\"a\"; \\\n  lua:x; sid:2;)\n"+
		"alert tcp any any -> any any (sid:3)\n"+
		"  alert tcp any any -> any any (sid:4;)")
	var got []string
	for _, p := range s.Problems {
		got = append(got, p.String())
	}
	want := []string{
		`x.rules:3:31: contnet: unknown keyword (sid 1)`,
		`x.rules:3:44: flow: unknown word "x" (sid 1)`,
		`x.rules:6:3: lua: the keyword is not supported yet (sid 2)`,
		`x.rules:7:31: the option has no ; at its end`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if sum.Loaded != 1 || sum.Failed != 3 {
		t.Errorf("loaded %d, failed %d; want 1 and 3", sum.Loaded, sum.Failed)
	}
	if sum.Reasons["unknown keyword: contnet"] != 1 || sum.Reasons["not supported yet: lua"] != 1 {
		t.Errorf("reasons %v", sum.Reasons)
	}
}

func TestDuplicates(t *testing.T) {
	s := testLanguage().NewSet()
	sum := s.Load("x.rules", `alert ip any any -> any any (msg:"one"; sid:1; rev:2;)
alert ip any any -> any any (msg:"two"; sid:1; rev:2;)
alert ip any any -> any any (msg:"three"; sid:1; rev:1;)
alert ip any any -> any any (msg:"four"; sid:1; rev:3;)
alert ip any any -> any any (msg:"five"; gid:2; sid:1;)
alert ip any any -> any any (requires: version >= 99; nonsense; sid:1;)
alert ip any any -> any any (requires: version >= 7.0.4 < 8 | >= 8.0.3, keyword content; sid:2;)
alert ip any any -> any any (requires: feature magic; sid:3;)
alert ip any any -> any any (sid:0;)
alert ip any any -> any any (msg:"no number";)
`)
	if sum.Loaded != 4 || sum.Failed != 4 || sum.Skipped != 2 {
		t.Errorf("loaded %d, failed %d, skipped %d; want 4, 4, 2: %v", sum.Loaded, sum.Failed, sum.Skipped, s.Problems)
	}
	if r := s.Find(1, 1); r == nil || r.Msg != "four" || len(s.Rules) != 3 {
		t.Errorf("rule 1 is %v, and there are %d", r, len(s.Rules))
	}
}

func TestTypes(t *testing.T) {
	tests := []struct {
		text, want, fast string
		dirs             Dirs
	}{
		{`alert ip any any -> any any (sid:1;)`, "ip_only", "", Both},
		{`alert ip !10.0.0.1 any -> any any (sid:1;)`, "like_ip_only", "", Both},
		{`alert tcp any 80 -> any any (sid:1;)`, "ip_only", "", Both},
		{`alert pkthdr any any -> any any (decode-event:ipv4.opt_pad_required; sid:1;)`, "de_only", "", Both},
		{`alert tcp any any -> any any (flow:established; sid:1;)`, "packet", "", Both},
		{`alert tcp any any -> any any (content:"abc"; sid:1;)`, "stream", "abc", Both},
		{`alert tcp any any -> any any (content:"abc"; depth:4; sid:1;)`, "packet+stream", "abc", Both},
		{`alert tcp any any -> any any (content:"abc"; dsize:4; sid:1;)`, "packet", "abc", Both},
		{`alert tcp-pkt any any -> any any (content:"abc"; sid:1;)`, "packet", "abc", Both},
		{`alert tcp any any -> any any (flow:only_stream; content:"abc"; depth:3; sid:1;)`, "stream", "abc", Both},
		{`alert udp any any -> any any (content:"abc"; sid:1;)`, "packet", "abc", Both},
		{`alert http any any -> any any (sid:1;)`, "app_layer", "", Both},
		{`alert tcp any any -> any any (app-layer-protocol:http; sid:1;)`, "pd_only", "", Both},
		{`alert http any any -> any any (content:"longer than it"; http.uri; content:"x"; sid:1;)`, "app_tx", "x", ToServer},
		{`alert http any any -> any any (http.method; content:"POST"; http.uri; content:"x"; sid:1;)`, "app_tx", "x", ToServer},
		{`alert http any any -> any any (http.stat_code; content:!"200"; sid:1;)`, "app_tx", "", ToClient},
		{`alert http any any -> any any (http.uri; content:"abc"; content:"defg"; content:!"hijkl"; sid:1;)`, "app_tx", "defg", ToServer},
		{`alert http any any -> any any (http.uri; content:"abc"; fast_pattern; content:"defg"; sid:1;)`, "app_tx", "abc", ToServer},
		{`alert http any any -> any any (http.uri; content:"aaaa"; content:"abcd"; sid:1;)`, "app_tx", "abcd", ToServer},
		{`alert http any any -> any any (flow:to_client; http.header; content:"abc"; sid:1;)`, "app_tx", "abc", ToClient},
	}
	for _, test := range tests {
		r, problems := loaded(test.text)
		if r == nil {
			t.Errorf("%s: %v", test.text, problems)
			continue
		}
		fast := ""
		if r.Fast != nil {
			fast = string(r.Fast.Content.Text)
		}
		if r.Type.String() != test.want || fast != test.fast || r.Dirs != test.dirs {
			t.Errorf("%s: %v, fast pattern %q, %v; want %s, %q, %v", test.text, r.Type, fast, r.Dirs, test.want, test.fast, test.dirs)
		}
	}
}

func TestOrder(t *testing.T) {
	s := testLanguage().NewSet()
	s.Load("x.rules", `alert ip any any -> any any (sid:1; priority:2;)
alert ip any any -> any any (sid:2; priority:1;)
alert ip any any -> any any (sid:3; flowbits:isset,a;)
alert ip any any -> any any (sid:4; flowbits:set,a;)
pass ip any any -> any any (sid:5;)
drop ip any any -> any any (sid:6;)
`)
	s.Order(nil)
	var got []uint32
	for _, r := range s.Rules {
		got = append(got, r.SID)
	}
	want := []uint32{5, 6, 4, 3, 2, 1}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("order %v, want %v", got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(`alert tcp any any -> any any (content:"a|41|"; depth:4; pcre:"/a.b/R"; sid:1;)`)
	f.Add("alert http $HOME_NET [80,!81] <> !$EXTERNAL_NET any (http.uri; dotprefix; content:\"x\"; \\\nsid:2;)")
	f.Add(`drop ip [1.2.3.4-1.2.3.9,![::1,!1.0.0.0/8]] any -> any :90 (byte_math:bytes 1,offset 0,oper +,rvalue 1,result x; sid:3;)`)
	f.Add(`drop:flow dns:request_complete any any -> any any (app-layer-state:>request_started; sid:4;)`)
	f.Add(`pass:packet tcp:pre_flow any any -> any any (content:"a"; base64_decode; base64_data; content:"b"; sid:5;)`)
	lang := testLanguage()
	f.Fuzz(func(t *testing.T, text string) {
		s := lang.NewSet()
		sum := s.Load("x", text)
		if sum.Loaded < len(s.Rules) {
			t.Errorf("%d rules, and %d loaded", len(s.Rules), sum.Loaded)
		}
		errors := 0
		for _, p := range s.Problems {
			if !p.Kind.Warning() {
				errors++
			}
			if p.Pos.Line < 1 || p.Pos.Line > strings.Count(text, "\n")+1 {
				t.Errorf("the problem %v is in no line", p)
			}
		}
		if errors < sum.Failed {
			t.Errorf("%d rules failed with %d errors", sum.Failed, errors)
		}
		for _, r := range s.Rules {
			for _, sec := range r.Sections {
				for _, x := range sec.Tests {
					_ = x.String()
				}
			}
		}
	})
}

// TestWords checks what is told in Suricata's words, and by which part of the program.
func TestWords(t *testing.T) {
	for _, test := range []struct{ options, from, text string }{
		{`content:"|0g|"`, "detect-content", "Invalid hex code in content - |0g|, hex g. Invalidating signature."},
		{`content:"a|0|"`, "detect-content", "Incomplete hex code in content - a|0|. Invalidating signature."},
		{`content:"a"; depth:x`, "detect-depth", "unknown byte_ keyword var seen in depth - x."},
		{`content:"a"; offset:-1`, "detect-offset", "invalid value for offset: -1."},
		{`content:"a"; within:1; within:1`, "detect-within", "can't use multiple withins for the same content."},
		{`nocase`, "detect-nocase", "nocase needs preceding content option"},
		{`content:a`, "detect-parse", "invalid formatting to content keyword: value must be double quoted 'content'"},
		{`msg:"a" x`, "detect-parse", `bad option value formatting (possible missing semicolon) for keyword msg: '"a" x'`},
		{`dsize:<3; content:"a"; distance:3`, "detect-content", "signature can't match as required content length 4 exceeds dsize value 3"},
		{`byte_test:1,>,n,0`, "detect-bytetest", "Unknown byte_extract var seen in byte_test - n"},
		{`byte_math:bytes n, offset 1, oper +, rvalue 1, result r`, "detect-bytemath", "unknown byte_ keyword var seen in byte_math - n"},
		{`byte_extract:1,0,n; http.uri; byte_jump:n,0`, "detect-bytejump", "Unknown byte_extract var seen in byte_jump - n"},
	} {
		s := testLanguage().NewSet()
		s.Load("x", "alert tcp any any -> any any ("+test.options+"; sid:1;)")
		if len(s.Problems) != 1 {
			t.Errorf("%s: problems %v, want one", test.options, s.Problems)
			continue
		}
		if p := s.Problems[0]; p.From != test.from || p.Bare() != test.text {
			t.Errorf("%s: %s: %s, want %s: %s", test.options, p.From, p.Bare(), test.from, test.text)
		}
	}
}
