package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reknit/reknit/rule/number"
)

// valueRow is a field that rules compare with a value, instead of looking into it: "dns.rcode:nxdomain".
type valueRow struct {
	name  string
	bits  int    // of a number; 0: it is a word
	words string // that may stand for the field's text; for numbers in the order of their values, "-" where there is none
	other string // others with the same meaning as a word, or names of numbers, as "other=word"
	kind  valueKind
}

type valueKind uint8

const (
	comparing valueKind = iota
	foreign             // without a value: the field is an address that is not the client's
	dates               // the field is a time, in seconds since the Unix epoch
	listed              // the value is a list of words that the field may be, or with ! may not be
	current             // without a value: the field is a period, and it is now
	past                // the same, and it is over
	said                // listed, and about whichever side spoke last
	flagged             // a number, or names of its bits: see flags
)

// valueRows exist as soon as a protocol has a field of the name, whose text is the number or the word.
var valueRows = []valueRow{
	{name: "dns.opcode", bits: 8},
	{name: "dns.rcode", bits: 16, words: `noerror formerr servfail nxdomain notimp refused yxdomain yxrrset nxrrset notauth notzone - - - - - badvers badkey
		badtime badmode badname badalg badtrunc`},
	{name: "dns.rrtype", bits: 16, words: `- a ns md mf cname soa mb mg mr null wks ptr hinfo minfo mx txt rp afsdb x25 isdn rt nsap nsapptr sig key px
		gpos aaaa loc nxt - - srv`, other: `naptr=35 kx=36 cert=37 dname=39 opt=41 ds=43 sshfp=44 ipseckey=45 rrsig=46 nsec=47 dnskey=48
		nsec3=50 nsec3param=51 tlsa=52 cdnskey=60 svcb=64 https=65 spf=99 tkey=249 tsig=250 ixfr=251 axfr=252 any=255 caa=257`},
	{name: "ftp.dynamic_port", bits: 16},
	{name: "ftp.mode", words: "active passive"},
	{name: "ftp.reply_received", words: "yes no", other: "1=yes true=yes on=yes 0=no false=no off=no"},
	{name: "ftpbounce", kind: foreign},
	{name: "ntp.mode", bits: 8, words: "reserved symmetric_active symmetric_passive client server broadcast control private"},
	{name: "ntp.stratum", bits: 8},
	{name: "ntp.version", bits: 8},
	{name: "ssl_state", kind: said, words: "client_hello server_hello client_keyx server_keyx unknown"},
	{name: "ssl_version", kind: listed, words: "sslv2 sslv3 tls1.0 tls1.1 tls1.2 tls1.3"},
	{name: "tls.cert_chain_len", bits: 32},
	{name: "tls.version", bits: 16, other: "1.0=0x0301 1.1=0x0302 1.2=0x0303 1.3=0x0304"},
	{name: "tls_cert_expired", kind: past},
	{name: "tls_cert_notafter", kind: dates},
	{name: "tls_cert_notbefore", kind: dates},
	{name: "tls_cert_valid", kind: current},
	{name: "websocket.flags", bits: 8, kind: flagged, other: "fin=0x80 comp=0x40"},
	{name: "websocket.mask", bits: 32},
	{name: "websocket.opcode", bits: 8, words: "continuation text binary - - - - - connection_close ping pong", other: "close=8"},
	{name: "ftpdata_command", words: "stor retr appe stou list nlst mlsd"},
}

// FieldNumber compares a field that is a number.
type FieldNumber struct {
	Buffer *Buffer
	number.Expr
	Which Which // of several numbers
}

// String returns the test as a rule writes it.
func (f *FieldNumber) String() string {
	if f.Which.Kind == counted {
		return f.Buffer.Name + ":count " + f.Which.Count.String() + ";"
	}
	return f.Buffer.Name + ":" + f.Expr.String() + f.Which.String() + ";"
}

// FieldWord compares a field that is one of a few words.
type FieldWord struct {
	Buffer *Buffer
	Word   string
}

// String returns the test as a rule writes it.
func (f *FieldWord) String() string { return f.Buffer.Name + ":" + f.Word + ";" }

// FieldForeign tests whether a field is an address that is not the client's.
type FieldForeign struct{ Buffer *Buffer }

// String returns the test as a rule writes it.
func (f *FieldForeign) String() string { return f.Buffer.Name + ";" }

// FieldListed tests whether a field is one of some words, and none of others.
type FieldListed struct {
	Buffer    *Buffer
	Any, None []string // Any may be empty: every word
	Either    bool     // it is about both directions: when one comes further, the other is looked at, too
}

// Match reports whether a word fits.
func (f *FieldListed) Match(word string) bool {
	return (len(f.Any) == 0 || slices.Contains(f.Any, word)) && !slices.Contains(f.None, word)
}

// String returns the test as a rule writes it.
func (f *FieldListed) String() string {
	list := slices.Clone(f.Any)
	for _, w := range f.None {
		list = append(list, "!"+w)
	}
	return f.Buffer.Name + ":" + strings.Join(list, ",") + ";"
}

// FieldPeriod tests whether it is now the time, or past the time, that a field tells: "FROM-TO", seconds since the Unix epoch.
type FieldPeriod struct {
	Buffer *Buffer
	Past   bool
}

