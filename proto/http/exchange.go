package http

import (
	"bytes"
	"strconv"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Progress of a direction of an exchange: what is being read.
const (
	inLine app.Progress = 1 + iota
	inFields
	inBody
	inTrailer
	complete
)

// Exchange is the transaction: a request and its final response. Of interim responses nothing is kept.
type Exchange struct {
	app.Tx
	Request  Message
	Response Message

	// Host is the host that the request is for, from its target or else from Host; nil: it says none. Port is 0 when
	// none is said.
	Host []byte
	Port uint16

	method, target, protocol span // of Request
	version, code, reason    span // of Response
	status                   uint16
	events                   uint8 // that were raised
	raised                   [2]uint64
	size                     int // of the heads, as the queue counts them
	config                   *Config
	next, prev               *Exchange // in the queue
	uri                      []byte    // normalised; nil: not yet
	path                     int       // length of its path

	queued    bool
	unseen    bool // the request was not seen
	ghost     bool // of a request that was let go of: nobody is told
	short     bool // HTTP/0.9: no header fields
	tunnel    bool // CONNECT
	continued bool // there was a response 100
}

var _ app.Transaction = (*Exchange)(nil)

// Message is a request or a response.
type Message struct {
	head
	Length int64   // bytes of the body as it was transferred, sizes of chunks included, with those that are lost
	Files  []*File // that are its body, or in it
	Body   []byte  // the beginning of the body, decoded, as far as Config says
}

// message returns the message of direction d.
func (x *Exchange) message(d stream.Dir) *Message {
	if d == stream.ToServer {
		return &x.Request
	}
	return &x.Response
}

// Method returns the method, nil when the request was not seen.
func (x *Exchange) Method() []byte { return x.Request.part(x.method) }

// Target returns the request target as it was sent.
func (x *Exchange) Target() []byte { return x.Request.part(x.target) }

// Protocol returns the version of the request, empty for HTTP/0.9.
func (x *Exchange) Protocol() []byte { return x.Request.part(x.protocol) }

// Version returns the version of the response.
func (x *Exchange) Version() []byte { return x.Response.part(x.version) }

// Status returns the status code, 0 when there is none.
func (x *Exchange) Status() int { return int(x.status) }

// Reason returns the reason phrase.
func (x *Exchange) Reason() []byte { return x.Response.part(x.reason) }

// Header returns the value of a header field of the message; those of several fields of that name are joined by commas.
// It is nil when there is none.
func (m *Message) Header(name string) []byte { return m.value(name) }

// Fields yields the header fields in the order of the wire, until yield returns false.
func (m *Message) Fields(yield func(name, value []byte) bool) {
	for _, f := range m.fields {
		if !yield(m.at(f.name), m.at(f.value)) {
			return
		}
	}
}

// part returns a part of the start line, nil when there is none.
func (h *head) part(s span) []byte {
	if s.n == 0 || h.text == nil {
		return nil
	}
	return h.at(s)
}

// awaitsAnswer reports whether what the client sends next depends on the response, which has not come.
func (x *Exchange) awaitsAnswer() bool {
	return (x.tunnel || x.Request.has("Upgrade")) && (x.status == 0 || x.interim()) && x.queued
}

// port is the port that the target of CONNECT names.
func (x *Exchange) port() uint16 { return x.Port }

// AppendJSON writes the members of the record.
func (x *Exchange) AppendJSON(o *event.Object) {
	x.AppendFileJSON(o)
	if c := &x.config.XFF; c.Enabled {
		if a := x.Forwarded(c.Header, c.Forward); a != nil {
			o.Bytes("xff", a)
		}
	}
}

// AppendFileJSON writes what the record of a file shows of the exchange.
func (x *Exchange) AppendFileJSON(o *event.Object) {
	e := &x.config.EVE
	q, p := &x.Request, &x.Response
	o.Open("http")
	if x.Host != nil {
		o.Bytes("hostname", x.Host)
	}
	if x.Port != 0 {
		o.Uint("http_port", uint64(x.Port))
	}
	switch {
	case x.unseen:
		o.Str("url", notSeen)
	case x.target.n > 0 && q.text != nil:
		o.Bytes("url", x.Target())
	}
	optional(o, "http_user_agent", q.value("User-Agent"))
	optional(o, "xff", q.value("X-Forwarded-For"))
	if v := p.value("Content-Type"); v != nil {
		o.Bytes("http_content_type", mediaType(v))
	}
	if v := p.value("Content-Range"); v != nil {
		appendRange(o, v)
	}
	if !e.Brief {
		x.appendExtended(o)
	}
	x.appendFields(o, "request_headers", q, e.Request)
	x.appendFields(o, "response_headers", p, e.Response)
	o.Close()
}

func optional(o *event.Object, key string, v []byte) {
	if len(v) > 0 {
		o.Bytes(key, v)
	}
}

// appendExtended writes what the option extended adds.
func (x *Exchange) appendExtended(o *event.Object) {
	optional(o, "http_refer", x.Request.value("Referer"))
	optional(o, "http_method", x.Method())
	optional(o, "protocol", x.Protocol())
	switch {
	case x.status != 0:
		o.Uint("status", uint64(x.status))
	case x.code.n > 0:
		optional(o, "status_string", x.Response.part(x.code))
	}
	optional(o, "redirect", x.Response.value("Location"))
	o.Int("length", x.Response.Length)
}

// Lengths at which names and values are cut when all header fields are logged.
const (
	maxLoggedName  = 255
	maxLoggedValue = 2047
)

// appendFields lists header fields: all of them, or those of the option custom.
func (x *Exchange) appendFields(o *event.Object, key string, m *Message, all bool) {
	custom := x.config.EVE.Custom
	if len(m.fields) == 0 || !all && len(custom) == 0 {
		return
	}
	opened := false
	for i, f := range m.fields {
		name := m.at(f.name)
		if !all && !isListed(name, custom) || m.repeats(i) {
			continue
		}
		if !opened {
			opened = true
			o.OpenArray(key)
		}
		value := m.at(f.value)
		if f.name.n > 0 {
			value = m.value(string(name))
		}
		o.OpenItem()
		o.Bytes("name", name[:min(len(name), maxLoggedName)])
		o.Bytes("value", value[:min(len(value), maxLoggedValue)])
		o.Close()
	}
	if opened {
		o.CloseArray()
	}
}

// repeats reports whether field i has the name of one before it.
func (m *Message) repeats(i int) bool {
	name := m.at(m.fields[i].name)
	if len(name) == 0 {
		return false
	}
	for _, f := range m.fields[:i] {
		if int(f.name.n) == len(name) && bytes.EqualFold(m.at(f.name), name) {
			return true
		}
	}
	return false
}

func isListed(name []byte, list []string) bool {
	for _, l := range list {
		if foldEqual(name, l) {
			return true
		}
	}
	return false
}

// mediaType returns a Content-Type without its parameters.
func mediaType(v []byte) []byte {
	if n := bytes.IndexByte(v, ';'); n >= 0 {
		v = v[:n]
	}
	return v
}

// appendRange writes Content-Range.
func appendRange(o *event.Object, v []byte) {
	o.Open("content_range")
	o.Bytes("raw", v)
	if start, end, size, ok := parseRange(v); ok {
		if start >= 0 {
			o.Int("start", start)
			o.Int("end", end)
		}
		if size >= 0 {
			o.Int("size", size)
		}
	}
	o.Close()
}

// parseRange reads Content-Range (RFC 9110, section 14.4): "bytes 0-499/1234". What is * is -1.
func parseRange(v []byte) (start, end, size int64, ok bool) {
	unit, rest := word(v)
	if !foldEqual(unit, "bytes") {
		return 0, 0, 0, false
	}
	which, total, ok := bytes.Cut(rest, []byte("/"))
	if !ok {
		return 0, 0, 0, false
	}
	start, end, size = -1, -1, -1
	if total = trim(total); string(total) != "*" {
		if size, ok = number(total); !ok {
			return 0, 0, 0, false
		}
	}
	if which = trim(which); string(which) == "*" {
		return start, end, size, true
	}
	from, to, _ := bytes.Cut(which, []byte("-"))
	var ok1, ok2 bool
	start, ok1 = number(from)
	end, ok2 = number(to)
	return start, end, size, ok1 && ok2
}

func number(b []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(trim(b)), 10, 63)
	return n, err == nil && n >= 0
}

// queue holds exchanges without a final response, oldest first.
type queue struct {
	first, last *Exchange
	n           int
	bytes       int // of their heads
	forgotten   int // requests before the first whose answers are to come, and of which nothing is kept
}

func (q *queue) push(x *Exchange) {
	if q.last == nil {
		q.first = x
	} else {
		q.last.next, x.prev = x, q.last
	}
	q.last = x
	q.n++
	x.queued = true
}

// grow counts what is kept of the head of x.
func (q *queue) grow(x *Exchange) {
	if x.queued {
		x.size = len(x.Request.text) + len(x.Request.fields)*16
		q.bytes += x.size
	}
}

func (q *queue) remove(x *Exchange) {
	if !x.queued {
		return
	}
	if x.prev == nil {
		q.first = x.next
	} else {
		x.prev.next = x.next
	}
	if x.next == nil {
		q.last = x.prev
	} else {
		x.next.prev = x.prev
	}
	x.next, x.prev, x.queued = nil, nil, false
	q.n--
	q.bytes -= x.size
}
