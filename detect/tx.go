package detect

import (
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// transactions evaluates the rules for the transactions that moved in the direction of the packet.
func (w *Worker) transactions() {
	for tx := range w.session.Transactions() {
		h := tx.Head()
		table := w.set.tx
		if !h.Dirty(w.dir) {
			if table = w.set.either; len(table) == 0 || !h.Dirty(w.dir.Opposite()) {
				continue
			}
		}
		if lists := table[h.Protocol()]; lists != nil {
			w.transaction(tx, &lists[w.dir])
		}
	}
	if w.set.stores {
		w.store()
	}
}

// transaction evaluates rules for a transaction.
func (w *Worker) transaction(tx app.Transaction, list *rules) {
	h := tx.Head()
	w.tx, w.txProtocol, w.reach = tx, w.set.protocols[h.Protocol()], reach{}
	done := h.Inspected()
	d := w.dir
	now := h.Progress(d)
	if h.Complete(d) {
		now = ^app.Progress(0)
	}
	for _, g := range w.inTransaction(list, w.dir) {
		if g.need[d] > now || g.Transactional && g.need[d.Opposite()] > h.Progress(d.Opposite()) {
			continue
		}
		if g.states != nil && !h.At(d, g.states.Of[h.Protocol()]) {
			continue
		}
		if len(g.raw) > 0 && w.class == ofTCP && !w.marked(g, d) {
			continue
		}
		for w.next(g, d, done) {
			w.match(g, match{tx: tx, file: w.reach.from})
		}
	}
	w.tx = nil
}

// next reports whether a rule matches the transaction that the worker is at, in direction d: once, or, when it is about files, once
// for each that it matches. Of such a rule done has how many files it is through with, behind its number.
func (w *Worker) next(g *signature, d stream.Dir, done *[]uint32) bool {
	id := g.mark<<1 | uint32(d)
	at := slices.Index(*done, id)
	w.reach = reach{last: -1}
	if at >= 0 {
		if !g.ofFiles {
			return false
		}
		if w.reach.from = int((*done)[at+1] &^ filesMark); w.reach.from >= maxInstances {
			return false
		}
	}
	if !g.header(w) || !g.checked(w) || !g.inTx(w, d) {
		return false
	}
	if at >= 0 {
		(*done)[at+1] = w.reach.mark()
		return true
	}
	*done = append(*done, id)
	if g.ofFiles {
		*done = append(*done, w.reach.mark())
	}
	if g.Transactional {
		*done = append(*done, id^1)
		if g.ofFiles {
			*done = append(*done, w.reach.mark())
		}
	}
	return true
}

// inTx reports whether a rule matches the transaction that the worker is at.
func (g *signature) inTx(w *Worker, d stream.Dir) bool {
	for _, c := range g.txChecks {
		if !c(w) {
			return false
		}
	}
	w.evaluator.Forget()
	for _, s := range g.fields {
		if s.get != nil {
			if b := s.get(w); b == nil || !s.matches(w, b) {
				return false
			}
			continue
		}
		of := d
		if g.Transactional && s.fields[d] == nil {
			of = d.Opposite()
		}
		if !s.inTx(w, of) {
			return false
		}
	}
	if len(g.raw) == 0 || w.class == ofTCP { // it was marked
		return true
	}
	return w.packet != nil && len(w.packet.Payload) > 0 && g.inRaw(w, w.packet.Payload)
}

// marked reports whether what a rule for transactions looks for in a stream itself was found.
func (w *Worker) marked(g *signature, d stream.Dir) bool {
	return w.kept != nil && slices.Contains(w.kept.raw, g.mark<<1|uint32(d))
}
