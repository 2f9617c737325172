package pcre

import "errors"

// ErrLimit says that a search was given up: it took too many steps.
var ErrLimit = errors.New("the regular expression takes too many steps")

// Matcher is what a search works with. It is used for one search after the other, by one goroutine. The zero value is ready.
type Matcher struct {
	// Steps is how many steps searches took, together. It is the caller's to begin anew.
	Steps int

	slots []int
	stack []choice
	steps int // that are left
	keep  int // where the match begins after \K; -1: where it began
	text  []byte
	from  int // where the search began
}

// choice is something to go back to: another way from a place, or a slot as it was.
type choice struct {
	pc   int32 // of the way; -1: restore slot n
	n    int32 // slot; of a run: see kind
	pos  int   // of the way, or the slot's old value
	end  int   // of a run: how far it may shrink or grow
	kind choiceKind
}

type choiceKind uint8

const (
	way choiceKind = iota
	restore
	shrinking // a greedy run: it may end earlier, down to end
	growing   // a lazy run: it may end later, up to end
)

// find looks for the first match from position from on. The slots have the groups.
func (m *Matcher) find(p *program, text []byte, from, limit int, onlyHere bool) (start, end int, err error) {
	m.steps = limit
	start, end, err = m.search(p, text, from, onlyHere)
	m.Steps += limit - m.steps
	return start, end, err
}

func (m *Matcher) search(p *program, text []byte, from int, onlyHere bool) (start, end int, err error) {
	m.text, m.from = text, from
	if cap(m.slots) < p.slots {
		m.slots = make([]int, p.slots)
	}
	m.slots = m.slots[:p.slots]
	empty := p.first == set{}.complement()
	for start = from; start <= len(text); start++ {
		if !empty {
			for start < len(text) && !p.first.has(text[start]) && !p.anchored && !onlyHere {
				start++
			}
			if start == len(text) || !p.first.has(text[start]) {
				return -1, -1, nil
			}
		}
		for i := range m.slots {
			m.slots[i] = -1
		}
		m.stack, m.keep = m.stack[:0], -1
		end, ok := m.run(p.code, 0, start)
		if m.steps < 0 {
			return -1, -1, ErrLimit
		}
		if ok {
			if m.keep >= 0 {
				start = m.keep
			}
			m.slots[0], m.slots[1] = start, end
			return start, end, nil
		}
		if p.anchored || onlyHere {
			break
		}
		for p.leads != nil && start < len(text) && p.leads.has(text[start]) {
			start++ // what matched from there would have from before
		}
	}
	return -1, -1, nil
}

// run executes a program from an instruction and a position up to its doMatch, or until there is nothing to go back to that was
// pushed since.
func (m *Matcher) run(code []inst, pc int32, pos int) (end int, ok bool) {
	base := len(m.stack)
	for {
		if m.steps--; m.steps < 0 {
			return 0, false
		}
		in := &code[pc]
		fits := true
		switch in.code {
		case doMatch:
			return pos, true
		case doClass:
			if fits = pos < len(m.text) && in.class.has(m.text[pos]); fits {
				pos++
				pc++
			}
		case doRun:
			if pos, fits = m.runOf(in, pc, pos); fits {
				pc++
			}
		case doJump:
			pc = in.x
		case doSplit:
			m.stack = append(m.stack, choice{pc: in.y, pos: pos})
			pc = in.x
		case doSave:
			m.save(in.n, pos)
			pc++
		case doLoop:
			if pc = in.x; m.slots[in.n] == pos {
				pc = in.y
			}
		case doAssert:
			fits = m.holds(in.assert, pos)
			pc++
		case doLook:
			fits = m.look(code, in, pos)
			pc = in.y
		case doAtomic:
			if pos, fits = m.atomic(code, in, pos); fits {
				pc = in.y
			}
		case doBackref:
			pos, fits = m.backref(in, pos)
			pc++
		case doKeep:
			m.keep = pos
			pc++
		}
		if !fits {
			if pc, pos, ok = m.back(base); !ok {
				return 0, false
			}
		}
	}
}

