package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `""`},
		{"plain", `"plain"`},
		{"exactly8", `"exactly8"`},
		{"nine char", `"nine char"`},
		{`a"b\c/d`, `"a\"b\\c/d"`},
		{"\b\t\n\f\r", `"\b\t\n\f\r"`},
		{"\x00\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\x7f\""},
		{"grün", `"grün"`},
		{"日本\u2028語", "\"日本\u2028語\""},
		{"a\xffb", `"a\\xffb"`},
		{"grün\xe9", `"gr\\xc3\\xbcn\\xe9"`},
		{"\xff\n\"", `"\\xff\n\""`},
		{"\xed\xa0\x80", `"\\xed\\xa0\\x80"`}, // a surrogate is not UTF-8
		{"\xc0\x80", `"\\xc0\\x80"`},          // nor is an overlong form
		{"a long text that ends in \"", `"a long text that ends in \""`},
	}
	for _, tt := range tests {
		var o Object
		o.ItemStr(tt.in)
		if got := string(o.buf); got != tt.want {
			t.Errorf("ItemStr(%q) = %s, want %s", tt.in, got, tt.want)
		}
		var p Object
		p.Item([]byte(tt.in))
		if got := string(p.buf); got != tt.want {
			t.Errorf("Item(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

// Every byte at every place of texts of several lengths.
func TestClean(t *testing.T) {
	for n := 1; n < 20; n++ {
		for at := range n {
			for c := range 256 {
				b := []byte(strings.Repeat("a", n))
				b[at] = byte(c)
				want := c >= ' ' && c < 0x80 && c != '"' && c != '\\'
				if got := clean(b); got != want {
					t.Fatalf("clean(%q) = %v, want %v", b, got, want)
				}
			}
		}
	}
}

func TestLimited(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"abc", 3, `{"k":"abc"}`},
		{"abcd", 3, `{"k":"abc[truncated 1 additional byte]"}`},
		{"abcde", 3, `{"k":"abc[truncated 2 additional bytes]"}`},
		{"aü", 2, `{"k":"a\\xc3[truncated 1 additional byte]"}`}, // the cut leaves no valid UTF-8
		{"ab", -1, `{"k":"[truncated 2 additional bytes]"}`},
	}
	for _, tt := range tests {
		var o Object
		o.Start(nil, nil)
		o.Limited("k", []byte(tt.in), tt.limit)
		if got := string(o.End()); got != tt.want {
			t.Errorf("Limited(%q, %d) = %s, want %s", tt.in, tt.limit, got, tt.want)
		}
	}
}

func TestPrintable(t *testing.T) {
	var o Object
	o.Start(nil, nil)
	o.Printable("k", []byte("GET /\"\\\r\n\tü\x00\x7f~"))
	want := `{"k":"GET /\"\\\r\n.....~"}`
	if got := string(o.End()); got != want {
		t.Errorf("Printable = %s, want %s", got, want)
	}
}

// encoded is what a text from the wire looks like to someone who decodes the JSON.
func encoded(v []byte) string {
	if utf8.Valid(v) {
		return string(v)
	}
	var b strings.Builder
	for _, c := range v {
		if c >= 0x80 {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func FuzzText(f *testing.F) {
	f.Add("key", []byte("value"), 3)
	f.Add(`"`, []byte("\x00\n\"\\/"), 1)
	f.Add("é", []byte("日本語\xff"), 4)
	f.Fuzz(func(t *testing.T, key string, v []byte, limit int) {
		var o Object
		o.Start(nil, nil)
		o.Open("m")
		o.Bytes(key, v)
		o.Close()
		o.Open("o")
		o.Str("s", string(v))
		o.Limited("l", v, limit)
		o.Printable("p", v)
		o.Hex("h", v)
		o.Base64("b", v)
		o.Close()
		o.OpenArray("a")
		o.Item(v)
		o.ItemStr(key)
		o.CloseArray()
		line := o.End()

		if !json.Valid(line) || !utf8.Valid(line) {
			t.Fatalf("not JSON: %q", line)
		}
		var got struct {
			M map[string]string
			O struct {
				S, P, H string
				B       []byte
			}
			A []string
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		want := encoded(v)
		if got.M[encoded([]byte(key))] != want || got.O.S != want || got.A[0] != want || got.A[1] != encoded([]byte(key)) {
			t.Errorf("%q reads back as %q, want %q", v, got.O.S, want)
		}
		if string(got.O.B) != string(v) || got.O.H != fmt.Sprintf("%x", v) || len(got.O.P) != len(v) {
			t.Errorf("%q reads back as %q", v, got.O)
		}
	})
}
