package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// notes is a Logger that writes down what it is told, in a few words.
type notes struct {
	log      []string
	txs      map[app.Transaction]int // times that each transaction was told
	detected int
	errors   []*app.Error
	expected []app.Expectation
	files    []*noteFile // by their number, from 1

	announced string // protocol of every flow
	inquiries int    // for it
	windows   [2]int // of every flow's ends
	missing   [2]int64
	silent    bool
}

func (n *notes) Transaction(s *app.Session, tx app.Transaction) {
	var r event.Record
	app.TransactionRecord(&r, s, tx)
	r.AppendJSON(nil, nil)
	n.add("%s %d", r.Type, r.TxID)
	if n.txs != nil {
		n.txs[tx]++
	}
}

func (n *notes) Anomaly(s *app.Session, a *app.Anomaly) {
	if a.Tx != nil {
		n.add("!%s %d", a.Name, a.Tx.Head().ID)
		return
	}
	n.add("!%s", a.Name)
}
func (n *notes) Detected(s *app.Session) { n.detected++ }
func (n *notes) File(s *app.Session, tx app.Transaction, d stream.Dir, f event.Appender) {
	n.add("file %d", tx.Head().ID)
}

// OpenFile keeps the files of the only flow.
func (n *notes) OpenFile(s *app.Session, d stream.Dir, f event.Appender, number uint32) {
	if len(n.files)+1 == int(number) {
		n.files = append(n.files, f.(*noteFile))
	}
}

func (n *notes) Error(s *app.Session, err *app.Error) {
	n.errors = append(n.errors, err)
	n.add("error %s", err.Cause)
}
func (n *notes) Expect(s *app.Session, e app.Expectation) { n.expected = append(n.expected, e) }

func (n *notes) Expected(s *app.Session) (string, any) {
	n.inquiries++
	return n.announced, "left"
}

func (n *notes) Window(s *app.Session, d stream.Dir) int { return n.windows[d] }

func (n *notes) Missing(s *app.Session, d stream.Dir) int64 { return n.missing[d] }

func (n *notes) add(format string, args ...any) {
	if !n.silent {
		n.log = append(n.log, fmt.Sprintf(format, args...))
	}
}

func (n *notes) String() string { return strings.Join(n.log, ", ") }

// line is a connection whose bytes are delivered as they are sent.
type line struct {
	t       testing.TB
	gateway *app.Gateway
	store   *stream.Store
	pair    stream.Pair
	session *app.Session
	sent    [2]int64
	notes   notes
}

// dial returns a connection for a flow of the given protocols.
func dial(t testing.TB, c app.Config, info app.Info, protocols ...app.Protocol) *line {
	t.Helper()
	l := &line{t: t}
	g, err := app.NewGateway(c, protocols, &l.notes)
	if err != nil {
		t.Fatal(err)
	}
	if info.Transport == 0 {
		info.Transport = app.TCP
	}
	if info.ServerPort == 0 {
		info.ServerPort = 7777
	}
	l.gateway, l.store = g, stream.NewStore(stream.Config{Immediate: true})
	l.session = g.NewSession(info)
	return l
}

func (l *line) say(d stream.Dir, text string) {
	l.store.Push(&l.pair, d, l.sent[d], []byte(text), l.session)
	l.sent[d] += int64(len(text))
}

func (l *line) client(text string) { l.say(stream.ToServer, text) }
func (l *line) server(text string) { l.say(stream.ToClient, text) }

// lose makes the receiver acknowledge n bytes that do not arrive, once there are bytes behind them.
func (l *line) lose(d stream.Dir, n int64) { l.sent[d] += n }

func (l *line) ack(d stream.Dir) {
	l.pair[d].Ack(l.sent[d])
	l.store.Deliver(&l.pair, d, l.session)
}

func (l *line) fin(d stream.Dir) {
	l.pair[d].Finish(l.sent[d])
	l.store.Deliver(&l.pair, d, l.session)
}

func (l *line) close() {
	l.store.Close(&l.pair, l.session)
	l.session.Close()
}

func (l *line) want(log string) {
	l.t.Helper()
	if got := l.notes.String(); got != log {
		l.t.Errorf("told: %s\nwant: %s", got, log)
	}
	l.notes.log = nil
}