// save sets a slot, and notes what it was.
func (m *Matcher) save(n int32, pos int) {
	m.stack = append(m.stack, choice{pc: -1, n: n, pos: m.slots[n], kind: restore})
	m.slots[n] = pos
}

// back takes the last choice. It reports false when there is none above base.
func (m *Matcher) back(base int) (pc int32, pos int, ok bool) {
	for len(m.stack) > base {
		if m.steps--; m.steps < 0 {
			return 0, 0, false
		}
		top := &m.stack[len(m.stack)-1]
		switch top.kind {
		case restore:
			m.slots[top.n] = top.pos
		case way:
			pc, pos = top.pc, top.pos
			m.stack = m.stack[:len(m.stack)-1]
			return pc, pos, true
		case shrinking:
			if top.pos > top.end {
				top.pos--
				return top.pc, top.pos, true
			}
		case growing:
			if top.pos < top.end {
				top.pos++
				return top.pc, top.pos, true
			}
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return 0, 0, false
}

// runOf matches bytes of a class, as many as there are or as few as needed.
func (m *Matcher) runOf(in *inst, pc int32, pos int) (int, bool) {
	most := len(m.text) - pos
	if in.max >= 0 {
		most = min(most, int(in.max))
	}
	n := 0
	for n < most && in.class.has(m.text[pos+n]) {
		n++
	}
	m.steps -= n / 16
	least := int(in.min)
	if n < least {
		return pos, false
	}
	if n == least {
		return pos + n, true
	}
	if in.lazy {
		m.stack = append(m.stack, choice{pc: pc + 1, pos: pos + least, end: pos + n, kind: growing})
		return pos + least, true
	}
	m.stack = append(m.stack, choice{pc: pc + 1, pos: pos + n, end: pos + least, kind: shrinking})
	return pos + n, true
}

// look runs a look ahead or behind.
func (m *Matcher) look(code []inst, in *inst, pos int) bool {
	base := len(m.stack)
	ok := false
	if at := pos - int(in.n); at >= 0 {
		_, ok = m.run(code, in.x, at)
	}
	if in.negated {
		m.undo(base)
	} else {
		m.commit(base)
	}
	return ok != in.negated
}

// atomic runs a program and forgets its choices.
func (m *Matcher) atomic(code []inst, in *inst, pos int) (int, bool) {
	base := len(m.stack)
	end, ok := m.run(code, in.x, pos)
	m.commit(base)
	if !ok {
		return pos, false
	}
	return end, true
}

// commit drops the choices above base and keeps what slots were before.
func (m *Matcher) commit(base int) {
	kept := m.stack[:base]
	for _, c := range m.stack[base:] {
		if c.kind == restore {
			kept = append(kept, c)
		}
	}
	m.stack = kept
}

// undo drops the choices above base and restores the slots.
func (m *Matcher) undo(base int) {
	for len(m.stack) > base {
		if top := &m.stack[len(m.stack)-1]; top.kind == restore {
			m.slots[top.n] = top.pos
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
}

// backref matches what a group matched. A group that matched nothing so far fails.
func (m *Matcher) backref(in *inst, pos int) (int, bool) {
	from, to := m.slots[2*in.n], m.slots[2*in.n+1]
	if from < 0 || to < from || len(m.text)-pos < to-from {
		return pos, false
	}
	for i := from; i < to; i++ {
		a, b := m.text[i], m.text[pos+i-from]
		if a != b && (!in.fold || lower(a) != lower(b)) {
			return pos, false
		}
	}
	m.steps -= (to - from) / 16
	return pos + to - from, true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// holds evaluates an assertion.
func (m *Matcher) holds(a op, pos int) bool {
	text := m.text
	switch a {
	case opBeginText:
		return pos == 0
	case opEndText:
		return pos == len(text)
	case opEndOrNL:
		return pos == len(text) || pos == len(text)-1 && text[pos] == '\n'
	case opBeginLine:
		return pos == 0 || text[pos-1] == '\n' && pos < len(text)
	case opEndLine:
		return pos == len(text) || text[pos] == '\n'
	case opStartMatch:
		return pos == m.from
	}
	before := pos > 0 && words.has(text[pos-1])
	after := pos < len(text) && words.has(text[pos])
	return (before != after) == (a == opWordBound)
}
