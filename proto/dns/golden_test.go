package dns_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	miekg "github.com/miekg/dns"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/dns"
)

// message is one that another implementation made.
type message struct {
	miekg.Msg
	packed []byte
}

// zone has records of all kinds, as in a zone file. @@ stands for a name.
var zone = []string{
	"A 192.0.2.%d", "AAAA 2001:db8::%x", "CNAME @@", "NS @@", "PTR @@", "MX %d @@", `TXT "v=spf1 -all"`,
	`TXT "a \"quoted\" one" "" "two \255\000"`, "SRV 1 %d 443 @@", "SOA @@ @@ 2026112801 7200 3600 1209600 %d",
	"SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789", "CAA 0 issue \"ca.example\"",
	"DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", "DNAME @@", "HINFO \"cpu\" \"os\"", "RP @@ @@",
	"DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no", "NSEC @@ A MX RRSIG NSEC TYPE1234",
	"RRSIG A 5 3 86400 20300322173103 20300220173103 2642 @@ oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr",
	"NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG", "NSEC3PARAM 1 0 12 aabbccdd",
	"TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971", "NAPTR 100 50 \"s\" \"http\" \"\" @@",
	"HTTPS 1 @@ alpn=\"h2,h3\" ipv4hint=192.0.2.1", "SVCB 0 @@", "LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
	"CDS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", "URI 10 1 \"ftp://ftp.example\"", "SPF \"v=spf1\"",
	"CDNSKEY 256 3 5 AQPSKmynfzW4kyBv015M", "KX 10 @@", "AFSDB 1 @@", "OPENPGPKEY mQCNAzIG", "CSYNC 66 3 A NS AAAA",
	"EUI48 00-00-5e-00-53-2a", "ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE",
}

var names = []string{
	".", "example.", "www.example.", "mail.example.", "a.b.c.d.e.f.www.example.", `dot\.in.label.example.`, `\000\255x.example.`,
	strings.Repeat("x", 63) + "." + strings.Repeat("y", 63) + ".example.", "_sip._udp.example.", "xn--caf-dma.example.",
}

// golden returns messages of all kinds, in part compressed.
func golden(t testing.TB) []message {
	r := rand.New(rand.NewPCG(1, 2))
	name := func() string { return names[r.IntN(len(names))] }
	record := func(text string) miekg.RR {
		for strings.Contains(text, "@@") {
			text = strings.Replace(text, "@@", name(), 1)
		}
		if strings.Contains(text, "%") {
			text = fmt.Sprintf(text, r.IntN(250))
		}
		rr, err := miekg.NewRR(name() + " " + strconv.Itoa(r.IntN(100000)) + " IN " + text)
		if err != nil {
			t.Fatal(err)
		}
		return rr
	}
	some := func(n int) (list []miekg.RR) {
		for range r.IntN(n) {
			list = append(list, record(zone[r.IntN(len(zone))]))
		}
		return list
	}
	var all []message
	add := func(m miekg.Msg) {
		packed, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, message{m, packed})
	}
	for i := range 1000 {
		var m miekg.Msg
		m.SetQuestion(name(), record(zone[r.IntN(len(zone))]).Header().Rrtype)
		m.Compress = i%2 == 0
		m.Response = r.IntN(3) > 0
		m.Opcode, m.Rcode = r.IntN(7), r.IntN(16)
		m.Authoritative, m.Truncated, m.RecursionAvailable, m.AuthenticatedData = r.IntN(2) == 0, r.IntN(9) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		m.Answer, m.Ns, m.Extra = some(6), some(3), some(4)
		if i < len(zone) {
			m.Answer = append(m.Answer, record(zone[i]))
		}
		if r.IntN(2) == 0 {
			o := &miekg.OPT{Hdr: miekg.RR_Header{Name: ".", Rrtype: miekg.TypeOPT}}
			o.SetUDPSize(1232)
			if r.IntN(2) == 0 {
				o.Option = append(o.Option, &miekg.EDNS0_COOKIE{Code: miekg.EDNS0COOKIE, Cookie: "24a5ac1122334455"})
			}
			m.Extra = append(m.Extra, o)
		}
		add(m)
	}
	return all
}

// TestGolden compares what another implementation put into messages with the records of them.
func TestGolden(t *testing.T) {
	for _, g := range golden(t) {
		m, err := dns.Parse(g.packed)
		if err != nil {
			t.Fatalf("%v\n%x", err, g.packed)
		}
		r := event.Record{Type: "dns", Body: m}
		var got struct{ DNS map[string]any }
		if err := json.Unmarshal(r.AppendJSON(nil, nil), &got); err != nil {
			t.Fatal(err)
		}
		want, _ := json.Marshal(expected(&g))
		have, _ := json.Marshal(got.DNS)
		if string(have) != string(want) {
			t.Fatalf("%v\n got %s\nwant %s", &g.Msg, have, want)
		}
	}
}

type object = map[string]any

