package detect

import "slices"

// storing are what app.Tx.Inspected has for a transaction whose certificates were stored, by direction. No rule has such a number.
var storing = [2]uint32{^uint32(0) - 3, ^uint32(0) - 2}

// certificateStore is the effect of tls.store.
func certificateStore(w *Worker) bool {
	tell := w.set.config.Certificates
	if tell == nil || w.tx == nil {
		return true
	}
	noted := w.tx.Head().Inspected()
	if mark := storing[w.dir]; !slices.Contains(*noted, mark) {
		*noted = append(*noted, mark)
		tell(w.desk.Record(w.packet, w.aspect.Dir, ""), w.tx, w.dir)
	}
	return true
}
