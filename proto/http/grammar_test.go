package http

import (
	"fmt"
	"testing"

	"github.com/reknit/reknit/file"
)

func TestParseRequestLine(t *testing.T) {
	tests := []struct{ line, want string }{
		{"GET / HTTP/1.1", `"GET" "/" "HTTP/1.1" false false false`},
		{"GET /a b HTTP/1.1", `"GET" "/a" "b HTTP/1.1" false false false`},
		{"  GET\t/  HTTP/1.0 ", `"GET" "/" "HTTP/1.0" true true false`},
		{"GET /\tHTTP/1.1", `"GET" "/" "HTTP/1.1" false false true`},
		{"GET /", `"GET" "/" "" false false false`},
		{"GET", `"GET" "" "" false false false`},
		{"", `"" "" "" false false false`},
	}
	for _, tt := range tests {
		r := parseRequestLine([]byte(tt.line))
		got := fmt.Sprintf("%q %q %q %v %v %v", r.method, r.target, r.protocol, r.blankFirst, r.methodDelim, r.targetDelim)
		if got != tt.want {
			t.Errorf("parseRequestLine(%q) = %s, want %s", tt.line, got, tt.want)
		}
	}
}

func TestParseStatusLine(t *testing.T) {
	tests := []struct{ line, want string }{
		{"HTTP/1.1 200 OK", `"HTTP/1.1" "200" "OK" 200`},
		{"HTTP/1.1  404  Not Found", `"HTTP/1.1" "404" "Not Found" 404`},
		{"HTTP/1.0 304", `"HTTP/1.0" "304" "" 304`},
		{"HTTP/1.1 2XX odd", `"HTTP/1.1" "2XX" "odd" 0`},
		{"HTTP/1.1 099 x", `"HTTP/1.1" "099" "x" 0`},
		{"HTTP/1.1 2000 x", `"HTTP/1.1" "2000" "x" 0`},
		{"HTTP/1.1", `"HTTP/1.1" "" "" 0`},
	}
	for _, tt := range tests {
		s := parseStatusLine([]byte(tt.line))
		if got := fmt.Sprintf("%q %q %q %d", s.protocol, s.code, s.reason, s.status); got != tt.want {
			t.Errorf("parseStatusLine(%q) = %s, want %s", tt.line, got, tt.want)
		}
	}
}

func TestParseField(t *testing.T) {
	tests := []struct {
		line, name, value string
		odd               oddities
	}{
		{"Host: a.example", "Host", "a.example", 0},
		{"Host:a.example \t", "Host", "a.example", 0},
		{"Host :x", "Host", "x", blankBehindName},
		{"no colon", "", "no colon", noColon},
		{": x", "", "x", emptyName},
		{"a(b): x", "a(b)", "x", badName},
		{"a: b\x00c", "a", "b\x00c", badValue},
		{"a:", "a", "", 0},
	}
	for _, tt := range tests {
		name, value, odd := parseField([]byte(tt.line))
		if string(name) != tt.name || string(value) != tt.value || odd != tt.odd {
			t.Errorf("parseField(%q) = %q, %q, %b", tt.line, name, value, odd)
		}
	}
}

func TestParseContentLength(t *testing.T) {
	tests := []struct {
		text           string
		n              int64
		before, behind bool
	}{
		{"0", 0, false, false},
		{"123", 123, false, false},
		{" 12 ", 12, false, false},
		{"+12", 12, true, false},
		{"12, 13", 12, false, true},
		{"x", -1, false, false},
		{"", -1, false, false},
		{"99999999999999999999", -1, false, false},
		{"1152921504606846975", 1<<60 - 1, false, false},
	}
	for _, tt := range tests {
		if n, before, behind := parseContentLength([]byte(tt.text)); n != tt.n || before != tt.before || behind != tt.behind {
			t.Errorf("parseContentLength(%q) = %d, %v, %v", tt.text, n, before, behind)
		}
	}
}

func TestParseChunkSize(t *testing.T) {
	tests := []struct {
		line      string
		n         int64
		extension bool
	}{
		{"0", 0, false},
		{"1aF", 0x1af, false},
		{" 10 ", 16, false},
		{"10;a=b", 16, true},
		{"10 x", 16, true},
		{"", -1, false},
		{"x", -1, false},
		{"-1", -1, false},
		{"fffffffffffffffff", -1, false},
	}
	for _, tt := range tests {
		if n, extension := parseChunkSize([]byte(tt.line)); n != tt.n || extension != tt.extension {
			t.Errorf("parseChunkSize(%q) = %d, %v", tt.line, n, extension)
		}
	}
}

