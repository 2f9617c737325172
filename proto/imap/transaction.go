package imap

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
)

// complete is the progress at which a direction of a transaction is complete.
const complete app.Progress = 1

// Exchange is the transaction of a command: the command, the untagged responses that came while it was the oldest without an
// end, and the tagged response that ends it. The greeting, and a BYE that nobody asked for, are exchanges without a command.
type Exchange struct {
	app.Tx

	Tag     string // as sent; empty: no command
	Command string // in upper case: "LOGIN", "UID FETCH"
	Status  string // of the tagged response: OK, NO or BAD; of a greeting also PREAUTH or BYE; empty: none was seen
	Code    string // in brackets: "READ-WRITE"
	Text    string // for people

	// Of LOGIN and AUTHENTICATE.
	Mechanism string // in upper case; empty: LOGIN
	User      string // empty while not known, and for mechanisms that hide it
	Password  string // of LOGIN, and of the mechanisms PLAIN and LOGIN; EVE shows it only when Config.Passwords is set

	// Opaque is what the bytes behind the exchange are: "deflate" when COMPRESS was accepted.
	Opaque string

	session   *Session
	later     *Exchange // the next one whose end is awaited
	args      []byte    // text behind the command's name; literals stand behind their announcement
	data      []byte    // untagged responses
	ends      []int32   // of each, in data
	mails     []*Mail   // that APPEND brings
	step      uint8     // answers in an exchange of AUTHENTICATE
	truncated bool      // args are not all
	cut       bool      // data is not all
	doubtful  bool      // its end may have been lost
}

// Mail is the transaction of a message, which FETCH brings or APPEND.
type Mail struct {
	app.Tx

	Command  string        // FETCH or APPEND
	Mailbox  string        // as it was named; empty: not known
	Sequence int64         // number in the mailbox; 0: APPEND
	UID      int64         // 0: not known
	Header   bool          // only the header was fetched
	Status   string        // of the response to APPEND
	Message  *mail.Message // what it says

	session  *Session
	exchange *Exchange // APPEND; nil: FETCH
	next     int64     // of a message that comes in parts: where the next one begins
	part     int64     // size of its first part
}

var (
	_ app.Transaction = (*Exchange)(nil)
	_ app.Transaction = (*Mail)(nil)
)

// Args returns what stands behind the command's name, without what is secret in it. Of LOGIN and AUTHENTICATE it is nothing.
func (x *Exchange) Args() []byte {
	if x.secret() {
		return nil
	}
	return x.args
}

// secret reports whether the arguments tell a password.
func (x *Exchange) secret() bool { return x.Command == "LOGIN" || x.Command == "AUTHENTICATE" }

// Responses returns the number of untagged responses that were kept.
func (x *Exchange) Responses() int { return len(x.ends) }

// Response returns an untagged response behind its asterisk; the bytes of messages are left out.
func (x *Exchange) Response(i int) []byte {
	start := int32(0)
	if i > 0 {
		start = x.ends[i-1]
	}
	return x.data[start:x.ends[i]]
}

// keep keeps an untagged response.
func (x *Exchange) keep(text []byte) {
	c := x.session.config
	if len(x.data)+len(text) > c.MaxData || len(x.ends) >= c.MaxItems {
		x.cut = true
		return
	}
	x.data = append(x.data, text...)
	x.ends = append(x.ends, int32(len(x.data)))
}

// AppendJSON writes the member imap of a record.
func (x *Exchange) AppendJSON(o *event.Object) {
	o.Open("imap")
	if x.Tag != "" {
		o.Open("request")
		o.Str("tag", x.Tag)
		o.Str("command", x.Command)
		if args := x.Args(); len(args) > 0 {
			o.Bytes("args", args)
		}
		o.True("truncated", x.truncated)
		o.Close()
	}
	x.appendLogin(o)
	if x.Status != "" {
		o.Open("response")
		o.Str("status", x.Status)
		if x.Code != "" {
			o.Bytes("code", []byte(x.Code))
		}
		if x.Text != "" {
			o.Bytes("text", []byte(x.Text))
		}
		o.Close()
	}
	if len(x.ends) > 0 {
		o.OpenArray("data")
		for i := range x.ends {
			o.Item(x.Response(i))
		}
		o.CloseArray()
	}
	o.True("data_truncated", x.cut)
	if x.Opaque != "" {
		o.Str("opaque", x.Opaque)
	}
	o.Close()
}

func (x *Exchange) appendLogin(o *event.Object) {
	if !x.secret() {
		return
	}
	if x.Mechanism != "" {
		o.Bytes("mechanism", []byte(x.Mechanism))
	}
	if x.User != "" {
		o.Bytes("user", []byte(x.User))
	}
	if x.Password != "" && x.session.config.Passwords {
		o.Bytes("password", []byte(x.Password))
	}
}

// Reuse gives back the memory of the message, unless a Handler may have it.
func (m *Mail) Reuse() {
	if m.Message != nil && m.session.config.Handler == nil {
		m.Message.Reuse()
	}
}

// AppendJSON writes the members imap and email of a record.
func (m *Mail) AppendJSON(o *event.Object) {
	o.Open("imap")
	o.Open("message")
	o.Str("command", m.Command)
	if m.Mailbox != "" {
		o.Bytes("mailbox", []byte(m.Mailbox))
	}
	if m.Sequence > 0 {
		o.Int("sequence", m.Sequence)
	}
	if m.UID > 0 {
		o.Int("uid", m.UID)
	}
	o.True("header_only", m.Header)
	if m.Status != "" {
		o.Str("status", m.Status)
	}
	o.Int("size", m.Message.Size)
	if m.Message.Lost > 0 {
		o.Int("lost", m.Message.Lost)
	}
	o.Close()
	o.Close()
	m.Message.AppendJSON(o)
}

// emailOf returns a function for what a message that this command brought says of itself.
func emailOf(command string) func(app.Transaction) *mime.Email {
	return func(tx app.Transaction) *mime.Email {
		if m, ok := tx.(*Mail); ok && m.Command == command {
			return m.Message.Email
		}
		return nil
	}
}
