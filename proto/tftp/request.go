package tftp

import (
	"bytes"
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/wire"
)

// Operation is what a datagram is for (RFC 1350, section 5).
type Operation uint16

// The operations that begin a transfer.
const (
	Read  Operation = 1 // the client asks for a file
	Write Operation = 2 // the client brings one
)

// acknowledged is the last operation: a server tells which options it takes (OACK, RFC 2347).
const acknowledged Operation = 6

// String returns what EVE calls o.
func (o Operation) String() string {
	if o == Write {
		return "write"
	}
	return "read"
}

// modes are those of RFC 1350, section 1.
var modes = []string{"octet", "netascii", "mail"}

// The limits on options.
const (
	maxOptions     = 16
	maxOptionBytes = 512 // of all names and values of a request
)

// Request is the transaction: a request to read or to write a file. Its slices are its own.
type Request struct {
	app.Tx
	Operation  Operation
	File       []byte // name, as sent
	FileCut    bool   // the name was longer than Config.MaxFile
	Mode       string // "octet", "netascii" or "mail"
	Options    []Option
	OptionsCut bool // there were more, or longer ones

	config *Config
}

// Option is one that the client asks for (RFC 2347): "blksize", "1428".
type Option struct{ Name, Value []byte }

// AppendJSON writes the members of the record.
func (r *Request) AppendJSON(o *event.Object) {
	o.Open("tftp")
	o.Str("packet", r.Operation.String())
	o.Bytes("file", r.File)
	o.Str("mode", r.Mode)
	o.Close()
	if !r.config.Extensions || len(r.Options) == 0 {
		return
	}
	o.Open("reknit")
	o.Open("tftp")
	o.OpenArray("options")
	for _, option := range r.Options {
		o.OpenItem()
		o.Bytes("name", option.Name)
		o.Bytes("value", option.Value)
		o.Close()
	}
	o.CloseArray()
	o.Close()
	o.Close()
}

// What is wrong with a request.
var (
	errUnended = errors.New("tftp: name or mode without an end")
	errMode    = errors.New("tftp: unknown mode")
)

// isRequest reports whether b is a request, well-formed or not.
func isRequest(b []byte) bool {
	r := wire.New(b)
	op := Operation(r.Uint16())
	return r.OK() && (op == Read || op == Write)
}

// parse reads a request, of which isRequest is true, and keeps at most maxFile bytes of the name.
func (r *Request) parse(b []byte, maxFile int) error {
	in := wire.New(b)
	r.Operation = Operation(in.Uint16())
	file, rest, _ := bytes.Cut(in.Rest(), zero)
	mode, rest, ended := bytes.Cut(rest, zero)
	if !ended {
		return errUnended
	}
	if r.Mode = modeOf(mode); r.Mode == "" {
		return errMode
	}
	r.FileCut = len(file) > maxFile
	r.File = bytes.Clone(file[:min(len(file), maxFile)])
	r.parseOptions(rest)
	return nil
}

// zero ends every text.
var zero = []byte{0}

// modeOf returns the mode of a name, which may be in any case; "" if there is none of it.
func modeOf(name []byte) string {
	for _, m := range modes {
		if bytes.EqualFold(name, []byte(m)) {
			return m
		}
	}
	return ""
}

// parseOptions reads pairs of names and values, as far as they are whole.
func (r *Request) parseOptions(b []byte) {
	total := 0
	for {
		name, rest, _ := bytes.Cut(b, zero)
		value, rest, ended := bytes.Cut(rest, zero)
		if !ended {
			return
		}
		total += len(name) + len(value)
		if len(r.Options) == maxOptions || total > maxOptionBytes {
			r.OptionsCut = true
			return
		}
		r.Options = append(r.Options, Option{bytes.Clone(name), bytes.Clone(value)})
		b = rest
	}
}
