package literal

// State is where in a stream's literals a scan is. The zero value is the beginning of a stream. It is only good for the Set
// that it came from.
type State struct{ at uint32 }

// Hits are the literals that were found, each once. The zero value is ready to use; one is used for one Set between two
// calls of Reset.
type Hits struct {
	list []uint32
	seen []uint64 // by literal
	done []uint64 // by end: all its literals are in the list
	ends []uint32 // whose bit in done is set
}

// List returns the numbers of the literals, in no particular order. It is valid until the next scan or Reset.
func (h *Hits) List() []uint32 { return h.list }

// Reset forgets what was found. It takes time in proportion to that.
func (h *Hits) Reset() {
	for _, id := range h.list {
		h.seen[id>>6] = 0
	}
	for _, e := range h.ends {
		h.done[e>>6] = 0
	}
	h.list, h.ends = h.list[:0], h.ends[:0]
}

// fit makes room for what s can find.
func (h *Hits) fit(s *Set) {
	if n := (s.size + 63) / 64; len(h.seen) < n {
		h.seen = append(h.seen, make([]uint64, n-len(h.seen))...)
	}
	if n := (len(s.ends) + 63) / 64; len(h.done) < n {
		h.done = append(h.done, make([]uint64, n-len(h.done))...)
	}
}

// add adds the literals of an end and of its suffixes.
func (h *Hits) add(s *Set, e uint32) {
	for e != 0 && h.done[e>>6]&(1<<(e&63)) == 0 {
		h.done[e>>6] |= 1 << (e & 63)
		h.ends = append(h.ends, e)
		for _, id := range s.ids[s.ends[e].from:s.ends[e].to] {
			if h.seen[id>>6]&(1<<(id&63)) == 0 {
				h.seen[id>>6] |= 1 << (id & 63)
				h.list = append(h.list, id)
			}
		}
		e = s.ends[e].next
	}
}

// Scan looks through the bytes that follow those of earlier scans, adds what ends in them to h, and returns where it is.
func (s *Set) Scan(st State, b []byte, h *Hits) State {
	h.fit(s)
	state := st.at
	limit := uint32(len(s.dense) >> 8)
	for i := 0; i < len(b); {
		if state == 0 {
			if i = s.skips.next(b, i); i == len(b) {
				break
			}
		}
		began := i
		for i < len(b) {
			if state < limit {
				state = s.dense[state<<8|uint32(b[i])]
			} else {
				state = s.step(state, b[i], limit)
			}
			i++
			if e := s.nodes[state].out; e != 0 {
				h.add(s, e)
			}
			// What may begin with the last byte alone is better looked for with what comes behind it.
			if state <= s.depth1 && i > began+1 && i+window-1 <= len(b) {
				if state != 0 {
					i--
				}
				state = 0
				break
			}
		}
	}
	return State{state}
}

// step follows the links of a state that has no row.
func (s *Set) step(state uint32, c byte, limit uint32) uint32 {
	c = fold(c)
	for state >= limit {
		n := &s.nodes[state]
		if next := s.child(n, c); next != 0 {
			return next
		}
		state = n.fail
	}
	return s.dense[state<<8|uint32(c)]
}
