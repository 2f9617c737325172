package smtp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Progress of a Mail. The names are those that rules use.
const (
	requestStarted  app.Progress = iota
	requestData                  // DATA or BDAT was sent
	requestComplete              // the final dot, the last chunk, or what ended the mail without one
)

const (
	responseStarted  app.Progress = iota
	responseData                  // the server asked for the text
	responseComplete              // its reply to the whole
)

// Mail is the transaction: an envelope, a message, and what the server said to them. The first of a session begins with
// the session's first command and has its EHLO and AUTH; the next begins with the first command behind a message. A
// session that brings no mail has one as well.
type Mail struct {
	app.Tx

	// From is the sender. When one was refused and another was sent, it is that one, but Text stays that of the first,
	// which EVE shows.
	From       Path
	Recipients []Recipient
	Login      *Login   // of the session; nil: none
	Message    *Message // nil when none was sent

	session  *Session
	envelope uint32 // bytes of From and Recipients

	// Unlisted is the number of recipients that Config.MaxEnvelope left out.
	Unlisted  uint32
	FromReply uint16 // reply to the sender; 0: none yet
	Reply     uint16 // to the message: 250 accepted; 0: none seen

	events uint8
	state  mailState
}

type mailState uint8

const (
	hasFrom   mailState = 1 << iota // MAIL FROM was sent
	dataTried                       // DATA or BDAT was sent
	over                            // the request side is complete
	resetting                       // RSET or EHLO was sent, and is not refused
	told                            // the handler had it
	holed                           // commands were lost since it began: perhaps its end, too
)

// Message is what a mail brings: text in the form of RFC 5322.
type Message struct {
	// Email is what it says of itself; nil when it was not taken apart, or nobody wants to know.
	Email *mime.Email
	// Files are its attachments, or with Config.RawExtraction the whole of it.
	Files []*Attachment

	Size    int64 // bytes, without dot-stuffing and the final dot
	Lost    int64 // bytes that are missing
	BareLF  int64 // lines that end in LF alone
	NUL     bool  // it holds NUL bytes, outside encoded bodies
	Chunked bool  // it came with BDAT
	Whole   bool  // its end was seen

	email *mime.Email // Email, or the memory for it; nil: none
}

// Helo returns the argument of the first HELO or EHLO of the session, up to a blank.
func (m *Mail) Helo() string {
	if m.session == nil {
		return ""
	}
	return m.session.helo
}

// HasFrom reports whether MAIL FROM was sent. The sender may be the null reverse-path.
func (m *Mail) HasFrom() bool { return m.state&hasFrom != 0 || m.From.Text != "" }

// Recipient is one RCPT TO.
type Recipient struct {
	Path
	Reply uint16 // 0: none yet
}

// Accepted reports whether the server took the recipient.
func (r *Recipient) Accepted() bool { return r.Reply >= 200 && r.Reply < 300 }

// Delivered reports whether the server took the message.
func (m *Mail) Delivered() bool { return m.Reply == 250 }

// Attachment is a file that a message brings along.
type Attachment = mail.Attachment

var _ app.Transaction = (*Mail)(nil)

// hello takes HELO and EHLO.
func (s *Session) hello(m *Mail, name []byte) {
	if s.helo != "" {
		s.raise(duplicateFields, m)
		return
	}
	s.helo = string(name)
}

// sender takes MAIL FROM.
func (s *Session) sender(m *Mail, arg []byte) {
	p := ParsePath(string(arg))
	if m.HasFrom() {
		s.raise(duplicateFields, m)
		if m.FromReply < 400 {
			return
		}
		p.Text = m.From.Text
	}
	m.envelope += p.size()
	m.From, m.FromReply = p, 0
	m.state |= hasFrom
	if h := s.config.Handler; h != nil && h.OnMailFrom != nil {
		s.verdict(h.OnMailFrom(s.here(stream.ToServer), &m.From))
	}
}

