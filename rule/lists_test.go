package rule

import (
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/country/countrytest"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/rule/reputation"
)

// listLanguage is a language with lists. Its files are a, with values, scores, with scores, and bad.
func listLanguage(t *testing.T, strict bool, lists Lists) *Language {
	t.Helper()
	lists.DataDir = "data"
	lists.Reputation = &reputation.Table{}
	lists.Reputation.Names("c", "1,bad,x\n")
	var err error
	lists.Countries, err = country.Open(countrytest.Build(map[netip.Prefix]string{
		netip.MustParsePrefix("192.0.2.0/24"): countrytest.Country("country", "DE"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"rules/a": "YQ==\n", "scores": "YQ==,1\n", "bad": "YQ==\nnot base64\n", "o": `{"k":"x"}`}
	lists.Sets = dataset.New(dataset.Config{Strict: strict, ReadFile: func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}})
	return New(Config{Protocols: testProtocols(), Lists: lists})
}

// TestListKeywords checks what is taken, and what is told of the rest.
func TestListKeywords(t *testing.T) {
	for _, c := range []struct{ options, want string }{
		{"http.host; dataset:isset,a,type string", ""},
		{"http.host; dataset: isset , a , type string , memcap 10mb,hashsize 1024", ""},
		{"http.host; dataset:set,a,type string,load a", ""},
		{"http.host; dataset:set,a,type string,state b", ""},
		{"http.host; dataset:unset,a,type sha256,load a,save b", "is not the sha256"},
		{"http.host; dataset:isset,a,type string,load o,format ndjson,value_key k,context_key c", ""},
		{"http.host; dataset:isset,a,type string,load o,format ndjson,value_key k,enrichment_key c,remove_key", ""},
		{"http.host; dataset:isset,a,type string,match subdomain", ""},
		{"http.host; dataset:isset,a,type string,match exact", ""},
		{"http.host; datarep:a,>,10,type string,load scores", ""},
		{"http.host; datarep:a,==,65535,type string,load scores,memcap 1mb,hashsize 1", ""},
		{"ip.src; dataset:set,a,type ip; http.host; dataset:set,b,type string", ""},
		{"iprep:any,bad,>,30", ""}, {"iprep: src , bad , != , 127", ""}, {"iprep:dst,bad,isset", ""}, {"iprep:both,bad,isnotset", ""},
		{"geoip:DE", ""}, {"geoip:src,DE,fr", ""}, {"geoip:any,!DE,!FR", ""},

		{"dataset:isset,a,type string", "datasets are only supported for sticky buffers"},
		{`content:"x"; dataset:isset,a,type string`, "datasets are only supported for sticky buffers"},
		{"http.host; dataset:is,a,type string", `dataset action "is" is not supported`},
		{"http.host; dataset:isset", "want an action"},
		{"http.host; dataset:isset,a", "dataset a not defined"},
		{"http.host; dataset:isset,a,type", `"type" wants a value`},
		{"http.host; dataset:isset,a,type float", "bad type float"},
		{"http.host; dataset:isset,a,type string,type md5", "type is given twice"},
		{"http.host; dataset:isset,a,type string,load none", "file does not exist"},
		{"http.host; dataset:isset,a,load a", "if load is used type must be set as well"},
		{"http.host; dataset:isset,a,type string,state b,save b", "'state' can not be mixed with 'load' and 'save'"},
		{"http.host; dataset:isset,a,type string,memcap many", "not a number"},
		{"http.host; dataset:isset,a,type string,hashsize 0x1ffffffff", "more than"},
		{"http.host; dataset:isset,a,type string,hashsize 300000", "single-hashsize"},
		{"http.host; dataset:isset,a,type string,format xml", "csv, json or ndjson"},
		{"http.host; dataset:isset,a,type string,format json", "value_key"},
		{"http.host; dataset:isset,a,type string,match prefix", "exact or subdomain"},
		{"http.host; dataset:isset,a,type md5,match subdomain", "type string"},
		{"http.host; dataset:isset,a,type string,colour red", `unknown word "colour"`},
		{"http.host; dataset:isset,a,type string; dataset:isset,a,type md5", "already exists and is of type string"},
		{"http.host; dataset:set,a,type string,save /srv/a", "Absolute paths not allowed: /srv/a"},
		{"http.host; dataset:set,a,type string,state ../a", "Directory traversals not allowed: ../a"},
		{"http.host; dataset:set,a,type string,save x/../a", "Directory traversals not allowed: x/../a"},
		{"http.host; datarep:a,>", "missing values"}, {"http.host; datarep:a,>=,1,type string", "is not supported"},
		{"http.host; datarep:a,>,65536,type string", "65535"}, {"http.host; datarep:a,>,1,type string,save b", `unknown word "save"`},
		{"http.host; datarep:a,>,1", "dataset a not defined"}, {"datarep:a,>,1,type string", "sticky buffers"},
		{"iprep:any,good,>,30", `unknown iprep category "good"`}, {"iprep:host,bad,>,30", "any, src, dst or both"},
		{"iprep:any,bad", "want any"}, {"iprep:any,bad,30", "want isset"}, {"iprep:any,bad,~,30", "unknown operator"},
		{"iprep:any,bad,>,128", "from 0 to 127"},
		{"geoip:src", "list of countries"}, {"geoip:GERMANY", "two letters"}, {"geoip:src,any", "two letters"},
		{"geoip:" + strings.Repeat("DE,", 64) + "DE", "more than 64"},
	} {
		s := listLanguage(t, true, Lists{}).NewSet()
		s.Load("rules/x.rules", "alert http any any -> any any ("+c.options+"; sid:1;)")
		switch {
		case c.want == "" && len(s.Problems) > 0:
			t.Errorf("%s: %v", c.options, s.Problems[0])
		case c.want != "" && (len(s.Problems) == 0 || !strings.Contains(s.Problems[0].Bare(), c.want)):
			t.Errorf("%s: %v, want %q", c.options, s.Problems, c.want)
		}
	}
}

// TestListText checks that tests are written as a rule writes them, and which type they make.
func TestListText(t *testing.T) {
	for _, c := range []struct {
		rule, want string
		of         Type
	}{
		{"alert dns any any -> any any (dns.query; dotprefix; dataset:isset,a,type string,match subdomain,context_key k; sid:1;)",
			"dataset:isset,a,type string,match subdomain,context_key k;", Transaction},
		{"alert dns any any -> any any (dns.query; datarep:a,<,7,type string; sid:1;)", "datarep:a,<,7,type string;", Transaction},
		{"alert ip any any -> any any (ip.src; dataset:unset,a,type ipv6; sid:1;)", "dataset:unset,a,type ip;", PacketRule},
		{"alert ip any any -> any any (iprep:any,bad,>=,7; sid:1;)", "iprep:any,bad,>=,7;", IPOnly},
		{"alert ip any any -> any any (iprep:both,bad,isnotset; itype:8; sid:1;)", "iprep:both,bad,isnotset;", PacketRule},
		{"alert ip any any -> any any (geoip:dst,!de,fr; sid:1;)", "geoip:dst,!DE,!FR;", PacketRule},
	} {
		s := listLanguage(t, true, Lists{}).NewSet()
		s.Load("x.rules", c.rule)
		if len(s.Rules) != 1 {
			t.Fatal(s.Problems)
		}
		r := s.Rules[0]
		var texts []string
		for _, x := range r.Tests {
			texts = append(texts, x.String())
		}
		for _, sec := range r.Sections {
			for _, x := range sec.Tests {
				texts = append(texts, x.String())
			}
		}
		if !slices.Contains(texts, c.want) || r.Type != c.of {
			t.Errorf("%s: tests %v, type %v, want %s and %v", c.rule, texts, r.Type, c.want, c.of)
		}
	}
}

// TestSavingRefused is about what a configuration lets rules write.
func TestSavingRefused(t *testing.T) {
	text := "alert http any any -> any any (http.host; dataset:set,a,type string,save /srv/../a; sid:1;)"
	for _, c := range []struct {
		lists Lists
		want  string
	}{
		{Lists{NoSaving: true, AbsoluteNames: true}, "Rules containing save/state datasets have been disabled"},
		{Lists{AbsoluteNames: true}, ""},
	} {
		l := listLanguage(t, true, c.lists)
		s := l.NewSet()
		s.Load("x.rules", text)
		if c.want == "" {
			l.lists.Sets.Each(func(set *dataset.Set) bool {
				if set.Saved() != "/srv/../a" {
					t.Errorf("saved to %s", set.Saved())
				}
				return true
			})
		}
		told := ""
		for _, p := range s.Problems {
			told += p.Bare()
		}
		if told != c.want {
			t.Errorf("%+v: %v", c.lists, s.Problems)
		}
	}
}

// TestBadLists has rules name lists with lines that cannot be read: an error, or a warning that is told once.
func TestBadLists(t *testing.T) {
	text := "alert http any any -> any any (http.host; dataset:isset,a,type string,load bad; sid:1;)\n" +
		"alert http any any -> any any (http.host; dataset:isnotset,a,type string,load bad; sid:2;)\n"
	for _, strict := range []bool{true, false} {
		s := listLanguage(t, strict, Lists{}).NewSet()
		s.Load("x.rules", text)
		told := 0
		for _, p := range s.Problems {
			if strings.Contains(p.Text, "bad base64 encoding a: bad, line 2") && p.From == "datasets" {
				told++
			}
		}
		if told != 1 || (len(s.Rules) == 0) != strict || s.Problems[0].Kind.Warning() == strict {
			t.Errorf("strict %v: %d rules, problems %v", strict, len(s.Rules), s.Problems)
		}
	}
	s := New(Config{Protocols: testProtocols()}).NewSet()
	s.Load("x.rules", text+"alert ip any any -> any any (geoip:DE; sid:3;)\nalert ip any any -> any any (iprep:any,bad,>,1; sid:4;)\n")
	if len(s.Rules) > 0 || len(s.Problems) != 4 || s.Problems[0].Kind != NotYet {
		t.Errorf("without lists: %v", s.Problems)
	}
}
