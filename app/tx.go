package app

import (
	"slices"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Transaction is a unit of a protocol: a request and its reply, a mail, a message.
type Transaction interface {
	Head() *Tx                  // embed Tx
	AppendJSON(o *event.Object) // the members after the common header: "smtp":{…},"email":{…}
}

// Tx is what every transaction has. Embed it, and give the whole to Conn.Begin. The zero value is ready to use.
type Tx struct {
	// ID numbers the transactions of a flow from 0. Begin sets it.
	ID uint64

	self  Transaction // the whole; nil before Begin and after the transaction was freed
	next  *Tx         // of the ring that it is in
	prev  *Tx
	owner *Session
	extra *txExtra

	progress [2]Progress
	seen     [2]Progress // one more than the progress that rules have seen; 0: they saw nothing
	state    txState
	kind     protoID // of whom it is
}

// txExtra is what few transactions have.
type txExtra struct {
	events []EventID
	files  []openFile
	known  []openFile // with Config.KeepForRules: all that there were
	done   []uint32
}

// clear empties x, which may be nil.
func (x *txExtra) clear() {
	if x == nil {
		return
	}
	clear(x.files[:cap(x.files)])
	clear(x.known[:cap(x.known)])
	*x = txExtra{events: x.events[:0], files: x.files[:0], known: x.known[:0], done: x.done[:0]}
}

type openFile struct {
	dir  stream.Dir
	body event.Appender
}

type txState uint8

const (
	txDirty     txState = 1 << iota // the direction to server moved since it was last inspected
	txDirtyTC                       // to client
	txComplete                      // both directions are complete; in the ring of the finished
	txQuiet                         // not to be logged
	txLogged                        // told to the Logger, or quiet
	txDisrupted                     // ended before its time: gap, depth, error, end of the flow
	txDue                           // to be told when rules are through with it
	txSilent                        // rules want it not to be told
)

// Head returns t; it makes an embedding type a Transaction.
func (t *Tx) Head() *Tx { return t }

// Advance says how far direction d has come, and that rules may find something new there. Progress never falls. Once
// both directions are complete the transaction is told to the Logger: when the parser returns, or begins another.
func (t *Tx) Advance(d stream.Dir, to Progress) {
	t.progress[d] = max(t.progress[d], to)
	t.state |= txDirty << d
	if t.owner != nil && t.progress[d] >= t.owner.completion(d) {
		t.owner.dir[d] |= inspectDue
	}
	if t.owner != nil && t.state&txComplete == 0 && t.Complete(stream.ToServer) && t.Complete(stream.ToClient) {
		t.owner.complete(t)
	}
}

// Again returns a Tx that is ready to use, with the memory of t, which nobody has any more.
func (t *Tx) Again() Tx { return Tx{extra: t.extra} }

// Finish completes both directions.
func (t *Tx) Finish() {
	if t.owner == nil {
		return
	}
	for _, d := range directions {
		if !t.Complete(d) {
			t.Advance(d, t.owner.completion(d))
		}
	}
}

// Single completes a transaction that is a single message, in direction d. In the other one there is nothing to inspect.
func (t *Tx) Single(d stream.Dir) {
	if t.owner == nil {
		return
	}
	o := d.Opposite()
	t.progress[o] = max(t.progress[o], t.owner.completion(o))
	t.Advance(d, t.owner.completion(d))
}

// Quiet says that the transaction is not worth a record. Rules see it all the same.
func (t *Tx) Quiet() { t.state |= txQuiet }

// Loud takes Quiet back.
func (t *Tx) Loud() { t.state &^= txQuiet }

// Tell tells the Logger of the transaction now, if it was not told yet, although it goes on: rules may see more of it, the
// record does not. It takes Quiet back.
func (t *Tx) Tell() {
	t.Loud()
	switch {
	case t.owner == nil:
	case t.owner.state&afterRules != 0 && t.dirty():
		t.state |= txDue
	default:
		t.owner.tellTx(t)
	}
}

// Silence has the Logger not told of the transaction, if it was not yet: see Config.TellAfterRules.
func (t *Tx) Silence() { t.state |= txSilent }

// dirty reports whether there is something that rules did not inspect.
func (t *Tx) dirty() bool { return t.state&(txDirty|txDirtyTC) != 0 }

// Protocol returns the name of the protocol whose parser began the transaction: behind a change, that of the flow is another.
func (t *Tx) Protocol() string {
	if t.owner == nil {
		return ""
	}
	return t.owner.gateway.kind(t.kind).Name
}

// Progress returns how far direction d has come.
func (t *Tx) Progress(d stream.Dir) Progress { return t.progress[d] }

// Complete reports whether direction d will not move any more.
func (t *Tx) Complete(d stream.Dir) bool {
	return t.state&txDisrupted != 0 || t.owner != nil && t.progress[d] >= t.owner.completion(d)
}

// Disrupted reports whether the transaction ended before it was complete: at a gap that the parser could not bear, an
// error, the depth or the end of the flow.
func (t *Tx) Disrupted() bool { return t.state&txDisrupted != 0 }

// Dirty reports whether direction d began or moved since Session.Inspected was last called for it.
func (t *Tx) Dirty(d stream.Dir) bool { return t.state&(txDirty<<d) != 0 }

// Events returns what was raised on the transaction, each event once. The slice is only valid until the next packet.
func (t *Tx) Events() []EventID {
	if t.extra == nil {
		return nil
	}
	return t.extra.events
}

// Inspected returns what rules note of the transaction, such as those that matched; it is theirs to change.
func (t *Tx) Inspected() *[]uint32 {
	if t.extra == nil {
		t.extra = new(txExtra)
	}
	return &t.extra.done
}

// Files yields what was given to Conn.OpenFile for the transaction, with Config.KeepForRules.
func (t *Tx) Files(yield func(d stream.Dir, f event.Appender) bool) {
	if t.extra == nil {
		return
	}
	for _, f := range t.extra.known {
		if !yield(f.dir, f.body) {
			return
		}
	}
}

// raised notes e for rules and reports whether it may be logged: the number of records of a transaction is bounded.
func (t *Tx) raised(e EventID) {
	if t.extra == nil {
		t.extra = new(txExtra)
	}
	if !slices.Contains(t.extra.events, e) {
		t.extra.events = append(t.extra.events, e)
	}
}

// ring is a list of transactions, first in, first out, with removal from its middle. It is the last of them, or nil.
type ring struct{ last *Tx }

func (r *ring) empty() bool { return r.last == nil }

func (r *ring) first() *Tx {
	if r.last == nil {
		return nil
	}
	return r.last.next
}

func (r *ring) push(t *Tx) {
	if r.last == nil {
		t.next, t.prev = t, t
	} else {
		t.prev, t.next = r.last, r.last.next
		t.prev.next, t.next.prev = t, t
	}
	r.last = t
}

func (r *ring) remove(t *Tx) {
	if t.next == t {
		r.last = nil
	} else {
		t.prev.next, t.next.prev = t.next, t.prev
		if r.last == t {
			r.last = t.prev
		}
	}
	t.next, t.prev = nil, nil
}
