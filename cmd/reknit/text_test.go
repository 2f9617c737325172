package main

import (
	"strings"
	"testing"
	"time"
)

func TestPrintable(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"Minutes of Monday", "Minutes of Monday"},
		{"季度报告 – Größe ✓", "季度报告 – Größe ✓"},
		{"\x1b[31mred\x1b]0;title\x07", `\x1b[31mred\x1b]0;title\x07`},
		{"a\r\nb\tc\x00\x7f", `a\x0d\x0ab c\x00\x7f`},
		{"\u009b31m", `\u009b31m`},                 // a control sequence in C1
		{"gpj.\u202eexe.txt", `gpj.\u202eexe.txt`}, // right-to-left override
		{"\u2066\u2069\u200b\ufeff", `\u2066\u2069\u200b\ufeff`},
		{"\xff\xfeok\xe4", `\xff\xfeok\xe4`},
		{"\U000e0041", `\U000e0041`}, // a tag character
		{"\ufffd", "\ufffd"},
	} {
		if got := printable(test.text); got != test.want {
			t.Errorf("printable(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("\x1b[2J")
	f.Add("\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := printable(text)
		if strings.ContainsFunc(got, func(r rune) bool { return !shown(r) }) {
			t.Errorf("printable(%q) = %q", text, got)
		}
		if again := printable(got); again != got {
			t.Errorf("printable(%q) = %q, and again %q", text, got, again)
		}
	})
}

func TestWordsForNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{bytesOf(0), "0 B"}, {bytesOf(1023), "1023 B"}, {bytesOf(1024), "1.0 KiB"}, {bytesOf(55720), "54.4 KiB"},
		{bytesOf(1023900), "999.9 KiB"}, {bytesOf(1<<20 - 1), "1.0 MiB"}, {bytesOf(int64(5) << 40), "5.0 TiB"},
		{bytesOf(int64(5000) << 40), "5000.0 TiB"},
		{count(0), "0"}, {count(999), "999"}, {count(1000), "1,000"}, {count(1234567), "1,234,567"}, {count(-1000), "-1,000"},
		{plural(1, "mail"), "1 mail"}, {plural(0, "mail"), "0 mails"}, {plural(1200, "anomaly"), "1,200 anomalies"},
		{span(0), "0 s"}, {span(-1), "0 s"}, {span(30 * time.Microsecond), "0.1 ms"}, {span(2500 * time.Microsecond), "2.5 ms"},
		{span(20 * time.Millisecond), "0.02 s"}, {span(1500 * time.Millisecond), "1.5 s"}, {span(28 * time.Second), "28 s"},
		{span(185 * time.Second), "3 min 5 s"}, {span(130 * time.Minute), "2 h 10 min"}, {span(76 * time.Hour), "3 d 4 h"},
		{clip("short", 5), "short"}, {clip("too long", 5), "too …"}, {clip("季度报告", 3), "季度…"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	for _, test := range []struct {
		read, size int64
		packets    uint64
		want       string
	}{
		{256 << 20, 1 << 30, 1000000, "256.0 MiB of 1.0 GiB (25 %), 1,000,000 packets, 128.0 MiB/s, 6 s left"},
		{256 << 20, 0, 1000000, "256.0 MiB read, 1,000,000 packets, 128.0 MiB/s"},
		{0, 1 << 30, 0, "0 B of 1.0 GiB (0 %), 0 packets, 0 B/s"},
		{2 << 30, 1 << 30, 7, "2.0 GiB read, 7 packets, 1.0 GiB/s"}, // it grew
	} {
		var m meter
		m.own.packets = test.packets
		m.publish(test.read, test.size)
		if got := m.line(2 * time.Second); got != test.want {
			t.Errorf("line of %d of %d is %q, want %q", test.read, test.size, got, test.want)
		}
	}
}

func TestDisagree(t *testing.T) {
	for _, test := range []struct {
		said, found string
		want        bool
	}{
		{"application/pdf", "application/pdf", false},
		{"application/pdf", "application/x-dosexec", true},
		{"Application/PDF; name=x", "application/pdf", false},
		{"text/plain", "application/vnd.microsoft.portable-executable", true},
		{"text/plain", "text/html; charset=utf-8", false},
		{"application/octet-stream", "application/pdf", true}, // that it is one is worth telling
		{"application/pdf", "application/octet-stream", false},
		{"application/x-zip-compressed", "application/zip", false},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip", false},
		{"image/png", "application/zip", true},
		{"application/x-gzip", "application/gzip", false},
		{"", "application/pdf", false}, {"application/pdf", "", false}, {"nonsense", "application/pdf", true},
	} {
		if got := disagree(test.said, test.found); got != test.want {
			t.Errorf("disagree(%q, %q) = %t, want %t", test.said, test.found, got, test.want)
		}
	}
}
