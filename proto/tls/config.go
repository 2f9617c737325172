package tls

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxMessage is the length of the longest handshake message, with its header. A longer one is passed over, with the
	// event handshake_invalid_length.
	// When zero, it is 128 KiB.
	MaxMessage int

	// Encrypted says what becomes of a flow once its sides encrypt.
	Encrypted Handling

	// Keep keeps hellos and certificates until the flow ends, for those who hold the transaction. Otherwise they go when
	// the record was told, unless rules want them.
	Keep bool

	JA3 bool // records show JA3 and JA3S
	JA4 bool // records show JA4

	EVE EVE

	// OnHandshake, when not nil, is called once for each connection, when its handshake is over, or else at its end: with
	// whatever was read of it. It is called in the goroutine that reads, and must not keep h unless Keep is set.
	OnHandshake func(c *app.Conn, h *Handshake)
}

// Handling says what becomes of a flow once its sides encrypt.
type Handling uint8

const (
	Track  Handling = iota // records are followed, their bytes are not inspected as they are
	Full                   // they are
	Bypass                 // nothing more is seen of the flow
)

// EVE says what records show.
type EVE struct {
	// Fields are the members of a record.
	// When zero, they are Extended.
	Fields Fields
	// NoResumed gives no record to a session that was resumed and therefore shows no certificate.
	NoResumed bool
}

func (c Config) withDefaults() *Config {
	if c.MaxMessage <= 0 {
		c.MaxMessage = 128 << 10
	}
	if c.EVE.Fields == 0 {
		c.EVE.Fields = Extended
	}
	return &c
}

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	return app.Protocol{
		Name:        "tls",
		Unnumbered:  true,
		Ports:       []app.Port{{Transport: app.TCP, Number: 443, Dir: stream.ToServer}},
		Patterns:    patterns(),
		Probe:       probe,
		ClientFirst: true,
		NewStream:   func(c *app.Conn) app.StreamParser { return &Session{conn: c, config: config} },
		Fields:      fields,
		Events:      events,
		Frames:      frames,
		Complete:    [2]app.Progress{clientFinished, serverFinished},
		States:      states,
		PerFlow:     true,
	}
}

// patterns are the beginnings of a client's first record, of a server's, and of hellos of SSLv2.
func patterns() []app.Pattern {
	var list []app.Pattern
	for _, version := range []string{"\x00", "\x01", "\x02", "\x03"} {
		list = append(list,
			app.Pattern{Dir: stream.ToServer, Text: "\x16\x03" + version},
			app.Pattern{Dir: stream.ToServer, Text: "\x01\x03" + version, Offset: 2, Check: probe})
		for _, typ := range []string{"\x15", "\x16", "\x17"} {
			list = append(list, app.Pattern{Dir: stream.ToClient, Text: typ + "\x03" + version})
		}
	}
	return append(list,
		app.Pattern{Dir: stream.ToServer, Text: "\x01\x00\x02", Offset: 2, Check: probe},
		app.Pattern{Dir: stream.ToClient, Text: "\x00\x02", Offset: 5, Check: probe})
}

// probe looks for a record, or for a hello of SSLv2: a length with its high bit set, the message type, and further on
// the version.
func probe(d stream.Dir, head []byte) app.Guess {
	want := clientBeginnings
	if d == stream.ToClient {
		want = serverBeginnings
	}
	answer := app.No
	for _, w := range want {
		switch g := matches(w, head); g {
		case app.Yes:
			return g
		case app.Unknown:
			answer = g
		}
	}
	return answer
}

// byteRange is the first and last value that a byte may have.
type byteRange struct{ from, to byte }

var (
	anyByte      = byteRange{0, 255}
	longLength   = byteRange{0x80, 0xff}
	three        = byteRange{3, 3}
	minor        = byteRange{0, 3}
	zero         = byteRange{0, 0}
	two          = byteRange{2, 2}
	hello2       = byteRange{ssl2ClientHello, ssl2ClientHello}
	serverHello2 = byteRange{ssl2ServerHello, ssl2ServerHello}

	clientBeginnings = [][]byteRange{
		{{byte(handshake), byte(handshake)}, three, minor},
		{longLength, anyByte, hello2, three, minor},
		{longLength, anyByte, hello2, zero, two},
	}
	serverBeginnings = [][]byteRange{
		{{byte(alert), byte(applicationData)}, three, minor},
		{longLength, anyByte, serverHello2, anyByte, anyByte, zero, two},
	}
)

// matches compares the first bytes of head.
func matches(want []byteRange, head []byte) app.Guess {
	for i, w := range want {
		switch {
		case i >= len(head):
			return app.Unknown
		case head[i] < w.from || head[i] > w.to:
			return app.No
		}
	}
	return app.Yes
}
