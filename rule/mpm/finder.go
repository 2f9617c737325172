package mpm

import "math"

// Scratch is what a scan needs besides. A worker has one and uses it for all sets; the zero value is ready to use. It grows
// to 20 bytes for each pattern of the largest set.
type Scratch struct {
	ids []uint32
	of  [2]reported
}

// reported is what a scan has found of one automaton's patterns.
type reported struct {
	seen    []progress
	touched []uint32 // what of seen is not zero
}

// progress is what a scan knows about an end.
type progress struct {
	wake int64  // no earlier than there is anything new to report for it or the ends that it links to
	done uint32 // how many of its places are reported or passed
}

// finder is told what was found: it collects IDs in a Scratch, or calls emit for each.
type finder struct {
	sc   *Scratch
	emit func(id uint32, end int64)
}

// end is told that the patterns of x, an index of ends or 0, and those that it links to end at offset at.
func (f *finder) end(a *automaton, x uint32, at int64) {
	if x != 0 {
		f.found(a, x, at)
	}
}

func (f *finder) found(a *automaton, x uint32, at int64) {
	if f.sc != nil {
		f.sc.of[a.kind].add(a, x, at, &f.sc.ids)
		return
	}
	for ; x != 0; x = a.ends[x].link {
		for _, p := range a.places[a.ends[x].from:a.ends[x].to] {
			if p.first <= at && at <= p.last {
				f.emit(p.id, at)
			}
		}
	}
}

// add adds to ids what is new of x and the ends that it links to.
//
// Time stays linear because x is then left alone until another of its patterns can be new: each x costs at most as many
// walks along its links as there are different offsets in them.
func (r *reported) add(a *automaton, x uint32, at int64, ids *[]uint32) {
	if len(r.seen) < len(a.ends) {
		r.seen = append(r.seen, make([]progress, len(a.ends)-len(r.seen))...)
	}
	if r.seen[x].wake > at {
		return
	}
	wake := int64(math.MaxInt64)
	for y := x; y != 0; y = a.ends[y].link {
		m := &r.seen[y]
		if m.wake > at {
			wake = min(wake, m.wake)
			break
		}
		places := a.places[a.ends[y].from:a.ends[y].to]
		if *m == (progress{}) && (y == x || places[0].first <= at) {
			r.touched = append(r.touched, y)
		}
		for int(m.done) < len(places) && places[m.done].first <= at {
			if at <= places[m.done].last {
				*ids = append(*ids, places[m.done].id)
			}
			m.done++
		}
		if int(m.done) < len(places) {
			wake = min(wake, places[m.done].first)
		}
	}
	r.seen[x].wake = wake
}

func (r *reported) clear() {
	for _, x := range r.touched {
		r.seen[x] = progress{}
	}
	r.touched = r.touched[:0]
}
