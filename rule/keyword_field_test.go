package rule

import (
	"testing"

	"github.com/reknit/reknit/rule/number"
)

func TestParseDates(t *testing.T) {
	for _, test := range []struct {
		text string
		want number.Expr
	}{
		{"2015", number.Expr{Op: number.Equal, A: 1420070400}},
		{">2015", number.Expr{Op: number.Greater, A: 1420070400}},
		{"< 2015-02-12", number.Expr{Op: number.Less, A: 1423699200}},
		{"2015-02-12 18:07", number.Expr{Op: number.Equal, A: 1423764420}},
		{"2015-02-12t18:07:27<>2025-02", number.Expr{Op: number.Between, A: 1423764447, B: 1738368000}},
	} {
		if e, err := parseDates(test.text); err != nil || e != test.want {
			t.Errorf("parseDates(%q) = %v, %v, want %v", test.text, e, err, test.want)
		}
	}
	for _, text := range []string{"", ">", "1960", "2015-13", "2016<>2015", "<>", "yesterday"} {
		if e, err := parseDates(text); err == nil {
			t.Errorf("parseDates(%q) = %v, want an error", text, e)
		}
	}
}

// What a value may be.
func TestValueRows(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"tls.version", "1.2", "b:771;"},
		{"tls.version", "0x0304", "b:772;"},
		{"tls.version", ">=1.2", "b:>=771;"},
		{"tls.version", "1.9", ""},
		{"ssl_version", "tls1.2, !sslv2", "b:tls1.2,!sslv2;"},
		{"ssl_version", "tls1.9", ""},
		{"ftp.reply_received", "true", "b:yes;"},
		{"ftp.reply_received", "yes yes", ""},
		{"ftpbounce", "", "b;"},
		{"websocket.opcode", "text", "b:1;"},
		{"websocket.opcode", "!ping", "b:!9;"},
		{"websocket.opcode", "close", "b:8;"},
		{"websocket.opcode", "bogus", ""},
		{"websocket.mask", "&0xf0=0x10", "b:&0xf0=0x10;"},
		{"websocket.flags", "fin", "b:&0x80=0x80;"},
		{"websocket.flags", "fin,!comp", "b:&0xc0=0x80;"},
		{"websocket.flags", "!fin", "b:&0x80=0x0;"},
		{"websocket.flags", "*fin,comp", "b:&0xc0!=0x0;"},
		{"websocket.flags", "=fin,comp", "b:192;"},
		{"websocket.flags", "-comp", "b:&0x40=0x0;"},
		{"websocket.flags", "+fin", "b:&0x80=0x80;"},
		{"websocket.flags", "&0x40=0x40", "b:&0x40=0x40;"},
		{"websocket.flags", ">5", "b:>5;"},
		{"websocket.flags", "fin,!fin", ""},
		{"websocket.flags", "=fin,!comp", ""},
		{"websocket.flags", "bogus", ""},
		{"dns.rrtype", "any", "b:255;"},
		{"dns.rrtype", "!https", "b:!65;"},
		{"dns.rrtype", "a,all", "b:1,all;"},
		{"dns.rrtype", "!16,-1", "b:!16,-1;"},
		{"dns.rrtype", "a,nb>1", "b:1,nb>1;"},
		{"dns.rrtype", "a,oob_or 3", "b:1,oob_or 3;"},
		{"dns.rrtype", "1,any", "b:1;"},
		{"dns.rrtype", "1,or_absent", "b:1,or_absent;"},
		{"dns.rrtype", "count >2", "b:count >2;"},
		{"dns.rrtype", "1,some", ""},
		{"dns.rrtype", "count x", ""},
	} {
		for i := range valueRows {
			if valueRows[i].name != test.name {
				continue
			}
			got := ""
			if x, err := valueRows[i].read(&Buffer{Name: "b"}, test.value); err == nil {
				got = x.String()
			}
			if got != test.want {
				t.Errorf("%s:%s is %q, want %q", test.name, test.value, got, test.want)
			}
		}
	}
}

// Periods and lists.
func TestFieldMatch(t *testing.T) {
	for _, test := range []struct {
		now           int64
		current, past bool
	}{{99, false, false}, {100, true, false}, {200, true, false}, {201, false, true}} {
		c, p := FieldPeriod{}, FieldPeriod{Past: true}
		if c.Match("100-200", test.now) != test.current || p.Match("100-200", test.now) != test.past {
			t.Errorf("at %d, within 100-200 is %v and past it %v", test.now, !test.current, !test.past)
		}
	}
	l := FieldListed{Any: []string{"a", "b"}, None: []string{"b"}}
	none := FieldListed{None: []string{"b"}}
	if !l.Match("a") || l.Match("b") || l.Match("c") || !none.Match("c") || none.Match("b") {
		t.Errorf("%+v matches a %v, b %v, c %v", l, l.Match("a"), l.Match("b"), l.Match("c"))
	}
}

func TestWhich(t *testing.T) {
	none, some, all := []bool{}, []bool{false, true, true}, []bool{true, true}
	for _, test := range []struct {
		text             string
		none, some, each bool
	}{
		{"any", false, true, true},
		{"or_absent", true, true, true},
		{"all", false, false, true},
		{"all_or_absent", true, false, true},
		{"0", false, false, true},
		{"2", false, true, false},
		{"-1", false, true, true},
		{"-3", false, false, false},
		{"oob_or 2", true, true, true},
		{"oob_or 0", true, false, true},
		{"nb2", false, true, true},
		{"nb<2", true, false, false},
	} {
		w, err := parseWhich(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if a, b, c := w.Match(none), w.Match(some), w.Match(all); a != test.none || b != test.some || c != test.each {
			t.Errorf("%s: %v, %v, %v, want %v, %v, %v", test.text, a, b, c, test.none, test.some, test.each)
		}
	}
}
