package payload

import "testing"

func TestNeeds(t *testing.T) {
	content := func(text string, change func(c *Content)) []Test {
		c := &Content{Text: []byte(text)}
		if change != nil {
			change(c)
		}
		return []Test{c}
	}
	regexp := func(value string) []Test {
		r, _, err := ParseRegexp(value)
		if err != nil {
			t.Fatal(err)
		}
		return []Test{r}
	}
	for _, test := range []struct {
		name       string
		tests      []Test
		start, end bool
	}{
		{"a content", content("a", nil), false, false},
		{"negated", content("a", func(c *Content) { c.Negated = true }), false, true},
		{"startswith", content("a", func(c *Content) { c.StartsWith = true }), true, false},
		{"depth", content("a", func(c *Content) { c.HasDepth = true }), true, false},
		{"endswith", content("a", func(c *Content) { c.EndsWith = true }), false, true},
		{"a first content that is relative", content("a", func(c *Content) { c.HasWithin = true }), true, false},
		{"a second one", append(content("a", nil), content("b", func(c *Content) { c.HasWithin = true })...), false, false},
		{"bsize", []Test{&Size{}}, true, true},
		{"isdataat", []Test{&DataAt{}}, true, false},
		{"behind a content", append(content("a", nil), &DataAt{Relative: true, Negated: true}), false, true},
		{"a number behind a content", append(content("a", nil), &ByteTest{Number: Number{Relative: true}}), false, false},
		{"a number", []Test{&ByteTest{}}, true, false},
		{"a jump from the end", append(content("a", nil), &ByteJump{Number: Number{Relative: true}, From: FromEnd}), false, true},
		{"base64", []Test{&Base64Decode{}}, true, true},
		{"pcre", regexp(`"/a.c/"`), false, false},
		{"pcre from the start", regexp(`"/^a/"`), true, false},
		{"pcre to the end", regexp(`"/a$/"`), false, true},
	} {
		if start, end := Needs(test.tests); start != test.start || end != test.end {
			t.Errorf("%s: Needs = %v, %v, want %v, %v", test.name, start, end, test.start, test.end)
		}
	}
}
