package dns

import (
	"slices"
	"strconv"

	"github.com/reknit/reknit/event"
)

// EVE is how an output writes messages. The zero value is what Suricata 8 writes by default.
type EVE struct {
	// Version of the records: 3, one for each message, or 2, one for each question of a request and one for a response.
	// When zero, it is 3.
	Version int
	// Requests and responses that are left out.
	NoRequests, NoResponses bool
	// Detailed and grouped are the two ways to list answers.
	NoDetailed, NoGrouped bool
	// Types of which one must be asked for, or the message is left out. When nil, every message is written.
	Types []Type
}

// wants reports whether the output wants questions of that type.
func (e *EVE) wants(t Type) bool { return e.Types == nil || slices.Contains(e.Types, t) }

// Form is a record of a message, as an output wants it.
type Form struct {
	message *Message
	eve     *EVE
	n       int // of the question
}

var _ event.Appender = (*Form)(nil)

// Forms returns how many records the message makes, in version 2 of a request those of all questions. It may be none.
func (m *Message) Forms(e *EVE) int {
	switch response := m.Flags.Response(); {
	case response && e.NoResponses, !response && e.NoRequests:
		return 0
	case e.Types != nil && !slices.ContainsFunc(m.Questions, func(q Question) bool { return e.wants(q.Type) }):
		return 0
	case e.Version == 2 && !response:
		return len(m.Questions)
	}
	return 1
}

// As returns the record number i of those that Forms counted, nil if the output does not want it. The message has one
// Form at a time.
func (m *Message) As(e *EVE, i int) *Form {
	if e.Version == 2 && !m.Flags.Response() && !e.wants(m.Questions[i].Type) {
		return nil
	}
	m.form = Form{m, e, i}
	return &m.form
}

// AppendJSON writes the message as Config.EVE says, or as mDNS.
func (m *Message) AppendJSON(o *event.Object) {
	var e EVE
	if m.config != nil {
		e = m.config.EVE
	}
	f := Form{message: m, eve: &e}
	f.AppendJSON(o)
}

// AppendJSON writes the members of the record.
func (f *Form) AppendJSON(o *event.Object) {
	m := f.message
	switch {
	case m.config != nil && m.config.multicast:
		m.appendMulticast(o)
	case f.eve.Version != 2:
		f.appendMessage(o)
	case m.Flags.Response():
		f.appendAnswer(o)
	default:
		f.appendQuery(o)
	}
}

// appendMessage writes version 3.
func (f *Form) appendMessage(o *event.Object) {
	m := f.message
	o.Open("dns")
	o.Int("version", 3)
	m.appendKind(o)
	o.Uint("tx_id", m.Tx.ID)
	m.appendHeader(o)
	o.Str("rcode", m.Flags.Rcode().String())
	if len(m.Questions) > 0 {
		o.OpenArray("queries")
		for i := range m.Questions {
			o.OpenItem()
			m.Questions[i].append(o)
			o.Close()
		}
		o.CloseArray()
	}
	f.appendRecords(o)
	o.Close()
}

func (m *Message) appendKind(o *event.Object) {
	if m.Flags.Response() {
		o.Str("type", "response")
	} else {
		o.Str("type", "request")
	}
}

func (m *Message) appendHeader(o *event.Object) {
	o.Uint("id", uint64(m.MessageID))
	var hex [4]byte
	o.Bytes("flags", strconv.AppendUint(hex[:0], uint64(m.Flags), 16))
	o.True("qr", m.Flags&QR != 0)
	o.True("aa", m.Flags&AA != 0)
	o.True("tc", m.Flags&TC != 0)
	o.True("rd", m.Flags&RD != 0)
	o.True("ra", m.Flags&RA != 0)
	o.True("z", m.Flags&Z != 0)
	o.Uint("opcode", uint64(m.Flags.Opcode()))
}

func (q *Question) append(o *event.Object) {
	q.Name.append(o, "rrname", "rrname_truncated")
	o.Str("rrtype", q.Type.eve())
}

func (n *Name) append(o *event.Object, key, truncated string) {
	o.Bytes(key, n.Text)
	o.True(truncated, n.Truncated)
}

// appendQuery writes a question in version 2.
func (f *Form) appendQuery(o *event.Object) {
	m := f.message
	o.Open("dns")
	o.Int("version", 2)
	o.Str("type", "query")
	o.Uint("id", uint64(m.MessageID))
	if f.n < len(m.Questions) {
		m.Questions[f.n].append(o)
	}
	o.Uint("tx_id", m.Tx.ID)
	o.True("z", m.Flags&Z != 0)
	o.Uint("opcode", uint64(m.Flags.Opcode()))
	o.Close()
}

