package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/reknit/reknit/internal/race"
)

// files is a file system of a test.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

// open opens a set from the file "f".
func open(t *testing.T, p Spec, text string) *Set {
	t.Helper()
	p.Name, p.Load = "a", []string{"f"}
	s, _, err := New(Config{Strict: true, ReadFile: files{"f": text}.read}).Open(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	v4     = "\xc0\x00\x02\x01"
	v4in6  = mapped + v4
	v6     = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
	digest = "0123456789abcdef"
)

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		of      Type
		text    string
		in, out []string
		saved   string
	}{
		{String, "YQ==\n\n# comment\nYmM=\r\n", []string{"a", "bc"}, []string{"", "A", "ab"}, "YmM=\nYQ==\n"},
		{MD5, "30313233343536373839616263646566", []string{digest}, []string{"30313233343536373839616263646566", digest[1:]},
			"30313233343536373839616263646566\n"},
		{SHA256, strings.Repeat("AB", 32), []string{strings.Repeat("\xab", 32)}, []string{digest}, strings.Repeat("ab", 32) + "\n"},
		{IPv4, "192.0.2.1\n::ffff:192.0.2.2", []string{v4, "\xc0\x00\x02\x02"}, []string{v4in6, v6}, "192.0.2.2\n192.0.2.1\n"},
		{IP, "::ffff:192.0.2.1\n2001:db8::1", []string{v4, v4in6, v6}, []string{"\xc0\x00\x02\x02", "", digest}, "192.0.2.1\n2001:db8::1\n"},
	} {
		s := open(t, Spec{Type: c.of}, c.text)
		for _, v := range c.in {
			if _, ok := s.Find([]byte(v)); !ok {
				t.Errorf("%v: %q is not found", c.of, v)
			}
		}
		for _, v := range c.out {
			if _, ok := s.Find([]byte(v)); ok {
				t.Errorf("%v: %q is found", c.of, v)
			}
		}
		if got := string(s.Append(nil)); got != c.saved {
			t.Errorf("%v: saved as %q, want %q", c.of, got, c.saved)
		}
	}
	if typ, err := ParseType("ipv6"); typ != IP || err != nil {
		t.Errorf("ipv6 is %v, %v", typ, err)
	}
}

func TestChange(t *testing.T) {
	s, _, err := New(Config{}).Open(Spec{Name: "a", Type: IPv4})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		got, want any
	}{
		{s.Add([]byte(v4)), Added}, {s.Add([]byte(v4)), There}, {s.Add([]byte(v6)), Unfit}, {s.Len(), 1},
		{s.Remove([]byte(v6)), false}, {s.Remove([]byte(v4)), true}, {s.Remove([]byte(v4)), false}, {s.Len(), 0},
		{s.Add([]byte(v4)), Added},
	} {
		if c.got != c.want {
			t.Errorf("step %d: %v, want %v", i, c.got, c.want)
		}
	}
}

