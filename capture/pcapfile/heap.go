package pcapfile

// before decides which of two packets comes first: the earlier one, or that of the file named first.
func (f *file) before(g *file) bool {
	return f.time < g.time || f.time == g.time && f.order < g.order
}

// heap holds files; the one with the earliest packet is the first.
type heap []*file

func (h *heap) push(f *file) {
	*h = append(*h, f)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(s[up]) {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *heap) pop() *file {
	s := *h
	first, n := s[0], len(s)-1
	s[0], s[n] = s[n], nil
	s = s[:n]
	*h = s
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if s[c].before(s[least]) {
				least = c
			}
		}
		if least == i {
			return first
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}
