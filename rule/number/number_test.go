package number

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text  string
		bits  int
		yes   []uint64
		no    []uint64
		wrong bool
	}{
		{"22", 16, []uint64{22}, []uint64{21, 23}, false},
		{"=22", 16, []uint64{22}, []uint64{21}, false},
		{"!22", 16, []uint64{21}, []uint64{22}, false},
		{"!=22", 16, []uint64{21}, []uint64{22}, false},
		{"<5", 16, []uint64{4, 0}, []uint64{5}, false},
		{"<=5", 16, []uint64{5}, []uint64{6}, false},
		{"> 5", 16, []uint64{6}, []uint64{5}, false},
		{">=5", 16, []uint64{5}, []uint64{4}, false},
		{"21<>25", 16, []uint64{22, 24}, []uint64{21, 25}, false},
		{"21 <> 25", 16, []uint64{22}, []uint64{21}, false},
		{"21-25", 16, []uint64{22, 24}, []uint64{21, 25}, false},
		{"!21-25", 16, []uint64{21, 25}, []uint64{22}, false},
		{"0x10", 8, []uint64{16}, []uint64{10}, false},
		{"1kb", 32, []uint64{1024}, []uint64{1}, false},
		{">2MiB", 32, []uint64{2<<20 + 1}, []uint64{2 << 20}, false},
		{"&0xf0=0x10", 8, []uint64{0x1f}, []uint64{0x2f}, false},
		{"&0xf0!=0x10", 8, []uint64{0x2f}, []uint64{0x1f}, false},
		{">=0", 8, nil, nil, true},
		{"<0", 8, nil, nil, true},
		{">255", 8, nil, nil, true},
		{"256", 8, nil, nil, true},
		{"5<>6", 8, nil, nil, true},
		{"9<>6", 8, nil, nil, true},
		{"", 8, nil, nil, true},
		{"x", 8, nil, nil, true},
		{"-1", 8, nil, nil, true},
		{"9999999999999999999999", 64, nil, nil, true},
	}
	for _, test := range tests {
		e, err := Parse(test.text, test.bits)
		if (err != nil) != test.wrong {
			t.Errorf("Parse(%q) error = %v", test.text, err)
			continue
		}
		for _, v := range test.yes {
			if !e.Match(v) {
				t.Errorf("%q does not match %d", test.text, v)
			}
		}
		for _, v := range test.no {
			if e.Match(v) {
				t.Errorf("%q matches %d", test.text, v)
			}
		}
		if again, err := Parse(e.String(), test.bits); !test.wrong && (err != nil || again != e) {
			t.Errorf("Parse(%q) = %v, %v; want %v", e.String(), again, err, e)
		}
	}
	if _, err := Parse(">=0", 32); !errors.Is(err, ErrAlways) {
		t.Errorf("Parse(>=0) = %v, want ErrAlways", err)
	}
}
