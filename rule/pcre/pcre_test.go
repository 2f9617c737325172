package pcre

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	tests := []struct {
		text  string
		flags Flags
		in    string
		want  string // what was found in brackets; "-": nothing
	}{
		{`abc`, 0, "xabcx", "x[abc]x"},
		{`ABC`, Caseless, "xabcx", "x[abc]x"},
		{`(?i)a(?-i)B`, 0, "AB ab", "[AB] ab"},
		{`(?i:a)B`, 0, "ab aB", "ab [aB]"},
		{`a.c`, 0, "a\nc abc", "a\nc [abc]"},
		{`a.c`, DotAll, "a\nc", "[a\nc]"},
		{`^b`, 0, "a\nb", "-"},
		{`^b`, Multiline, "a\nb", "a\n[b]"},
		{`^`, Multiline, "", "[]"},
		{`b$`, 0, "ab\n", "a[b]\n"},
		{`b$`, DollarEnd, "ab\n", "-"},
		{`a$`, Multiline, "a\nb", "[a]\nb"},
		{`b\Z`, 0, "ab\n", "a[b]\n"},
		{`b\z`, 0, "ab\n", "-"},
		{`a b # c`, Extended, "ab", "[ab]"},
		{`a+`, Ungreedy, "aaa", "[a]aa"},
		{`a+?`, Ungreedy, "aaa", "[aaa]"},
		{`b`, Anchored, "ab", "-"},
		{`\xff\x0`, 0, "a\xff\x00", "a[\xff\x00]"},
		{`[^a]`, 0, "a\xe9", "a[\xe9]"},
		{`\x{41}\101\t\e`, 0, "AA\t\x1b", "[AA\t\x1b]"},
		{`[\d-]+`, 0, "a1-2b", "a[1-2]b"},
		{`[]a]+`, 0, "x]a", "x[]a]"},
		{`[[:alpha:]_]+`, 0, "1a_b2", "1[a_b]2"},
		{`[a\]b]+`, 0, "xa]b", "x[a]b]"},
		{`\Qa.b\E+`, 0, "a.bbb", "[a.b]bb"},
		{`a{2,3}`, 0, "aaaa", "[aaa]a"},
		{`a{2,3}?`, 0, "aaaa", "[aa]aa"},
		{`a{,3}`, 0, "a{,3}", "[a{,3}]"},
		{`(ab){2}`, 0, "ababab", "[abab]ab"},
		{`(?:a|ab)(?:c|bcd)`, 0, "abcd", "[abcd]"},
		{`(a*)*b`, 0, "aaab", "[aaab]"},
		{`(a|)*b`, 0, "aab", "[aab]"},
		{`foo(?=bar)`, 0, "foox foobar", "foox [foo]bar"},
		{`foo(?!bar)`, 0, "foobar foox", "foobar [foo]x"},
		{`(?<=a|bc)d`, 0, "bd bcd", "bd bc[d]"},
		{`(?<!a|bc)d`, 0, "ad bcd xd", "ad bcd x[d]"},
		{`(.)\1`, 0, "abccd", "ab[cc]d"},
		{`(?P<x>a)(?P=x)`, 0, "aba aa", "aba [aa]"},
		{`(?<x>a)\k<x>\g{-1}`, 0, "aaa", "[aaa]"},
		{`(a)\1`, Caseless, "aA", "[aA]"},
		{`(?>a+)ab`, 0, "aaab", "-"},
		{`a++b`, 0, "aaab", "[aaab]"},
		{`a\Kb`, 0, "ab", "a[b]"},
		{`(?|(a)|(b))\1`, 0, "ab bb", "ab [bb]"},
		{`a\Rb`, 0, "a\r\nb", "[a\r\nb]"},
		{`\bfoo\b`, 0, "xfoo foo", "xfoo [foo]"},
		{`\Boo`, 0, "foo", "f[oo]"},
		{`(?#note)a`, 0, "a", "[a]"},
		{`(\d+)(?:px|em)(?=;)`, 0, "10px 12em;", "10px [12em];"},
		{`a{0}b`, 0, "ab", "a[b]"},
		{`x*`, 0, "aaa", "[]aaa"},
		{`[\w.]+@`, 0, "me.too@x", "[me.too@]x"},
	}
	var m Matcher
	for _, test := range tests {
		r, err := Parse(test.text, test.flags)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		start, end, ok, err := r.Find(&m, []byte(test.in), 0)
		got := "-"
		if ok {
			got = test.in[:start] + "[" + test.in[start:end] + "]" + test.in[end:]
		}
		if err != nil || got != test.want {
			t.Errorf("%q in %q: %q, %v; want %q", test.text, test.in, got, err, test.want)
		}
	}
}