// Match reports whether a time fits.
func (f *FieldPeriod) Match(period string, now int64) bool {
	a, b, _ := strings.Cut(period, "-")
	from, err := strconv.ParseInt(a, 10, 64)
	to, err2 := strconv.ParseInt(b, 10, 64)
	if err != nil || err2 != nil {
		return false
	}
	if f.Past {
		return now > to
	}
	return from <= now && now <= to
}

// String returns the test as a rule writes it.
func (f *FieldPeriod) String() string { return f.Buffer.Name + ";" }

// learnValue makes the keyword of a field one that compares, if it is one of those.
func (l *Language) learnValue(name string) {
	i := slices.IndexFunc(valueRows, func(v valueRow) bool { return v.name == name })
	if i < 0 {
		return
	}
	v, b := &valueRows[i], l.buffers[name]
	has := valueKindOf[v.kind]
	l.learn(&keyword{name: name, traits: needsTx, buffer: b, value: has, read: func(c *compiler, value string) error {
		t, err := v.read(b, strings.ToLower(bare(value)))
		if err != nil {
			return err
		}
		c.test(t)
		return nil
	}})
}

// valueKindOf says which keywords have a value.
var valueKindOf = [...]arity{foreign: noValue, current: noValue, past: noValue, flagged: needsValue}

// read reads a value.
func (v *valueRow) read(b *Buffer, value string) (Test, error) {
	switch v.kind {
	case foreign:
		return &FieldForeign{b}, nil
	case current, past:
		return &FieldPeriod{b, v.kind == past}, nil
	case listed, said:
		return v.list(b, value)
	case dates:
		e, err := parseDates(value)
		return &FieldNumber{Buffer: b, Expr: e}, err
	case flagged:
		if e, err := v.flags(value); err == nil {
			return &FieldNumber{Buffer: b, Expr: e}, nil
		}
	}
	words := strings.Fields(v.words)
	if v.bits == 0 {
		value = v.named(value)
		if !slices.Contains(words, value) {
			return nil, fmt.Errorf("want one of %s, not %q", strings.Join(words, ", "), value)
		}
		return &FieldWord{b, value}, nil
	}
	return v.number(b, value)
}

// number reads what a number is compared with, and which of several.
func (v *valueRow) number(b *Buffer, value string) (Test, error) {
	words := strings.Fields(v.words)
	f := &FieldNumber{Buffer: b}
	if count, ok := strings.CutPrefix(value, "count "); ok {
		var err error
		f.Which.Kind = counted
		f.Which.Count, err = number.Parse(count, 32)
		return f, err
	}
	value, which, several := strings.Cut(value, ",")
	if several {
		var err error
		if f.Which, err = parseWhich(which); err != nil {
			return nil, err
		}
	}
	value = strings.TrimSpace(value)
	plain := strings.TrimSpace(strings.TrimLeft(value, "!=<>"))
	op := value[:len(value)-len(plain)]
	if n := slices.Index(words, plain); n >= 0 && plain != "-" {
		plain = strconv.Itoa(n)
	}
	var err error
	if f.Expr, err = number.Parse(op+v.named(plain), v.bits); err != nil {
		return nil, err
	}
	return f, nil
}

// named returns the word, or the number, that another one stands for.
func (v *valueRow) named(text string) string {
	for o := range strings.FieldsSeq(v.other) {
		if same, word, _ := strings.Cut(o, "="); same == text {
			return word
		}
	}
	return text
}

// list reads a list of words.
func (v *valueRow) list(b *Buffer, value string) (Test, error) {
	words := strings.Fields(v.words)
	f := &FieldListed{Buffer: b, Either: v.kind == said}
	for w := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == '|' }) {
		w, not := strings.CutPrefix(strings.TrimSpace(w), "!")
		if !slices.Contains(words, w) {
			return nil, fmt.Errorf("want some of %s, not %q", strings.Join(words, ", "), w)
		}
		if not {
			f.None = append(f.None, w)
		} else {
			f.Any = append(f.Any, w)
		}
	}
	return f, nil
}

// dateForms are the ways in which a date is written.
var dateForms = []string{"2006", "2006-01", "2006-01-02", "2006-01-02 15", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02t15",
	"2006-01-02t15:04", "2006-01-02t15:04:05"}

// parseDates reads an expression with one or two dates, which are UTC.
func parseDates(value string) (e number.Expr, err error) {
	from, to, isRange := strings.Cut(value, "<>")
	if isRange {
		a, err := parseDate(from)
		if err != nil {
			return e, err
		}
		b, err := parseDate(to)
		if err == nil && a >= b {
			err = fmt.Errorf("the first date of a range must be before the second")
		}
		return number.Expr{Op: number.Between, A: a, B: b}, err
	}
	switch value = strings.TrimSpace(value); {
	case strings.HasPrefix(value, "<"):
		e.Op = number.Less
	case strings.HasPrefix(value, ">"):
		e.Op = number.Greater
	}
	e.A, err = parseDate(strings.TrimLeft(value, "<>"))
	return e, err
}

// parseDate returns the seconds since the Unix epoch.
func parseDate(text string) (uint64, error) {
	for _, form := range dateForms {
		if t, err := time.Parse(form, strings.TrimSpace(text)); err == nil && t.Unix() >= 0 {
			return uint64(t.Unix()), nil
		}
	}
	return 0, fmt.Errorf("%q is not a date from 1970 on, such as 2026-01-31 23:59:59", text)
}
