package smtp

import (
	"sync"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxCommand and MaxReply are the lengths of the longest command and reply lines. Of a longer one the beginning is
	// used and the rest is passed over, with the event truncated_line. When zero, they are 4096; RFC 5321, section
	// 4.5.3.1, asks for 512.
	MaxCommand int
	MaxReply   int

	// MaxAuth is the length of the longest answer in an AUTH exchange.
	// When zero, it is 12288 (RFC 4954, section 4).
	MaxAuth int

	// MaxText is the number of bytes of a message's line that are handled at once. A longer line is handled in parts.
	// When zero, it is 4096.
	MaxText int

	// MaxTx is the number of incomplete transactions of a connection; with more the oldest ends.
	// When zero, it is 256.
	MaxTx int

	// MaxOwed is the number of commands whose replies are awaited; the replies to further ones are not told apart, with
	// the event unable_to_match_reply_with_request.
	// When zero, it is 1024.
	MaxOwed int

	// MaxEnvelope is about the number of bytes kept of the sender and the recipients of one mail; further recipients are
	// counted in Mail.Unlisted.
	// When zero, it is 256 KiB.
	MaxEnvelope int

	// RawExtraction makes each message a file with the name "rawmsg", and does not take it apart.
	RawExtraction bool
	// NoMIME does not take messages apart.
	NoMIME bool
	// OpaqueBDAT passes over messages that come with BDAT, as Suricata does.
	OpaqueBDAT bool

	MIME  mime.Config      // how messages are taken apart
	Email mime.EmailConfig // what is kept of them for EVE
	Files file.Config      // what is computed of attachments

	EVE EVE

	// Handler is told what every session reads. When nil, nobody is.
	Handler *Handler
	// NewHandler, when not nil, returns the Handler of each new session in place of Handler. It may return nil.
	NewHandler func(c *app.Conn) *Handler

	// What is over serves again, in all sessions.
	texts    *sync.Pool // of *textReader
	mails    *sync.Pool // of *Mail
	messages *sync.Pool // of *Message
}

// EVE says what EVE records show beyond Suricata's fields.
type EVE struct {
	Extensions bool // write the object "reknit"
	Passwords  bool // with the passwords of AUTH in it
}

// withDefaults returns c with every limit set.
func (c Config) withDefaults() *Config {
	app.SetLimits(
		app.Limit{Field: &c.MaxCommand, Default: 4096},
		app.Limit{Field: &c.MaxReply, Default: 4096},
		app.Limit{Field: &c.MaxAuth, Default: 12288},
		app.Limit{Field: &c.MaxText, Default: 4096},
		app.Limit{Field: &c.MaxTx, Default: 256},
		app.Limit{Field: &c.MaxOwed, Default: 1024},
		app.Limit{Field: &c.MaxEnvelope, Default: 256 << 10},
	)
	c.texts, c.mails, c.messages = new(sync.Pool), new(sync.Pool), new(sync.Pool)
	return &c
}

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	return app.Protocol{
		Name: "smtp",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 25, Dir: stream.ToClient},
			{Transport: app.TCP, Number: 465, Dir: stream.ToClient},
		},
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: "EHLO", Fold: true},
			{Dir: stream.ToServer, Text: "HELO", Fold: true},
			{Dir: stream.ToServer, Text: "QUIT", Fold: true},
		},
		Probe:     probe,
		NewStream: func(c *app.Conn) app.StreamParser { return newSession(c, config) },
		Fields:    fields,
		Events:    events,
		Frames:    frames,
		Complete:  [2]app.Progress{requestComplete, responseComplete},
		States: [2][]app.State{
			{{Name: "request_data", From: requestData, Until: requestComplete}},
			{{Name: "response_data", From: responseData}},
		},
		MaxTx: config.MaxTx,
	}
}

func newSession(c *app.Conn, config *Config) *Session {
	if config.NewHandler != nil {
		own := *config
		own.Handler = config.NewHandler(c)
		config = &own
	}
	return &Session{conn: c, config: config}
}

// probe looks for a greeting: 220, and then a domain up to a blank, or any text up to the end of the line.
func probe(d stream.Dir, head []byte) app.Guess {
	const code = "220"
	if d != stream.ToClient {
		return app.No
	}
	if n := min(len(head), len(code)); string(head[:n]) != code[:n] {
		return app.No
	}
	if len(head) < len(code)+1 {
		return app.Unknown
	}
	if c := head[len(code)]; c != ' ' && c != '-' {
		return app.No
	}
	domain := true
	for _, c := range head[len(code)+1:] {
		switch {
		case c == '\n':
			return app.Yes
		case c == ' ' || c == '\r':
			if domain {
				return app.Yes
			}
		default:
			domain = domain && isDomain(c)
		}
	}
	return app.Unknown
}

// isDomain reports whether c occurs in domains and address literals.
func isDomain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']'
}
