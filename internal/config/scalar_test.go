package config

import "testing"

func TestParseSize(t *testing.T) {
	for _, test := range []struct {
		text string
		want Size
		ok   bool
	}{
		{"0", 0, true}, {"1", 1, true}, {"100000", 100000, true}, {"64mb", 64 << 20, true}, {"64 MiB", 64 << 20, true},
		{"1MB", 1 << 20, true}, {"1gb", 1 << 30, true}, {"1.5kb", 1536, true}, {" 2 KiB ", 2048, true}, {"3k", 3072, true},
		{"7b", 7, true}, {"", 0, false}, {"mb", 0, false}, {"-1", 0, false}, {"1tb", 0, false}, {"1 2", 0, false},
		{"1.2.3kb", 0, false}, {"99999999999gb", 0, false}, {"1e3", 0, false},
	} {
		got, err := parseSize(test.text)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("parseSize(%q) = %d, %v, want %d, %t", test.text, got, err, test.want, test.ok)
		}
	}
}

func TestParseBool(t *testing.T) {
	for text, want := range map[string]bool{"yes": true, "TRUE": true, "On": true, "1": true,
		"no": false, "False": false, "OFF": false, "0": false} {
		if got, err := parseBool(text); got != want || err != nil {
			t.Errorf("parseBool(%q) = %t, %v, want %t", text, got, err, want)
		}
	}
	for _, text := range []string{"", "y", "enabled", "2"} {
		if _, err := parseBool(text); err == nil {
			t.Errorf("parseBool(%q) is no error", text)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"depth", "memcap", "midstream", "inline", "raw"}
	for word, want := range map[string]string{"dept": "depth", "depht": "depth", "mem-cap": "memcap", "midstreem": "midstream",
		"xyzzy": "", "row": "raw", "": "", "inlnie": "inline"} {
		if got := Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestSizeString(t *testing.T) {
	for s, want := range map[Size]string{0: "0", 100: "100", 2560: "2560", 4096: "4 KiB", 64 << 20: "64 MiB", 1 << 30: "1 GiB"} {
		if got := s.String(); got != want {
			t.Errorf("Size(%d).String() = %q, want %q", s, got, want)
		}
	}
}
