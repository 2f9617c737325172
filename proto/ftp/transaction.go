package ftp

import (
	"net/netip"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
)

// complete is the progress at which a direction of an Exchange, or of a Data, is complete.
const complete app.Progress = 1

// Exchange is the transaction: a command and the reply to it, preliminary replies included. The greeting, and a reply that
// no command was seen for, are exchanges without a command.
type Exchange struct {
	app.Tx

	session   *Session
	command   *command  // nil: none, or none that has a meaning
	later     *Exchange // the next one whose reply is awaited
	arg       []byte    // behind the command's name; without a command, the name itself
	text      []byte    // lines of the reply, one behind the other
	ends      []int32   // of lines, in text
	announced endpoint  // by PORT or EPRT, or in the reply
	offset    int64     // of a transfer: where in the file it begins
	port      uint16    // announced, and answered
	held      int32     // bytes taken of Config.Memory

	truncated bool // the command was
	cut       bool // the reply was
	received  bool // a final reply
	wants     bool // a transfer that waits for its data connection to be announced
	doubtful  bool // the reply may have been lost
	begun     bool // it is a transaction: an unknown command becomes one when it is answered
}

var _ app.Transaction = (*Exchange)(nil)

// Command returns the name of the command in upper case, or nothing when it is none that has a meaning.
func (x *Exchange) Command() string {
	if x.command == nil {
		return ""
	}
	return x.command.name
}

// Argument returns what stands behind the command's name and one blank.
func (x *Exchange) Argument() []byte {
	if x.command == nil {
		return nil
	}
	return x.arg
}

// Unknown returns the name of a command that has no meaning, as it was sent.
func (x *Exchange) Unknown() []byte {
	if x.command != nil {
		return nil
	}
	return x.arg
}

// Truncated reports whether the command line was longer than Config.MaxLine.
func (x *Exchange) Truncated() bool { return x.truncated }

// Replies returns the number of lines of the reply.
func (x *Exchange) Replies() int { return len(x.ends) }

// Reply returns a line of the reply as EVE shows it: code and text of a line "200 text", or all of it as text.
func (x *Exchange) Reply(i int) (code, text []byte) { return splitReply(x.line(i)) }

// Code returns the code of the last line of the reply that has one, or 0.
func (x *Exchange) Code() int {
	for i := len(x.ends) - 1; i >= 0; i-- {
		if r := parseReply(x.line(i)); r.code != 0 {
			return int(r.code)
		}
	}
	return 0
}

// Received reports whether a reply was seen that is not preliminary.
func (x *Exchange) Received() bool { return x.received }

// ReplyTruncated reports whether part of the reply is missing: a line was longer than Config.MaxLine, or all of them longer
// than Config.MaxReply.
func (x *Exchange) ReplyTruncated() bool { return x.cut }

// DataPort returns the port of the data connection that PORT, EPRT, PASV or EPSV announced, once it was answered, or 0.
func (x *Exchange) DataPort() uint16 { return x.port }

// DataAddr returns the address that was announced with the port; it is not valid when none was. One that is not the client's
// in PORT or EPRT lets the server connect to somebody else: the FTP bounce attack.
func (x *Exchange) DataAddr() netip.Addr { return x.announced.addr }

// Mode returns "active" for PORT and EPRT, "passive" for PASV and EPSV, and nothing for other commands.
func (x *Exchange) Mode() string {
	switch {
	case x.command == nil || !x.command.verb.announces():
		return ""
	case x.command.verb.active():
		return "active"
	}
	return "passive"
}

// keep adds a line to the reply.
func (x *Exchange) keep(line []byte, whole bool) {
	if len(x.text)+len(line) > x.session.config.MaxReply || len(x.ends) >= maxLines {
		x.cut = true
		return
	}
	const end = 4
	if !x.grow(len(line) + end) {
		x.cut = true
		return
	}
	x.cut = x.cut || !whole
	x.text = append(x.text, line...)
	x.ends = append(x.ends, int32(len(x.text)))
}

// maxLines is the number of lines kept of a reply.
const maxLines = 4096

// line returns a line of the reply.
func (x *Exchange) line(i int) []byte {
	start := int32(0)
	if i > 0 {
		start = x.ends[i-1]
	}
	return x.text[start:x.ends[i]]
}

// AppendJSON writes the member ftp of an EVE record.
func (x *Exchange) AppendJSON(o *event.Object) {
	o.Open("ftp")
	if x.command != nil {
		o.Str("command", x.command.name)
		if len(x.arg) > 0 {
			o.Bytes("command_data", x.arg)
			o.Bool("command_truncated", x.truncated)
		}
	}
	x.appendReplies(o)
	if x.port != 0 {
		o.Uint("dynamic_port", uint64(x.port))
	}
	if mode := x.Mode(); mode != "" {
		o.Str("mode", mode)
	}
	o.Str("reply_received", yesNo(x.received))
	o.Bool("reply_truncated", x.cut)
	o.Close()
	if x.session.config.Extensions {
		x.appendExtensions(o)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// appendReplies writes the codes of all lines that have one, and then their texts.
func (x *Exchange) appendReplies(o *event.Object) {
	open := false
	for i := range x.ends {
		if code, _ := x.Reply(i); code != nil {
			if !open {
				o.OpenArray("completion_code")
				open = true
			}
			o.Item(code)
		}
	}
	if open {
		o.CloseArray()
	}
	if len(x.ends) == 0 {
		return
	}
	o.OpenArray("reply")
	for i := range x.ends {
		_, text := x.Reply(i)
		o.Item(text)
	}
	o.CloseArray()
}

// appendExtensions writes what Suricata has no field for.
func (x *Exchange) appendExtensions(o *event.Object) {
	name, addr := x.Unknown(), x.announced.addr
	if len(name) == 0 && !addr.IsValid() {
		return
	}
	o.Open("reknit")
	o.Open("ftp")
	if len(name) > 0 {
		o.Bytes("command", name)
	}
	if addr.IsValid() {
		o.Str("dynamic_address", addr.String())
	}
	o.Close()
	o.Close()
}
