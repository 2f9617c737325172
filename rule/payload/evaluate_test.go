package payload

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// parse reads options of the payload, as far as the tests need them.
func parse(t testing.TB, text string) []Test {
	t.Helper()
	var tests []Test
	var v Vars
	var last *Content
	for option := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), ":")
		var test Test
		var err error
		switch name {
		case "":
			continue
		case "content":
			last, err = ParseContent(value)
			test = last
		case "nocase":
			last.Nocase = true
		case "endswith":
			last.EndsWith = true
		case "startswith":
			err = last.SetStartsWith()
		case "offset":
			err = last.SetOffset(value, &v)
		case "depth":
			err = last.SetDepth(value, &v)
		case "distance":
			err = last.SetDistance(value, &v)
		case "within":
			err = last.SetWithin(value, &v)
		case "isdataat":
			test, err = ParseDataAt(value, &v)
		case "bsize":
			test, err = ParseSize(value)
		case "byte_test":
			test, err = ParseByteTest(value, &v)
		case "byte_jump":
			test, err = ParseByteJump(value, &v)
		case "byte_extract":
			test, err = ParseByteExtract(value, &v)
		case "byte_math":
			test, err = ParseByteMath(value, &v)
		case "base64_decode":
			test, err = ParseBase64Decode(value, &v)
		case "pcre":
			test, _, err = ParseRegexp(value)
		default:
			t.Fatalf("unknown option %q", name)
		}
		if err != nil {
			t.Fatalf("%s: %v", option, err)
		}
		if test != nil {
			tests = append(tests, test)
		}
	}
	return tests
}

