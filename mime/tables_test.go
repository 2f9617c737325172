package mime

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeHeader(t *testing.T) {
	tests := []struct{ raw, want string }{
		{"", ""},
		{"plain", "plain"},
		{"=?utf-8?q?a=C3=A4?=", "aä"},
		{"=?UTF-8?Q?a_b?=", "a b"},
		{"=?utf-8?b?w6Q=?=", "ä"},
		{"=?utf-8?b?w6Q?=", "ä"}, // no padding
		{"=?us-ascii?q?a?= b", "a b"},
		{"a =?us-ascii?q?b?= c", "a b c"},
		{"=?us-ascii?q?a?= \t =?us-ascii?q?b?=", "ab"},
		{"=?us-ascii?q?a?=\r\n =?us-ascii?q?b?=", "ab"},
		{"=?us-ascii?q?a?==?us-ascii?q?b?=", "ab"},
		{"=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"},                  // a character cut in two
		{"=?utf-8?q?=C3?= =?iso-8859-1?q?=A4?=", "Ã¤"},            // two charsets
		{"\"=?iso-8859-1?q?Andr=E9?=\" <a@b>", "\"André\" <a@b>"}, // in quotes, against RFC 2047
		{"=?iso-8859-2?Q?=B3=F3d=BC?=", "łódź"},
		{"=?ISO-8859-5?B?v+DY0tXi?=", "Привет"},
		{"=?iso-8859-15?q?=A4?=", "€"},
		{"=?windows-1251?B?z/Do4uXy?=", "Привет"},
		{"=?koi8-r?B?8NLJ18XU?=", "Привет"},
		{"=?gb2312?B?suLK1A==?=", "测试"},
		{"=?gbk?B?suLK1A==?=", "测试"},
		{"=?gb18030?B?suLK1A==?=", "测试"},
		{"=?big5?B?tPq41Q==?=", "測試"},
		{"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"},
		{"=?shift_jis?B?k/qWew==?=", "日本"},
		{"=?euc-jp?B?xvzL3A==?=", "日本"},
		{"=?euc-kr?B?x9GxuQ==?=", "한국"},
		{"=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"},
		{"=?utf-16be?B?MEIwRA==?=", "あい"},
		{"=?ibm850?q?=84?=", "ä"},
		{"=?cp437?q?=84?=", "ä"},
		{"=?macintosh?q?=8A?=", "ä"},
		{"=?utf-8*en?q?x?=", "x"},
		{"=?no-such?q?x=41?=", "xA"},
		{"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
		{"=?utf-8?q?abc", "=?utf-8?q?abc"},
		{"=??q?abc?=", "=??q?abc?="},
		{"=?=?utf-8?q?x?=", "=?x"},
		{"=?utf-8?q?=?=", "="},
		{"=?utf-8?q?=4?=", "=4"},
		{"=?utf-8?q?with blank?=", "with blank"},
		{"gr\xfcn", "grün"}, // neither ASCII nor UTF-8
		{"=?utf-8?q?=FC?=", "ü"},
	}
	for _, tt := range tests {
		if got := DecodeHeader([]byte(tt.raw)); got != tt.want {
			t.Errorf("DecodeHeader(%q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestParseParams(t *testing.T) {
	tests := []struct{ value, text, params string }{
		{"", "", ""},
		{"text/plain", "text/plain", ""},
		{"text/plain;", "text/plain", ""},
		{"text/plain; charset=utf-8", "text/plain", "charset=utf-8"},
		{"text/plain ; Charset = \"utf-8\" ;;format=flowed ;", "text/plain", "charset=utf-8 format=flowed"},
		{"a; b=c d ; e", "a", "b=c d"},
		{"a; b", "a", ""},
		{"a; b; c=d", "a", "c=d"},
		{"a; b=\"c;d=e\"; f=g", "a", "b=c;d=e f=g"},
		{`a; b="c\"d\\e"`, "a", `b=c"d\e`},
		{`a; b="c" junk; d=e`, "a", "b=c d=e"},
		{`a; b="c`, "a", "b=c"},
		{`a; b="c\`, "a", `b=c\`},
		{"a; b=; c=\"\"", "a", "b= c="},
		{"a; b=1; B=2", "a", "b=1"},
		{"a (x; y=z); (b) c=d", "a", "c=d"},
		{"(x) a (y", "a", ""},
		{"a; n*0=x; n*1=y", "a", "n=xy"},
		{"a; n*1=y; n*0=x; n*3=z", "a", "n=xy"},
		{"a; n*1=y", "a", ""},
		{"a; n*=utf-8'de'%C3%A4", "a", "n=ä"},
		{"a; n*=utf-8''%C3%A4; n=x", "a", "n=ä"},
		{"a; n*=%41'b", "a", "n=A'b"},
		{"a; n*=%4", "a", "n=%4"},
		{"a; n*0*=iso-8859-1''%E4; n*1=%E4", "a", "n=ä%E4"},
		{"a; n==?utf-8?q?=C3=A4?=", "a", "n=ä"},
		{"a; n*x=1; n*70000=2", "a", ""},
		{"a; =b", "a", ""},
	}
	for _, tt := range tests {
		text, params := ParseParams([]byte(tt.value))
		var list []string
		for _, p := range params {
			list = append(list, p.Name+"="+p.Value)
		}
		if got := strings.Join(list, " "); text != tt.text || got != tt.params {
			t.Errorf("ParseParams(%q) = %q, %q, want %q, %q", tt.value, text, got, tt.text, tt.params)
		}
	}
	_, params := ParseParams([]byte("a; n*=utf-8'de-AT'x"))
	if len(params) != 1 || params[0].Language != "de-AT" {
		t.Errorf("ParseParams gives %v, want the language de-AT", params)
	}
}

func TestParseAddresses(t *testing.T) {
	tests := []struct {
		value string
		want  []Address
	}{
		{"", nil},
		{" , ", nil},
		{"a@example.org", []Address{{"", "a@example.org"}}},
		{"<a@example.org>", []Address{{"", "a@example.org"}}},
		{"Ada L. <a@example.org>", []Address{{"Ada L.", "a@example.org"}}},
		{"\"Doe, \\\"J\\\"\" <j@example.org>, b@example.org", []Address{{`Doe, "J"`, "j@example.org"}, {"", "b@example.org"}}},
		{"a@example.org (Ada)", []Address{{"Ada", "a@example.org"}}},
		{"=?utf-8?q?J=C3=B6rg?= <j@example.org>", []Address{{"Jörg", "j@example.org"}}},
		{"\"a b\"@example.org", []Address{{"", "\"a b\"@example.org"}}},
		{"Team: a@example.org, B <b@example.org>;, c@example.org",
			[]Address{{"", "a@example.org"}, {"B", "b@example.org"}, {"", "c@example.org"}}},
		{"undisclosed-recipients:;", nil},
		{"<@relay,@other:a@example.org>", []Address{{"", "a@example.org"}}},
		{"a@[192.0.2.1], b@[IPv6:2001:db8::1]", []Address{{"", "a@[192.0.2.1]"}, {"", "b@[IPv6:2001:db8::1]"}}},
		{"Ada <a@example.org", []Address{{"Ada", "a@example.org"}}},
		{"a@example.org; b@example.org", []Address{{"", "a@example.org"}, {"", "b@example.org"}}},
		{"A (x, y) <a@example.org>", []Address{{"A", "a@example.org"}}},
		{"<>", nil},
		{"dgo@example.org (DHL", []Address{{"DHL", "dgo@example.org"}}},
	}
	for _, tt := range tests {
		if got := ParseAddresses([]byte(tt.value)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("ParseAddresses(%q) = %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestCharset(t *testing.T) {
	for _, name := range []string{"utf-8", "UTF-8", "iso-8859-1", "latin1", "ISO_8859-8-I", "windows-1258", "cp1252", "koi8-u", "gb2312",
		"hz-gb-2312", "big5-hkscs", "euc-jp", "iso-2022-jp", "euc-kr", "ibm866", "IBM037", "x-mac-cyrillic",
		"tis-620", "utf-16", "utf-16le", "iso-8859-16", " utf-8 "} {
		if Charset(name) == nil {
			t.Errorf("Charset(%q) is not known", name)
		}
	}
	for _, name := range []string{"", "no-such"} {
		if Charset(name) != nil {
			t.Errorf("Charset(%q) is known", name)
		}
	}
}

func TestDecodeText(t *testing.T) {
	tests := []struct{ charset, text, want string }{
		{"utf-8", "ä", "ä"},
		{"iso-8859-1", "\xe4", "ä"},
		{"us-ascii", "\xe4", "ä"},
		{"", "ä", "ä"},
		{"no-such", "\xe4", "ä"},
		{"utf-16", "\xff\xfea\x00", "a"},
		{"gb2312", "\xb2\xe2\xff", "测\uFFFD"},
	}
	for _, tt := range tests {
		if got := DecodeText(tt.charset, []byte(tt.text)); got != tt.want {
			t.Errorf("DecodeText(%q, %q) = %q, want %q", tt.charset, tt.text, got, tt.want)
		}
	}
}

func TestHeaderForms(t *testing.T) {
	tests := []struct{ field, eve, value string }{
		{"X:a\n", "a", "a"},
		{"X: \t a b \n", "a b ", "a b"},
		{"X:\n", "", ""},
		{"X: a\n b\n", "ab", "a b"},
		{"X: a\r\n\tb\r\n  c\r\n", "ab c", "a\tb  c"},
		{"X:\n a\n", "a", "a"},
		{"X: \n  a\n", " a", "a"},
		{"X: a\n \n b\n", "ab", "a  b"},
	}
	for _, tt := range tests {
		m := NewMessage(nil, headerOf(func(h *Header) {
			for range 2 { // the forms are built once
				if eve, value := string(h.EVE()), string(h.Value()); eve != tt.eve || value != tt.value {
					t.Errorf("%q: EVE() = %q, Value() = %q, want %q, %q", tt.field, eve, value, tt.eve, tt.value)
				}
			}
			if want := strings.TrimSuffix(strings.TrimSuffix(tt.field[2:], "\n"), "\r"); string(h.Raw) != want {
				t.Errorf("%q: Raw = %q, want %q", tt.field, h.Raw, want)
			}
		}))
		feed(m, tt.field)
		m.Close()
	}
}

func TestURLs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"no url: here", ""},
		{"http://a", "http://a"},
		{"http://a http://b\nhttp://c", "http://a http://b http://c"},
		{"HtTp://a", "HtTp://a"},
		{"xhttp://a", "http://a"},
		{"http:/a http:a http//a http:// http:///", "http:///"},
		{"<http://a>[http://b]'http://c'\"http://d\"\thttp://e\t", "http://a http://b http://c http://d http://e"},
		{"http://a?u=http://b", "http://a?u=http://b"},
		{"http:http://a", "http://a"},
		{"http:/http://a", "http://a"},
		{"https://a ftp://b", "https://a"},
		{"://a", ""},
	}
	for _, tt := range tests {
		for size := 1; size <= len(tt.text)+1; size++ {
			f := urlFinder{schemes: []string{"http", "HTTPS"}}
			var got []string
			take := func() { got = append(got, fmt.Sprintf("%s://%s", f.scheme, f.rest)) }
			for text := []byte(tt.text); len(text) > 0; {
				piece := text[:min(size, len(text))]
				text = text[len(piece):]
				for len(piece) > 0 {
					n, ok := f.next(piece)
					if ok {
						take()
					}
					piece = piece[n:]
				}
			}
			if f.end() {
				take()
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("%d bytes at a time, %q gives %q, want %q", size, tt.text, g, tt.want)
			}
		}
	}
}
