package imap

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxLine is the number of bytes of a line that are read at once; a longer one is read in parts.
	// When zero, it is 8192; RFC 9051, section 4, asks servers for as much.
	MaxLine int

	// MaxCommand and MaxResponse are the numbers of bytes kept of a command and of a response, with the literals in them that
	// are no messages. Of a longer one the beginning is used, with the events request_too_long and response_too_long.
	// When zero, they are 8192.
	MaxCommand  int
	MaxResponse int

	// MaxData is the number of bytes kept of the untagged responses to one command, and MaxItems how many of these.
	// When zero, they are 4096 and 32.
	MaxData  int
	MaxItems int

	// MaxTx is the number of commands whose tagged response is awaited; with more the oldest ends, with the event
	// too_many_transactions.
	// When zero, it is 256.
	MaxTx int

	// Passwords writes the passwords of LOGIN and AUTHENTICATE into records.
	Passwords bool

	// MIME, Email and Files say how messages are taken apart, what is kept of them, and what is computed of attachments.
	MIME  mime.Config
	Email mime.EmailConfig
	Files file.Config

	// Handler is told what every session reads. When nil, nobody is.
	Handler *Handler

	mail *mail.Config
}

// withDefaults returns c with every limit set.
func (c Config) withDefaults() *Config {
	app.SetLimits(
		app.Limit{Field: &c.MaxLine, Default: 8192},
		app.Limit{Field: &c.MaxCommand, Default: 8192},
		app.Limit{Field: &c.MaxResponse, Default: 8192},
		app.Limit{Field: &c.MaxData, Default: 4096},
		app.Limit{Field: &c.MaxItems, Default: 32},
		app.Limit{Field: &c.MaxTx, Default: 256},
	)
	c.MaxLine = max(c.MaxLine, maxLiteral)
	c.mail = &mail.Config{MIME: c.MIME, Email: c.Email, Files: c.Files}
	return &c
}

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	p := app.Protocol{
		Name: "imap",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 143, Dir: stream.ToServer},
			{Transport: app.TCP, Number: 143, Dir: stream.ToClient},
		},
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: " CAPABILITY", Depth: 17, Fold: true, Check: probe},
		},
		Probe:     probe,
		NewStream: func(c *app.Conn) app.StreamParser { return newSession(c, config) },
		Fields:    fields,
		Events:    events,
		MaxTx:     2*config.MaxTx + 2, // messages have transactions of their own
	}
	for _, text := range []string{"* OK ", "* NO ", "* BAD ", "* LIST ", "* ESEARCH ", "* STATUS ", "* FLAGS "} {
		p.Patterns = append(p.Patterns, app.Pattern{Dir: stream.ToClient, Text: text, Fold: true})
	}
	return p
}

// probe looks for a command with a tag, and for a response of the server.
func probe(d stream.Dir, head []byte) app.Guess {
	if d == stream.ToClient {
		return probeResponse(head)
	}
	const longest = maxTag + maxName + 2
	i := bytes.IndexByte(head, ' ')
	switch {
	case i < 0 && len(head) <= maxTag && isTagSoFar(head):
		return app.Unknown
	case i < 0 || !isTag(head[:i]):
		return app.No
	}
	word := head[i+1:]
	end := bytes.IndexAny(word, " \r\n")
	switch {
	case end < 0 && len(word) <= maxName && isWord(word):
		return app.Unknown
	case end < 0 || i+end > longest:
		return app.No
	}
	name := string(bytes.ToUpper(word[:end]))
	if commands[name] || name == "UID" {
		return app.Yes
	}
	return app.No
}

// isTagSoFar reports whether b can be the beginning of a tag.
func isTagSoFar(b []byte) bool { return len(b) == 0 || isTag(b) }

// probeResponse looks for an untagged response with a name of letters.
func probeResponse(head []byte) app.Guess {
	const mark = "* "
	if n := min(len(head), len(mark)); string(head[:n]) != mark[:n] {
		return app.No
	}
	for i := len(mark); i < len(head); i++ {
		switch c := head[i]; {
		case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
		case i > len(mark)+1 && (c == ' ' || c == '\r' || c == '\n'):
			return app.Yes
		default:
			return app.No
		}
		if i > len(mark)+maxName {
			return app.No
		}
	}
	return app.Unknown
}
