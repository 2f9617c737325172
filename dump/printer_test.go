package dump

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/reknit/reknit/stream"
)

const (
	client = stream.ToServer
	server = stream.ToClient
)

// said is a step of a conversation: bytes, a gap, or the end of a direction.
type said struct {
	s    int // which stream
	d    stream.Dir
	text string
	lost int64
	end  bool
}

// show prints a conversation.
func show(f Format, colours bool, steps []said) string {
	var out bytes.Buffer
	var streams [4]Stream
	p := Printer{Out: &out, Format: f, Colours: colours}
	p.Headline = func(s *Stream) string {
		for i := range streams {
			if s == &streams[i] {
				return string(rune('A' + i))
			}
		}
		return "?"
	}
	var at [4][2]int64
	for _, x := range steps {
		s := &streams[x.s]
		p.Data(s, x.d, at[x.s][x.d], []byte(x.text))
		at[x.s][x.d] += int64(len(x.text)) + x.lost
		if x.lost > 0 {
			p.Lost(s, x.d, x.lost)
		}
		if x.end {
			p.End(s, x.d)
		}
	}
	p.Close()
	return out.String()
}

func TestPrinter(t *testing.T) {
	for _, test := range []struct {
		name   string
		format Format
		steps  []said
		want   string
	}{
		{"nothing", Text, nil, ""},
		{"lines", Text, []said{{text: "a\r\nb\nc"}}, "=== A ===\n> a\n> b\n> c\n"},
		{"both sides", Text, []said{{text: "hi\r\n"}, {d: server, text: "ho\r\n"}}, "=== A ===\n> hi\n< ho\n"},
		{"empty line", Text, []said{{text: "\r\n\n"}}, "=== A ===\n> \n> \n"},
		{"interrupted", Text, []said{{text: "ab"}, {d: server, text: "x\n"}, {text: "cd\n"}}, "=== A ===\n> ab\n< x\n>+ cd\n"},
		{"line goes on", Text, []said{{text: "ab"}, {text: "cd\n"}}, "=== A ===\n> abcd\n"},
		{"interrupted before its end", Text, []said{{text: "ab"}, {d: server, text: "x\n"}, {text: "\n"}},
			"=== A ===\n> ab\n< x\n>+ \n"},
		{"CR LF in two", Text, []said{{text: "ab\r"}, {text: "\ncd"}}, "=== A ===\n> ab\n> cd\n"},
		{"CR alone", Text, []said{{text: "ab\rcd\r"}, {text: "ef\r", end: true}}, "=== A ===\n> ab\\rcd\\ref\\r\n"},
		{"character in parts", Text, []said{{text: "\xe2"}, {text: "\x82"}, {text: "\xac\n"}}, "=== A ===\n> €\n"},
		{"character in parts, and both sides", Text, []said{{text: "\xc3"}, {d: server, text: "\xc3"}, {text: "\xa9\n"},
			{d: server, text: "\xa8\n"}}, "=== A ===\n> é\n< è\n"},
		{"character that ends early", Text, []said{{text: "\xe2\x82", end: true}}, "=== A ===\n> \\xe2\\x82\n"},
		{"character before a gap", Text, []said{{text: "a\xe2", lost: 2}}, "=== A ===\n> a\\xe2\n>! [2 bytes lost]\n"},
		{"control characters", Text, []said{{text: "\x1b[2J\x00\x07\x7f\u0085\u202e\t\n"}},
			"=== A ===\n> \\x1b[2J\\x00\\x07\\x7f\\u0085\\u202e\t\n"},
		{"not UTF-8", Text, []said{{text: "caf\xe9!\n"}}, "=== A ===\n> caf\\xe9!\n"},
		{"private character", Text, []said{{text: "\U000f0000\n"}}, "=== A ===\n> \\U000f0000\n"},
		{"gap", Text, []said{{text: "a\n", lost: 712}, {text: "b\n"}}, "=== A ===\n> a\n>! [712 bytes lost]\n> b\n"},
		{"gap in a line", Text, []said{{text: "ab", lost: 1}, {text: "cd\n"}}, "=== A ===\n> ab\n>! [1 byte lost]\n> cd\n"},
		{"gap of the server", Text, []said{{text: "a"}, {d: server, lost: 5}}, "=== A ===\n> a\n<! [5 bytes lost]\n"},
		{"forged gap", Text, []said{{text: "! [5 bytes lost]\n=== B ===\n"}}, "=== A ===\n> ! [5 bytes lost]\n> === B ===\n"},
		{"two streams", Text, []said{{text: "a"}, {s: 1, text: "x\n"}, {text: "b\n"}},
			"=== A ===\n> a\n=== B ===\n> x\n=== A ===\n>+ b\n"},

		{"hex", Hex, []said{{text: "0123456789abcdef\r\n"}},
			"=== A ===\n> 00000000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\n" +
				"> 00000010: 0d0a                                     ..\n"},
		{"hex in parts", Hex, []said{{text: "ab"}, {text: "c"}},
			"=== A ===\n> 00000000: 6162 63                                  abc\n"},
		{"hex of both sides", Hex, []said{{text: "ab"}, {d: server, text: "\x1b"}, {text: "c"}},
			"=== A ===\n> 00000000: 6162                                     ab\n" +
				"< 00000000: 1b                                       .\n" +
				"> 00000002: 63                                       c\n"},
		{"hex with a gap", Hex, []said{{text: "ab", lost: 0x10000}, {text: "c"}},
			"=== A ===\n> 00000000: 6162                                     ab\n>! [65536 bytes lost]\n" +
				"> 00010002: 63                                       c\n"},
		{"raw", Raw, []said{{text: "ab\xff"}, {d: server, text: "\x1b"}, {text: "c", lost: 5}, {s: 1, text: "d", end: true}}, "ab\xff\x1bcd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := show(test.format, false, test.steps); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestColours(t *testing.T) {
	steps := []said{{text: "a\n"}, {d: server, text: "b", lost: 3}}
	want := "\x1b[1m=== A ===\x1b[0m\n\x1b[36m> a\x1b[0m\n\x1b[32m< b\x1b[0m\n\x1b[31m<! [3 bytes lost]\x1b[0m\n"
	if got := show(Text, true, steps); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzText wants text that cannot drive a terminal, that does not depend on how the bytes came, and in which every line
// tells whose it is.
func FuzzText(f *testing.F) {
	f.Add([]byte("EHLO \x1b[2J\r\n\xe2\x82\xac\r\r\n\xff"), uint8(3))
	f.Add([]byte("\xf0\x9f\x92\xa9\xf0\x9f"), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, n uint8) {
		whole := show(Text, false, []said{{text: string(b), end: true}})
		for i, line := range strings.Split(strings.TrimSuffix(whole, "\n"), "\n") {
			if i > 0 && !strings.HasPrefix(line, "> ") || i == 0 && line != "=== A ===" && len(b) > 0 {
				t.Fatalf("line %d is %q", i+1, line)
			}
		}
		for _, r := range whole {
			if r == utf8.RuneError && !bytes.ContainsRune(b, utf8.RuneError) || !unicode.IsPrint(r) && r != '\n' && r != '\t' {
				t.Fatalf("%q holds %q", whole, r)
			}
		}
		var steps []said
		for rest := b; len(rest) > 0; {
			k := min(max(1, int(n)), len(rest))
			steps = append(steps, said{text: string(rest[:k])})
			rest = rest[k:]
		}
		steps = append(steps, said{end: true})
		if parts := show(Text, false, steps); parts != whole {
			t.Fatalf("in parts of %d %q, whole %q", n, parts, whole)
		}
	})
}

func TestAppendOffset(t *testing.T) {
	for _, test := range []struct {
		at   int64
		want string
	}{{0, "00000000"}, {0xffffffff, "ffffffff"}, {0x100000000, "100000000"}, {1<<63 - 1, "7fffffffffffffff"}} {
		if got := string(appendOffset(nil, test.at)); got != test.want {
			t.Errorf("appendOffset(%#x) = %s, want %s", test.at, got, test.want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, name := range FormatNames() {
		if f, err := ParseFormat(name); err != nil || f.String() != name {
			t.Errorf("ParseFormat(%q) = %v, %v", name, f, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("ParseFormat(xml) gives no error")
	}
}

// Long lines cost no memory.
func TestPrinterAllocates(t *testing.T) {
	p := Printer{Out: discard{}}
	var s Stream
	b := bytes.Repeat([]byte("long line \xe2\x82\xac "), 100)
	for _, f := range []Format{Text, Hex, Raw} {
		p.Format = f
		p.Data(&s, client, 0, b)
		if n := testing.AllocsPerRun(100, func() { p.Data(&s, client, 0, b) }); n > 0 {
			t.Errorf("%v: %v allocations", f, n)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
