package ssh

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Exchange is the transaction: what is known of a connection. There is one for each.
type Exchange struct {
	app.Tx
	Side [2]Side // by the direction in which they send: the client's is that of ToServer

	config *Config
	told   bool
}

// Side is what one side said of itself.
type Side struct {
	Version  string // of the protocol: "2.0"; empty: it did not identify itself
	Software string
	// Offer is what it offers for the key exchange; nil: not seen, or not wanted. Without Config.Keep it goes when the
	// record was told.
	Offer *Offer
}

// HASSH returns the fingerprint of the side that sends in direction d, and the text whose MD5 it is; both empty without
// an Offer.
func (x *Exchange) HASSH(d stream.Dir) (digest, text string) {
	o := x.Side[d].Offer
	if o == nil {
		return "", ""
	}
	text = o.hassh(d == stream.ToClient)
	return hash(text), text
}

// AppendJSON writes the record's member ssh.
func (x *Exchange) AppendJSON(o *event.Object) {
	o.Open("ssh")
	for d, key := range [...]string{"client", "server"} {
		s := &x.Side[d]
		if s.Version == "" {
			continue
		}
		o.Open(key)
		o.Str("proto_version", s.Version)
		if s.Software != "" {
			o.Str("software_version", s.Software)
		}
		if digest, text := x.HASSH(stream.Dir(d)); digest != "" && x.config.HASSH {
			o.Open("hassh")
			o.Str("hash", digest)
			o.Str("string", text)
			o.Close()
		}
		o.Close()
	}
	o.Close()
}

// Progress of both sides.
const (
	bannerWaitEOL app.Progress = iota + 1
	bannerDone
	finished
)

// states returns their names in rules.
func states(side string) []app.State {
	return []app.State{
		{Name: side + "in_progress"},
		{Name: side + "banner_wait_eol", From: bannerWaitEOL},
		{Name: side + "banner_done", From: bannerDone},
		{Name: side + "finished", From: finished},
	}
}

// The anomalies, in Suricata's order.
const (
	invalidBanner app.EventID = iota
	longBanner
	invalidRecord
	longKexRecord
)

var events = []app.EventInfo{
	invalidBanner: {Name: "invalid_banner"},
	longBanner:    {Name: "long_banner"},
	invalidRecord: {Name: "invalid_record"},
	longKexRecord: {Name: "long_kex_record"},
}

const (
	toServer = stream.ToServer
	toClient = stream.ToClient
)

// fields are what rules can inspect; those of both sides have the same name.
var fields = []app.Field{
	field("ssh.proto", toServer, func(x *Exchange) string { return x.Side[toServer].Version }),
	field("ssh.proto", toClient, func(x *Exchange) string { return x.Side[toClient].Version }),
	field("ssh.software", toServer, func(x *Exchange) string { return x.Side[toServer].Software }),
	field("ssh.software", toClient, func(x *Exchange) string { return x.Side[toClient].Software }),
	field("ssh.hassh", toServer, func(x *Exchange) string { digest, _ := x.HASSH(toServer); return digest }),
	field("ssh.hassh.string", toServer, func(x *Exchange) string { _, text := x.HASSH(toServer); return text }),
	field("ssh.hassh.server", toClient, func(x *Exchange) string { digest, _ := x.HASSH(toClient); return digest }),
	field("ssh.hassh.server.string", toClient, func(x *Exchange) string { _, text := x.HASSH(toClient); return text }),
}

// field makes the field for a text of an exchange.
func field(name string, d stream.Dir, get func(*Exchange) string) app.Field {
	return app.Field{Name: name, Dir: d, At: bannerWaitEOL, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		text := get(tx.(*Exchange))
		return []byte(text), i == 0 && text != ""
	}}
}
