package detect

import (
	"iter"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// reach tells which files of a transaction a rule looks at.
type reach struct {
	from int // the first that it has not matched yet
	at   int // which it looks at; -1: none
	last int // the last that it matched; -1: none
}

// hit notes that the rule found what it looks for where it is.
func (r *reach) hit() { r.last = max(r.last, r.at) }

// filesMark is in what app.Tx.Inspected has of files: no rule has such a number, nor a bit of the transaction.
const filesMark = txBit | txBit>>1

// mark returns what app.Tx.Inspected has of a rule that matched: how many files it is through with. When none has to do with it,
// these are all.
func (r *reach) mark() uint32 {
	if r.last < 0 {
		return filesMark | maxInstances
	}
	return filesMark | uint32(r.last+1)
}

// filesIn yields the files of the transaction in direction d that the rule has not matched yet.
func (w *Worker) filesIn(d stream.Dir) iter.Seq[*file.File] {
	return func(yield func(f *file.File) bool) {
		n := -1
		for dir, f := range w.tx.Head().Files {
			if n++; n >= maxInstances {
				return
			}
			x, ok := f.(anyFile)
			if !ok || dir != d || n < w.reach.from {
				continue
			}
			if w.reach.at = n; !yield(x.Itself()) {
				return
			}
		}
	}
}

// wanting are what app.Tx.Inspected has for a transaction whose files are to be stored, by direction. No rule has such a number.
var wanting = [2]uint32{^uint32(0) - 1, ^uint32(0)}

// fileStore returns the effect of filestore.
func fileStore(r *rule.Rule, e *rule.FileStore) check {
	return func(w *Worker) bool {
		dirs := e.Dirs
		if dirs == 0 {
			dirs = rule.ToServer << w.dir
			if e.Scope != "file" && r.Dirs != 0 {
				dirs = r.Dirs
			}
		}
		switch {
		case e.Scope == "flow":
			if k := w.keep(); k != nil {
				if k.stores == 0 {
					k.storesAfter = w.lastFile()
				}
				k.stores |= dirs
			}
		case w.tx == nil:
			return true
		}
		if w.tx != nil {
			w.want(w.tx, dirs)
		}
		return true
	}
}

// want has the files of a transaction stored, also those that begin later.
func (w *Worker) want(tx app.Transaction, dirs rule.Dirs) {
	noted := tx.Head().Inspected()
	for d, mark := range wanting {
		if dirs&(rule.ToServer<<d) != 0 && !slices.Contains(*noted, mark) {
			*noted = append(*noted, mark)
		}
	}
	wantAll(tx, dirs, 0)
}

// anyFile is a file of whatever type a parser has.
type anyFile interface{ Itself() *file.File }

// wantAll has the files stored that there are, but for those that began before file number after of the flow.
func wantAll(tx app.Transaction, dirs rule.Dirs, after uint32) {
	for d, f := range tx.Head().Files {
		if x, ok := f.(anyFile); ok && dirs&(rule.ToServer<<d) != 0 && (after == 0 || x.Itself().ID > after) {
			x.Itself().Want()
		}
	}
}

// lastFile returns the number of the last file of the flow that began.
func (w *Worker) lastFile() (last uint32) {
	if w.session == nil {
		return 0
	}
	for tx := range w.session.Transactions() {
		for _, f := range tx.Head().Files {
			if x, ok := f.(anyFile); ok {
				last = max(last, x.Itself().ID)
			}
		}
	}
	return last
}

// store has those files of the session stored that rules wanted before they began.
func (w *Worker) store() {
	for tx := range w.session.Transactions() {
		if w.kept != nil && w.kept.stores != 0 {
			wantAll(tx, w.kept.stores, w.kept.storesAfter)
		}
		var dirs rule.Dirs
		noted := *tx.Head().Inspected()
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			if slices.Contains(noted, wanting[d]) {
				dirs |= rule.ToServer << d
			}
		}
		if dirs != 0 {
			wantAll(tx, dirs, 0)
		}
	}
}

// fileHash returns the check of the hash of a file, which is known at its end.
func fileHash(t *rule.FileHash) check {
	return func(w *Worker) bool {
		for f := range w.filesIn(w.dir) {
			if f.State() != file.Closed {
				continue
			}
			var hash []byte
			switch t.Name {
			case "filemd5":
				hash = f.MD5()
			case "filesha1":
				hash = f.SHA1()
			default:
				hash = f.SHA256()
			}
			if t.Hashes[string(hash)] != t.Negated {
				w.reach.hit()
				return true
			}
		}
		return false
	}
}
