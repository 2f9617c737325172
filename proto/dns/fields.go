package dns

import (
	"strconv"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// The anomalies.
const (
	malformedData app.EventID = iota
	notRequest
	notResponse
	zFlagSet
	invalidOpcode
	nameTooLong
	infiniteLoop
	tooManyLabels
	invalidAdditionals
	invalidAuthorities
)

var events = []app.EventInfo{
	malformedData:      {Name: "malformed_data"},
	notRequest:         {Name: "not_request"},
	notResponse:        {Name: "not_response"},
	zFlagSet:           {Name: "z_flag_set"},
	invalidOpcode:      {Name: "invalid_opcode"},
	nameTooLong:        {Name: "name_too_long"},
	infiniteLoop:       {Name: "infinite_loop"},
	tooManyLabels:      {Name: "too_many_labels"},
	invalidAdditionals: {Name: "invalid_additionals"},
	invalidAuthorities: {Name: "invalid_authorities"},
}

// fieldsOf returns what rules can inspect in messages of a protocol. Numbers are text.
func fieldsOf(protocol string) []app.Field {
	var list []app.Field
	add := func(name string, get func(*Message, int) ([]byte, bool), dirs ...stream.Dir) {
		for _, d := range dirs {
			list = append(list, app.Field{Name: protocol + "." + name, Dir: d, At: 1,
				Get: func(tx app.Transaction, i int) ([]byte, bool) { return get(tx.(*Message), i) }})
		}
	}
	either := []stream.Dir{stream.ToServer, stream.ToClient}
	section := func(of func(*Message) []RR) func(*Message, int) ([]byte, bool) {
		return func(m *Message, i int) ([]byte, bool) { return owner(of(m), i) }
	}
	if protocol == "dns" {
		add("query", queryName, stream.ToServer)
		add("opcode", func(m *Message, i int) ([]byte, bool) { return number(uint64(m.Flags.Opcode())), i == 0 }, either...)
		add("rcode", func(m *Message, i int) ([]byte, bool) { return number(uint64(m.Flags.Rcode())), i == 0 }, either...)
		add("rrtype", anyType, either...)
	}
	add("queries.rrname", (*Message).questionName, either...)
	add("answers.rrname", section(func(m *Message) []RR { return m.Answers }), either...)
	add("authorities.rrname", section(func(m *Message) []RR { return m.Authorities }), either...)
	add("additionals.rrname", section(func(m *Message) []RR { return m.Additionals }), either...)
	add("response.rrname", responseName, either...)
	return list
}

func number(n uint64) []byte { return strconv.AppendUint(nil, n, 10) }

func (m *Message) questionName(i int) ([]byte, bool) {
	if i >= len(m.Questions) {
		return nil, false
	}
	return m.Questions[i].Name.Text, true
}

// queryName is questionName for requests only.
func queryName(m *Message, i int) ([]byte, bool) {
	if m.Flags.Response() {
		return nil, false
	}
	return m.questionName(i)
}

func owner(list []RR, i int) ([]byte, bool) {
	if i >= len(list) {
		return nil, false
	}
	return list[i].Name.Text, true
}

// record returns the record number i behind the questions.
func (m *Message) record(i int) *RR {
	for _, s := range [...][]RR{m.Answers, m.Authorities, m.Additionals} {
		if i < len(s) {
			return &s[i]
		}
		i -= len(s)
	}
	return nil
}

// anyType gives the types of questions and then of records.
func anyType(m *Message, i int) ([]byte, bool) {
	if i < len(m.Questions) {
		return number(uint64(m.Questions[i].Type)), true
	}
	if r := m.record(i - len(m.Questions)); r != nil {
		return number(uint64(r.Type)), true
	}
	return nil, false
}

// responseName gives the names in a response: those of questions, and then, for each record, that of the record and the
// name in its data, which is empty if it has none.
func responseName(m *Message, i int) ([]byte, bool) {
	if !m.Flags.Response() {
		return nil, false
	}
	if i < len(m.Questions) {
		return m.Questions[i].Name.Text, true
	}
	i -= len(m.Questions)
	r := m.record(i / 2)
	if r == nil {
		return nil, false
	}
	if i%2 == 0 {
		return r.Name.Text, true
	}
	return r.Host.Text, true
}
