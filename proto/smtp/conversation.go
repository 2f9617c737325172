package smtp

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Conversation reads a connection whose bytes the caller supplies, in order and by direction: the parser alone, without
// packets or an engine. What it finds goes to Config.Handler. It is not safe for concurrent use.
type Conversation struct {
	gateway *app.Gateway
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
	now     time.Time
}

// NewConversation returns a Conversation of which nothing was said yet.
func NewConversation(c Config) *Conversation { return newConversation(New(c)) }

func newConversation(p app.Protocol) *Conversation {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{p}, silent{})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return &Conversation{
		gateway: g,
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 25, Expect: "smtp"}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

// At sets the time of what is written next. Without it, it is zero.
func (v *Conversation) At(now time.Time) { v.now = now }

// Write reads what the client (stream.ToServer) or the server (stream.ToClient) said. It does not keep b.
func (v *Conversation) Write(d stream.Dir, b []byte) {
	v.gateway.Packet(v.now.UnixNano(), 0)
	v.store.Push(&v.pair, d, v.off[d], b, v.session)
	v.off[d] += int64(len(b))
}

// Lost says that n bytes are missing before what is written next.
func (v *Conversation) Lost(d stream.Dir, n int64) {
	v.off[d] += n
	v.pair[d].Ack(v.off[d])
}

// Close ends the connection: mails that are not complete go to the Handler as they are.
func (v *Conversation) Close() {
	v.store.Close(&v.pair, v.session)
	v.session.Close()
}

// silent is told what a Handler is told as well.
type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}
