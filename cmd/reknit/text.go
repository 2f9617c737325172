package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// printable returns text with everything escaped that could drive a terminal or turn a line around: control characters,
// marks of writing direction, bytes that are not UTF-8. Text from the wire must pass here before people see it.
func printable(text string) string {
	clean := true
	for _, r := range text {
		if r == utf8.RuneError || !shown(r) {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case shown(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteByte(' ')
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// shown reports whether a character is shown as it is.
func shown(r rune) bool { return unicode.IsPrint(r) }

// clip shortens printable text to n characters.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	i := 0
	for at := range text {
		if i == n-1 {
			return text[:at] + "…"
		}
		i++
	}
	return text
}

// count returns a number with commas: 1,234,567.
func count[T int | int64 | uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural returns "1 mail", "2 mails".
func plural[T int | int64 | uint64](n T, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return count(n) + " " + one[:len(one)-1] + "ies"
	}
	return count(n) + " " + one + "s"
}

// bytesOf returns a size for people: 532 B, 57.9 KiB, 1.2 GiB.
func bytesOf[T int | int64 | uint64 | float64](n T) string {
	f := float64(n)
	if f < 1024 {
		return strconv.FormatFloat(f, 'f', 0, 64) + " B"
	}
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if f /= 1024; f < 999.95 || unit == "TiB" {
			return strconv.FormatFloat(f, 'f', 1, 64) + " " + unit
		}
	}
	return ""
}

// span returns a length of time for people: 0.3 ms, 0.02 s, 28 s, 3 min 5 s, 2 h 10 min, 3 d 4 h.
func span(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 s"
	case d < 10*time.Millisecond:
		return strconv.FormatFloat(max(float64(d)/1e6, 0.1), 'f', 1, 64) + " ms"
	case d < 10*time.Second:
		s := strconv.FormatFloat(d.Seconds(), 'f', 2, 64)
		return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d d %d h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}
