package rule

import (
	"net/netip"
	"testing"
	"time"
)

func TestClasses(t *testing.T) {
	c, problems := ParseClasses("c", `# comment
config classification: bad-unknown,Potentially Bad Traffic, 2
config classification: x,With, a comma,1
config classification: y,No priority
config reference: z
classification: a,b,1
`)
	if len(problems) != 3 || c.Len() != 2 {
		t.Errorf("%d classes, problems %v", c.Len(), problems)
	}
	x, known := c.find("X")
	if !known || x.Description != "With, a comma" || x.Priority != 1 {
		t.Errorf("x is %v", x)
	}
	if n, known := c.find("new"); known || n.Priority != defaultPriority || n.Description != "" {
		t.Errorf("new is %v, %v", n, known)
	}
	if _, known := c.find("new"); !known {
		t.Error("new is reported twice")
	}
}

func TestReferences(t *testing.T) {
	r, problems := ParseReferences("r", "config reference: cve   https://cve.example/?name=\nconfig reference: cve\n")
	if len(problems) != 1 || r.Len() != 1 {
		t.Errorf("%d types, problems %v", r.Len(), problems)
	}
	if p, known := r.find("CVE"); !known || p != "https://cve.example/?name=" {
		t.Errorf("cve is %q, %v", p, known)
	}
}

func TestThresholds(t *testing.T) {
	list, problems := testLanguage().ParseThresholds("t", `
threshold gen_id 1, sig_id 2, type limit, track by_src, \
   count 3, seconds 60
event_filter gen_id 1, sig_id 0, type both, track by_dst, count 1, seconds 1
rate_filter gen_id 1, sig_id 2, track by_rule, count 5, seconds 6, new_action drop, timeout 7
suppress gen_id 1, sig_id 2
suppress gen_id 1, sig_id 2, track by_src, ip [10.0.0.1, $HOME_NET]
suppress gen_id 1, sig_id 2, track by_src
threshold gen_id 1, sig_id 2, type limit, track by_src, count 3
suppress gen_id 0, sig_id 2
limit gen_id 1
`)
	if len(list) != 5 || len(problems) != 4 {
		t.Fatalf("%d lines, problems %v", len(list), problems)
	}
	if o := list[0]; o.SID != 2 || o.Limit != LimitFirst || o.Count != 3 || o.Window != time.Minute {
		t.Errorf("the first is %+v", o)
	}
	if o := list[2]; o.Limit != LimitRate || o.NewAction != Drop || o.Timeout != 7*time.Second || o.Track != ByRule {
		t.Errorf("the third is %+v", o)
	}
	if o := list[3]; o.Limit != LimitNever || o.Addresses != nil {
		t.Errorf("the fourth is %+v", o)
	}
	if o := list[4]; o.Addresses == nil || !o.Addresses.Contains(netip.MustParseAddr("192.168.1.9")) {
		t.Errorf("the fifth is %+v", o)
	}
	if problems[0].Pos.Line != 8 {
		t.Errorf("the first problem is %v, want line 8", problems[0])
	}
}
