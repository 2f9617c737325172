package ntp

import (
	"encoding/hex"
	"strconv"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/wire"
)

// Mode is what a message is for (RFC 5905, section 7.3).
type Mode uint8

// The modes.
const (
	Reserved Mode = iota
	SymmetricActive
	SymmetricPassive
	Client
	Server
	Broadcast
	Control // RFC 9327
	Private
)

// timed reports whether messages of the mode have the fields about time.
func (m Mode) timed() bool { return m < Control }

// Header is the beginning of a message.
type Header struct {
	Version   uint8
	Mode      Mode
	Stratum   uint8
	Reference [4]byte // identifier of what the clock follows: an address, or letters
	Origin    uint64  // when the request was sent that this answers, by its sender's clock
	Transmit  uint64  // when this was sent
}

// headerLen is the length of a message without extensions (RFC 5905, section 7.3).
const headerLen = 48

// parse reads a header of version 3 or 4.
func parse(b []byte) (h Header, ok bool) {
	if len(b) < headerLen {
		return h, false
	}
	r := wire.New(b)
	first := r.Uint8()
	h.Version, h.Mode = first>>3&7, Mode(first&7)
	h.Stratum = r.Uint8()
	r.Skip(10) // poll, precision, delay and dispersion
	copy(h.Reference[:], r.Bytes(4))
	r.Skip(8) // when the clock was set
	h.Origin = r.Uint64()
	r.Skip(8) // when the request was received
	h.Transmit = r.Uint64()
	return h, h.Version == 3 || h.Version == 4
}

// Message is the transaction.
type Message struct {
	app.Tx
	Header
	Dir stream.Dir
}

var _ app.Director = (*Message)(nil)

// Direction returns the direction in which the message was sent.
func (m *Message) Direction() stream.Dir { return m.Dir }

// AppendJSON writes the members of the record.
func (m *Message) AppendJSON(o *event.Object) {
	o.Open("ntp")
	o.Uint("version", uint64(m.Version))
	o.Uint("mode", uint64(m.Mode))
	if m.Mode.timed() {
		o.Uint("stratum", uint64(m.Stratum))
		o.Str("reference_id", m.reference())
	}
	o.Close()
}

// reference returns the reference identifier as "4c:4f:43:4c".
func (m *Message) reference() string {
	var text []byte
	for i := range m.Reference {
		if i > 0 {
			text = append(text, ':')
		}
		text = hex.AppendEncode(text, m.Reference[i:i+1])
	}
	return string(text)
}

// fields are what rules can inspect, under Suricata's names. Numbers are in decimal.
var fields = func() (list []app.Field) {
	for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
		add := func(name string, get func(m *Message) ([]byte, bool)) {
			list = append(list, app.Field{Name: name, Dir: d, At: 1, Get: func(tx app.Transaction, i int) ([]byte, bool) {
				m, ok := tx.(*Message)
				if !ok || i > 0 || m.Dir != d {
					return nil, false
				}
				return get(m)
			}})
		}
		add("ntp.version", func(m *Message) ([]byte, bool) { return number(m.Version), true })
		add("ntp.mode", func(m *Message) ([]byte, bool) { return number(uint8(m.Mode)), true })
		add("ntp.stratum", func(m *Message) ([]byte, bool) { return number(m.Stratum), m.Mode.timed() })
		add("ntp.reference_id", func(m *Message) ([]byte, bool) { return m.Reference[:], m.Mode.timed() })
	}
	return list
}()

func number(n uint8) []byte { return strconv.AppendUint(nil, uint64(n), 10) }
