package pop3

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxCommand and MaxResponse are the lengths of the longest command and of the longest line of a response that is no
	// message. Of a longer one the beginning is used, with the events request_too_long and response_too_long.
	// When zero, they are 255 (RFC 2449, section 4) and 512 (RFC 1939, section 3).
	MaxCommand  int
	MaxResponse int

	// MaxAuth is the length of the longest answer in an AUTH exchange.
	// When zero, it is 12288 (RFC 5034, section 4).
	MaxAuth int

	// MaxText is the number of bytes of a message's line that are handled at once. A longer line is handled in parts.
	// When zero, it is 4096.
	MaxText int

	// MaxData is the number of bytes kept of the lines of a response.
	// When zero, it is 65536.
	MaxData int

	// MaxTx is the number of commands without a response; with more the oldest transaction ends, with the event
	// too_many_transactions.
	// When zero, it is 256.
	MaxTx int

	// MaxOwed is the number of commands whose responses are awaited, with or without a transaction; with more, parsing ends.
	// When zero, it is 4096.
	MaxOwed int

	// Depth is the number of bytes of each direction that are read, when that is more than the engine's own.
	// When zero, there is no limit.
	Depth int64

	// Passwords writes the arguments of PASS, APOP and AUTH into records.
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
		app.Limit{Field: &c.MaxCommand, Default: 255},
		app.Limit{Field: &c.MaxResponse, Default: 512},
		app.Limit{Field: &c.MaxAuth, Default: 12288},
		app.Limit{Field: &c.MaxText, Default: 4096},
		app.Limit{Field: &c.MaxData, Default: 64 << 10},
		app.Limit{Field: &c.MaxTx, Default: 256},
		app.Limit{Field: &c.MaxOwed, Default: 4096},
	)
	if c.Depth <= 0 {
		c.Depth = file.Unlimited
	}
	c.mail = &mail.Config{MIME: c.MIME, Email: c.Email, Files: c.Files, MaxText: c.MaxText}
	return &c
}

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	return app.Protocol{
		Name: "pop3",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 110, Dir: stream.ToServer},
			{Transport: app.TCP, Number: 110, Dir: stream.ToClient},
		},
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: "CAPA\r\n", Fold: true},
			{Dir: stream.ToServer, Text: "APOP ", Fold: true},
			{Dir: stream.ToClient, Text: "+OK "},
		},
		Probe:     probe,
		NewStream: func(c *app.Conn) app.StreamParser { return &Session{conn: c, config: config} },
		Fields:    mail.Fields(stream.ToClient, 0, emailOf),
		Events:    events,
		MaxTx:     config.MaxTx,
		Depth:     config.Depth,
	}
}

// The anomalies. Those of messages follow.
const (
	tooManyTransactions app.EventID = iota
	requestTooLong
	incorrectArgumentCount
	unknownCommand
	responseTooLong
	invalidResponse
	failedProtocolChange
	firstMIME
)

// events are their names. Suricata has the first five.
var events = append([]app.EventInfo{
	tooManyTransactions:    {Name: "too_many_transactions"},
	requestTooLong:         {Name: "request_too_long"},
	incorrectArgumentCount: {Name: "incorrect_argument_count"},
	unknownCommand:         {Name: "unknown_command"},
	responseTooLong:        {Name: "response_too_long"},
	invalidResponse:        {Name: "invalid_response"},
	failedProtocolChange:   {Name: "failed_protocol_change"},
}, mail.Events()...)
