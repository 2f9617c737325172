package dns

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Message is the transaction: a single message. A request and its response are two of them, with the same MessageID.
type Message struct {
	app.Tx

	MessageID uint16
	Flags     Flags
	From      stream.Dir // who sent it: ToServer the client, ToClient the server

	Questions   []Question
	Answers     []RR
	Authorities []RR
	Additionals []RR // with OPT, which is EDNS

	config   *Config
	question [1]Question // usually there is one
	records  []RR        // memory of all sections
	text     []byte      // of what is in them
	form     Form
}

var (
	_ app.Transaction = (*Message)(nil)
	_ app.Director    = (*Message)(nil)
)

// Direction returns who sent the message: its record has the sender's address as source.
func (m *Message) Direction() stream.Dir { return m.From }

// newMessage returns a message without content, in the memory of one that is over if there is some.
func (s *Session) newMessage(from stream.Dir) *Message {
	m, ok := s.config.messages.Get().(*Message)
	if !ok {
		return &Message{From: from, config: s.config}
	}
	*m = Message{Tx: m.Tx.Again(), From: from, config: s.config, records: m.records[:0], text: m.text[:0]}
	return m
}

// Reuse has the memory of m serve another message, unless a Handler may have it or it is large.
func (m *Message) Reuse() {
	if m.config.Handler == nil && cap(m.records) <= maxPooledRecords && cap(m.text) <= maxPooledText {
		m.config.messages.Put(m)
	}
}

// What a message may have at most for its memory to be kept for another one.
const (
	maxPooledRecords = 64
	maxPooledText    = 4 << 10
)

// Question is what is asked for.
type Question struct {
	Name  Name
	Type  Type
	Class uint16 // in mDNS its highest bit asks for a unicast response
}

// RR is a resource record.
type RR struct {
	Name  Name
	Type  Type
	Class uint16 // of OPT: the size of datagrams that its sender takes; in mDNS its highest bit flushes caches
	TTL   uint32 // seconds; of OPT: extended rcode, version and flags
	Data  []byte // as it was sent; names in it may be compressed

	// Host is the name in the data of CNAME, NS, PTR, MX, SRV and SOA (MNAME).
	Host Name
	Mail Name // RNAME of SOA
}

const (
	headerLen      = 12
	minQuestionLen = 5
	minRRLen       = 11
)

var (
	errHeader    = errors.New("no DNS header")
	errMalformed = errors.New("malformed DNS message")
)

// Parse reads a message as it is in a datagram. Nothing of b is kept.
func Parse(b []byte) (*Message, error) {
	m := new(Message)
	_, err := m.parse(b)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// plausible reports whether a message of n bytes may begin with the header b. Behind it questions and records take at least two
// bytes each, as Suricata has it, and a message without any has nothing there.
func plausible(b []byte, n int) bool {
	records := 0
	for i := 4; i < headerLen; i += 2 {
		records += int(binary.BigEndian.Uint16(b[i:]))
	}
	return 2*records <= n-headerLen && (records > 0 || n == headerLen)
}

// parse reads b.
func (m *Message) parse(b []byte) (oddities, error) {
	if len(b) < headerLen || !plausible(b, len(b)) {
		return 0, errHeader
	}
	d := decoder{b: b, off: headerLen, room: maxText(len(b)), text: slices.Grow(m.text, len(b)+len(b)/2)}
	m.MessageID = binary.BigEndian.Uint16(b)
	m.Flags = Flags(binary.BigEndian.Uint16(b[2:]))
	f := m.sections(&d)
	m.text = d.text
	if f != none {
		return 0, errMalformed
	}
	return d.odd, nil
}

// maxText returns how many bytes the names of a message of n bytes may take: more than real ones do, and no more than a
// multiple of what was sent, whatever compression makes of it.
func maxText(n int) int { return 4096 + 16*n }

// check reports whether b is a message, as far as parse wants one: faults behind the answers do not matter.
func check(b []byte) fault {
	if len(b) < headerLen {
		return short
	}
	if !plausible(b, len(b)) {
		return bad
	}
	d := decoder{b: b, off: headerLen, room: maxText(len(b)), dry: true}
	for range d.count(0) {
		if _, f := d.question(); f != none {
			return f
		}
	}
	for range d.count(1) {
		if _, f := d.record(); f != none {
			return f
		}
	}
	return none
}

// count returns the number of records that the header says a section has.
func (d *decoder) count(section int) int { return int(binary.BigEndian.Uint16(d.b[4+2*section:])) }

// sections reads what follows the header. A fault in the last two sections costs only them.
func (m *Message) sections(d *decoder) fault {
	m.Questions = m.question[:0]
	if n := min(d.count(0), len(d.b)/minQuestionLen); n > 1 {
		m.Questions = make([]Question, 0, n)
	}
	for range d.count(0) {
		q, f := d.question()
		if f != none {
			return f
		}
		m.Questions = append(m.Questions, q)
	}
	all := &m.records
	*all = slices.Grow(*all, min(d.count(1)+d.count(2)+d.count(3), (len(d.b)-d.off)/minRRLen))
	var f fault
	if m.Answers, f = d.section(all, d.count(1)); f != none {
		return f
	}
	if m.Authorities, f = d.section(all, d.count(2)); f != none {
		d.odd |= badAuthorities
		return none
	}
	if m.Additionals, f = d.section(all, d.count(3)); f != none {
		d.odd |= badAdditionals
	}
	return none
}

func (d *decoder) question() (q Question, f fault) {
	if q.Name, f = d.name(len(d.b)); f != none {
		return q, f
	}
	if len(d.b)-d.off < 4 {
		return q, short
	}
	q.Type, q.Class = Type(d.uint16()), d.uint16()
	return q, none
}

// section reads n records, which it adds to all. Of a section with a fault nothing is kept.
func (d *decoder) section(all *[]RR, n int) ([]RR, fault) {
	before := len(*all)
	for range n {
		r, f := d.record()
		if f != none {
			*all = (*all)[:before]
			return nil, f
		}
		*all = append(*all, r)
	}
	return (*all)[before:len(*all):len(*all)], none
}

func (d *decoder) record() (r RR, f fault) {
	if r.Name, f = d.name(len(d.b)); f != none {
		return r, f
	}
	if len(d.b)-d.off < 10 {
		return r, short
	}
	r.Type, r.Class = Type(d.uint16()), d.uint16()
	r.TTL = uint32(d.uint16())<<16 | uint32(d.uint16())
	n := int(d.uint16())
	if n > len(d.b)-d.off {
		return r, short
	}
	end := d.off + n
	if n > 0 { // updates have records without data (RFC 2136)
		f = d.data(&r, end)
	}
	d.off = end
	return r, f
}

func (d *decoder) uint16() uint16 {
	d.off += 2
	return binary.BigEndian.Uint16(d.b[d.off-2:])
}
