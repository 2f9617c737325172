package mime

import (
	"crypto/md5"
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/event"
)

// Field is a header field of the message that an Email keeps.
type Field uint8

// The order of those behind Cc is that of EVE's custom fields.
const (
	From Field = iota
	To
	Cc
	ReplyTo
	Bcc
	MessageID
	Subject
	XMailer
	UserAgent
	Received
	XOriginatingIP
	InReplyTo
	References
	Importance
	Priority
	Sensitivity
	Organization
	ContentMD5
	Date

	numFields = iota
)

// fieldForm is how EVE writes a field.
type fieldForm uint8

const (
	one    fieldForm = iota // the first field of that name
	list                    // the first, split at commas
	repeat                  // all
)

var fieldTable = [numFields]struct {
	header, eve string
	form        fieldForm
}{
	From:           {"from", "from", one},
	To:             {"to", "to", list},
	Cc:             {"cc", "cc", list},
	ReplyTo:        {"reply-to", "reply_to", one},
	Bcc:            {"bcc", "bcc", list},
	MessageID:      {"message-id", "message_id", one},
	Subject:        {"subject", "subject", one},
	XMailer:        {"x-mailer", "x_mailer", one},
	UserAgent:      {"user-agent", "user_agent", one},
	Received:       {"received", "received", repeat},
	XOriginatingIP: {"x-originating-ip", "x_originating_ip", one},
	InReplyTo:      {"in-reply-to", "in_reply_to", one},
	References:     {"references", "references", one},
	Importance:     {"importance", "importance", one},
	Priority:       {"priority", "priority", one},
	Sensitivity:    {"sensitivity", "sensitivity", one},
	Organization:   {"organization", "organization", one},
	ContentMD5:     {"content-md5", "content_md5", one},
	Date:           {"date", "date", one},
}

// EmailConfig says what an Email collects and writes. The zero value is ready to use.
type EmailConfig struct {
	// Unwanted says that nobody looks at what an Email collects: NewEmail returns nil.
	Unwanted bool

	// NoURLs turns the search for URLs off.
	NoURLs bool

	// URLSchemes are the schemes of the URLs searched for, without "://" and of at most 16 bytes. When nil, it is
	// http alone.
	URLSchemes []string

	// LogURLScheme writes URLs with their scheme.
	LogURLScheme bool

	// Custom are the fields behind Cc to write.
	Custom []Field

	// SubjectMD5 and BodyMD5 write these digests. The latter needs Config.BodyMD5.
	SubjectMD5 bool
	BodyMD5    bool

	// MaxItems is the number of URLs, of attachments and of Received fields that are kept. When zero, it is 1000.
	MaxItems int

	// MaxBytes is the number of bytes kept of one mail. When zero, it is 1 MiB; what does not fit is left out.
	MaxBytes int
}

// ParseField returns the field that a configuration names, by the name of the header field or that of EVE.
func ParseField(name string) (Field, error) {
	name = strings.ToLower(name)
	for f, t := range fieldTable {
		if name == t.header || name == t.eve {
			return Field(f), nil
		}
	}
	return 0, fmt.Errorf("%q is not an email field", name)
}

func (f Field) String() string { return fieldTable[f].header }

// A span is a piece of Email.text.
type span struct{ from, to int }

// Email collects what EVE's email object shows of a mail: fields of the outermost header, names of attachments, URLs.
// Its methods are those of a Handler; call them from another one, or use it as one. Those of a nil Email do nothing.
type Email struct {
	config *EmailConfig
	urls   urlFinder
	active bool // the part that is open is searched for URLs

	text        []byte // all that follows points into it
	fields      [numFields]span
	seen        [numFields]bool
	subject     span // as RFC 5322 unfolds it
	received    []span
	attachments []span
	links       []span // scheme included
	schemes     []int  // length of the scheme and "://" of each
	bodyMD5     []byte
}

var _ Handler = (*Email)(nil)

// NewEmail returns an Email, or nil when it is not wanted. c may be nil and must not change after the call.
func NewEmail(c *EmailConfig) *Email {
	if c == nil {
		c = &defaultEmailConfig
	}
	if c.Unwanted {
		return nil
	}
	e := &Email{config: c, text: make([]byte, 0, 512)}
	e.urls.schemes = c.schemes()
	return e
}

