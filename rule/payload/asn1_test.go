package payload

import (
	"strings"
	"testing"
)

func TestASN1(t *testing.T) {
	long := "\x30\x82\x01\x0d" + "\x02\x01\x05" + "\x09\x82\x01\x06" + "\x031.5" + strings.Repeat("0", 258)
	for _, test := range []struct {
		value string
		b     string
		want  bool
	}{
		{"bitstring_overflow", "\x03\x02\x07\x80", false},
		{"bitstring_overflow", "\x03\x01\x01", true}, // unused bits of none
		{"bitstring_overflow", "\x03\x02\x09\x80", true},
		{"bitstring_overflow", "\x83\x02\x09\x80", false},                // no bit string
		{"bitstring_overflow", "\x30\x06\x02\x01\x05\x03\x01\x01", true}, // in a sequence
		{"bitstring_overflow", "\x30\x80\x02\x01\x05\x00\x00\x03\x01\x01", true},
		{"bitstring_overflow", "\x1f\x85\x03\x01\xff\x03\x01\x01", true}, // behind a long tag
		{"bitstring_overflow", "\x03", false},
		{"bitstring_overflow", "\x1f\x85", false},
		{"bitstring_overflow", "\x03\x89", false},
		{"double_overflow", long, true},
		{"double_overflow", "\x09\x03\x031.", false},
		{"double_overflow", "\x09\x82\x01\x01\x80" + strings.Repeat("0", 256), false}, // binary
		{"oversize_length 261", long, true},
		{"oversize_length 269", long, false},
		{"oversize_length 268", long, true},
		{"oversize_length 1000", "\x30\x84\x7f\xff\xff\xff", true},
		{"oversize_length 0", "\x02\x01\x05", true},
		{"bitstring_overflow, absolute_offset 2", "xx\x03\x01\x01", true},
		{"bitstring_overflow, absolute_offset 1", "xx\x03\x01\x01", false},
		{"bitstring_overflow, absolute_offset 9", "xx\x03\x01\x01", false},
		{"bitstring_overflow oversize_length 9", "\x02\x0a", true},
	} {
		a, err := ParseASN1(test.value)
		if err != nil {
			t.Errorf("ParseASN1(%q): %v", test.value, err)
			continue
		}
		var e Evaluator
		if got := e.Match([]Test{a}, []byte(test.b)); got != test.want {
			t.Errorf("asn1 %q of %q = %v, want %v", test.value, test.b, got, test.want)
		}
		text := a.String()
		if again, err := ParseASN1(text[len("asn1:") : len(text)-1]); err != nil || *again != *a {
			t.Errorf("%q is written as %q, which is read as %v, %v", test.value, text, again, err)
		}
	}
	for _, value := range []string{"", "bogus", "oversize_length", "oversize_length x", "relative_offset 3", "bitstring_overflow, absolute_offset -1"} {
		if a, err := ParseASN1(value); err == nil {
			t.Errorf("ParseASN1(%q) = %v, want an error", value, a)
		}
	}
}

// A place relative to a match is tried at each.
func TestASN1Relative(t *testing.T) {
	c, _ := ParseContent(`"ab"`)
	a, err := ParseASN1("bitstring_overflow, relative_offset 1")
	if err != nil {
		t.Fatal(err)
	}
	var e Evaluator
	for text, want := range map[string]bool{"ab-\x03\x01\x01": true, "ab-ab-\x03\x01\x01": true, "ab\x03\x01\x01": false, "ab": false} {
		if got := e.Match([]Test{c, a}, []byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// FuzzASN1 looks for oddities in anything.
func FuzzASN1(f *testing.F) {
	f.Add([]byte("\x30\x06\x02\x01\x05\x03\x01\x01"), uint32(3))
	f.Add([]byte("\x30\x80\x1f\x85\x03\x01\xff\x00\x00"), uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, size uint32) {
		a := &ASN1{Bits: true, Real: true}
		sized := &ASN1{Bits: true, Real: true, Oversize: size, oversized: true}
		if a.Match(b) && !sized.Match(b) {
			t.Errorf("%q: less is found when more is looked for", b)
		}
		for rest := b; ; {
			v, ok := parseBER(rest)
			if !ok {
				break
			}
			if len(v.rest) >= len(rest) || uint64(len(v.content)) > v.length {
				t.Fatalf("%q: content %q, rest %q", rest, v.content, v.rest)
			}
			rest = v.rest
		}
	})
}
