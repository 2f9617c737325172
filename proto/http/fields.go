package http

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// fields are what rules can inspect, under Suricata's names.
var fields = []app.Field{
	single("http.method", stream.ToServer, inFields, (*Exchange).Method),
	single("http.uri", stream.ToServer, inFields, (*Exchange).URI),
	single("http.uri.raw", stream.ToServer, inFields, (*Exchange).Target),
	single("http.request_line", stream.ToServer, inFields, func(x *Exchange) []byte { return x.Request.first() }),
	single("http.protocol", stream.ToServer, inFields, (*Exchange).Protocol),
	single("http.host", stream.ToServer, inBody, func(x *Exchange) []byte { return lowered(x.Host) }),
	single("http.host.raw", stream.ToServer, inBody, (*Exchange).rawHost),
	single("http.start", stream.ToServer, inBody, func(x *Exchange) []byte { return x.Request.startText() }),
	value("http.user_agent", stream.ToServer, "User-Agent"),
	value("http.referer", stream.ToServer, "Referer"),
	value("http.accept", stream.ToServer, "Accept"),
	value("http.accept_enc", stream.ToServer, "Accept-Encoding"),
	value("http.accept_lang", stream.ToServer, "Accept-Language"),
	value("http.cookie", stream.ToServer, "Cookie"),
	value("http.cookie", stream.ToClient, "Set-Cookie"),
	value("http.content_type", stream.ToServer, "Content-Type"),
	value("http.content_type", stream.ToClient, "Content-Type"),
	value("http.content_len", stream.ToServer, "Content-Length"),
	value("http.content_len", stream.ToClient, "Content-Length"),
	value("http.connection", stream.ToServer, "Connection"),
	value("http.connection", stream.ToClient, "Connection"),
	value("http.location", stream.ToClient, "Location"),
	value("http.server", stream.ToClient, "Server"),
	message("http.header", stream.ToServer, (*Message).headerText),
	message("http.header", stream.ToClient, (*Message).headerText),
	message("http.header.raw", stream.ToServer, (*Message).rawText),
	message("http.header.raw", stream.ToClient, (*Message).rawText),
	message("http.header_names", stream.ToServer, (*Message).names),
	message("http.header_names", stream.ToClient, (*Message).names),
	each("http.request_header", stream.ToServer),
	each("http.response_header", stream.ToClient),
	single("http.response_line", stream.ToClient, inFields, func(x *Exchange) []byte { return x.Response.first() }),
	single("http.protocol", stream.ToClient, inFields, (*Exchange).Version),
	single("http.stat_code", stream.ToClient, inFields, func(x *Exchange) []byte { return x.Response.part(x.code) }),
	single("http.stat_msg", stream.ToClient, inFields, (*Exchange).Reason),
	single("http.start", stream.ToClient, inBody, func(x *Exchange) []byte { return x.Response.startText() }),
	message("http.request_body", stream.ToServer, (*Message).body),
	message("http.response_body", stream.ToClient, (*Message).body),
	same("http.request_body", message("file.data", stream.ToServer, (*Message).body)),
	same("http.response_body", message("file.data", stream.ToClient, (*Message).body)),
}

// single makes a field that an exchange has once.
func single(name string, d stream.Dir, at app.Progress, get func(*Exchange) []byte) app.Field {
	return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		if i > 0 {
			return nil, false
		}
		b := get(tx.(*Exchange))
		return b, b != nil
	}}
}

// same says that f has the same bytes as another field.
func same(as string, f app.Field) app.Field {
	f.Same = as
	return f
}

// message makes a field of the head of a message.
func message(name string, d stream.Dir, get func(*Message) []byte) app.Field {
	return single(name, d, inBody, func(x *Exchange) []byte { return get(x.message(d)) })
}

// value makes a field for a header field.
func value(name string, d stream.Dir, header string) app.Field {
	return message(name, d, func(m *Message) []byte { return m.value(header) })
}

// each makes a field that has each header field of a message: "name: value".
func each(name string, d stream.Dir) app.Field {
	return app.Field{Name: name, Dir: d, At: inBody, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		m := tx.(*Exchange).message(d)
		for k, f := range m.head.fields {
			if m.repeats(k) {
				continue
			}
			if i--; i < 0 {
				return m.line(nil, f), true
			}
		}
		return nil, false
	}}
}

func (m *Message) body() []byte { return m.Body }

// first returns the start line, nil when there is none.
func (h *head) first() []byte {
	if !h.seen() {
		return nil
	}
	return h.startLine()
}

// rawHost returns the host with its port, as it was sent.
func (x *Exchange) rawHost() []byte {
	if v := x.Request.value("Host"); v != nil {
		return v
	}
	return x.Host
}

// line appends a field as "name: value"; those of the same name are joined.
func (m *Message) line(dst []byte, f field) []byte {
	name, value := m.at(f.name), m.at(f.value)
	if len(name) > 0 && !m.distinct {
		value = m.value(string(name))
	}
	dst = append(append(dst, name...), ": "...)
	return append(dst, value...)
}

// headerText returns the header in a tidy form, without cookies.
func (m *Message) headerText() []byte {
	if !m.seen() {
		return nil
	}
	if m.isPlain() && m.find(0, "cookie") == len(m.fields) && m.find(0, "set-cookie") == len(m.fields) {
		return m.text[m.start : m.end-2 : m.end-2]
	}
	dst := make([]byte, 0, len(m.text))
	for i, f := range m.head.fields {
		name := m.at(f.name)
		if m.repeats(i) || foldEqual(name, "cookie") || foldEqual(name, "set-cookie") {
			continue
		}
		dst = append(m.line(dst, f), "\r\n"...)
	}
	return dst
}

// rawText returns the header as it was sent.
func (m *Message) rawText() []byte {
	if !m.seen() {
		return nil
	}
	return m.raw()
}

// names returns the names of the header fields. They are put down behind what else there is of the head, where the next trailer comes.
func (m *Message) names() []byte {
	if len(m.head.fields) == 0 {
		return nil
	}
	n := len(m.text)
	dst := append(m.text, "\r\n"...)
	for i, f := range m.head.fields {
		if !m.repeats(i) {
			dst = append(append(dst, m.at(f.name)...), "\r\n"...)
		}
	}
	dst = append(dst, "\r\n"...)
	m.text = dst[:n]
	return dst[n:]
}

// startText returns the start line and the header.
func (m *Message) startText() []byte {
	if !m.seen() {
		return nil
	}
	if m.isPlain() {
		return m.text[:m.end:m.end]
	}
	dst := append(append(make([]byte, 0, len(m.text)+2), m.startLine()...), "\r\n"...)
	for i, f := range m.head.fields {
		if !m.repeats(i) {
			dst = append(m.line(dst, f), "\r\n"...)
		}
	}
	return append(dst, "\r\n"...)
}