// Again returns an Email as NewEmail does, in the memory of e, which nobody has any more. e may be nil.
func (e *Email) Again(c *EmailConfig) *Email {
	if e == nil || c == nil || c.Unwanted {
		return NewEmail(c)
	}
	*e = Email{
		config: c,
		urls:   urlFinder{schemes: c.schemes(), scheme: small(e.urls.scheme), rest: small(e.urls.rest)},
		text:   small(e.text), received: small(e.received), attachments: small(e.attachments), links: small(e.links),
		schemes: small(e.schemes),
	}
	return e
}

func (c *EmailConfig) schemes() []string {
	if c.URLSchemes == nil {
		return defaultSchemes
	}
	return c.URLSchemes
}

var (
	defaultEmailConfig EmailConfig
	defaultSchemes     = []string{"http"}
)

func (c *EmailConfig) maxItems() int {
	if c.MaxItems <= 0 {
		return 1000
	}
	return c.MaxItems
}

func (c *EmailConfig) maxBytes() int {
	if c.MaxBytes <= 0 {
		return 1 << 20
	}
	return c.MaxBytes
}

// Header takes a field of the outermost header.
func (e *Email) Header(p *Part, h *Header) {
	if e == nil || p.Index != 0 {
		return
	}
	for f := range fieldTable {
		t := &fieldTable[f]
		if len(t.header) != len(h.Name) || !h.Is(t.header) {
			continue
		}
		if e.seen[f] && t.form != repeat {
			return
		}
		e.seen[f] = true
		if t.form == repeat {
			e.keep(&e.received, h.EVE())
			return
		}
		e.fields[f], _ = e.store(h.EVE())
		if Field(f) != Subject {
			return
		}
		e.subject = e.fields[f]
		if len(h.folds) > 0 {
			e.subject, _ = e.store(h.Value())
		}
		return
	}
}

// Begin takes the file name of a part, and makes ready for its URLs.
func (e *Email) Begin(p *Part) {
	if e == nil {
		return
	}
	if len(p.Name) > 0 {
		e.keep(&e.attachments, p.Name)
	}
	e.active = !e.config.NoURLs && p.Kind == Leaf &&
		(!p.Typed || p.Type == "text/plain" || p.Type == "text/html" || p.Disposition == "attachment" || len(p.Name) > 0)
	if e.active {
		e.urls.reset()
	}
}

// Body searches decoded bytes for URLs.
func (e *Email) Body(p *Part, b []byte) {
	if e == nil || !e.active {
		return
	}
	for len(b) > 0 {
		n, ok := e.urls.next(b)
		if ok {
			e.addURL()
		}
		b = b[n:]
	}
}

// Lost ends a URL that is cut by a gap.
func (e *Email) Lost(p *Part, n int64) {
	if e != nil {
		e.endText()
	}
}

// End ends the search in a part, and takes the digest of the message.
func (e *Email) End(p *Part) {
	if e == nil {
		return
	}
	e.endText()
	e.active = false
	if p.Index == 0 {
		e.bodyMD5 = p.BodyMD5
	}
}

// BodyMD5 returns the MD5 of the raw lines behind the header, once the message has ended, if Config.BodyMD5 of the message asks for it;
// else nil.
func (e *Email) BodyMD5() []byte { return e.bodyMD5 }

func (e *Email) endText() {
	if e.active && e.urls.end() {
		e.addURL()
	}
	e.urls.reset()
}

// Anomaly does nothing.
func (e *Email) Anomaly(a Anomaly, p *Part) {}

// store copies b.
func (e *Email) store(b []byte) (s span, ok bool) {
	if len(e.text)+len(b) > e.config.maxBytes() {
		return span{}, false
	}
	from := len(e.text)
	e.text = append(e.text, b...)
	return span{from, len(e.text)}, true
}

func (e *Email) keep(items *[]span, b []byte) bool {
	if len(*items) >= e.config.maxItems() {
		return false
	}
	s, ok := e.store(b)
	if ok {
		*items = append(*items, s)
	}
	return ok
}