func TestSyntax(t *testing.T) {
	for _, text := range []string{
		"(", ")", "a)", "[a", "*", "a|*", `\`, "a{3,2}", "(?<!a*)b", "(?<=a+)b", `\1`, `(a)\2`, `\k<x>`, "(?P<1>a)", "(?z)",
		"(?R)", "(*FAIL)", "[z-a]", "[[:nope:]]", `\p{L}`, `\X`, "a{99999}", "a****", "((a{100}){100}){100}",
		strings.Repeat("(", 300) + strings.Repeat(")", 300),
	} {
		if _, err := Parse(text, 0); err == nil {
			t.Errorf("Parse(%q) finds nothing wrong", text)
		}
	}
	var syntax *SyntaxError
	if _, err := Parse("ab)c", 0); !errors.As(err, &syntax) || syntax.Offset != 2 {
		t.Errorf("the error is %v, want one at byte 2", err)
	}
}

// TestLimit checks that what takes exponential time is given up, or left to the standard library.
func TestLimit(t *testing.T) {
	text := []byte(strings.Repeat("a", 5000))
	var m Matcher
	r, err := Parse(`(a+)+b`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok, err := r.Find(&m, text, 0); ok || err != nil {
		t.Errorf("found %v, %v; want nothing", ok, err)
	}
	if r, err = Parse(`((a+)+)(?!a)b\2`, 0); err != nil {
		t.Fatal(err)
	}
	if _, _, ok, err := r.Find(&m, text, 0); ok || err != ErrLimit {
		t.Errorf("found %v, %v; want ErrLimit", ok, err)
	}
}

// TestLeadingRun wants a text to be gone through once, not once from each of its bytes.
func TestLeadingRun(t *testing.T) {
	r, err := Parse(`.+?(?:on|style=)[0-9]`, 0)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("/a/path-to/", 30)
	for _, test := range []struct {
		text string
		ok   bool
	}{{line, false}, {line + "\non9" + line, false}, {line + "\n" + line + "on9", true}} {
		var m Matcher
		_, _, ok, err := r.Find(&m, []byte(test.text), 0)
		if ok != test.ok || err != nil || m.Steps > 8*len(test.text) {
			t.Errorf("%q: found %v, %v, in %d steps; want %v in less than %d", test.text, ok, err, m.Steps, test.ok, 8*len(test.text))
		}
	}
}

// random returns an expression that both matchers take.
func random(rng *rand.Rand, depth int) string {
	switch n := rng.IntN(10); {
	case depth == 0 || n < 4:
		return []string{"a", "b", "c", ".", "[ab]", "[^a]", `\w`, `\xe9`, "^", `\z`, `\b`}[rng.IntN(11)]
	case n < 6:
		return random(rng, depth-1) + random(rng, depth-1)
	case n < 7:
		return "(" + random(rng, depth-1) + "|" + random(rng, depth-1) + ")"
	default:
		return "(?:" + random(rng, depth-1) + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}"}[rng.IntN(9)]
	}
}

// emptyTurns reports whether something is repeated that can match nothing. There PCRE ends the repetition, and the standard
// library goes on.
func emptyTurns(n *node) bool {
	if n.op == opRepeat && n.max != 1 {
		if _, empty := firstBytes(n.sub[0]); empty {
			return true
		}
	}
	return slices.ContainsFunc(n.sub, emptyTurns)
}

// TestRandom compares the matcher with the standard library.
func TestRandom(t *testing.T) {
	var m Matcher
	compared := 0
	for seed := range uint64(4000) {
		rng := rand.New(rand.NewPCG(seed, 3))
		expression := random(rng, 4)
		root, groups, err := parse(expression, 0)
		if err != nil {
			continue // a repetition too many
		}
		p, err := compile(root, len(groups))
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, expression, err)
		}
		re := linear(root)
		if re == nil {
			t.Fatalf("seed %d: %q is not linear", seed, expression)
		}
		for range 5 {
			text := make([]byte, rng.IntN(12))
			for i := range text {
				text[i] = "abc\n\xe9 "[rng.IntN(6)]
			}
			start, end, err := m.find(p, text, 0, manySteps, false)
			if err != nil {
				continue
			}
			want := []int{-1, -1}
			if loc := re.FindReaderIndex(&latin{text: text}); loc != nil {
				want = loc
			}
			compared++
			if start != want[0] || end != want[1] && !emptyTurns(root) {
				t.Errorf("seed %d: %q in %q: %d to %d, want %v", seed, expression, text, start, end, want)
			}
		}
	}
	if compared < 10_000 {
		t.Errorf("only %d comparisons", compared)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`(?i)a[b-d]+(?=x)|\bfoo$`, []byte("abcdx foo\n"), uint8(0))
	f.Add(`(a|b)*\1{2,}(?<!c)`, []byte("ababab"), uint8(3))
	f.Add(`(?>a+|b)(?|(x)|(y))\K.`, []byte("aaxz"), uint8(4))
	var m Matcher
	f.Fuzz(func(t *testing.T, expression string, text []byte, flags uint8) {
		r, err := Parse(expression, Flags(flags))
		if err != nil || len(text) > 1<<12 {
			return
		}
		start, end, ok, err := r.Find(&m, text, 0)
		if ok && (err != nil || start < 0 || end > len(text) || start > end && !strings.Contains(expression, `\K`)) {
			t.Errorf("%q in %q: %d to %d, %v", expression, text, start, end, err)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	text := []byte(strings.Repeat("GET /index.php?id=12 HTTP/1.1\r\nHost: example.org\r\n\r\n", 20))
	for _, expression := range []string{`/[a-z]{3,}\.asp\?id=\d+`, `(?i)host\x3a\s+[^\r\n]+\.test`, `(?!index)[a-z]+\.cgi`} {
		b.Run(expression, func(b *testing.B) {
			r, err := Parse(expression, 0)
			if err != nil {
				b.Fatal(err)
			}
			var m Matcher
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Find(&m, text, 0)
			}
		})
	}
}
