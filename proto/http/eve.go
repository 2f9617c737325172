package http

import (
	"bytes"
	"strconv"

	"github.com/reknit/reknit/event"
)

// AppendJSON writes the members of the record.
func (x *Exchange) AppendJSON(o *event.Object) { shape{x, &x.config.EVE, &x.config.XFF}.AppendJSON(o) }

// WithBodies returns the exchange's record with what is kept of its bodies for rules: in Base64, as text or both. It is valid as
// long as that is.
func (x *Exchange) WithBodies(base64, text bool) event.Appender {
	e := x.config.EVE
	e.Body, e.BodyText = base64, text
	return shape{x, &e, &x.config.XFF}
}

// AppendFileJSON writes what the record of a file shows of the exchange.
func (x *Exchange) AppendFileJSON(o *event.Object) { x.append(o, &EVE{}) }

// As returns the exchange's record in another form.
func (x *Exchange) As(e *EVE, f *XFF) event.Appender { return shape{x, e, f} }

// shape is an exchange in a form.
type shape struct {
	*Exchange
	eve *EVE
	xff *XFF
}

// AppendJSON writes the record's members http and xff.
func (f shape) AppendJSON(o *event.Object) {
	f.append(o, f.eve)
	if f.xff.Enabled {
		if a := f.Forwarded(f.xff.Header, f.xff.Forward); a != nil {
			o.Bytes("xff", a)
		}
	}
}

// append writes the member http.
func (x *Exchange) append(o *event.Object, e *EVE) {
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
	case x.target.n > 0 && q.seen():
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
	q.appendFields(o, "request_headers", e.Custom, e.Request)
	p.appendFields(o, "response_headers", e.Custom, e.Response)
	if e.BodyText {
		printable(o, "http_request_body_printable", q.Body)
		printable(o, "http_response_body_printable", p.Body)
	}
	if e.Body {
		base64(o, "http_request_body", q.Body)
		base64(o, "http_response_body", p.Body)
	}
	o.Close()
}

func printable(o *event.Object, key string, v []byte) {
	if len(v) > 0 {
		o.Printable(key, v)
	}
}

func base64(o *event.Object, key string, v []byte) {
	if len(v) > 0 {
		o.Base64(key, v)
	}
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
func (m *Message) appendFields(o *event.Object, key string, custom []string, all bool) {
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
	if m.distinct || len(name) == 0 {
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