func TestMatch(t *testing.T) {
	const text = "abcdefghabcXYZ" // 14 bytes
	tests := []struct {
		options string
		in      string
		want    bool
	}{
		{`content:"abc"`, text, true},
		{`content:"ABC"`, text, false},
		{`content:"ABC"; nocase`, text, true},
		{`content:"xyz"; nocase`, text, true},
		{`content:!"abc"`, text, false},
		{`content:!"nothing"`, text, true},
		{`content:"bcd"; offset:1`, text, true},
		{`content:"bcd"; offset:2`, text, false},
		{`content:"abc"; offset:1`, text, true},
		{`content:"bcd"; depth:4`, text, true},
		{`content:"bcd"; depth:3`, text, false},
		{`content:"bcd"; offset:1; depth:3`, text, true}, // depth counts from the offset
		{`content:"abc"; startswith`, text, true},
		{`content:"bcd"; startswith`, text, false},
		{`content:"XYZ"; endswith`, text, true},
		{`content:"abc"; endswith`, text, false},
		{`content:"abc"; startswith; endswith`, "abc", true},
		{`content:"abcX"; startswith; endswith`, "abc", false},
		{`content:!"XYZ"; endswith`, text, false},
		{`content:!"abc"; endswith`, text, true},
		{`content:"XYZ"; endswith; depth:14`, text, true},
		{`content:"XYZ"; endswith; depth:13`, text, false},

		// The order does not matter without distance and within.
		{`content:"fgh"; content:"abc"`, text, true},
		{`content:"abc"; content:"def"; distance:0`, text, true},
		{`content:"abc"; content:"efg"; distance:1`, text, true},
		{`content:"abc"; content:"def"; distance:1`, text, false},
		{`content:"def"; content:"bcd"; distance:-5`, text, true},
		{`content:"def"; content:"bcd"; distance:-4`, text, false},
		{`content:"abc"; content:"fgh"; within:5`, text, true},
		{`content:"abc"; content:"fgh"; within:4`, text, false},
		{`content:"abc"; content:"fgh"; distance:2; within:3`, text, true}, // within counts from the distance
		{`content:"abc"; within:3`, text, true},                            // the first is relative to the start
		{`content:"bcd"; within:3`, text, false},
		{`content:"bcd"; distance:1`, text, true},

		// A later occurrence is taken when what follows does not fit.
		{`content:"abc"; content:!"def"; within:3`, text, true},
		{`content:"abc"; content:"XYZ"; within:3`, text, true},
		{`content:"abc"; byte_test:1,=,0x58,0,relative`, text, true},
		{`content:"abc"; content:!"d"; within:1; content:!"X"; within:1`, text, false},
		{`content:"a"; content:"b"; within:1; content:"c"; within:1; content:"X"; within:1`, text, true},
		{`content:"abc"; content:!"XYZ"; within:3; content:"fgh"; distance:0`, text, true},
		{`content:"abc"; content:!"z"; distance:20`, text, true}, // nothing is in an empty range
		{`content:"def"; distance:-4; within:3`, text, true},     // a window that ends before the start has no end

		{`isdataat:13`, text, true},
		{`isdataat:14`, text, false},
		{`isdataat:!14`, text, true},
		{`content:"fgh"; isdataat:6,relative`, text, true},
		{`content:"fgh"; isdataat:7,relative`, text, false},
		{`content:"XYZ"; isdataat:0,relative`, text, true},
		{`content:"XYZ"; isdataat:!1,relative`, text, true},
		{`content:"abc"; isdataat:!4,relative`, text, true}, // the second one
		{`bsize:14`, text, true},
		{`bsize:>14`, text, false},

		{`byte_test:2,=,0x6162,0`, text, true},
		{`byte_test:2,=,0x6261,0,little`, text, true},
		{`byte_test:2,!=,0x6162,0`, text, false},
		{`byte_test:1,>,96,0; byte_test:1,<,98,0; byte_test:1,<=,97,0; byte_test:1,>=,97,0`, text, true},
		{`byte_test:1,&,1,0`, text, true},
		{`byte_test:1,!&,1,0`, text, false},
		{`byte_test:1,^,97,0`, text, false},
		{`byte_test:1,=,6,0,bitmask 0xf0`, text, true},
		{`byte_test:4,=,0,12`, text, false}, // beyond the end
		{`byte_test:4,!=,0,12`, text, false},
		{`byte_test:3,=,123,0,string,dec`, "123", true},
		{`byte_test:4,=,123,0,string,dec`, " 123", true},
		{`byte_test:3,=,0x1f,0,string,hex`, "1f ", true},
		{`byte_test:3,=,8,0,string,oct`, "10x", true},
		{`byte_test:3,=,0,0,string,dec`, "abc", false},
		{`byte_test:0,>,1000,0,string,dec`, "1001\r\n", true},
		{`content:"n="; byte_test:2,=,12,0,relative,string`, "n=12", true},

		{`byte_jump:1,0; content:"d"; within:1`, "\x02abcd", false},
		{`byte_jump:1,0; content:"c"; within:1`, "\x02abcd", true},
		{`byte_jump:1,0,multiplier 2; content:"e"; within:1`, "\x02abcde", true},
		{`byte_jump:1,0,align; content:"e"; within:1`, "\x02abcde", true},
		{`byte_jump:1,0,from_beginning; content:"b"; within:1`, "\x02abcd", true},
		{`byte_jump:0,0,from_end,post_offset -2; content:"c"; within:1`, "\x02abcd", true},
		{`byte_jump:1,0,post_offset 1; content:"d"; within:1`, "\x02abcd", true},
		{`byte_jump:1,0,from_beginning,post_offset -3; content:"|02|"; within:1`, "\x02abcd", true},
		{`byte_jump:1,0`, "\x05abcd", false},
		{`byte_jump:1,0`, "\x04abcd", true},
		{`content:"|02|"; byte_jump:1,-1,relative; content:"c"; within:1`, "x\x02abcd", true},

		{`byte_extract:1,0,n; content:"c"; offset:n; depth:1`, "\x03abcd", true},
		{`byte_extract:1,0,n; content:"c"; offset:n; depth:1`, "\x02abcd", false},
		{`byte_extract:1,0,n; content:"c"; within:n`, "\x02abcd", false},
		{`byte_extract:1,0,n; content:"c"; within:n`, "\x03abcd", true},
		{`byte_extract:1,0,n; isdataat:!n,relative`, "\x05abcd", true},
		{`byte_extract:1,0,n; byte_test:1,=,n,1`, "\x05\x05", true},
		{`byte_extract:1,0,n,multiplier 2; byte_test:1,=,n,1`, "\x05\x0a", true},
		{`byte_extract:1,0,n,align 4; byte_test:1,=,n,1`, "\x05\x08", true},
		// The first occurrence is taken, as the last content is not placed from it.
		{`content:"k"; byte_extract:1,0,n,relative; content:"z"; offset:n; depth:1`, "k\x09k\x04z", false},
		{`content:"k"; isdataat:1; byte_test:1,=,4,0,relative`, "k\x09k\x04z", false},
		{`content:"k"; byte_test:1,=,4,0,relative`, "k\x09k\x04z", true},
		{`byte_math:bytes 1, offset 0, oper -, rvalue 2, result r; isdataat:!r`, "\x01", true},
		{`byte_math:bytes 1, offset 0, oper +, rvalue 3, result r; byte_test:1,=,r,1`, "\x05\x08", true},
		{`byte_math:bytes 1, offset 0, oper -, rvalue 3, result r; byte_test:1,=,r,1`, "\x05\x02", true},
		{`byte_math:bytes 1, offset 0, oper *, rvalue 3, result r; byte_test:1,=,r,1`, "\x05\x0f", true},
		{`byte_math:bytes 1, offset 0, oper /, rvalue 2, result r; byte_test:1,=,r,1`, "\x05\x02", true},
		{`byte_math:bytes 1, offset 0, oper <<, rvalue 1, result r; byte_test:1,=,r,1`, "\x05\x0a", true},
		{`byte_math:bytes 1, offset 0, oper >>, rvalue 1, result r; byte_test:1,=,r,1`, "\x05\x02", true},
		{`byte_extract:1,1,n; byte_math:bytes 1, offset 0, oper /, rvalue n, result r`, "\x05\x00", false},

		{`pcre:"/b.d/"`, text, true},
		{`pcre:"/^bcd/"`, text, false},
		{`pcre:!"/b.d/"`, text, false},
		{`content:"abc"; pcre:"/^X/R"`, text, true}, // ^ is the cursor
		{`content:"abc"; pcre:"/^Y/R"`, text, false},
		{`pcre:"/ab/"; content:"cX"; within:2`, text, true}, // the second one
		{`pcre:"/[a-h]{2}/"; byte_test:1,=,0x58,0,relative`, text, true},
		{`content:"xy"; pcre:!"/z/R"`, "xyzxy", true},

		{`content:"="; base64_decode:relative`, "=Zm9v", true},
		{`base64_decode:bytes 4, offset 1`, "=Zm9v", true},
		{`base64_decode:offset 5`, "=Zm9v", false},
		{`base64_decode`, "====", false},
	}
	var e Evaluator
	for _, test := range tests {
		if got := e.Match(parse(t, test.options), []byte(test.in)); got != test.want {
			t.Errorf("%s in %q: %v, want %v", test.options, test.in, got, test.want)
		}
	}
	if e.GivenUp+e.GivenUpRegexps > 0 {
		t.Errorf("%d buffers and %d expressions were given up", e.GivenUp, e.GivenUpRegexps)
	}
}

