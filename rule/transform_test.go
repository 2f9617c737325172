package rule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/rule/payload"
)

func TestTransforms(t *testing.T) {
	tests := []struct {
		chain, in, want string
	}{
		{"dotprefix", "example.org", ".example.org"},
		{"strip_whitespace", " a\tb\r\n", "ab"},
		{"compress_whitespace", " \ta  b\r\n", " a b\r"},
		{"to_lowercase", "aBÇ", "abÇ"},
		{"to_uppercase", "aBc1", "ABC1"},
		{"to_md5", "", "\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e"},
		{"url_decode", "a%20b+c%zz%4", "a b c%zz%4"},
		{`xor:"0102"`, "\x01\x02\x03", "\x00\x00\x02"},
		{`xor:offset 2, "0102"`, "a\x00\x01\x02\x03", "a\x00\x00\x00\x02"},
		{"xor:offset 1,extract 1 0", "\x20ABC", "\x20abc"},
		{"xor:extract 2 1,offset 9", "abc", "abc"},
		{"xor:extract 2 2", "abc", "abc"},
		{"subslice:2", "abc", "c"},
		{"subslice:-2", "abc", "bc"},
		{"subslice:-10,3", "curl/7.64.1", "url"},
		{"subslice:9, 2", "abc", ""},
		{"subslice:0, 13", "curl/7.64.1", ""},
		{"subslice:1,-3", "curl/7.64.1", "url/7.6"},
		{"subslice:1,30, truncate", "curl/7.64.1", "url/7.64.1"},
		{"subslice:-6,30, truncate", "curl/7.64.1", "7.64.1"},
		{"subslice:-20, truncate", "curl/7.64.1", "curl/7.64.1"},
		{"subslice:-20, 5, truncate", "curl/7.64.1", "curl/"},
		{"subslice:-20", "curl/7.64.1", ""},
		{"subslice:0, -30, truncate", "curl/7.64.1", ""},
		{"subslice:-20, -30, truncate", "curl/7.64.1", ""},
		{"subslice:-11, -6, truncate", "curl/7.64.1", "curl/"},
		{"header_lowercase", "Host: A\r\n:Path: B\r\n", "host: A\r\n:path: B\r\n"},
		{"strip_pseudo_headers", ":method: GET\r\nhost: a\r\n", "host: a\r\n"},
		{`pcrexform:"a(.*)c"`, "xabbc", "bb"},
		{`pcrexform:"a(.*)z"`, "xabbc", "xabbc"},
		{"from_base64", "Zm9v!YmFy", "foo"},
		{"from_base64:offset 2, bytes 4", "x=Zm9vYmFy", "foo"},
		{"from_base64:mode rfc2045", "Zm 9v\r\nYm Fy", "foobar"},
		{"from_base64:mode strict", "Zm 9v", "Zm 9v"},
		{"from_base64:mode strict", "Zm8=", "fo"},
		{"from_base64", "!", "!"},
		{"strip_whitespace; to_uppercase; dotprefix", "a b", ".AB"},
	}
	for _, wrong := range []string{"xor", "xor:extract 0 0", "xor:offset abc,\"01\"", "xor:offset 1", "xor:offset ,\"01\"", `xor:"01","02"`,
		"xor:extract 1 0,extract 1 0", "subslice:x", "subslice:1,2,3", "subslice:truncate"} {
		if r, _ := loaded(`alert http any any -> any any (http.uri; ` + wrong + `; content:"1"; sid:1;)`); r != nil {
			t.Errorf("%s: no error", wrong)
		}
	}
	var x Transformer
	for _, test := range tests {
		r, problems := loaded(fmt.Sprintf(`alert http any any -> any any (http.uri; %s; content:"1"; sid:1;)`, test.chain))
		if r == nil {
			t.Errorf("%s: %v", test.chain, problems)
			continue
		}
		in := []byte(test.in)
		if got := x.Apply(r.Sections[0].Transforms, in); string(got) != test.want || string(in) != test.in {
			t.Errorf("%s of %q: %q, want %q", test.chain, test.in, got, test.want)
		}
	}
}

// FuzzRule loads a rule with the options, and evaluates it over a buffer.
func FuzzRule(f *testing.F) {
	f.Add(`http.uri; dotprefix; content:".a"; within:3; pcre:"/b+$/R"`, []byte("ab/abb"))
	f.Add(`content:"a"; byte_extract:1,0,n,relative; content:!"b"; within:n; isdataat:!n,relative`, []byte("a\x02cb"))
	f.Add(`http.header; subslice:-4,-1,truncate; xor:offset 1,extract 1 0; entropy:bytes 1,value >=0; asn1:oversize_length 0`, []byte("ab/abb"))
	f.Add(`http.header; header_lowercase; xor:"20"; from_base64:offset 1; bsize:>2; content:"x"; nocase`, []byte("Host: x\r\n"))
	lang := testLanguage()
	f.Fuzz(func(t *testing.T, options string, b []byte) {
		if len(b) > 1<<12 || strings.ContainsAny(options, "\n\\") {
			return
		}
		s := lang.NewSet()
		s.Load("x", `alert ip any any -> any any (`+options+`; sid:1;)`)
		var e payload.Evaluator
		var x Transformer
		for _, r := range s.Rules {
			for _, section := range r.Sections {
				in := x.Apply(section.Transforms, b)
				ok := e.Match(section.Tests, in)
				if fast := r.Fast; ok && fast != nil && fast.Section == section && !found(fast.Content, in) {
					t.Errorf("%s matches without its fast pattern", options)
				}
			}
		}
	})
}

func found(c *payload.Content, b []byte) bool {
	return strings.Contains(strings.ToLower(string(b)), strings.ToLower(string(c.FastText()))) || strings.Contains(string(b), string(c.FastText()))
}
