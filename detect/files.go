package detect

import (
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

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
	wantAll(tx, dirs)
}

// wantAll has the files that there are stored.
func wantAll(tx app.Transaction, dirs rule.Dirs) {
	for d, f := range tx.Head().Files {
		if x, ok := f.(interface{ Want() }); ok && dirs&(rule.ToServer<<d) != 0 {
			x.Want()
		}
	}
}

// store has those files of the session stored that rules wanted before they began.
func (w *Worker) store() {
	for tx := range w.session.Transactions() {
		var dirs rule.Dirs
		if w.kept != nil {
			dirs = w.kept.stores
		}
		noted := *tx.Head().Inspected()
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			if slices.Contains(noted, wanting[d]) {
				dirs |= rule.ToServer << d
			}
		}
		if dirs != 0 {
			wantAll(tx, dirs)
		}
	}
}

// fileHash returns the check of the hash of a file, which is known at its end.
func fileHash(t *rule.FileHash) check {
	return func(w *Worker) bool {
		for d, f := range w.tx.Head().Files {
			x, ok := f.(interface{ Itself() *file.File })
			if !ok || d != w.dir || x.Itself().State() != file.Closed {
				continue
			}
			var hash []byte
			switch f := x.Itself(); t.Name {
			case "filemd5":
				hash = f.MD5()
			case "filesha1":
				hash = f.SHA1()
			default:
				hash = f.SHA256()
			}
			if t.Hashes[string(hash)] != t.Negated {
				return true
			}
		}
		return false
	}
}
