package pop3

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
)

// complete is the progress at which a direction of a transaction is complete.
const complete app.Progress = 1

// Exchange is the transaction: a command and its response. The greeting is a response without a command.
type Exchange struct {
	app.Tx

	Command string   // in upper case; one that is not known as it was sent; "<SASL DATA>"; empty: a response alone
	Args    [][]byte // as they were sent, passwords and all: see EVE
	Status  string   // of the response: OK or ERR; empty: none was seen
	Header  []byte   // text behind the status
	Message *mail.Message

	// Of USER and PASS, APOP and AUTH.
	Mechanism string // in upper case; empty: USER, APOP
	User      string // empty while not known, and for mechanisms that hide it
	Password  string // of PASS, and of the mechanisms PLAIN and LOGIN

	session *Session
	verb    verb
	data    []byte  // lines of the response, but those of RETR
	ends    []int32 // of each, in data
	cut     bool    // data is not all
}

var _ app.Transaction = (*Exchange)(nil)

// Lines returns the number of lines of the response that were kept, behind its first. Those of RETR are a message.
func (x *Exchange) Lines() int { return len(x.ends) }

// Line returns one of them, without dot-stuffing.
func (x *Exchange) Line(i int) []byte {
	start := int32(0)
	if i > 0 {
		start = x.ends[i-1]
	}
	return x.data[start:x.ends[i]]
}

// keep keeps a line of the response.
func (x *Exchange) keep(line []byte) {
	const overhead = 4 // so that empty lines are not for nothing
	if x.cut || len(x.data)+len(line)+overhead*(len(x.ends)+1) > x.session.config.MaxData {
		x.cut = true
		return
	}
	x.data = append(x.data, line...)
	x.ends = append(x.ends, int32(len(x.data)))
}

// Reuse gives back the memory of the message, unless a Handler may have it.
func (x *Exchange) Reuse() {
	if x.Message != nil && x.session.config.Handler == nil {
		x.Message.Reuse()
	}
}

// AppendJSON writes the members pop3 and email of a record.
func (x *Exchange) AppendJSON(o *event.Object) {
	o.Open("pop3")
	if x.Command != "" {
		o.Open("request")
		o.Bytes("command", []byte(x.Command))
		o.OpenArray("args")
		for i, arg := range x.Args {
			if x.shown(i) {
				o.Item(arg)
			}
		}
		o.CloseArray()
		o.Close()
	}
	if x.Status != "" {
		o.Open("response")
		o.Bool("success", x.Status == "OK")
		o.Str("status", x.Status)
		o.Bytes("header", x.Header)
		o.OpenArray("data")
		for i := range x.ends {
			if x.Message != nil && len(x.Message.Files) > 0 {
				break // the lines would be in the record of each file again
			}
			o.Item(x.Line(i))
		}
		o.CloseArray()
		o.True("data_truncated", x.cut)
		o.Close()
	}
	o.Close()
	if x.Message != nil {
		x.Message.AppendJSON(o)
	}
}

// shown reports whether EVE shows an argument: not those that tell a password, or something that can be tried against it.
func (x *Exchange) shown(i int) bool {
	switch x.verb {
	case pass, saslData:
		return x.session.config.Passwords && x.verb == pass
	case apop, auth:
		return i == 0 || x.session.config.Passwords
	}
	return true
}

// emailOf returns what the message of a transaction says of itself, or nil.
func emailOf(tx app.Transaction) *mime.Email {
	if m := tx.(*Exchange).Message; m != nil {
		return m.Email
	}
	return nil
}
