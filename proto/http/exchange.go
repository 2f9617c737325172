package http

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
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

// states returns the names that rules have for it: what is being read is all there when the next begins, the start line
// when the header does.
func states(side string) []app.State {
	return []app.State{
		{Name: side + "line", From: inLine, Until: inBody},
		{Name: side + "headers", From: inFields, Until: inBody},
		{Name: side + "body", From: inBody, Until: inTrailer},
		{Name: side + "trailer", From: inTrailer, Until: complete},
	}
}

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
	size                     int      // of the heads, as the queue counts them
	session                  *Session // that reads it; nil: nobody reads it any more
	config                   *Config
	next, prev               *Exchange // in the queue
	uri                      []byte    // normalised
	path                     int       // length of its path

	queued    bool
	normal    bool // there is uri
	unseen    bool // the request was not seen
	ghost     bool // of a request that was let go of: nobody is told
	short     bool // HTTP/0.9: no header fields
	tunnel    bool // CONNECT
	continued bool // there was a response 100
	forgotten bool // nothing is kept for rules
}

var _ app.Transaction = (*Exchange)(nil)

// Message is a request or a response.
type Message struct {
	head
	Length int64   // bytes of the body as it was transferred, sizes of chunks included, with those that are lost
	Files  []*File // that are its body, or in it
	Body   []byte  // the beginning of the body, decoded, as far as Config says; valid until Exchange.Forget
}

// Forget lets go of the bodies, as rules will not look at them any more.
func (x *Exchange) Forget() {
	x.forgotten = true
	for _, m := range [...]*Message{&x.Request, &x.Response} {
		file.Unkeep(m.Body)
		m.Body = nil
	}
}

// newExchange returns an exchange of the session, in the memory of one that is over if there is some.
func (s *Session) newExchange() *Exchange {
	x, ok := s.config.exchanges.Get().(*Exchange)
	if !ok {
		return &Exchange{session: s, config: s.config}
	}
	*x = Exchange{
		Tx:       x.Tx.Again(),
		Request:  x.Request.again(),
		Response: x.Response.again(),
		uri:      x.uri[:0],
		session:  s,
		config:   s.config,
	}
	return x
}

// Reuse has the memory of x serve another exchange, unless the session still reads it or a Handler may have it.
func (x *Exchange) Reuse() {
	s := x.session
	if s == nil || s.config.Handler != nil || x.queued || s.side[stream.ToServer].x == x || s.side[stream.ToClient].x == x {
		return
	}
	if x.session = nil; x.Request.large() || x.Response.large() || cap(x.uri) > maxPooled {
		return
	}
	s.config.exchanges.Put(x)
}

// again returns a message that has nothing but the memory of m.
func (m *Message) again() Message {
	return Message{head: head{text: m.text[:0], fields: m.fields[:0]}, Files: m.Files[:0]}
}

// large reports whether the memory of m is too much to be kept for another message.
func (m *Message) large() bool {
	return cap(m.text) > maxPooled || cap(m.fields) > maxPooled/16 || cap(m.Files) > maxPooledFiles
}

// maxPooledFiles is the number of files of a message whose memory is kept for those of another.
const maxPooledFiles = 4

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
	if s.n == 0 || !h.seen() {
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
