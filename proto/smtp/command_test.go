package smtp

import (
	"slices"
	"testing"
)

func TestParseCommand(t *testing.T) {
	tests := []struct {
		line string
		verb verb
		arg  string
	}{
		{"", other, ""},
		{"HELO client.example.org", helo, "client.example.org"},
		{"ehlo [192.0.2.1]", helo, "[192.0.2.1]"},
		{"EHLO", helo, ""},
		{"EHLO ", helo, ""},
		{"EHLOX a", other, "a"},
		{"MAIL FROM:<a@example.org>", mailFrom, "<a@example.org>"},
		{"mail from: <a@example.org> SIZE=1", mailFrom, "<a@example.org> SIZE=1"},
		{"MAIL  FROM :<>", mailFrom, "<>"},
		{"MAIL FROM:", mailFrom, ""},
		{"MAIL FROM <a@example.org>", other, "FROM <a@example.org>"},
		{"MAIL TO:<a@example.org>", other, "TO:<a@example.org>"},
		{"MAIL", other, ""},
		{"RCPT TO:<b@example.net>", rcptTo, "<b@example.net>"},
		{"RCPT FROM:<b@example.net>", other, "FROM:<b@example.net>"},
		{"DATA", data, ""},
		{"data  ", data, ""},
		{"\tDATA", data, ""},
		{"DATABASE", other, ""},
		{"BDAT 10 LAST", bdat, "10 LAST"},
		{"RSET", rset, ""},
		{"QUIT\t", quit, ""},
		{"AUTH PLAIN AGEAYg==", auth, "PLAIN AGEAYg=="},
		{"StartTLS", startTLS, ""},
		{"NOOP anything", other, "anything"},
		{"VRFY ann", other, "ann"},
		{"\x16\x03\x01", other, ""},
		{"DATA\x00", other, ""},
	}
	for _, tt := range tests {
		v, arg := parseCommand([]byte(tt.line))
		if v != tt.verb || string(arg) != tt.arg {
			t.Errorf("parseCommand(%q) = %v, %q, want %v, %q", tt.line, v, arg, tt.verb, tt.arg)
		}
	}
}

func TestParsePath(t *testing.T) {
	tests := []struct {
		arg, text, address string
		params             []Param
	}{
		{"", "", "", nil},
		{"<>", "<>", "", nil},
		{"<a@example.org>", "<a@example.org>", "a@example.org", nil},
		{"a@example.org", "a@example.org", "a@example.org", nil},
		{"<@one.example,@two.example:a@three.example>", "<@one.example,@two.example:a@three.example>", "a@three.example", nil},
		{`<"a > b"@example.org> SIZE=12`, `<"a`, `"a > b"@example.org`, []Param{{"SIZE", "12"}}},
		{`<"a\">"@example.org>`, `<"a\">"@example.org>`, `"a\">"@example.org`, nil},
		{
			"<a@example.org> SIZE=1000 BODY=8BITMIME smtputf8 RET=HDRS ENVID=QQ+2B314 ", "<a@example.org>", "a@example.org",
			[]Param{{"SIZE", "1000"}, {"BODY", "8BITMIME"}, {"SMTPUTF8", ""}, {"RET", "HDRS"}, {"ENVID", "QQ+2B314"}},
		},
		{
			"<b@example.net>NOTIFY=SUCCESS,FAILURE", "<b@example.net>NOTIFY=SUCCESS,FAILURE", "b@example.net",
			[]Param{{"NOTIFY", "SUCCESS,FAILURE"}},
		},
		{"<open@example.org", "<open@example.org", "open@example.org", nil},
		{"<jörg@例え.example>", "<jörg@例え.example>", "jörg@例え.example", nil},
		{"a@b  X==  Y=z=", "a@b", "a@b", []Param{{"X", "="}, {"Y", "z="}}},
	}
	for _, tt := range tests {
		p := ParsePath(tt.arg)
		params := slices.Collect(p.Params())
		if p.Text != tt.text || p.Address() != tt.address || !slices.Equal(params, tt.params) {
			t.Errorf("ParsePath(%q) = %q, %q, %q, want %q, %q, %q",
				tt.arg, p.Text, p.Address(), params, tt.text, tt.address, tt.params)
		}
	}
}

func TestParam(t *testing.T) {
	p := ParsePath("<a@b> ORCPT=rfc822;ann+2Blists+40example.org size=7")
	if v, ok := p.Param("SIZE"); v != "7" || !ok {
		t.Errorf("Param(SIZE) = %q, %v, want 7, true", v, ok)
	}
	if _, ok := p.Param("BODY"); ok {
		t.Error("Param(BODY) is there")
	}
	orcpt, _ := p.Param("ORCPT")
	if got, want := (Param{Value: orcpt}).Decoded(), "rfc822;ann+lists@example.org"; got != want {
		t.Errorf("Decoded() = %q, want %q", got, want)
	}
	if got, want := (Param{Value: "a+4+ZZ+"}).Decoded(), "a+4+ZZ+"; got != want {
		t.Errorf("Decoded() = %q, want %q", got, want)
	}
}

func TestParseBDAT(t *testing.T) {
	tests := []struct {
		arg  string
		size int64
		last bool
		ok   bool
	}{
		{"", 0, false, false},
		{"0", 0, false, true},
		{"0 LAST", 0, true, true},
		{"86 last", 86, true, true},
		{"1000000", 1000000, false, true},
		{"999999999999999999", 999999999999999999, false, true},
		{"9999999999999999999", 0, false, false},
		{"5 X", 0, false, false},
		{"5 LAST X", 0, false, false},
		{"LAST", 0, false, false},
		{"-1", 0, false, false},
		{"0x10", 0, false, false},
		{"5LAST", 0, false, false},
	}
	for _, tt := range tests {
		size, last, ok := parseBDAT([]byte(tt.arg))
		if size != tt.size || last != tt.last || ok != tt.ok {
			t.Errorf("parseBDAT(%q) = %d, %v, %v, want %d, %v, %v", tt.arg, size, last, ok, tt.size, tt.last, tt.ok)
		}
	}
}