// TestMemcap fills a set, empties a part of it, and fills it again.
func TestMemcap(t *testing.T) {
	p := Spec{Name: "a", Type: String, Hashsize: 1, Memcap: slotCost + valueCost*prepared + 10}
	s, _, err := New(Config{}).Open(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Outcome{Added, Added, Full, There} {
		v := []string{"12345", "67890", "x", "12345"}[i]
		if got := s.Add([]byte(v)); got != want {
			t.Errorf("adding %q: %v, want %v", v, got, want)
		}
	}
	s.Remove([]byte("12345"))
	if got := s.Add([]byte("x")); got != Added || s.Len() != 2 {
		t.Errorf("after one was removed: %v, %d values", got, s.Len())
	}
	p.Memcap = slotCost + valueCost*prepared - 1
	if _, _, err := New(Config{}).Open(p); err == nil {
		t.Error("a set is made that has no room for what it begins with")
	}
}

func TestScores(t *testing.T) {
	s := open(t, Spec{Type: String}, "YQ==, 7\nYg==,65535\nYQ==,9\n")
	for v, want := range map[string]uint16{"a": 7, "b": 65535} {
		e, _ := s.Find([]byte(v))
		if score, ok := s.Score(e); score != want || !ok {
			t.Errorf("the score of %s is %d, %v", v, score, ok)
		}
	}
	if got := string(s.Append(nil)); got != "Yg==,65535\nYQ==,7\n" {
		t.Errorf("saved as %q", got)
	}
}

func TestDomains(t *testing.T) {
	s := open(t, Spec{Type: String}, "LmV2aWwuY29t\nYmFkLm9yZw==\n") // .evil.com, bad.org
	for name, want := range map[string]bool{
		"evil.com": false, ".evil.com": true, "www.evil.com": true, ".a.b.evil.com": true, "notevil.com": false, ".notevil.com": false,
		"bad.org": true, ".bad.org": true, "x.bad.org": true, "notbad.org": false, "bad.org.": false, "": false, "...": false,
	} {
		if _, ok := s.FindDomain([]byte(name)); ok != want {
			t.Errorf("FindDomain(%q) = %v", name, ok)
		}
	}
	looked := 0
	domains(bytes.Repeat([]byte("."), 1<<20), func(d []byte) bool {
		looked++
		return len(d) <= maxName
	})
	if looked > 2*maxName {
		t.Errorf("a name of dots costs %d looks", looked)
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		name, text string
		spec       Spec
		value      string
		want       string
	}{
		{"lines", `{"ip": "192.0.2.1", "n": [1, 2.50]}` + "\n", Spec{Type: IP, Format: NDJSON, ValueKey: "ip"}, v4,
			`{"ip":"192.0.2.1","n":[1,2.50]}`},
		{"array", `[{"h":"x","y":1},{"h":"z"}]`, Spec{Format: JSON, ValueKey: "h"}, "x", `{"h":"x","y":1}`},
		{"path", `{"a":{"b":[{"i":{"h":"x","k":1},"y":1}]}}`, Spec{Format: JSON, ArrayKey: "a.b", ValueKey: "i.h", RemoveKey: true}, "x",
			`{"i":{"k":1},"y":1}`},
		{"dots in a name", `[{"a.b":"x"}]`, Spec{Format: JSON, ValueKey: "a.b", RemoveKey: true}, "x", `{}`},
		{"the first one counts", `[{"h":"x","y":1},{"h":"x","y":2},{"h":"y","y":3}]`, Spec{Format: JSON, ValueKey: "h"}, "y", `{"h":"y","y":3}`},
		{"not UTF-8", "[{\"h\":\"x\",\"y\":\"\xff\"}]", Spec{Format: JSON, ValueKey: "h"}, "x", "{\"h\":\"x\",\"y\":\"\uFFFD\"}"},
	} {
		if c.spec.Type == NoType {
			c.spec.Type = String
		}
		s := open(t, c.spec, c.text)
		e, ok := s.Find([]byte(c.value))
		if got := s.Context(e); got != c.want || !ok {
			t.Errorf("%s: context %s, %v, want %s", c.name, got, ok, c.want)
		}
		if _, ok := s.Score(e); ok {
			t.Errorf("%s: a context is a score", c.name)
		}
	}
}

// TestWrong is about what is told of files and specs.
func TestWrong(t *testing.T) {
	all := files{
		"base64": "Z29v;Z2xl,1", "score": "YQ==,-1", "mixed": "YQ==,1\nYg==", "mixed too": "YQ==\nYg==,1", "hash": "00",
		"ip": "192.0.2", "v6": "2001:db8::1", "no string": `{"h":1}`, "no value": `{"h":""}`, "comma": ",1", "no member": `{"g":"x"}`, "no object": `["x"]`, "no JSON": `{`,
		"no array": `{"h":"x"}`, "large": "MTIzNDU2Nzg5MDE=",
	}
	for _, c := range []struct{ file, want string }{
		{"base64", "bad base64 encoding a: base64, line 1"}, {"score", "invalid datarep value a: score, line 1"},
		{"mixed", "Cannot mix dataset and datarep values for set a: mixed, line 2"},
		{"mixed too", "Cannot mix dataset and datarep values for set a"}, {"hash", `"00" is not the md5`}, {"ip", "is not an address"},
		{"v6", "is not an IPv4 address"}, {"no string", "failed to get value because it is not a string"}, {"no member", `there is no "h"`},
		{"no value", "the value is empty"}, {"comma", "bad base64 encoding"},
		{"no object", "want a JSON object"}, {"no JSON", "want a JSON object"}, {"no array", "no array"},
		{"large", "dataset too large for set memcap"}, {"missing", "missing"},
	} {
		p := Spec{Name: "a", Type: String, Load: []string{c.file}, Hashsize: 1, Memcap: slotCost + valueCost*prepared + 10}
		switch {
		case c.file == "hash":
			p.Type = MD5
		case c.file == "ip" || c.file == "v6":
			p.Type = IPv4
		case c.file == "no array":
			p.Format, p.ValueKey = JSON, "h"
		case strings.HasPrefix(c.file, "no "):
			p.Format, p.ValueKey = NDJSON, "h"
		}
		s := New(Config{Strict: true, ReadFile: all.read})
		_, _, err := s.Open(p)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.file, err, c.want)
		}
		if _, _, again := s.Open(p); again == nil || c.file != "missing" && strings.Contains(again.Error(), c.want) {
			t.Errorf("%s, again: %v", c.file, again)
		}
		if c.file == "no array" || c.file == "missing" {
			continue
		}
		if _, problems, err := New(Config{ReadFile: all.read}).Open(p); err != nil || len(problems) != 1 {
			t.Errorf("%s, not strict: %v, problems %v", c.file, err, problems)
		}
	}
}

