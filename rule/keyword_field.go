package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// valueRow is a field that rules compare with a value, instead of looking into it: "dns.rcode:nxdomain".
type valueRow struct {
	name  string
	bits  int    // of a number; 0: it is a word
	words string // that may stand for the field's text; for numbers in the order of their values, "-" where there is none
}

// valueRows exist as soon as a protocol has a field of the name, whose text is the number or the word.
var valueRows = []valueRow{
	{"dns.opcode", 8, ""},
	{"dns.rcode", 16, `noerror formerr servfail nxdomain notimp refused yxdomain yxrrset nxrrset notauth notzone - - - - - badvers badkey
		badtime badmode badname badalg badtrunc`},
	{"dns.rrtype", 16, `- a ns md mf cname soa mb mg mr null wks ptr hinfo minfo mx txt rp afsdb x25 isdn rt nsap nsapptr sig key px
		gpos aaaa loc nxt - - srv`},
	{"ftp.dynamic_port", 16, ""},
	{"ftp.mode", 0, "active passive"},
	{"ftp.reply_received", 0, "yes no"},
	{"ftpdata_command", 0, "stor retr appe stou list nlst mlsd"},
}

// FieldNumber compares a field that is a number.
type FieldNumber struct {
	Buffer *Buffer
	number.Expr
}

// String returns the test as a rule writes it.
func (f *FieldNumber) String() string { return f.Buffer.Name + ":" + f.Expr.String() + ";" }

// FieldWord compares a field that is one of a few words.
type FieldWord struct {
	Buffer *Buffer
	Word   string
}

// String returns the test as a rule writes it.
func (f *FieldWord) String() string { return f.Buffer.Name + ":" + f.Word + ";" }

// learnValue makes the keyword of a field one that compares, if it is one of those.
func (l *Language) learnValue(name string) {
	i := slices.IndexFunc(valueRows, func(v valueRow) bool { return v.name == name })
	if i < 0 {
		return
	}
	v, b := &valueRows[i], l.buffers[name]
	l.learn(&keyword{name: name, traits: needsTx, buffer: b, read: func(c *compiler, value string) error {
		t, err := v.read(b, strings.ToLower(bare(value)))
		if err != nil {
			return err
		}
		c.test(t)
		return nil
	}})
}

// read reads a value.
func (v *valueRow) read(b *Buffer, value string) (Test, error) {
	words := strings.Fields(v.words)
	if v.bits == 0 {
		if !slices.Contains(words, value) {
			return nil, fmt.Errorf("want one of %s, not %q", strings.Join(words, ", "), value)
		}
		return &FieldWord{b, value}, nil
	}
	if strings.Contains(value, ",") {
		return nil, notYet(v.name+" with an index", "an index is not supported yet")
	}
	plain := strings.TrimLeft(value, "!=")
	if n := slices.Index(words, plain); n >= 0 && plain != "-" {
		value = value[:len(value)-len(plain)] + strconv.Itoa(n)
	}
	e, err := number.Parse(value, v.bits)
	if err != nil {
		return nil, err
	}
	return &FieldNumber{b, e}, nil
}
