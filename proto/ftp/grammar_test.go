package ftp

import (
	"net/netip"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func TestParseCommand(t *testing.T) {
	for _, test := range []struct{ line, command, name, arg string }{
		{"USER ann", "USER", "USER", "ann"},
		{"user ann", "USER", "user", "ann"},
		{"RETR  a b", "RETR", "RETR", " a b"},
		{"QUIT", "QUIT", "QUIT", ""},
		{"XMKD a", "MKD", "XMKD", "a"},
		{"XCUP", "CDUP", "XCUP", ""},
		{"auth tls", "AUTH TLS", "auth", ""},
		{"AUTH SSL", "AUTH TLS", "AUTH", ""},
		{"AUTH TLS-C x", "AUTH TLS", "AUTH", "x"},
		{"AUTH KERBEROS_V4", "", "AUTH", "KERBEROS_V4"},
		{"AUTH", "", "AUTH", ""},
		{"  NOOP", "NOOP", "NOOP", ""},
		{"\xff\xf4\xff\xf2ABOR", "ABOR", "ABOR", ""},
		{"\xff\xf4\xf2ABOR", "ABOR", "ABOR", ""},
		{"\xff\xfb\x01STAT x", "STAT", "STAT", "x"},
		{"\xff\xffABOR", "", "\xff\xffABOR", ""},
		{"\xff", "", "\xff", ""},
		{"\xff\xfb", "", "", ""},
		{"USERS x", "", "USERS", "x"},
		{"FEAT", "", "FEAT", ""},
		{"OPTS UTF8 ON", "", "OPTS", "UTF8 ON"},
		{"", "", "", ""},
		{" ", "", "", ""},
	} {
		c, name, arg := parseCommand([]byte(test.line))
		got := ""
		if c != nil {
			got = c.name
		}
		if got != test.command || string(name) != test.name || string(arg) != test.arg {
			t.Errorf("parseCommand(%q) = %q, %q, %q, want %q, %q, %q", test.line, got, name, arg, test.command, test.name, test.arg)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, test := range []struct {
		name  string
		parse func([]byte) (endpoint, bool)
		text  string
		addr  string
		port  uint16
		ok    bool
	}{
		{"PORT", parseHostPort, "192,0,2,1,156,64", "192.0.2.1", 40000, true},
		{"PORT", parseHostPort, "192, 0, 2, 1, 0, 21", "192.0.2.1", 21, true},
		{"PORT", parseHostPort, "192,0,2,1,156", "", 0, false},
		{"PORT", parseHostPort, "192,0,2,1,256,1", "", 0, false},
		{"PORT", parseHostPort, "192,0,2,1,00001,1", "", 0, false},
		{"PORT", parseHostPort, "a,0,2,1,1,1", "", 0, false},
		{"PORT", parseHostPort, "", "", 0, false},
		{"PASV", parsePassive, " Entering Passive Mode (192,0,2,1,156,64).", "192.0.2.1", 40000, true},
		{"PASV", parsePassive, " Passive 192,0,2,1,156,64", "192.0.2.1", 40000, true},
		{"PASV", parsePassive, " 1 of 2: =192,0,2,1,156,64", "192.0.2.1", 40000, true},
		{"PASV", parsePassive, " (192,0,2,1,156)", "", 0, false},
		{"PASV", parsePassive, "", "", 0, false},
		{"EPRT", parseExtended, "|1|192.0.2.1|40000|", "192.0.2.1", 40000, true},
		{"EPRT", parseExtended, "!2!2001:db8::1!40000!", "2001:db8::1", 40000, true},
		{"EPRT", parseExtended, "|2|::ffff:192.0.2.1|40000", "192.0.2.1", 0, true},
		{"EPRT", parseExtended, "|2|fe80::1%eth0|40000|", "fe80::1", 40000, true},
		{"EPRT", parseExtended, "|1|192.0.2.1|0|", "", 0, false},
		{"EPRT", parseExtended, "|1|192.0.2.1|70000|", "", 0, false},
		{"EPRT", parseExtended, "|1|here|40000|", "", 0, false},
		{"EPRT", parseExtended, "|1", "", 0, false},
		{"EPRT", parseExtended, "", "", 0, false},
		{"EPSV", parseExtendedPassive, " Entering Extended Passive Mode (|||40000|)", "", 40000, true},
		{"EPSV", parseExtendedPassive, " (!!!40000!)", "", 40000, true},
		{"EPSV", parseExtendedPassive, " (|||0|)", "", 0, false},
		{"EPSV", parseExtendedPassive, " (||40000|)", "", 0, false},
		{"EPSV", parseExtendedPassive, " (111140000|)", "", 0, false},
		{"EPSV", parseExtendedPassive, " (|||", "", 0, false},
		{"EPSV", parseExtendedPassive, " none", "", 0, false},
	} {
		e, ok := test.parse([]byte(test.text))
		if test.port == 0 && test.ok { // a port that ends the text
			test.port = 40000
		}
		want := netip.Addr{}
		if test.addr != "" {
			want = netip.MustParseAddr(test.addr)
		}
		if ok != test.ok || ok && (e.port != test.port || e.addr != want) {
			t.Errorf("%s %q is %v, %v, want %v %d, %v", test.name, test.text, e, ok, want, test.port, test.ok)
		}
	}
}

func TestParseReply(t *testing.T) {
	for _, test := range []struct {
		line       string
		want       reply
		code, text string // as EVE has it
	}{
		{"220 ready", reply{code: 220}, "220", "ready"},
		{"220-ready", reply{code: 220, more: true}, "", "220-ready"},
		{"220", reply{code: 220}, "", "220"},
		{"220ready", reply{}, "", "220ready"},
		{"150 a b", reply{code: 150}, "150", "a b"},
		{"999 x", reply{}, "999", "x"},
		{"2x0 ready", reply{}, "", "2x0 ready"},
		{" 220 ready", reply{}, "", " 220 ready"},
		{"22", reply{}, "", "22"},
	} {
		if got := parseReply([]byte(test.line)); got != test.want {
			t.Errorf("parseReply(%q) = %v, want %v", test.line, got, test.want)
		}
		if code, text := splitReply([]byte(test.line)); string(code) != test.code || string(text) != test.text {
			t.Errorf("splitReply(%q) = %q, %q, want %q, %q", test.line, code, text, test.code, test.text)
		}
	}
}

func TestParseOffset(t *testing.T) {
	for text, want := range map[string]int64{"100": 100, "100 ": 100, "": 0, "-1": 0, "abc": 0, "99999999999999999999": 0,
		"9223372036854775807": 9223372036854775807} {
		if got := parseOffset([]byte(text)); got != want {
			t.Errorf("parseOffset(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, test := range []struct {
		d    stream.Dir
		text string
		want app.Guess
	}{
		{stream.ToClient, "220 mail\r\n", app.Yes},
		{stream.ToClient, "220-mail\n", app.Yes},
		{stream.ToClient, "421 no\r\n", app.Yes},
		{stream.ToClient, "220 mail", app.Unknown},
		{stream.ToClient, "22", app.Unknown},
		{stream.ToClient, "220mail\r\n", app.No},
		{stream.ToClient, "+OK", app.No},
		{stream.ToClient, "SSH-2.0", app.No},
		{stream.ToServer, "USER ann", app.Yes},
		{stream.ToServer, "AUTH TLS\r\n", app.Yes},
		{stream.ToServer, "quit", app.Yes},
		{stream.ToServer, "USER", app.Unknown},
		{stream.ToServer, "EHLO a\r\n", app.No},
		{stream.ToServer, "GET / HTTP/1.1\r\n", app.No},
		{stream.ToServer, "\x16\x03\x01\x00\xf4\x01", app.No},
	} {
		if got := probe(test.d, []byte(test.text)); got != test.want {
			t.Errorf("probe(%v, %q) = %v, want %v", test.d, test.text, got, test.want)
		}
		apptest.CheckMonotone(t, "ftp", probe, test.d, []byte(test.text))
	}
}