// TestNext has sets that rules change stay, and those that come from files be read again.
func TestNext(t *testing.T) {
	all := files{"f": "YQ==", "s": "Yg=="}
	c := Config{ReadFile: all.read, TotalHashsize: 10000}
	s := New(c)
	specs := []Spec{{Name: "file", Type: String, Load: []string{"f"}}, {Name: "state", Type: String, Load: []string{"s"}, Save: "s"},
		{Name: "learnt", Type: String, Hashsize: 1}}
	for _, p := range specs {
		set, _, err := s.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		set.Add([]byte("x"))
	}
	all["f"], all["s"] = "Yw==", "Yw=="
	n := s.Next(c)
	for i, want := range []string{"Yw==\n", "eA==\nYg==\n", "eA==\n"} {
		set, _, err := n.Open(specs[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := string(set.Append(nil)); got != want {
			t.Errorf("%s: %q, want %q", specs[i].Name, got, want)
		}
	}
}

func TestManyProblems(t *testing.T) {
	s := New(Config{ReadFile: files{"f": strings.Repeat("!\n", 100) + "YQ=="}.read})
	set, problems, err := s.Open(Spec{Name: "a", Type: String, Load: []string{"f"}})
	if err != nil || len(problems) != maxProblems+1 || set.Len() != 1 || !strings.Contains(problems[maxProblems].Error(), "92 more") {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestSpecs(t *testing.T) {
	s := New(Config{MaxHashsize: 100, TotalHashsize: 150, Hashsize: 60, ReadFile: files{}.read})
	state := Spec{Name: "state", Type: MD5, Load: []string{"s"}, Save: "s"}
	if _, _, err := s.Open(state); err != nil {
		t.Errorf("a state that does not exist: %v", err)
	}
	for _, c := range []struct {
		p    Spec
		want string
	}{
		{Spec{Name: "state"}, ""}, {state, ""}, {Spec{Name: "state", Type: IP}, "already exists and is of type md5"},
		{Spec{Name: "state", Load: []string{"x"}}, "not loaded from x"}, {Spec{Name: "state", Save: "x"}, "not saved to x"},
		{Spec{Name: "new"}, "dataset new not defined"}, {Spec{Type: IP}, "name"}, {Spec{Name: strings.Repeat("x", 64), Type: IP}, "name"},
		{Spec{Name: "big", Type: IP, Hashsize: 101}, "single-hashsize"}, {Spec{Name: "sum", Type: IP, Hashsize: 91}, "total-hashsizes"},
		{Spec{Name: "j", Type: IP, Format: JSON}, "value_key"}, {Spec{Name: "j", Type: IP, Format: JSON, ValueKey: "x", Save: "x"}, "not saved"},
		{Spec{Name: "j", Type: IP, Format: JSON, ValueKey: strings.Repeat("x.", 16) + "x"}, "up to 16 names"},
		{Spec{Name: "last", Type: IP, Hashsize: 90}, ""},
	} {
		_, _, err := s.Open(c.p)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.p, err, c.want)
		}
	}
	var names []string
	s.Each(func(set *Set) bool {
		names = append(names, set.Name()+set.Saved())
		return true
	})
	if fmt.Sprint(names) != "[last states]" {
		t.Errorf("sets %v", names)
	}
	if _, _, err := New(Config{ReadFile: func(string) ([]byte, error) { return nil, fs.ErrPermission }}).Open(state); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a state that cannot be read: %v", err)
	}
}

// TestWorkers has several goroutines add and remove the same values: each value is added as often as it is removed, or once more.
func TestWorkers(t *testing.T) {
	s, _, _ := New(Config{}).Open(Spec{Name: "a", Type: String})
	const values = 50
	var mu sync.Mutex
	balance := map[string]int{}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			own := map[string]int{}
			for i := range 2000 {
				v := fmt.Sprint((i*7 + w) % values)
				switch {
				case i%3 != 0:
					if s.Add([]byte(v)) == Added {
						own[v]++
					}
				case s.Remove([]byte(v)):
					own[v]--
				}
				s.FindDomain([]byte(v))
			}
			mu.Lock()
			defer mu.Unlock()
			for v, n := range own {
				balance[v] += n
			}
		})
	}
	wg.Wait()
	left := 0
	for v, n := range balance {
		_, ok := s.Find([]byte(v))
		if n != 0 && n != 1 || ok != (n == 1) {
			t.Errorf("%s: %d more added than removed, there: %v", v, n, ok)
		}
		left += n
	}
	if left != s.Len() {
		t.Errorf("%d values, want %d", s.Len(), left)
	}
}

