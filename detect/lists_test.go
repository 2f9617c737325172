package detect_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/country/countrytest"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/rule/reputation"
)

// testLists are lists about the ends of test conversations, 192.0.2.1 and 198.51.100.25.
func testLists(t testing.TB) rule.Lists {
	t.Helper()
	files := map[string]string{
		"helo": "Y2xpZW50LmV4YW1wbGU=\n", "scores": "Y2xpZW50LmV4YW1wbGU=,70\n", "servers": "198.51.100.25\n",
		"why": `{"name":"client.example","why":{"since":2005}}` + "\n", "domains": "LmV4YW1wbGU=\n",
	}
	table := &reputation.Table{}
	problems := append(table.Names("c", "1,bad,Bad\n2,good,Good\n"), table.Load("f", "192.0.2.0/24,1,0\n198.51.100.25,1,90\n192.0.2.1,2,5\n")...)
	for _, p := range problems {
		t.Fatal(p)
	}
	countries, err := country.Open(countrytest.Build(map[netip.Prefix]string{
		netip.MustParsePrefix("198.51.100.0/24"): countrytest.Country("country", "DE"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	return rule.Lists{Reputation: table, Countries: countries, Sets: dataset.New(dataset.Config{
		Strict: true, ReadFile: func(name string) ([]byte, error) { return []byte(files[name]), nil },
	})}
}

const helo = "EHLO client.example\r\n"

// TestLists has rules that look into lists see two datagrams each way, or a mail.
func TestLists(t *testing.T) {
	udp := func() *conversation {
		return talk(4000).datagram(0, "one").datagram(1, "two").datagram(0, "three").datagram(1, "four")
	}
	mail := func() *conversation {
		return talk(25).open().say(1, "220 x\r\n").say(0, helo).say(1, "250 x\r\n").say(0, "MAIL FROM:<a>\r\n").say(1, "250 x\r\n")
	}
	short := func() *conversation { return talk(25).open().say(1, "220 x\r\n").segment(0, psh|ack, helo) }
	for _, c := range []struct {
		name, rules string
		of          func() *conversation
		want        string
	}{
		{"set", "ip.src; dataset:set,a,type ip;", udp, "1 1, 2 1"},
		{"set of another form", "ip.src; dataset:set,a,type md5;", udp, ""},
		{"isnotset of another form", "ip.src; dataset:isnotset,a,type md5;", udp, "1 1, 2 1, 3 1, 4 1"},
		{"isset", "ip.dst; dataset:isset,a,type ipv4,load servers;", udp, "1 1, 3 1"},
		{"isnotset", "ip.dst; dataset:isnotset,a,type ipv4,load servers;", udp, "2 1, 4 1"},
		{"unset", "ip.dst; dataset:unset,a,type ipv4,load servers;", udp, "1 1"},
		{"in the order of the rule", "ip.dst; dataset:isset,a,type ipv4,load servers; dataset:set,b,type ip;", udp, "1 1"},
		{"isnotset and set", "ip.src; dataset:isnotset,a,type ip; dataset:set,a;", udp, "1 1, 2 1"},
		{"field", "smtp.helo; dataset:isset,a,type string,load helo;", mail, "9 1"},
		{"field, set", "smtp.helo; dataset:set,a,type string;", mail, "9 1"},
		{"content before", `smtp.helo; content:"nobody"; dataset:set,a,type string;`, mail, ""},
		{"transform", "smtp.helo; to_md5; dataset:set,a,type md5;", mail, "9 1"},
		{"subdomain", "smtp.helo; dotprefix; dataset:isset,a,type string,load domains,match subdomain;", mail, "9 1"},
		{"no subdomain", "smtp.helo; dotprefix; dataset:isset,a,type string,load domains;", mail, ""},
		{"score", "smtp.helo; datarep:a,>,69,type string,load scores;", mail, "9 1"},
		{"another score", "smtp.helo; datarep:a,<,70,type string,load scores;", mail, ""},
		{"address beside a field", "smtp.helo; dataset:isset,a,type string,load helo; ip.dst; dataset:set,b,type ip;", mail, "9 1"},
		{"address before a field", `ip.dst; dataset:isset,b,type ip,load servers; smtp.helo; content:"client"; `, mail, "9 1"},
		{"address at the end of a flow", `smtp.helo; content:"client"; ip.dst; dataset:isset,b,type ip,load servers; iprep:src,good,isset;`, short, "end 1"},
		{"any", "iprep:any,bad,>,50;", udp, "1 1, 2 1"},
		{"src", "iprep:src,bad,>=,90;", udp, "2 1"},
		{"dst", "iprep:dst,bad,=,0;", udp, "2 1"},
		{"both", "iprep:both,bad,<=,90;", udp, "1 1, 2 1"},
		{"not both", "iprep:both,good,>,0;", udp, ""},
		{"unknown", "iprep:src,good,!=,77;", udp, "1 1"},
		{"is known", "iprep:src,good,isset;", udp, "1 1"},
		{"is not known", "iprep:src,good,isnotset;", udp, "2 1"},
		{"with a content", `content:"o"; iprep:dst,bad,>,0;`, udp, "1 1"},
		{"beside a field, iprep", `smtp.helo; content:"client"; iprep:dst,bad,>,0;`, mail, "9 1"},
		{"country", "geoip:de;", udp, "1 1, 2 1, 3 1, 4 1"},
		{"country of src", "geoip:src,FR,DE;", udp, "2 1, 4 1"},
		{"not the country", "geoip:dst,!FR;", udp, "1 1, 3 1"},
		{"no country", "geoip:both,!FR;", udp, ""},
		{"beside a field, geoip", `smtp.helo; content:"client"; geoip:dst,DE;`, mail, "9 1"},
	} {
		set := compileWith(t, "alert ip any any -> any any ("+c.rules+" sid:1;)", detect.Config{}, testLists(t))
		if got := c.of().with(t, set, engine.Config{}).String(); got != c.want {
			t.Errorf("%s: alerts %q, want %q", c.name, got, c.want)
		}
	}
}

// Alerts tell the object in which a value was found.
func TestContext(t *testing.T) {
	set := compileWith(t, `alert smtp any any -> any any (smtp.helo; pcre:"/^(\w+)/,alert:who"; `+`dataset:isset,a,type string,load why,format ndjson,value_key name,remove_key,context_key known; sid:1;)`, detect.Config{}, testLists(t))
	o := talk(25).open().say(1, "220 x\r\n").say(0, helo).say(1, "250 x\r\n").with(t, set, engine.Config{})
	if all, want := strings.Join(o.records, "\n"), `"context":{"known":{"why":{"since":2005}},"who":"client"}`; !strings.Contains(all, want) {
		t.Errorf("records\n%s\nwant %s", all, want)
	}
}

// A set that has reached its memcap takes no more, and that is counted.
func TestFullSet(t *testing.T) {
	set := compileWith(t, `alert smtp any any -> any any (smtp.helo; dataset:set,a,type string,hashsize 1,memcap 104065; sid:1;)`,
		detect.Config{}, testLists(t))
	o := talk(25).open().say(1, "220 x\r\n").say(0, helo).say(1, "250 x\r\n").with(t, set, engine.Config{})
	if n := o.counter("reknit.dataset_full"); n == 0 || len(o.alerts) > 0 {
		t.Errorf("counted %d, alerts %s", n, o)
	}
}

// A set is one for all rules, and for all workers; what they look up allocates nothing.
func TestSharedSet(t *testing.T) {
	lists := testLists(t)
	set := compileWith(t, `alert ip any any -> any any (ip.src; dataset:set,a,type ip; sid:1;)
alert ip any any -> any any (ip.dst; dataset:isset,a; sid:2;)`, detect.Config{}, lists)
	if got, want := talk(4000).datagram(0, "x").datagram(1, "x").with(t, set, engine.Config{}).String(), "1 1, 2 1, 2 2"; got != want {
		t.Errorf("alerts %s, want %s", got, want)
	}
	if got, want := talk(4000).datagram(0, "x").with(t, set, engine.Config{}).String(), "1 2"; got != want {
		t.Errorf("alerts of another engine with the same sets %s, want %s", got, want)
	}
	var saved []string
	lists.Sets.Each(func(s *dataset.Set) bool {
		saved = append(saved, fmt.Sprintf("%s: %q", s.Name(), s.Append(nil)))
		return true
	})
	if want := `[a: "198.51.100.25\n192.0.2.1\n"]`; fmt.Sprint(saved) != want {
		t.Errorf("sets %s, want %s", saved, want)
	}
}
