package pcre

import "errors"

// code is the operation of an instruction.
type code uint8

const (
	doMatch   code = iota
	doClass        // one byte of class
	doRun          // min to max bytes of class
	doJump         // to x
	doSplit        // to x, and if that fails to y
	doSave         // the position in slot n
	doLoop         // to x; to y if nothing was matched since slot n was saved
	doAssert       // kind
	doLook         // the program at x (up to doMatch) matches; n: so many bytes before
	doAtomic       // the program at x, without going back into it; goes on at y
	doBackref      // group n
	doKeep         // the match begins here
)

// inst is an instruction.
type inst struct {
	code     code
	lazy     bool // of doRun
	negated  bool // of doLook
	fold     bool // of doBackref
	assert   op   // of doAssert
	x, y     int32
	n        int32
	min, max int32 // of doRun; max -1: no limit
	class    set
}

// maxProgram is how many instructions an expression may have.
const maxProgram = 20_000

var errTooLarge = errors.New("the expression is too large")

// program is an expression as instructions.
type program struct {
	code     []inst
	slots    int  // two for each group, then those of loops
	first    set  // bytes that a match can begin with
	leads    *set // it begins with any number of these, from some on; nil: it does not
	anchored bool // it can only begin at the start of the text
}

// compile makes a program.
func compile(root *node, groups int) (p *program, err error) {
	p = &program{slots: 2 * (groups + 1)}
	defer func() {
		if e := recover(); e == errTooLarge {
			p, err = nil, errTooLarge
		} else if e != nil {
			panic(e)
		}
	}()
	p.emit(root)
	p.add(inst{code: doMatch})
	var empty bool
	if p.first, empty = firstBytes(root); empty {
		p.first = set{}.complement()
	}
	p.anchored = anchored(root)
	if in := &p.code[0]; in.code == doRun && in.max < 0 {
		p.leads = &in.class
	}
	return p, nil
}

func (p *program) add(i inst) int32 {
	if len(p.code) >= maxProgram {
		panic(errTooLarge)
	}
	p.code = append(p.code, i)
	return int32(len(p.code) - 1)
}

func (p *program) here() int32 { return int32(len(p.code)) }

func (p *program) emit(n *node) {
	switch n.op {
	case opEmpty:
	case opClass:
		p.add(inst{code: doClass, class: n.class})
	case opConcat:
		for _, s := range n.sub {
			p.emit(s)
		}
	case opAlternate:
		p.alternate(n.sub)
	case opRepeat:
		p.repeat(n)
	case opCapture:
		p.add(inst{code: doSave, n: int32(2 * n.n)})
		p.emit(n.sub[0])
		p.add(inst{code: doSave, n: int32(2*n.n + 1)})
	case opAtomic:
		p.inner(inst{code: doAtomic}, n.sub[0])
	case opAhead:
		p.inner(inst{code: doLook, negated: n.negated}, n.sub[0])
	case opBehind:
		p.behind(n)
	case opBackref:
		p.add(inst{code: doBackref, n: int32(n.n), fold: n.fold})
	case opKeep:
		p.add(inst{code: doKeep})
	default:
		p.add(inst{code: doAssert, assert: n.op})
	}
}

// inner adds an instruction with a program of its own, which lies behind it.
func (p *program) inner(i inst, body *node) {
	at := p.add(i)
	p.code[at].x = p.here()
	p.emit(body)
	p.add(inst{code: doMatch})
	p.code[at].y = p.here()
}

// behind adds a look behind: one for each alternative, as their lengths may differ.
func (p *program) behind(n *node) {
	alternatives := []*node{n.sub[0]}
	if n.sub[0].op == opAlternate {
		alternatives = n.sub[0].sub
	}
	look := func(a *node) {
		length, _ := a.fixed()
		p.inner(inst{code: doLook, negated: n.negated, n: int32(length)}, a)
	}
	if n.negated {
		for _, a := range alternatives {
			look(a)
		}
		return
	}
	var ends []int32
	for i, a := range alternatives {
		split := int32(-1)
		if i < len(alternatives)-1 {
			split = p.add(inst{code: doSplit, x: p.here() + 1})
		}
		look(a)
		if split >= 0 {
			ends = append(ends, p.add(inst{code: doJump}))
			p.code[split].y = p.here()
		}
	}
	for _, e := range ends {
		p.code[e].x = p.here()
	}
}

func (p *program) alternate(sub []*node) {
	var ends []int32
	for i, s := range sub {
		if i == len(sub)-1 {
			p.emit(s)
			break
		}
		split := p.add(inst{code: doSplit, x: p.here() + 1})
		p.emit(s)
		ends = append(ends, p.add(inst{code: doJump}))
		p.code[split].y = p.here()
	}
	for _, e := range ends {
		p.code[e].x = p.here()
	}
}

func (p *program) repeat(n *node) {
	body := n.sub[0]
	if body.op == opClass {
		p.add(inst{code: doRun, class: body.class, min: int32(n.min), max: int32(n.max), lazy: n.lazy})
		return
	}
	for range n.min {
		p.emit(body)
	}
	if n.max < 0 {
		p.loop(body, n.lazy)
		return
	}
	var splits []int32
	for range n.max - n.min {
		splits = append(splits, p.split(n.lazy))
		p.emit(body)
	}
	for _, s := range splits {
		p.leave(s, n.lazy)
	}
}

// split adds a choice between what follows and a place that leave says.
func (p *program) split(lazy bool) int32 {
	at := p.add(inst{code: doSplit})
	if lazy {
		p.code[at].y = p.here()
	} else {
		p.code[at].x = p.here()
	}
	return at
}

func (p *program) leave(split int32, lazy bool) {
	if lazy {
		p.code[split].x = p.here()
	} else {
		p.code[split].y = p.here()
	}
}

// loop adds body any number of times. A turn that matches nothing ends it.
func (p *program) loop(body *node, lazy bool) {
	slot := int32(p.slots)
	p.slots++
	top := p.split(lazy)
	p.add(inst{code: doSave, n: slot})
	p.emit(body)
	end := p.add(inst{code: doLoop, n: slot, x: top})
	p.code[end].y = p.here()
	p.leave(top, lazy)
}

// firstBytes returns the bytes that n can begin with, and whether it can match nothing.
func firstBytes(n *node) (s set, empty bool) {
	switch n.op {
	case opClass:
		return n.class, false
	case opConcat:
		for _, x := range n.sub {
			f, e := firstBytes(x)
			s.union(f)
			if !e {
				return s, false
			}
		}
		return set{}.complement(), true
	case opAlternate:
		for _, x := range n.sub {
			f, e := firstBytes(x)
			s.union(f)
			empty = empty || e
		}
	case opRepeat:
		s, empty = firstBytes(n.sub[0])
		empty = empty || n.min == 0
	case opCapture, opAtomic:
		s, empty = firstBytes(n.sub[0])
	default: // what stands at a place without matching a byte
		return set{}, true
	}
	return s, empty
}

// anchored reports whether n begins with the start of the text, however it goes on.
func anchored(n *node) bool {
	switch n.op {
	case opBeginText:
		return true
	case opConcat:
		return anchored(n.sub[0])
	case opAlternate:
		for _, x := range n.sub {
			if !anchored(x) {
				return false
			}
		}
		return true
	case opCapture, opAtomic:
		return anchored(n.sub[0])
	case opRepeat:
		return n.min > 0 && anchored(n.sub[0])
	}
	return false
}