func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	s := open(t, Spec{Type: String}, "LmV2aWwuY29t\n")
	there, not := []byte("www.evil.com"), []byte("www.example.org")
	n := testing.AllocsPerRun(100, func() {
		s.Find(there)
		s.FindDomain(there)
		s.FindDomain(not)
		s.Add([]byte(".evil.com"))
		s.Remove(not)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLoad reads files of any kind. What was read stays within its memcap; what is saved is read as the same again.
func FuzzLoad(f *testing.F) {
	f.Add(uint8(String), uint8(CSV), "YQ==\nYg==,1\n#\n", "", "")
	f.Add(uint8(IP), uint8(CSV), "192.0.2.1\n2001:db8::1\n", "", "")
	f.Add(uint8(MD5), uint8(NDJSON), `{"h":{"v":"30313233343536373839616263646566"},"x":[{}]}`, "", "h.v")
	f.Add(uint8(String), uint8(JSON), `{"a":[{"h":"x","y":1},{"h":"x"},{"h":2}]}`, "a", "h")
	f.Fuzz(func(t *testing.T, of, format uint8, text, array, key string) {
		p := Spec{Name: "a", Type: Type(of%5 + 1), Format: Format(format % 3), ArrayKey: array, ValueKey: key, RemoveKey: of >= 128,
			Load: []string{"f"}, Hashsize: 1, Memcap: slotCost + valueCost*prepared + 100}
		s, problems, err := New(Config{ReadFile: files{"f": text}.read}).Open(p)
		if len(problems) > maxProblems+1 {
			t.Fatalf("%d problems", len(problems))
		}
		if err != nil {
			return
		}
		if c := s.spec.cost(s.count.Load(), s.size.Load()); c > p.Memcap {
			t.Fatalf("the set costs %d, its memcap is %d", c, p.Memcap)
		}
		saved := string(s.Append(nil))
		p.Format, p.ValueKey = CSV, ""
		again, _, err := New(Config{Strict: true, ReadFile: files{"f": saved}.read}).Open(p)
		if err != nil {
			t.Fatalf("%q, saved as %q: %v", text, saved, err)
		}
		if twice := string(again.Append(nil)); twice != saved {
			t.Fatalf("%q was saved, and then %q", saved, twice)
		}
	})
}
