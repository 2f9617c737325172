package app_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

func TestOrderOfCompletion(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("BODY 4\r\n12")
	l.server("OK\r\n") // early
	l.client("34SAY x\r\n")
	l.want("file 0, note 0")
	l.server("OK\r\n")
	l.want("note 1")
	l.close()
	l.want("")
}

func TestTooMany(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{maxTx: 2}))
	l.server("NOTE x\r\n")
	l.client("SAY 0\r\nSAY 1\r\nSAY 2\r\n")
	l.want("!too_many_transactions 0, note 0")
	l.server("OK\r\nOK\r\n")
	l.want("note 1") // the first reply is that of a transaction that was told
	l.close()
	l.want("note 2")
}

// The settings decide before the protocol, the protocol before the gateway.
func TestMaxTxOf(t *testing.T) {
	for _, test := range []struct {
		config app.Config
		note   noteConfig
		want   int
	}{
		{app.Config{}, noteConfig{}, 1024},
		{app.Config{MaxTx: 3}, noteConfig{}, 3},
		{app.Config{MaxTx: 3}, noteConfig{maxTx: 2}, 2},
		{app.Config{Protocols: map[string]app.Settings{"note": {MaxTx: 5}}}, noteConfig{maxTx: 2}, 5},
	} {
		l := dial(t, test.config, app.Info{}, note(test.note))
		l.server("NOTE x\r\n")
		for range test.want + 1 {
			l.client("SAY x\r\n")
		}
		if n := l.gateway.Counters().TransactionsForced; n != 1 {
			t.Errorf("%+v, %+v: %d transactions forced, want 1", test.config, test.note, n)
		}
		l.close()
	}
}

// Rules get to see a transaction in both directions before it is freed, though it was told to the Logger.
func TestKeepForRules(t *testing.T) {
	l := dial(t, app.Config{KeepForRules: true}, app.Info{}, note(noteConfig{}))
	ids := func() (list []uint64) {
		for tx := range l.session.Transactions() {
			list = append(list, tx.Head().ID)
		}
		return list
	}
	step := func(want ...uint64) {
		t.Helper()
		if got := ids(); !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
	}
	l.server("NOTE x\r\n")
	l.client("SAY 0\r\nSAY 1\r\n")
	step(0, 1)
	l.session.Inspected(stream.ToServer)
	l.server("OK\r\n")
	l.want("note 0")
	step(0, 1)
	for tx := range l.session.Transactions() {
		h := tx.Head()
		if h.Dirty(stream.ToServer) || h.Dirty(stream.ToClient) != (h.ID == 0) {
			t.Errorf("transaction %d: dirty %v, %v", h.ID, h.Dirty(stream.ToServer), h.Dirty(stream.ToClient))
		}
	}
	l.session.Inspected(stream.ToClient)
	step(1)
	l.client("BOOM\r\n")
	l.want("error internal, note 1, note 2")
	l.close()
	l.want("")
}

func TestEventsOfTransaction(t *testing.T) {
	l := dial(t, app.Config{MaxWait: 1}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("TEXT\r\n")
	l.client("x\r\n")
	for tx := range l.session.Transactions() {
		if got := tx.Head().Events(); !slices.Equal(got, []app.EventID{noteLostWait}) {
			t.Errorf("Events() = %v", got)
		}
	}
	l.close()
}

func TestProgress(t *testing.T) {
	var tx shouted
	tx.Advance(stream.ToServer, 3)
	tx.Advance(stream.ToServer, 2)
	if tx.Progress(stream.ToServer) != 3 || tx.Progress(stream.ToClient) != 0 || tx.Complete(stream.ToServer) {
		t.Errorf("progress %d", tx.Progress(stream.ToServer))
	}
	tx.Finish() // nothing: it was not begun
}

// A transaction that the parser keeps after it was told refers to nothing, and what is done with it does nothing.
func TestAfterTold(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("SAY 0\r\n")
	var kept app.Transaction
	for tx := range l.session.Transactions() {
		kept = tx
	}
	l.server("OK\r\n")
	l.want("note 0")
	kept.Head().Advance(stream.ToClient, 9)
	kept.Head().Finish()
	l.client("SAY 1\r\n")
	l.close()
	l.want("note 1")
}

func TestDatagramsUnfinishedAreDropped(t *testing.T) {
	p := app.Protocol{
		Name:        "half",
		Patterns:    []app.Pattern{{Text: "x"}},
		NewDatagram: func(c *app.Conn) app.DatagramParser { return half{c} },
	}
	l := dial(t, app.Config{}, app.Info{Transport: app.UDP}, p)
	l.session.Datagram(stream.ToServer, []byte("x"))
	l.session.Close()
	l.want("")
}

type half struct{ conn *app.Conn }

func (h half) Datagram(d stream.Dir, b []byte) error { h.conn.Begin(&shouted{}); return nil }

// A single message is complete at once, and to be inspected only in its own direction.
func TestSingle(t *testing.T) {
	l := dial(t, app.Config{KeepForRules: true}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("SAY 0\r\n")
	for tx := range l.session.Transactions() {
		tx.Head().Single(stream.ToClient)
		break // it is no longer where it was
	}
	l.client("SAY 1\r\n")
	l.want("note 0")
	l.session.Inspected(stream.ToServer)
	for tx := range l.session.Transactions() {
		if h := tx.Head(); h.ID == 0 && (h.Dirty(stream.ToServer) || !h.Dirty(stream.ToClient)) {
			t.Errorf("dirty %v, %v, want only the second", h.Dirty(stream.ToServer), h.Dirty(stream.ToClient))
		}
	}
	l.session.Inspected(stream.ToClient)
	for tx := range l.session.Transactions() {
		if h := tx.Head(); h.ID == 0 {
			t.Error("the transaction was not freed")
		}
	}
	l.close()
}

// A transaction that asks for it is told at once, and goes on without being told again. Of a protocol whose flows are
// one transaction each it is not counted.
func TestTell(t *testing.T) {
	p := note(noteConfig{})
	p.PerFlow = true
	l := dial(t, app.Config{}, app.Info{}, p)
	l.server("NOTE x\r\n")
	l.client("SAY 0\r\nSAY 1\r\nSAY 2\r\n")
	list := slices.Collect(l.session.Transactions())
	list[1].Head().Quiet()
	list[1].Head().Tell()
	list[1].Head().Tell()
	l.want("note 1")
	list[0].Head().Quiet()
	list[2].Head().Quiet()
	list[2].Head().Loud()
	l.server("OK\r\nOK\r\n")
	l.want("")
	l.server("OK\r\n")
	l.want("note 2")
	l.gateway.Each(func(name string, value uint64) {
		if name == "app_layer.tx.note" && value != 0 {
			t.Errorf("%d transactions were counted", value)
		}
	})
	l.close()
	l.want("")
}
