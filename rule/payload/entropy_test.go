package payload

import (
	"math"
	"testing"
)

func TestEntropy(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, test := range []struct {
		value string
		b     string
		want  bool
		of    float64 // negative: there is no such part
	}{
		{"value >= 1", "abab", true, 1},
		{"value > 1", "abab", false, 1},
		{"value 1", "abab", true, 1},
		{"value =2", "abcd", true, 2},
		{"value !=2", "abcd", false, 2},
		{"value 0.5-1.5", "abab", true, 1},
		{"value 1-1.5", "abab", false, 1},
		{"value !1-1.5", "abab", true, 1},
		{"value <=8", string(all), true, 8},
		{"value <8", string(all), false, 8},
		{"value 0", "aaaa", true, 0},
		{"bytes 4, value 0", "aaaabcd", true, 0},
		{"offset 4, value > 1.5", "aaaabcd", true, math.Log2(3)},
		{"bytes 2, offset 3, value 1", "aaaabcd", true, 1},
		{"offset 7, value >=0", "aaaabcd", false, -1},
		{"bytes 9, value >=0", "aaaabcd", false, -1},
		{"value >=0", "", false, -1},
	} {
		e, err := ParseEntropy(test.value)
		if err != nil {
			t.Errorf("ParseEntropy(%q): %v", test.value, err)
			continue
		}
		var v Evaluator
		if got := v.Match([]Test{e}, []byte(test.b)); got != test.want {
			t.Errorf("entropy %q of %q = %v, want %v", test.value, test.b, got, test.want)
		}
		switch m := v.Measured(); {
		case test.of < 0 && len(m) > 0:
			t.Errorf("entropy %q of %q: measured %v, want nothing", test.value, test.b, m[0].Value)
		case test.of >= 0 && (len(m) != 1 || math.Abs(m[0].Value-test.of) > 1e-12):
			t.Errorf("entropy %q of %q: measured %v, want %v", test.value, test.b, m, test.of)
		}
		again, err := ParseEntropy(e.String()[len("entropy:") : len(e.String())-1])
		if err != nil || *again != *e {
			t.Errorf("%q is written as %q, which is read as %v, %v", test.value, e, again, err)
		}
	}
	for _, value := range []string{"", "bytes 3", "value", "value >9", "value -1", "value x", "value 3-2", "bytes x, value 1", "offset -1, value 1",
		"bytes 99999999, value 1", "value NaN", "more 3, value 1"} {
		if e, err := ParseEntropy(value); err == nil {
			t.Errorf("ParseEntropy(%q) = %v, want an error", value, e)
		}
	}
}
