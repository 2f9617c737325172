package dns

import (
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// TestFields wants what rules see of a request and of a response.
func TestFields(t *testing.T) {
	const question = "\x03www\x07example\x03org\x00\x00\x01\x00\x01"
	request := "\x00\x01\x29\x00\x00\x02\x00\x00\x00\x00\x00\x00" + question + "\x01b\xc0\x10\x00\x1c\x00\x01"
	response := "\x00\x01\x81\x83\x00\x01\x00\x02\x00\x01\x00\x01" + question +
		"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03web\xc0\x10" +
		"\xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01" +
		"\xc0\x10\x00\x02\x00\x01\x00\x00\x00\x3c\x00\x05\x02ns\xc0\x10" +
		"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"
	want := map[string][2]string{ // of the request, of the response
		"dns.query":              {"www.example.org|b.example.org", "-"},
		"dns.opcode":             {"5", "0"},
		"dns.rcode":              {"0", "3"},
		"dns.rrtype":             {"1|28", "1|5|1|2|41"},
		"dns.queries.rrname":     {"www.example.org|b.example.org", "www.example.org"},
		"dns.answers.rrname":     {"", "www.example.org|web.example.org"},
		"dns.authorities.rrname": {"", "example.org"},
		"dns.additionals.rrname": {"", ""},
		"dns.response.rrname":    {"", "www.example.org|www.example.org|web.example.org|web.example.org||example.org|ns.example.org||"},
	}
	seen := map[string]bool{}
	for d, text := range [...]string{request, response} {
		m, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range New(Config{}).Fields {
			if f.Dir != stream.Dir(d) {
				continue
			}
			var got []string
			for i := 0; ; i++ {
				b, ok := f.Get(m, i)
				if !ok {
					break
				}
				got = append(got, string(b))
			}
			if s := strings.Join(got, "|"); s != want[f.Name][d] {
				t.Errorf("%s, %v: %q, want %q", f.Name, f.Dir, s, want[f.Name][d])
			}
			seen[f.Name] = true
		}
	}
	if len(seen) != len(want) {
		t.Errorf("there are %d fields, want %d", len(seen), len(want))
	}
}

// TestForms wants the records that each kind of output takes.
func TestForms(t *testing.T) {
	message := func(text string) *Message {
		m, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	request := message("\x00\x01\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\x01b\x00\x00\x1c\x00\x01")
	response := message("\x00\x01\x81\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01")
	for _, test := range []struct {
		name string
		eve  EVE
		want [2][]int // numbers of the forms of the request and of the response
	}{
		{"default", EVE{}, [2][]int{{0}, {0}}},
		{"version 2", EVE{Version: 2}, [2][]int{{0, 1}, {0}}},
		{"no requests", EVE{NoRequests: true}, [2][]int{nil, {0}}},
		{"no responses", EVE{Version: 2, NoResponses: true}, [2][]int{{0, 1}, nil}},
		{"AAAA", EVE{Types: []Type{TypeAAAA}}, [2][]int{{0}, nil}},
		{"AAAA in version 2", EVE{Version: 2, Types: []Type{TypeAAAA}}, [2][]int{{1}, nil}},
	} {
		for i, m := range [...]*Message{request, response} {
			var got []int
			for n := range m.Forms(&test.eve) {
				if m.As(&test.eve, n) != nil {
					got = append(got, n)
				}
			}
			if !slices.Equal(got, test.want[i]) {
				t.Errorf("%s, message %d: forms %v, want %v", test.name, i, got, test.want[i])
			}
		}
	}
}

// TestFullAddress wants addresses in their full form although the output writes others in their short form.
func TestFullAddress(t *testing.T) {
	const mapped = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04"
	m, err := Parse([]byte("\x00\x01\x81\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x1c\x00\x01\x00\x00\x00\x00\x00\x10" + mapped))
	if err != nil {
		t.Fatal(err)
	}
	r := event.Record{Type: "dns", Body: m}
	line := string(r.AppendJSON(nil, &event.Options{CompressIPv6: true}))
	const want = `"0000:0000:0000:0000:0000:ffff:0102:0304"`
	if strings.Count(line, want) != 2 {
		t.Errorf("%s\ndoes not have %s twice", line, want)
	}
}

// TestCheck wants the check of a datagram to say what reading it does.
func TestCheck(t *testing.T) {
	whole := []byte("\x00\x01\x81\x83\x00\x01\x00\x02\x00\x01\x00\x01\x03www\x07example\x03org\x00\x00\x01\x00\x01" +
		"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03web\xc0\x10" +
		"\xc0\x2d\x00\x06\x00\x01\x00\x00\x00\x3c\x00\x20\x02ns\xc0\x10\x04root\xc0\x10" + strings.Repeat("0", 20) +
		"\xc0\x10\x00\x02\x00\x01\x00\x00\x00\x3c\x00\x05\x02ns\xc0\x10\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00")
	if check(whole) != none {
		t.Fatal("the message is none")
	}
	compare := func(b []byte) {
		t.Helper()
		if _, err := Parse(b); (err == nil) != (check(b) == none) {
			t.Errorf("check(%q) = %v, but Parse says %v", b, check(b), err)
		}
	}
	for n := range whole {
		compare(whole[:n])
		for _, c := range [...]byte{0, 1, 0x40, 0xc0, 0xff} {
			b := slices.Clone(whole)
			b[n] = c
			compare(b)
		}
	}
}