func TestParseRange(t *testing.T) {
	tests := []struct {
		text             string
		start, end, size int64
		ok               bool
	}{
		{"bytes 0-499/1234", 0, 499, 1234, true},
		{"bytes 500-999/*", 500, 999, -1, true},
		{"bytes */1234", -1, -1, 1234, true},
		{"Bytes  1-2/3 ", 1, 2, 3, true},
		{"bytes 1-2", 0, 0, 0, false},
		{"lines 1-2/3", 0, 0, 0, false},
		{"bytes a-b/3", 0, 0, 3, false},
	}
	for _, tt := range tests {
		start, end, size, ok := parseRange([]byte(tt.text))
		if ok != tt.ok || ok && (start != tt.start || end != tt.end || size != tt.size) {
			t.Errorf("parseRange(%q) = %d, %d, %d, %v", tt.text, start, end, size, ok)
		}
	}
}

func TestNormalURI(t *testing.T) {
	ids, minimal := URI{}, URI{KeepBackslash: true, KeepSeparators: true, KeepRepeated: true, KeepUnicode: true, KeepUTF8: true}
	tests := []struct {
		name      string
		c         URI
		uri, want string
	}{
		{"as it is", ids, "/a/b?c=d#e", "/a/b?c=d#e"},
		{"encoded", ids, "/%41%20b?x=%41+1", "/A b?x=A+1"},
		{"dots", ids, "/a/./b/../c/..", "/a/"},
		{"beyond the root", ids, "/../../a", "/a"},
		{"encoded dots", ids, "/a/%2e%2e/b", "/b"},
		{"encoded separator", ids, "/a%2fb%5cc", "/a/b/c"},
		{"backslash", ids, `/a\b`, "/a/b"},
		{"repeated", ids, "//a///b", "/a/b"},
		{"unicode", ids, "/%u0041%uff0f", "/A/"},
		{"UTF-8", ids, "/%ef%bc%8fa\xc3\xa9", "//a\xe9"},
		{"no escape", ids, "/%zz%4", "/%zz%4"},
		{"scheme and host", ids, "http://u:p@a.example:80/x?y", "/x?y"},
		{"query only once", ids, "/?%2541", "/?%41"},
		{"no path", ids, "http://a.example", ""},
		{"star", ids, "*", "*"},
		{"minimal", minimal, `/a%2f\//%u0041`, `/a%2f\//%u0041`},
		{"all", URI{All: true}, "http://u@a.example:8080/x", "http://u@a.example:8080/x"},
		{"twice", URI{DoublePath: true, DoubleQuery: true}, "/%2541?%2542", "/A?B"},
		{"plus", URI{PlusIsSpace: true}, "/a+b?a+b", "/a+b?a b"},
		{"lower", URI{Lower: true}, "/ABC?D", "/abc?D"},
		{"remove percent", URI{Invalid: RemovePercent}, "/%zz", "/zz"},
		{"NUL ends", URI{EncodedNULEnds: true}, "/a%00b", "/a"},
	}
	for _, tt := range tests {
		u := parseURI([]byte(tt.uri))
		if got, _ := tt.c.normal(nil, &u); string(got) != tt.want {
			t.Errorf("%s: normal(%q) = %q, want %q", tt.name, tt.uri, got, tt.want)
		}
	}
}

func TestSplitHost(t *testing.T) {
	tests := []struct {
		text, host, port string
		valid            bool
	}{
		{"a.example", "a.example", "", true},
		{"a.example:80", "a.example", "80", true},
		{"[::1]:8080", "[::1]", "8080", true},
		{"[::1]", "[::1]", "", true},
		{"a b", "a b", "", false},
		{"", "", "", false},
		{"a..b", "a..b", "", false},
		{"a_b.example.", "a_b.example.", "", true},
	}
	for _, tt := range tests {
		host, port := splitHost([]byte(tt.text))
		if string(host) != tt.host || string(port) != tt.port || validHost(host) != tt.valid {
			t.Errorf("splitHost(%q) = %q, %q, valid %v", tt.text, host, port, validHost(host))
		}
	}
}

