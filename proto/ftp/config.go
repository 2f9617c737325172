package ftp

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of both parsers. The zero value is ready to use.
type Config struct {
	// MaxLine is the length of the longest line, of commands and of replies. Of a longer one the beginning is used and the
	// rest is passed over, with the events request_command_too_long and response_command_too_long.
	// When zero, it is 4096.
	MaxLine int

	// MaxTx is the number of commands of a connection whose replies are awaited. One more ends the parsing of the
	// connection, with the event too_many_transactions.
	// When zero, it is 1024.
	MaxTx int

	// MaxReply is the number of bytes kept of the reply to one command; further lines are left out, and the reply counts
	// as truncated.
	// When zero, it is 64 KiB.
	MaxReply int

	// Memory is that of control connections, which several configurations may share. When nil, there is no limit.
	Memory *Memory

	// Files says what is computed of transferred files.
	Files file.Config

	// Extensions adds the object "reknit" to EVE records.
	Extensions bool

	// Handler is told what every connection brings. When nil, nobody is.
	Handler *Handler
}

// withDefaults returns c with every limit set.
func (c Config) withDefaults() *Config {
	app.SetLimits(
		app.Limit{Field: &c.MaxLine, Default: 4096},
		app.Limit{Field: &c.MaxTx, Default: 1024},
		app.Limit{Field: &c.MaxReply, Default: 64 << 10},
	)
	if c.Memory == nil {
		c.Memory = NewMemory(0)
	}
	return &c
}

// New returns the protocol of control connections with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	return app.Protocol{
		Name: "ftp",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 21, Dir: stream.ToServer},
			{Transport: app.TCP, Number: 21, Dir: stream.ToClient},
		},
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: "FEAT", Fold: true},
			{Dir: stream.ToServer, Text: "PORT ", Fold: true},
			{Dir: stream.ToServer, Text: "USER "},
			{Dir: stream.ToClient, Text: "220 ("},
		},
		Probe:     probe,
		NewStream: func(c *app.Conn) app.StreamParser { return &Session{conn: c, config: config} },
		Fields:    fields,
		Events:    events,
		Announces: true,
		MaxTx:     config.MaxTx + 1, // with so many the parser has given up
	}
}

// NewData returns the protocol of data connections with these settings. It is found by announcement alone.
func NewData(c Config) app.Protocol {
	config := c.withDefaults()
	return app.Protocol{
		Name:      "ftp-data",
		Event:     "ftp_data",
		NewStream: func(c *app.Conn) app.StreamParser { return newData(c, config) },
		Fields:    dataFields,
	}
}

// probe looks for a reply line at the beginning of what the server says, which may be any reply, and for a known command
// of the client.
func probe(d stream.Dir, head []byte) app.Guess {
	if d == stream.ToServer {
		return probeCommand(head)
	}
	for i, c := range head[:min(len(head), 4)] {
		switch {
		case i == 0 && (c < '1' || c > '5'), i < 3 && !isDigit(c), i == 3 && c != ' ' && c != '-':
			return app.No
		}
	}
	if bytes.IndexByte(head, '\n') >= 0 {
		return app.Yes
	}
	return app.Unknown
}

// probeCommand looks for a command, up to the blank or the line end behind its name.
func probeCommand(head []byte) app.Guess {
	const quit = "QUIT" // which smtp takes for its own as soon as it is there
	if len(head) >= len(quit) && equalFold(head[:len(quit)], quit) {
		return app.Yes
	}
	i := bytes.IndexAny(head, " \r\n")
	switch {
	case i < 0 && len(head) <= longest:
		return app.Unknown
	case i < 0 || i > longest:
		return app.No
	}
	if c, name, _ := parseCommand(head[:i]); c != nil || isCommon(name) {
		return app.Yes
	}
	return app.No
}

// isCommon reports whether name is a command without a transaction that clients begin with.
func isCommon(name []byte) bool {
	return equalFold(name, "AUTH") || equalFold(name, "FEAT") || equalFold(name, "OPTS") || equalFold(name, "HOST") ||
		equalFold(name, "CLNT") || equalFold(name, "LANG")
}