func TestDecoded(t *testing.T) {
	var e Evaluator
	for _, test := range []struct{ options, in, want string }{
		{`content:"x="; base64_decode:bytes 8, relative`, "x=Zm9vYmFyYmF6", "foobar"},
		{`base64_decode:offset 2`, "x=Zm9v!YmFy", "foo"},
		{`base64_decode`, "Zm9vYg==", "foob"},
		{`base64_decode`, "Zm9vY", "foo"},
	} {
		if ok := e.Match(parse(t, test.options), []byte(test.in)); !ok || string(e.Decoded()) != test.want {
			t.Errorf("%s in %q: %q, %v; want %q", test.options, test.in, e.Decoded(), ok, test.want)
		}
	}
}

// TestRegexpLimit checks that searches are bounded together: here one for each match of the first.
func TestRegexpLimit(t *testing.T) {
	options := `pcre:"/a/"; pcre:"/(?=(a+))(?!\1b).*\1c/R"`
	var e Evaluator
	if e.Match(parse(t, options), bytes.Repeat([]byte("a"), 2000)) || e.GivenUpRegexps == 0 {
		t.Errorf("given up %d times", e.GivenUpRegexps)
	}
	if n := e.regexps.matcher.Steps; n > 2*maxRegexpSteps {
		t.Errorf("%d steps", n)
	}
	if !e.Match(parse(t, options), []byte("aaac")) {
		t.Error("the next one does not match")
	}
}

