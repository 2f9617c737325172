package file

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// expand replaces the conversions of strftime, in the C locale, by parts of t. What it does not know stays.
func expand(name string, t time.Time) string {
	if !strings.Contains(name, "%") {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' || i+1 == len(name) {
			b.WriteByte(name[i])
			continue
		}
		i++
		c := name[i]
		if layout, ok := layouts[c]; ok {
			b.WriteString(t.Format(layout))
		} else if part, ok := parts[c]; ok {
			b.WriteString(part(t))
		} else {
			b.WriteByte('%')
			b.WriteByte(c)
		}
	}
	return b.String()
}

// layouts are the conversions that package time has as well.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'D': "01/02/06", 'e': "_2",
	'F': "2006-01-02", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'p': "PM", 'R': "15:04",
	'S': "05", 'T': "15:04:05", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

// parts are the others.
var parts = map[byte]func(t time.Time) string{
	'%': func(time.Time) string { return "%" },
	's': func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
	'C': func(t time.Time) string { return fmt.Sprintf("%02d", t.Year()/100) },
	'u': func(t time.Time) string { return strconv.Itoa((int(t.Weekday())+6)%7 + 1) },
	'w': func(t time.Time) string { return strconv.Itoa(int(t.Weekday())) },
	'G': func(t time.Time) string { y, _ := t.ISOWeek(); return strconv.Itoa(y) },
	'V': func(t time.Time) string { _, w := t.ISOWeek(); return fmt.Sprintf("%02d", w) },
}
