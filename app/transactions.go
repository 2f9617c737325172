package app

import (
	"iter"
	"slices"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// begin makes tx a transaction of the session.
func (s *Session) begin(tx Transaction) {
	s.flush()
	t := tx.Head()
	if t.owner != nil {
		panic("BUG: transaction begun twice")
	}
	t.ID, t.owner, t.self, t.kind = s.nextTx, s, tx, s.parsed
	s.nextTx++
	t.state |= txDirty << s.turning()
	s.live.push(t)
	s.liveTx++
	if !s.gateway.kind(s.parsed).PerFlow {
		s.gateway.perKind[s.parsed].tx[s.transportIndex()]++
	}
	for int(s.liveTx) > s.gateway.kind(s.parsed).maxTx {
		s.force(s.live.first())
	}
}

// force ends the oldest transaction because there are too many.
func (s *Session) force(t *Tx) {
	s.gateway.counters.TransactionsForced++
	if e := s.gateway.kind(s.parsed).tooMany; e != noEvent {
		(*Conn)(s).Raise(e, t.self)
	} else {
		s.tell(Anomaly{Layer: event.LayerProtoParser, Name: tooManyTx, EVE: tooManyTx, Tx: t.self})
	}
	t.state |= txDisrupted
	s.complete(t)
	s.flush()
}

// noEvent is no index into Protocol.Events.
const noEvent EventID = 1<<16 - 1

// completion returns the progress at which direction d of a transaction is complete.
func (s *Session) completion(d stream.Dir) Progress { return s.gateway.kind(s.parsed).complete[d] }

// complete puts t among those that are to be told.
func (s *Session) complete(t *Tx) {
	t.state |= txComplete
	s.live.remove(t)
	s.liveTx--
	s.finished.push(t)
}

// flush tells the Logger of the transactions that are complete, in the order in which they became so.
func (s *Session) flush() {
	for !s.finished.empty() {
		t := s.finished.first()
		s.finished.remove(t)
		s.log(t)
	}
}

// log tells of t, and frees it unless rules want to see it.
func (s *Session) log(t *Tx) {
	kept := s.state&forRules != 0 && t.dirty()
	if !kept || !t.undecided() {
		s.tellFiles(t)
	}
	if !kept || s.state&afterRules == 0 {
		s.tellTx(t)
	}
	if kept {
		s.kept.push(t)
		if s.keptTx++; int(s.keptTx) > s.gateway.kind(s.parsed).maxTx {
			s.dismiss(s.kept.first())
		}
		return
	}
	t.free()
}

// tellTx tells the Logger of t, once, if that is to be.
func (s *Session) tellTx(t *Tx) {
	told := t.state & (txQuiet | txLogged | txSilent)
	t.state = t.state&^txDue | txLogged
	if told == 0 {
		s.gateway.logger.Transaction(s, t.self)
	}
}

// dismiss lets go of t, which was kept for rules.
func (s *Session) dismiss(t *Tx) {
	s.kept.remove(t)
	s.keptTx--
	s.tellTx(t)
	s.tellFiles(t)
	t.free()
}

// tellFiles tells of the files of t that were not told yet.
func (s *Session) tellFiles(t *Tx) {
	if t.extra == nil {
		return
	}
	files := t.extra.files
	t.extra.files = nil
	for _, f := range files {
		s.tellFile(t.self, f)
		release(f)
	}
	clear(files)
	t.extra.files = files[:0]
}

// undecided reports whether rules may still want a file of t to be stored.
func (t *Tx) undecided() bool {
	return t.extra != nil && slices.ContainsFunc(t.extra.files, func(f openFile) bool {
		u, ok := f.body.(interface{ Undecided() bool })
		return ok && u.Undecided()
	})
}

func (s *Session) tellFile(tx Transaction, f openFile) {
	if x, ok := f.body.(interface{ Settle() }); ok {
		x.Settle()
	}
	if s.gateway.files != nil {
		s.gateway.files.File(s, tx, f.dir, f.body)
	}
}

// releaser is a file that wants to know when nobody will be told of it any more.
type releaser interface{ Release() }

func release(f openFile) {
	if r, ok := f.body.(releaser); ok {
		r.Release()
	}
}

// forgetter is a transaction, or a file of one, that lets go of what it has for rules alone.
type forgetter interface{ Forget() }

// reuser is a transaction whose memory can serve another one.
type reuser interface{ Reuse() }

// free lets go of everything that t refers to.
func (t *Tx) free() {
	s := t.owner
	if t.extra != nil {
		for _, f := range t.extra.files {
			release(f)
		}
		for _, f := range t.extra.known {
			if x, ok := f.body.(forgetter); ok {
				x.Forget()
			}
		}
	}
	if x, ok := t.self.(forgetter); ok && s.state&forRules != 0 {
		x.Forget()
	}
	again, ok := t.self.(reuser)
	t.self, t.owner = nil, nil
	if !ok || !s.gateway.config.Reuse {
		t.extra = nil
		return
	}
	t.extra.clear()
	again.Reuse()
}

// finishAll ends and tells all transactions.
func (s *Session) finishAll() {
	for !s.live.empty() {
		t := s.live.first()
		t.state |= txDisrupted
		s.complete(t)
	}
	s.flush()
}

// abandon lets go of what rules did not look at, and tells of its files.
func (s *Session) abandon() {
	for !s.kept.empty() {
		s.dismiss(s.kept.first())
	}
}

// disrupt completes direction d of all transactions: nothing more will come.
func (s *Session) disrupt(d stream.Dir) {
	n := s.liveTx
	for t := s.live.first(); n > 0; n-- {
		next := t.next
		if !t.Complete(d) {
			t.Advance(d, s.completion(d))
		}
		t = next
	}
}

// drop forgets all transactions without telling of them.
func (s *Session) drop() {
	for _, r := range [...]*ring{&s.live, &s.finished, &s.kept} {
		for !r.empty() {
			t := r.first()
			r.remove(t)
			t.free()
		}
	}
	s.liveTx, s.keptTx = 0, 0
}

// Transactions yields the transactions that rules may look at: complete and not yet inspected, or not complete.
func (s *Session) Transactions() iter.Seq[Transaction] {
	return func(yield func(Transaction) bool) {
		for _, r := range [...]*ring{&s.kept, &s.live} {
			if r.empty() {
				continue
			}
			for t := r.first(); ; t = t.next {
				if !yield(t.self) {
					return
				}
				if t == r.last {
					break
				}
			}
		}
	}
}

// Moved reports whether direction d of a transaction came further since rules have seen it.
func (s *Session) Moved(d stream.Dir) bool {
	for tx := range s.Transactions() {
		if t := tx.Head(); t.Dirty(d) && t.seen[d] != t.progress[d]+1 {
			return true
		}
	}
	return false
}

// Inspected says that rules have seen direction d of all transactions as they are now. Those that were told to the
// Logger and are not dirty are freed.
func (s *Session) Inspected(d stream.Dir) {
	for tx := range s.Transactions() {
		if t := tx.Head(); t.Dirty(d) {
			t.state &^= txDirty << d
			t.seen[d] = t.progress[d] + 1
			if t.state&txDue != 0 && !t.dirty() {
				s.tellTx(t)
			}
		}
	}
	for t := s.kept.first(); t != nil; {
		next, last := t.next, t == s.kept.last
		if !t.dirty() {
			s.dismiss(t)
		}
		if last {
			break
		}
		t = next
	}
}