// TestLimit checks that a chain which takes exponential time is given up.
func TestLimit(t *testing.T) {
	options := `content:"a"` + strings.Repeat(`; content:"a"; distance:0`, 20) + `; content:"b"; within:1`
	var e Evaluator
	if e.Match(parse(t, options), bytes.Repeat([]byte("a"), 200)) || e.GivenUp != 1 {
		t.Errorf("given up %d times, want once", e.GivenUp)
	}
	if !e.Match(parse(t, `content:"a"`), []byte("a")) {
		t.Error("the next one does not match")
	}
}

// model is the obvious way: every content is tried at every place, or at the first one if no content behind it, up to the next
// one, is placed from it.
func model(tests []Test, b []byte, cursor int) bool {
	if len(tests) == 0 {
		return true
	}
	c := tests[0].(*Content)
	followed := len(tests) > 1 && tests[1].(*Content).Relative()
	found := false
	for at := 0; at+len(c.Text) <= len(b); at++ {
		end := at + len(c.Text)
		same := bytes.Equal(b[at:end], c.Text) || c.Nocase && bytes.EqualFold(b[at:end], c.Text)
		offset, distance := int(c.Offset.Number), cursor+int(c.Distance.Number)
		fits := (!c.HasOffset || at >= offset) && (!c.HasDepth || end <= offset+int(c.Depth.Number)) &&
			(!c.Relative() || at >= distance) && (!c.HasWithin || distance+int(c.Within.Number) < 0 || end <= distance+int(c.Within.Number)) &&
			(!c.StartsWith || at == 0) && (!c.EndsWith || end == len(b))
		if !same || !fits {
			continue
		}
		found = true
		if !c.Negated && (model(tests[1:], b, end) || !followed) {
			return model(tests[1:], b, end)
		}
	}
	return c.Negated && !found && model(tests[1:], b, cursor)
}

// chain makes contents over few letters, and a buffer.
func chain(rng *rand.Rand) (tests []Test, b []byte) {
	letters := func(least, most int) []byte {
		b := make([]byte, least+rng.IntN(most-least+1))
		for i := range b {
			b[i] = "abAB"[rng.IntN(4)]
		}
		return b
	}
	for range 1 + rng.IntN(4) {
		c := &Content{Text: letters(1, 3), Negated: rng.IntN(4) == 0, Nocase: rng.IntN(3) == 0, EndsWith: rng.IntN(8) == 0}
		number := func(low, high int) Value { return Value{Number: int64(low + rng.IntN(high-low+1))} }
		switch rng.IntN(5) {
		case 0, 1:
			c.HasDistance, c.Distance = rng.IntN(2) == 0, number(-3, 4)
			if !c.HasDistance {
				c.Distance = Value{}
			}
			c.HasWithin = !c.HasDistance || rng.IntN(2) == 0
			if c.HasWithin {
				c.Within = number(len(c.Text), 6)
			}
		case 2:
			c.HasOffset, c.Offset = true, number(0, 6)
			if c.HasDepth = rng.IntN(2) == 0; c.HasDepth {
				c.Depth = number(len(c.Text), 8)
			}
		case 3:
			c.StartsWith = rng.IntN(4) == 0
		}
		tests = append(tests, c)
	}
	return tests, letters(0, 16)
}

func checkChain(t *testing.T, seed uint64) {
	tests, b := chain(rand.New(rand.NewPCG(seed, 5)))
	e := Evaluator{MaxSteps: 1 << 30}
	if got, want := e.Match(tests, b), model(tests, b, 0); got != want {
		t.Errorf("seed %d: %v in %q: %v, want %v", seed, tests, b, got, want)
	}
}

func TestChains(t *testing.T) {
	for seed := range uint64(20_000) {
		checkChain(t, seed)
	}
}

func FuzzChains(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkChain)
}

