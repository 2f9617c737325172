package ftp_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/stream"
)

// talker is a session whose streams are delivered as they come.
type talker struct {
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func newTalker(t *testing.T, c ftp.Config) *talker {
	t.Helper()
	g, err := app.NewGateway(app.Config{}, []app.Protocol{ftp.New(c)}, nobody{})
	if err != nil {
		t.Fatal(err)
	}
	return &talker{
		session: g.NewSession(app.Info{Transport: app.TCP, ClientPort: 40000, ServerPort: 21}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

func (k *talker) say(d stream.Dir, text string) {
	k.store.Push(&k.pair, d, k.off[d], []byte(text), k.session)
	k.off[d] += int64(len(text))
}

type nobody struct{}

func (nobody) Transaction(*app.Session, app.Transaction) {}
func (nobody) Anomaly(*app.Session, *app.Anomaly)        {}
func (nobody) Detected(*app.Session)                     {}

// Commands that wait take memory, of which there may be no more; whatever becomes of a connection gives it back.
func TestMemory(t *testing.T) {
	counters := func(m *ftp.Memory) (used, refused uint64) {
		m.Each(func(name string, v uint64) {
			switch name {
			case "ftp.memuse":
				used = v
			case "ftp.memcap":
				refused = v
			}
		})
		return used, refused
	}
	m := ftp.NewMemory(4000)
	k := newTalker(t, ftp.Config{Memory: m})
	k.say(stream.ToServer, "USER ann\r\nPASS x\r\n")
	two, _ := counters(m)
	k.say(stream.ToClient, "220 hello\r\n331 and?\r\n")
	if one, _ := counters(m); two == 0 || one >= two {
		t.Errorf("%d bytes with two commands, %d with one", two, one)
	}
	k.say(stream.ToClient, "230-"+strings.Repeat("x", 3998)+"\r\n230 in\r\n")
	if used, refused := counters(m); used != 0 || refused != 1 {
		t.Errorf("%d bytes when all was answered, %d refused; want 0 and 1", used, refused)
	}
	k.say(stream.ToServer, strings.Repeat("NOOP\r\n", 100))
	if used, refused := counters(m); used != 0 || refused != 2 || !k.session.Disabled() {
		t.Errorf("%d bytes behind an error, %d refused, disabled %v; want 0, 2 and that it is", used, refused, k.session.Disabled())
	}
	k = newTalker(t, ftp.Config{Memory: m})
	k.say(stream.ToServer, "USER ann\r\nPASS x\r\n")
	k.session.Close()
	if used, _ := counters(m); used != 0 {
		t.Errorf("%d bytes of a connection that was given up", used)
	}
}
