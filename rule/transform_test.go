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
