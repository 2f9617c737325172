package ssh

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxPacket is the value of packet_length in the longest packet. A longer one is none, with the event invalid_record.
	// When zero, it is 256 KiB; RFC 4253, section 6.1, asks for 35000 in all.
	MaxPacket int

	HASSH bool // read key exchange messages; records show HASSH

	// Keep reads key exchange messages, and keeps what they offer until the flow ends, for those who hold the transaction.
	// With rules that is done in any case.
	Keep bool

	// Encrypted says what becomes of a flow once both sides encrypt.
	Encrypted Handling

	// OnExchange, when not nil, is called once for each connection: when its record is told, or else at its end. It is
	// called in the goroutine that reads, and must not keep x unless Keep is set.
	OnExchange func(c *app.Conn, x *Exchange)
}

// Handling says what becomes of a flow once both sides encrypt.
type Handling uint8

const (
	Track  Handling = iota // its bytes are not inspected
	Full                   // they are
	Bypass                 // nothing more is seen of the flow
)

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	if c.MaxPacket <= 0 {
		c.MaxPacket = 256 << 10
	}
	return app.Protocol{
		Name: "ssh",
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: identification},
			{Dir: stream.ToClient, Text: identification},
		},
		Probe:     probe,
		NewStream: func(conn *app.Conn) app.StreamParser { return &Session{conn: conn, config: &c} },
		Fields:    fields,
		Events:    events,
		Frames:    frames,
		Complete:  [2]app.Progress{finished, finished},
		States:    [2][]app.State{states("request_"), states("response_")},
		PerFlow:   true,
	}
}

const identification = "SSH-"

// probe looks for an identification string.
func probe(d stream.Dir, head []byte) app.Guess {
	n := min(len(head), len(identification))
	switch {
	case !bytes.Equal(head[:n], []byte(identification)[:n]):
		return app.No
	case n < len(identification):
		return app.Unknown
	}
	return app.Yes
}