// recipient takes RCPT TO and returns the index of the recipient, -1 when it is not kept.
func (s *Session) recipient(m *Mail, arg []byte) int32 {
	p := ParsePath(string(arg))
	if h := s.config.Handler; h != nil && h.OnRcpt != nil {
		told := p // so that p is not allocated where there is no handler
		s.verdict(h.OnRcpt(s.here(stream.ToServer), &told))
		p = told
	}
	if int(m.envelope)+int(p.size()) > s.config.MaxEnvelope {
		m.Unlisted++
		return -1
	}
	m.envelope += p.size()
	m.Recipients = append(m.Recipients, Recipient{Path: p})
	return int32(len(m.Recipients) - 1)
}

// size returns about how much memory p takes.
func (p *Path) size() uint32 { return uint32(64 + len(p.sent)) }

// hasEnvelope reports whether there is something that a reset would discard.
func (m *Mail) hasEnvelope() bool { return len(m.Recipients) > 0 || m.state&(hasFrom|dataTried) != 0 }

// ended reports whether the end of m must have been among commands that were lost: it has an accepted sender, and the
// next thing is another one.
func (m *Mail) ended() bool {
	return m.state&holed != 0 && m.HasFrom() && m.FromReply >= 200 && m.FromReply < 300
}

// reset notes that the client asked for a reset, if there is something to reset.
func (m *Mail) reset() {
	if m.hasEnvelope() {
		m.state |= resetting
	}
}

// email returns what the message says of itself, or nil.
func (m *Mail) email() *mime.Email {
	if m.Message == nil {
		return nil
	}
	return m.Message.Email
}

// AppendJSON writes the members smtp and email of an EVE record.
func (m *Mail) AppendJSON(o *event.Object) {
	o.Open("smtp")
	if helo := m.Helo(); helo != "" {
		o.Bytes("helo", []byte(helo))
	}
	if m.From.Text != "" {
		o.Bytes("mail_from", []byte(m.From.Text))
	}
	if len(m.Recipients) > 0 {
		o.OpenArray("rcpt_to")
		for i := range m.Recipients {
			o.Item([]byte(m.Recipients[i].Text))
		}
		o.CloseArray()
	}
	o.Close()
	if e := m.email(); e != nil {
		e.AppendJSON(o)
	}
	if m.session != nil && m.session.config.EVE.Extensions {
		m.appendExtensions(o, &m.session.config.EVE)
	}
}

// appendExtensions writes what Suricata has no field for.
func (m *Mail) appendExtensions(o *event.Object, e *EVE) {
	o.Open("reknit")
	o.Open("smtp")
	if l := m.Login; l != nil {
		o.Open("auth")
		o.Bytes("mechanism", []byte(l.Mechanism))
		if l.User != "" {
			o.Bytes("user", []byte(l.User))
		}
		if l.Password != "" && e.Passwords {
			o.Bytes("password", []byte(l.Password))
		}
		if l.Reply != 0 {
			o.Bool("accepted", l.Accepted())
		}
		o.Close()
	}
	if m.Reply != 0 {
		o.Uint("reply", uint64(m.Reply))
	}
	if rejected := m.rejected(); len(rejected) > 0 {
		o.OpenArray("rejected")
		for _, text := range rejected {
			o.Item([]byte(text))
		}
		o.CloseArray()
	}
	if m.Unlisted > 0 {
		o.Int("rcpt_to_unlisted", int64(m.Unlisted))
	}
	if t := m.Message; t != nil {
		t.appendExtensions(o)
	}
	o.Close()
	o.Close()
}

func (t *Message) appendExtensions(o *event.Object) {
	o.Int("size", t.Size)
	if t.Lost > 0 {
		o.Int("lost", t.Lost)
	}
	if t.BareLF > 0 {
		o.Int("bare_lf", t.BareLF)
	}
	if t.NUL {
		o.Bool("nul", true)
	}
	if t.Chunked {
		o.Bool("chunked", true)
	}
}

// rejected returns the recipients that the server refused.
func (m *Mail) rejected() []string {
	var list []string
	for i := range m.Recipients {
		if r := &m.Recipients[i]; r.Reply >= 400 {
			list = append(list, r.Text)
		}
	}
	return list
}