// FuzzMatch runs tests of all kinds over any bytes.
func FuzzMatch(f *testing.F) {
	f.Add(`content:"abc"; content:!"d"; within:2; isdataat:!1,relative`, []byte("abcabc"))
	f.Add(`byte_extract:1,0,n; byte_jump:2,n,relative,little; pcre:"/a+b/R"; base64_decode:relative`, []byte("\x01\x00\x02aab"))
	f.Add(`byte_math:bytes 8, offset -1, oper <<, rvalue 99, result r; byte_test:4,^,r,-2,relative,string,hex`, []byte("123456789"))
	f.Fuzz(func(t *testing.T, options string, b []byte) {
		if len(b) > 1<<12 {
			return
		}
		var tests []Test
		var v Vars
		for option := range strings.SplitSeq(options, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(option), ":")
			if test := parseOne(name, value, &v, tests); test != nil {
				tests = append(tests, test)
			}
		}
		var e Evaluator
		first := e.Match(tests, b)
		if again := e.Match(tests, b); again != first {
			t.Errorf("%v: first %v, then %v", tests, first, again)
		}
	})
}

// parseOne reads an option, or does something with the last test and returns nil.
func parseOne(name, value string, v *Vars, before []Test) Test {
	some := func(t Test, err error) Test {
		if err != nil {
			return nil
		}
		return t
	}
	var last *Content
	if len(before) > 0 {
		last, _ = before[len(before)-1].(*Content)
	}
	switch {
	case name == "content":
		c, err := ParseContent(value)
		return some(c, err)
	case name == "isdataat":
		c, err := ParseDataAt(value, v)
		return some(c, err)
	case name == "byte_test":
		c, err := ParseByteTest(value, v)
		return some(c, err)
	case name == "byte_jump":
		c, err := ParseByteJump(value, v)
		return some(c, err)
	case name == "byte_extract":
		c, err := ParseByteExtract(value, v)
		return some(c, err)
	case name == "byte_math":
		c, err := ParseByteMath(value, v)
		return some(c, err)
	case name == "base64_decode":
		c, err := ParseBase64Decode(value, v)
		return some(c, err)
	case name == "pcre":
		c, _, err := ParseRegexp(value)
		return some(c, err)
	case last == nil:
	case name == "within":
		last.SetWithin(value, v)
	case name == "distance":
		last.SetDistance(value, v)
	case name == "offset":
		last.SetOffset(value, v)
	case name == "depth":
		last.SetDepth(value, v)
	case name == "nocase":
		last.Nocase = true
	}
	return nil
}

func TestAllocations(t *testing.T) {
	tests := parse(t, `content:"abc"; nocase; content:"XYZ"; distance:0; pcre:"/[a-z]+X/"; byte_test:1,>,1,0; isdataat:!1,relative`)
	b := []byte("abcdefghabcXYZ")
	var e Evaluator
	e.Match(tests, b)
	if n := testing.AllocsPerRun(100, func() { e.Match(tests, b) }); n != 0 {
		t.Errorf("an evaluation allocates %v times", n)
	}
}

func BenchmarkMatch(b *testing.B) {
	text := []byte(strings.Repeat("GET /index.php?id=12 HTTP/1.1\r\nHost: example.org\r\n\r\n", 20))
	for i, options := range []string{
		`content:"/admin.php"; content:"id="; distance:0; within:10`,
		`content:"/Index.php"; nocase; content:"ID=13"; nocase; distance:0; within:10`,
		`content:"id="; byte_test:2,>,20,0,relative,string`,
	} {
		tests := parse(b, options)
		b.Run(fmt.Sprint(i), func(b *testing.B) {
			var e Evaluator
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				e.Match(tests, text)
			}
		})
	}
}

func TestMatchNext(t *testing.T) {
	var v Vars
	read, err := ParseByteExtract("1,0,n", &v)
	if err != nil {
		t.Fatal(err)
	}
	look, err := ParseByteTest("1,=,n,0", &v)
	if err != nil {
		t.Fatal(err)
	}
	var e Evaluator
	if !e.Match([]Test{read}, []byte("a")) || !e.MatchNext([]Test{look}, []byte("a")) || e.MatchNext([]Test{look}, []byte("b")) {
		t.Error("the next buffer does not see the variable")
	}
	if e.Match([]Test{look}, []byte("a")) {
		t.Error("a buffer of its own sees the variable")
	}
}
