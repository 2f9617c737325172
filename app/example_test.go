package app_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// fortune is a parser of a small protocol: the client sends lines that begin with "tell", the server answers each with
// a line.
type fortune struct {
	conn  *app.Conn
	asked []*saying // whose answers are to come
}

// saying is its transaction.
type saying struct {
	app.Tx
	question, answer string
}

func (s *saying) AppendJSON(o *event.Object) {
	o.Open("fortune")
	o.Str("question", s.question)
	o.Str("answer", s.answer)
	o.Close()
}

func (f *fortune) Client(in *stream.Cursor) error {
	for {
		line, ok := in.Line(512)
		if !ok {
			return nil // not yet: the same read is tried again with more
		}
		s := &saying{question: string(line)}
		f.conn.Begin(s)
		s.Advance(stream.ToServer, 1)
		f.asked = append(f.asked, s)
	}
}

func (f *fortune) Server(in *stream.Cursor) error {
	for {
		line, ok := in.Line(512)
		if !ok || len(f.asked) == 0 {
			return nil
		}
		s := f.asked[0]
		f.asked = f.asked[1:]
		s.answer = string(line)
		s.Advance(stream.ToClient, 1)
	}
}

// anyAnswer takes whatever answers a question for an answer.
func anyAnswer(d stream.Dir, head []byte) app.Guess {
	if d == stream.ToClient {
		return app.Yes
	}
	return app.No
}

// printer is a Logger that prints records.
type printer struct{}

func (printer) Detected(s *app.Session)                { fmt.Println("protocol:", s.Protocol()) }
func (printer) Anomaly(s *app.Session, a *app.Anomaly) { fmt.Println("anomaly:", a.EVE) }
func (printer) Transaction(s *app.Session, tx app.Transaction) {
	t := tx.(*saying)
	fmt.Printf("%d: %s %s\n", t.ID, t.question, t.answer)
}

func Example() {
	protocol := app.Protocol{
		Name:      "fortune",
		Patterns:  []app.Pattern{{Dir: stream.ToServer, Text: "tell "}},
		Probe:     anyAnswer,
		NewStream: func(c *app.Conn) app.StreamParser { return &fortune{conn: c} },
	}
	gateway, err := app.NewGateway(app.Config{}, []app.Protocol{protocol}, printer{})
	if err != nil {
		fmt.Println(err)
		return
	}

	// Whoever follows the connection says which bytes stand where.
	session := gateway.NewSession(app.Info{Transport: app.TCP, ClientPort: 40000, ServerPort: 1234})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	store.Push(&pair, stream.ToServer, 0, []byte("te"), session)
	store.Push(&pair, stream.ToServer, 2, []byte("ll me\ntell us\n"), session)
	store.Push(&pair, stream.ToClient, 0, []byte("soon\nla"), session)
	store.Push(&pair, stream.ToClient, 7, []byte("ter\n"), session)
	store.Close(&pair, session)
	session.Close()

	// Output:
	// protocol: fortune
	// 0: tell me soon
	// 1: tell us later
}