// expected returns the record of g.
func expected(g *message) object {
	flags := int(g.packed[2])<<8 | int(g.packed[3])
	o := object{"version": 3, "type": "request", "tx_id": 0, "id": g.Id, "flags": strconv.FormatInt(int64(flags), 16), "opcode": g.Opcode,
		"rcode": rcode(g.Rcode & 15)}
	for key, is := range map[string]bool{"qr": g.Response, "aa": g.Authoritative, "tc": g.Truncated, "rd": g.RecursionDesired,
		"ra": g.RecursionAvailable, "z": g.Zero} {
		if is {
			o[key] = true
		}
	}
	if g.Response {
		o["type"] = "response"
	}
	for _, q := range g.Question {
		o["queries"] = []object{{"rrname": plain(q.Name), "rrtype": typeName(q.Qtype)}}
	}
	section(o, "answers", g.Answer)
	section(o, "authorities", g.Ns)
	section(o, "additionals", g.Extra)
	if len(g.Answer) > 0 {
		groups := map[string][]any{}
		for _, rr := range g.Answer {
			for _, item := range items(rr) {
				for _, key := range []string{"rdata", "soa", "srv", "sshfp"} {
					if v, ok := item[key]; ok {
						groups[typeName(rr.Header().Rrtype)] = append(groups[typeName(rr.Header().Rrtype)], v)
					}
				}
			}
		}
		o["grouped"] = groups
	}
	return o
}

func section(o object, key string, list []miekg.RR) {
	var all []object
	for _, rr := range list {
		all = append(all, items(rr)...)
	}
	if len(all) > 0 {
		o[key] = all
	}
}

// items returns the elements that a record makes.
func items(rr miekg.RR) []object {
	h := rr.Header()
	o := object{"rrname": plain(h.Name), "rrtype": typeName(h.Rrtype), "ttl": h.Ttl}
	switch rr := rr.(type) {
	case *miekg.A:
		o["rdata"] = rr.A.String()
	case *miekg.AAAA:
		o["rdata"] = netip.AddrFrom16([16]byte(rr.AAAA.To16())).StringExpanded()
	case *miekg.CNAME:
		o["rdata"] = plain(rr.Target)
	case *miekg.NS:
		o["rdata"] = plain(rr.Ns)
	case *miekg.PTR:
		o["rdata"] = plain(rr.Ptr)
	case *miekg.MX:
		o["rdata"] = plain(rr.Mx)
	case *miekg.TXT:
		var all []object
		for _, text := range rr.Txt {
			all = append(all, object{"rrname": o["rrname"], "rrtype": "TXT", "ttl": h.Ttl, "rdata": wire(unescape(text))})
		}
		return all
	case *miekg.SOA:
		o["soa"] = object{"mname": plain(rr.Ns), "rname": plain(rr.Mbox), "serial": rr.Serial, "refresh": rr.Refresh,
			"retry": rr.Retry, "expire": rr.Expire, "minimum": rr.Minttl}
	case *miekg.SRV:
		o["srv"] = object{"priority": rr.Priority, "weight": rr.Weight, "port": rr.Port, "name": plain(rr.Target)}
	case *miekg.SSHFP:
		var pairs []string
		for i := 0; i < len(rr.FingerPrint); i += 2 {
			pairs = append(pairs, strings.ToLower(rr.FingerPrint[i:i+2]))
		}
		o["sshfp"] = object{"fingerprint": strings.Join(pairs, ":"), "algo": rr.Algorithm, "type": rr.Type}
	case *miekg.OPT:
		if len(rr.Option) == 0 {
			return nil
		}
		o["opt"] = []object{{"code": 10, "data": rr.Option[0].(*miekg.EDNS0_COOKIE).Cookie}}
	}
	return []object{o}
}

// typeName returns the mnemonic, or the number where Suricata has none.
func typeName(t uint16) string {
	switch t {
	case miekg.TypeCAA, miekg.TypeSVCB, miekg.TypeZONEMD, miekg.TypeOPENPGPKEY, miekg.TypeCSYNC, miekg.TypeEUI48:
		return strconv.Itoa(int(t))
	}
	return miekg.TypeToString[t]
}

func rcode(n int) string {
	if n > 10 {
		return strconv.Itoa(n)
	}
	return map[bool]string{true: "NOTIMP", false: miekg.RcodeToString[n]}[n == 4]
}

// plain returns a name as EVE has it: without escapes, and without the dot at the end.
func plain(name string) string { return wire(unescape(strings.TrimSuffix(name, "."))) }

// unescape reads \. and \255.
func unescape(s string) []byte {
	var b []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			n, _ := strconv.Atoi(s[i+1 : i+4])
			c, i = byte(n), i+3
		} else if c == '\\' {
			i++
			c = s[i]
		}
		b = append(b, c)
	}
	return b
}

// wire returns text as JSON shows it after decoding.
func wire(b []byte) string {
	var o event.Object
	o.Start(nil, nil)
	o.Bytes("x", b)
	var v struct{ X string }
	if err := json.Unmarshal(o.End(), &v); err != nil {
		panic(err)
	}
	return v.X
}