// appendAnswer writes a response in version 2.
func (f *Form) appendAnswer(o *event.Object) {
	m := f.message
	o.Open("dns")
	o.Int("version", 2)
	o.Str("type", "answer")
	m.appendHeader(o)
	if len(m.Questions) > 0 {
		m.Questions[0].append(o)
	}
	o.Str("rcode", m.Flags.Rcode().String())
	f.appendRecords(o)
	o.Close()
}

// appendRecords writes the sections behind the questions.
func (f *Form) appendRecords(o *event.Object) {
	m := f.message
	if len(m.Answers) > 0 {
		if !f.eve.NoDetailed {
			appendSection(o, "answers", m.Answers)
		}
		if !f.eve.NoGrouped {
			appendGrouped(o, m.Answers)
		}
	}
	appendSection(o, "authorities", m.Authorities)
	appendSection(o, "additionals", m.Additionals)
}

// appendSection writes records one by one; OPT without options is left out.
func appendSection(o *event.Object, key string, list []RR) {
	open := false
	for i := range list {
		r := &list[i]
		if r.Type == TypeOPT && len(r.Data) == 0 {
			continue
		}
		if !open {
			o.OpenArray(key)
			open = true
		}
		if r.Type != TypeTXT || len(r.Data) == 0 {
			o.OpenItem()
			r.appendHead(o)
			r.appendData(o)
			o.Close()
			continue
		}
		for text := range r.Strings() {
			o.OpenItem()
			r.appendHead(o)
			o.Bytes("rdata", text)
			o.Close()
		}
	}
	if open {
		o.CloseArray()
	}
}

func (r *RR) appendHead(o *event.Object) {
	r.Name.append(o, "rrname", "rrname_truncated")
	o.Str("rrtype", r.Type.eve())
	o.Uint("ttl", uint64(r.TTL))
}

// appendData writes the data of a record that is not TXT.
func (r *RR) appendData(o *event.Object) {
	if len(r.Data) == 0 {
		return
	}
	switch r.Type {
	case TypeA, TypeAAAA:
		r.appendAddr(o, "rdata")
	case TypeCNAME, TypeNS, TypePTR, TypeMX:
		r.Host.append(o, "rdata", "rdata_truncated")
	case TypeNULL:
		o.Bytes("rdata", r.Data)
	case TypeSOA:
		o.Open("soa")
		r.appendSOA(o)
		o.Close()
	case TypeSSHFP:
		o.Open("sshfp")
		r.appendSSHFP(o)
		o.Close()
	case TypeSRV:
		o.Open("srv")
		r.appendSRV(o)
		o.Close()
	case TypeOPT:
		r.appendOPT(o)
	}
}

func (r *RR) appendAddr(o *event.Object, key string) {
	var room [fullLen]byte
	o.Bytes(key, r.appendAddress(room[:0]))
}

// fullLen is the length of an IPv6 address in its full form.
const fullLen = len("2001:0db8:0000:0000:0000:0000:0000:0001")

// appendAddress appends the address in the data of A and AAAA as text; one of IPv6 always in its full form, whatever the output
// does with others.
func (r *RR) appendAddress(text []byte) []byte {
	switch len(r.Data) {
	case 4:
		return r.Addr().AppendTo(text)
	case 16:
		for i, b := range r.Data {
			if i > 0 && i%2 == 0 {
				text = append(text, ':')
			}
			text = append(text, hexDigits[b>>4], hexDigits[b&15])
		}
	}
	return text
}

const hexDigits = "0123456789abcdef"

func (r *RR) appendSOA(o *event.Object) {
	s := r.SOA()
	r.Host.append(o, "mname", "mname_truncated")
	r.Mail.append(o, "rname", "rname_truncated")
	o.Uint("serial", uint64(s.Serial))
	o.Uint("refresh", uint64(s.Refresh))
	o.Uint("retry", uint64(s.Retry))
	o.Uint("expire", uint64(s.Expire))
	o.Uint("minimum", uint64(s.Minimum))
}

func (r *RR) appendSSHFP(o *event.Object) {
	s := r.SSHFP()
	var room [128]byte
	text := room[:0]
	for i, b := range s.Fingerprint {
		if i > 0 {
			text = append(text, ':')
		}
		text = append(text, hexDigits[b>>4], hexDigits[b&15])
	}
	o.Bytes("fingerprint", text)
	o.Uint("algo", uint64(s.Algorithm))
	o.Uint("type", uint64(s.Type))
}

func (r *RR) appendSRV(o *event.Object) {
	s := r.SRV()
	o.Uint("priority", uint64(s.Priority))
	o.Uint("weight", uint64(s.Weight))
	o.Uint("port", uint64(s.Port))
	r.Host.append(o, "name", "name_truncated")
}

func (r *RR) appendOPT(o *event.Object) {
	o.OpenArray("opt")
	for x := range r.Options() {
		o.OpenItem()
		o.Uint("code", uint64(x.Code))
		o.Hex("data", x.Data)
		o.Close()
	}
	o.CloseArray()
}
