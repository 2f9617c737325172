package analysis

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/rule"
)

var protocols = all.Protocols(all.Config{})

// load reads rules, all of which must be right.
func load(t *testing.T, text string) []*rule.Rule {
	t.Helper()
	s := rule.New(rule.Config{Protocols: protocols, StreamEvents: []string{"3whs_ack_in_wrong_dir"}}).NewSet()
	s.Load("x.rules", text)
	for _, p := range s.Problems {
		t.Fatal(p)
	}
	return s.Rules
}

// at returns what is at a path of keys and indexes, as text; "-" is nothing.
func at(v any, path string) string {
	for key := range strings.FieldsSeq(path) {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(x) {
				return "-"
			}
			v = x[i]
		default:
			return "-"
		}
	}
	if v == nil {
		return "-"
	}
	return fmt.Sprint(v)
}

func TestRules(t *testing.T) {
	for _, test := range []struct {
		rule string
		want map[string]string
	}{
		{`alert http any any -> any 80 (msg:"a"; http.uri; content:"/x|00 01|"; http.user_agent; content:!"b"; nocase; pkt_data; content:"c"; sid:7; rev:2;)`, map[string]string{
			"id": "7", "rev": "2", "gid": "1", "msg": "a", "app_proto": "http_any", "type": "app_tx", "requirements": "[payload flow]",
			"flags":          "[src_any dst_any sp_any applayer need_stream toserver prefilter]",
			"engines 0 name": "http_uri", "engines 0 direction": "toserver", "engines 0 app_proto": "http", "engines 0 is_mpm": "true",
			"engines 0 matches 0 content pattern": "|2F|x|00 01|", "engines 0 matches 0 content length": "4",
			"engines 1 name": "http_user_agent", "engines 1 is_mpm": "false", "engines 1 matches 0 content negated": "true",
			"engines 1 matches 0 content nocase": "true", "engines 2 name": "stream", "engines 3": "-",
			"mpm buffer": "http_uri", "mpm pattern": "|2F|x|00 01|", "lists": "map[]", "pkt_engines": "[]",
		}},
		{`alert tcp any any -> any any (content:"abc"; offset:2; depth:9; pcre:"/x.y/Ri"; byte_test:4,>,5,2,relative,little; byte_jump:2,1,align; isdataat:!4,relative; sid:1;)`, map[string]string{
			"type": "pkt_stream", "app_proto": "unknown", "requirements": "[payload]",
			"flags":                                  "[src_any dst_any sp_any dp_any need_packet need_stream toserver toclient prefilter]",
			"lists payload matches 0 content offset": "2", "lists payload matches 0 content depth": "11",
			"lists payload matches 0 content relative_next": "true",
			"lists payload matches 1 pcre":                  "map[negated:false nocase:true relative:true relative_next:true]",
			"lists payload matches 2 byte_test":             "map[base:unset flags:[little_endian relative] nbytes:4 offset:2]",
			"lists payload matches 3 byte_jump":             "map[base:unset flags:[align] multiplier:1 nbytes:2 offset:1 post_offset:0]",
			"lists payload matches 4 name":                  "isdataat", "pkt_engines": "[map[is_mpm:true name:payload]]",
		}},
		{`alert tcp any any -> any any (flow:established; flowbits:isset,a|b; flowint:n,>,3; xbits:isset,x,track ip_src; flags:S; flowbits:set,c; flowint:n,+,1; tag:session,5,packets; noalert; sid:1;)`, map[string]string{
			"type": "pkt", "requirements": "[flow tcp_flags_init_deinit real_pkt]", "lists packet matches 0 name": "flow",
			"lists packet matches 1 flowbits": "map[cmd:isset names:[a b] operator:or]", "lists packet matches 2 flowint": "map[cmd:gt value:3 var:n]",
			"lists packet matches 3 xbits": "map[cmd:isset name:x track:ip_src]", "lists packet matches 4 name": "tcp.flags",
			"lists postmatch matches 0 flowbits": "map[cmd:set names:[c]]", "lists postmatch matches 1 flowint": "map[cmd:add value:1 var:n]",
			"lists tag matches 0 name": "tag", "flags": "[src_any dst_any sp_any dp_any noalert need_packet need_flowvar toserver toclient]", "mpm": "-",
		}},
		{`drop tcp any any -> any any (ack:5; window:!7; dsize:0; ttl:>3; prefilter; sid:1;)`, map[string]string{
			"requirements": "[no_payload real_pkt]", "lists packet matches 0": "map[ack:map[number:5] name:tcp.ack]",
			"lists packet matches 1": "map[name:tcp.window window:map[negated:true size:7]]", "lists packet matches 2 dsize": "map[equal:0]",
			"lists packet matches 3 ttl": "map[gt:3]", "prefilter": "map[buffer:packet name:ttl]",
		}},
		{`alert ip any any -> 10.0.0.0/8 any (sid:1;)`, map[string]string{
			"type": "ip_only", "requirements": "[]", "flags": "[src_any sp_any dp_any toserver toclient]", "pkt_engines": "[]", "engines": "-",
		}},
		{`alert http any any -> any any (http.header; content:"x"; distance:3; within:5; sid:1;)`, map[string]string{
			"engines 0 matches 0 content offset": "3", "engines 0 matches 0 content depth": "8", "engines 0 matches 0 content within": "-",
			"notes 0": "'within' option for pattern w/o previous content was converted to 'depth'", "engines 0 direction": "toserver", "engines 1 direction": "toclient",
		}},
		{`alert ftp any any -> any any (ftpbounce; sid:1;)`, map[string]string{
			"engines 0 name": "ftp:request_complete:generic", "engines 0 matches 0 name": "ftpbounce", "engines 1": "-",
		}},
		{`alert http any any -> any any (file.data; to_lowercase; content:"x"; filesize:>3; app-layer-event:http.missing_host_header; flow:to_client; sid:1;)`, map[string]string{
			"engines 0 name": "file_data", "engines 0 transforms 0 name": "to_lowercase", "engines 1 name": "files",
			"engines 2 name": "app-layer-events", "engines 2 app_proto": "unknown", "engines 3": "-",
		}},
		{`alert http any any -> any any (http.header; content:"1"; base64_decode:bytes 16; base64_data; content:"two"; sid:1;)`, map[string]string{
			"engines 0 matches 1 name": "base64_decode", "lists base64_data matches 0 content pattern": "two",
		}},
		{`alert tcp any any -> any any (app-layer-protocol:!tls; sid:1;)`, map[string]string{
			"type": "pd_only", "lists packet matches 0 app_layer_protocol": "map[mode:direction negated:true protocols:[tls]]",
		}},
		{`alert pkthdr any any -> any any (decode-event:ipv4.opt_invalid; sid:1;)`, map[string]string{"type": "de_only", "requirements": "[engine_event]"}},
	} {
		var b bytes.Buffer
		if err := WriteRules(&b, load(t, test.rule), protocols); err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", b.Bytes(), err)
		}
		if got := at(v, "raw"); got != test.rule {
			t.Errorf("raw %s, want %s", got, test.rule)
		}
		for path, want := range test.want {
			if got := at(v, path); got != want {
				t.Errorf("%s: %s is %s, want %s", test.rule, path, got, want)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	var b bytes.Buffer
	err := WritePatterns(&b, load(t, `alert http any any -> any any (http.uri; content:"ab"; content:"abc"; nocase; sid:1;)
		alert http any any -> any any (http.uri; content:"ab"; sid:2;)
		alert tcp any any -> any any (content:!"ab"; offset:3; sid:3;)`))
	const plain = `"flags":{"nocase":false,"negated":false,"depth":false,"offset":false,"endswith":false}`
	want := `{"buffers":[{"name":"http_uri","patterns":[{"pattern":"ab","patlen":2,"cnt":2,"mpm":1,` + plain + `},` +
		`{"pattern":"abc","patlen":3,"cnt":1,"mpm":1,` + strings.Replace(plain, "false", "true", 1) + `}]},` +
		`{"name":"payload","patterns":[{"pattern":"ab","patlen":2,"cnt":1,"mpm":0,` +
		`"flags":{"nocase":false,"negated":true,"depth":false,"offset":true,"endswith":false}}]}]}` + "\n"
	if got := b.String(); err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

func TestGroups(t *testing.T) {
	var b bytes.Buffer
	err := WriteGroups(&b, load(t, `alert tcp any any -> any 80:100 (flow:to_server; content:"a"; sid:1;)
		alert tcp any any -> any [90,25,587] (flow:to_server; content:"a"; sid:2;)
		alert udp any 53 -> any any (content:"a"; flow:to_client; sid:3;)
		alert ip any any -> any any (sid:4;)`), true)
	var v map[string]map[string][]struct {
		Port, Port2 int
		Group       struct {
			ID    int
			Rules []struct {
				ID int `json:"sig_id"`
			}
		} `json:"rulegroup"`
	}
	if err != nil || json.Unmarshal(b.Bytes(), &v) != nil {
		t.Fatal(err, b.String())
	}
	want := "map[tcp:map[toclient:[] toserver:[{90 90 {0 [{1} {2}]}} {25 25 {1 [{2}]}} {80 89 {2 [{1}]}} {91 100 {2 [{1}]}} {587 587 {1 [{2}]}}]] " +
		"udp:map[toclient:[{53 53 {0 [{3}]}}] toserver:[]]]"
	if got := fmt.Sprint(v); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
