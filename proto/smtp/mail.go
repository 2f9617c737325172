package smtp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
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

	Helo  string // argument of the first HELO or EHLO of the session, up to a blank
	Login *Login // of the session; nil: none

	From       Path   // the sender; of several the last, unless it was refused and the one before was not
	FromReply  uint16 // reply to it; 0: none yet
	HasFrom    bool   // MAIL FROM was sent
	Recipients []Recipient
	// Unlisted is the number of recipients that Config.MaxEnvelope left out.
	Unlisted int

	// Email is what the message says of itself; nil when none was sent or Config.NoMIME is set.
	Email *mime.Email
	// Files are what the message brings along: its attachments, or with Config.RawExtraction the whole of it.
	Files []*Attachment

	Size    int64  // bytes of the message, without dot-stuffing and the final dot
	Lost    int64  // bytes of it that are missing
	Chunked bool   // it came with BDAT
	Whole   bool   // its end was seen
	Reply   uint16 // to the message: 250 accepted; 0: none seen

	BareLF int64 // lines of the message that end in LF alone
	NUL    bool  // the message holds NUL bytes, outside encoded bodies

	session  *Session
	sender   string // what EVE shows of From: the first one sent
	envelope int    // bytes of From and Recipients
	events   uint8
	over     bool // the request side is complete
	reset    bool // RSET or EHLO was sent, and is not refused
	dataSent bool // DATA or BDAT was sent
	told     bool // the handler had it
}

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
type Attachment struct {
	*file.File
	MediaType string // as the part says: "application/pdf"
	Part      int    // index of the part in the message
}

var _ app.Transaction = (*Mail)(nil)

// hello takes HELO and EHLO.
func (s *Session) hello(m *Mail, name []byte) {
	if s.helo != "" {
		s.raise(duplicateFields, m)
		return
	}
	s.helo = string(name)
	m.Helo = s.helo
}

// sender takes MAIL FROM. Of a second one EVE keeps the first.
func (s *Session) sender(m *Mail, arg []byte) {
	p := parsePath(arg)
	if m.HasFrom {
		s.raise(duplicateFields, m)
		if m.FromReply < 400 {
			return
		}
	} else {
		m.sender = p.Text
		m.envelope += p.size()
	}
	m.From, m.HasFrom, m.FromReply = p, true, 0
	if s.handle != nil && s.handle.OnMailFrom != nil {
		s.verdict(s.handle.OnMailFrom(s.here(stream.ToServer), &m.From))
	}
}

// recipient takes RCPT TO and returns the index of the recipient, -1 when it is not kept.
func (s *Session) recipient(m *Mail, arg []byte) int32 {
	p := parsePath(arg)
	if s.handle != nil && s.handle.OnRcpt != nil {
		s.verdict(s.handle.OnRcpt(s.here(stream.ToServer), &p))
	}
	if m.envelope += p.size(); m.envelope > s.config.MaxEnvelope {
		m.envelope -= p.size()
		m.Unlisted++
		return -1
	}
	m.Recipients = append(m.Recipients, Recipient{Path: p})
	return int32(len(m.Recipients) - 1)
}

// size returns about how much memory p takes.
func (p *Path) size() int {
	n := 64 + len(p.Text) + len(p.Address)
	for i := range p.Params {
		n += 32 + len(p.Params[i].Name) + len(p.Params[i].Value)
	}
	return n
}

// hasEnvelope reports whether there is something that a reset would discard.
func (m *Mail) hasEnvelope() bool { return m.HasFrom || len(m.Recipients) > 0 || m.dataSent }

// AppendJSON writes the members smtp and email of an EVE record.
func (m *Mail) AppendJSON(o *event.Object) {
	o.Open("smtp")
	if m.Helo != "" {
		o.Bytes("helo", []byte(m.Helo))
	}
	if m.sender != "" {
		o.Bytes("mail_from", []byte(m.sender))
	}
	if len(m.Recipients) > 0 {
		o.OpenArray("rcpt_to")
		for i := range m.Recipients {
			o.Item([]byte(m.Recipients[i].Text))
		}
		o.CloseArray()
	}
	o.Close()
	if m.Email != nil {
		m.Email.AppendJSON(o)
	}
	if e := &m.session.config.EVE; e.Extensions {
		m.appendExtensions(o, e)
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
	if m.Size > 0 {
		o.Int("size", m.Size)
	}
	if m.Lost > 0 {
		o.Int("lost", m.Lost)
	}
	if m.BareLF > 0 {
		o.Int("bare_lf", m.BareLF)
	}
	if m.NUL {
		o.Bool("nul", true)
	}
	o.Close()
	o.Close()
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