// addURL keeps the URL found.
func (e *Email) addURL() {
	link := slices.Concat(e.urls.scheme, []byte("://"), e.urls.rest)
	if e.keep(&e.links, link) {
		e.schemes = append(e.schemes, len(e.urls.scheme)+3)
	}
}

func (e *Email) at(s span) []byte { return e.text[s.from:s.to] }

// Subject returns the subject for people: unfolded, encoded words decoded, always valid UTF-8.
func (e *Email) Subject() string { return DecodeHeader(e.at(e.subject)) }

// Field returns the value of a field of the message as EVE writes it, nil when there is none. Of several fields of a
// name it is the first. For text for people, use DecodeHeader or ParseAddresses on it.
func (e *Email) Field(f Field) []byte {
	if f == Received {
		if len(e.received) == 0 {
			return nil
		}
		return e.at(e.received[0])
	}
	if !e.seen[f] {
		return nil
	}
	return e.at(e.fields[f])
}

// Received returns the values of all Received fields, in the order of the mail.
func (e *Email) Received() [][]byte { return e.all(e.received) }

// Attachments returns the file names of all parts that have one.
func (e *Email) Attachments() [][]byte { return e.all(e.attachments) }

// URLs returns the URLs found, scheme included, in order of appearance.
func (e *Email) URLs() [][]byte { return e.all(e.links) }

func (e *Email) all(spans []span) [][]byte {
	items := make([][]byte, len(spans))
	for i, s := range spans {
		items[i] = e.at(s)
	}
	return items
}

// AppendJSON writes the email object.
func (e *Email) AppendJSON(o *event.Object) {
	if e == nil {
		return
	}
	o.Open("email")
	e.appendField(o, From)
	e.appendField(o, To)
	e.appendField(o, Cc)
	o.Str("status", "PARSE_DONE")
	e.appendItems(o, "attachment", e.attachments)
	e.appendURLs(o)
	for f := ReplyTo; f < numFields; f++ {
		if slices.Contains(e.config.Custom, f) {
			e.appendField(o, f)
		}
	}
	if e.config.SubjectMD5 && e.seen[Subject] {
		sum := md5.Sum(e.Field(Subject))
		o.Hex("subject_md5", sum[:])
	}
	if e.config.BodyMD5 && e.bodyMD5 != nil {
		o.Hex("body_md5", e.bodyMD5)
	}
	o.Close()
}

// appendField writes a field unless it is empty.
func (e *Email) appendField(o *event.Object, f Field) {
	t := &fieldTable[f]
	switch t.form {
	case one:
		if v := e.Field(f); len(v) > 0 {
			o.Bytes(t.eve, v)
		}
	case list:
		if items := splitList(e.Field(f)); len(items) > 0 {
			o.OpenArray(t.eve)
			for _, item := range items {
				o.Item(item)
			}
			o.CloseArray()
		}
	case repeat:
		e.appendItems(o, t.eve, e.received)
	}
}

func (e *Email) appendItems(o *event.Object, key string, items []span) {
	if len(items) == 0 {
		return
	}
	o.OpenArray(key)
	for _, s := range items {
		o.Item(e.at(s))
	}
	o.CloseArray()
}

// appendURLs writes the last URL first, as Suricata does.
func (e *Email) appendURLs(o *event.Object) {
	if len(e.links) == 0 {
		return
	}
	o.OpenArray("url")
	for i := len(e.links) - 1; i >= 0; i-- {
		link := e.at(e.links[i])
		if !e.config.LogURLScheme {
			link = link[e.schemes[i]:]
		}
		o.Item(link)
	}
	o.CloseArray()
}

// splitList splits a value at the commas outside double quotes. Leading blanks of an item and empty items are removed.
func splitList(value []byte) [][]byte {
	var items [][]byte
	quoted, from := false, 0
	for i := 0; i <= len(value); i++ {
		if i < len(value) && (value[i] != ',' || quoted) {
			if value[i] == '"' {
				quoted = !quoted
			}
			continue
		}
		if item := trimLeft(value[from:i]); len(item) > 0 {
			items = append(items, item)
		}
		from = i + 1
	}
	return items
}