func TestParam(t *testing.T) {
	tests := []struct{ value, name, want string }{
		{`attachment; filename="a b.txt"`, "filename", "a b.txt"},
		{`attachment;FILENAME=x.txt ; y=z`, "filename", "x.txt"},
		{`form-data; name="f"; filename="a\"b"`, "filename", `a\"b`},
		{`attachment; a="; filename=no"; filename=yes`, "filename", "yes"},
		{`attachment; filename="unclosed`, "filename", "unclosed"},
		{`attachment`, "filename", ""},
		{`filename=x`, "filename", ""},
	}
	for _, tt := range tests {
		if got := param([]byte(tt.value), tt.name); string(got) != tt.want {
			t.Errorf("param(%q, %q) = %q, want %q", tt.value, tt.name, got, tt.want)
		}
	}
}

// TestForget wants nothing kept of bodies that rules do not look at any more.
func TestForget(t *testing.T) {
	v := newTalk(t, Config{RequestBody: 100, ResponseBody: 100, Files: file.Config{Keep: 100}})
	v.client([]byte("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"))
	v.server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nplain"))
	var x *Exchange
	for tx := range v.session.Transactions() {
		x = tx.(*Exchange)
	}
	if x == nil || string(x.Request.Body) != "hello" || string(x.Response.Body) != "plain" {
		t.Fatalf("exchange %v", x)
	}
	if kept := x.Response.Files[0].Kept(); kept != nil {
		t.Errorf("a file has kept %q besides", kept)
	}
	x.Forget()
	if v.server([]byte("again")); x.Request.Body != nil || x.Response.Body != nil {
		t.Errorf("bodies %q and %q", x.Request.Body, x.Response.Body)
	}
	v.close()
}

// TestFields wants the buffers that rules inspect.
func TestFields(t *testing.T) {
	v := newTalk(t, Config{RequestBody: 4, ResponseBody: 100})
	v.client([]byte("POST http://A.example/x/../y%20z HTTP/1.1\r\nHost: a.example\r\nCookie: c=1\r\nX: 1\r\nx: 2\r\nContent-Length: 5\r\n\r\nhello"))
	v.server([]byte("HTTP/1.1 200 All right\r\nServer: s\r\nSet-Cookie: d=2\r\nContent-Encoding: gzip\r\n" +
		"Content-Length: 5\r\n\r\nplain"))
	want := map[string]string{
		"http.method": "POST", "http.uri": "/y z", "http.uri.raw": "http://A.example/x/../y%20z", "http.host": "a.example",
		"http.request_line": "POST http://A.example/x/../y%20z HTTP/1.1", "http.request_body": "hell",
		"http.response_line": "HTTP/1.1 200 All right", "http.stat_code": "200", "http.stat_msg": "All right",
		"http.response_body": "plain", "http.server": "s",
	}
	got := map[string]string{}
	for _, f := range fields {
		if b, ok := f.Get(v.last, 0); ok {
			got[f.Name+[2]string{"", " (response)"}[f.Dir]] = string(b)
			if w, ok := want[f.Name]; ok && w != string(b) {
				t.Errorf("%s = %q, want %q", f.Name, b, w)
			}
			for _, o := range fields {
				if o.Name != f.Same || o.Dir != f.Dir {
					continue
				}
				if same, _ := o.Get(v.last, 0); string(same) != string(b) {
					t.Errorf("%s = %q, but %s = %q", f.Name, b, o.Name, same)
				}
			}
		}
	}
	for name, w := range map[string]string{
		"http.header":                     "Host: a.example\r\nX: 1, 2\r\nContent-Length: 5\r\n",
		"http.header.raw":                 "Host: a.example\r\nCookie: c=1\r\nX: 1\r\nx: 2\r\nContent-Length: 5\r\n\r\n",
		"http.header_names":               "\r\nHost\r\nCookie\r\nX\r\nContent-Length\r\n\r\n",
		"http.cookie":                     "c=1",
		"http.cookie (response)":          "d=2",
		"http.request_header":             "Host: a.example",
		"file.data (response)":            "plain",
		"http.protocol (response)":        "HTTP/1.1",
		"http.header_names (response)":    "\r\nServer\r\nSet-Cookie\r\nContent-Encoding\r\nContent-Length\r\n\r\n",
		"http.response_header (response)": "Server: s",
	} {
		if got[name] != w {
			t.Errorf("%s = %q, want %q", name, got[name], w)
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			if _, ok := got[name+" (response)"]; !ok {
				t.Errorf("%s is missing", name)
			}
		}
	}
}
