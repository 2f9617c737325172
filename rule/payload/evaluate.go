package payload

import "math"

// Evaluator evaluates tests. Each worker has one; the zero value is ready to use. Its results are valid until the next call.
type Evaluator struct {
	// MaxSteps is how many tests are made in one buffer, repetitions included. When zero, it is 3000.
	MaxSteps int
	// GivenUp counts buffers whose tests took too many steps, and GivenUpRegexps regular expressions that did. They do not
	// match.
	GivenUp, GivenUpRegexps uint64
	// LittleDCE says that numbers of the order dce are little endian.
	LittleDCE bool

	vars    [MaxVars + 1]uint64 // by the index of Value.Var
	decoded []byte              // what base64_decode made of the last buffer
	regexps regexps
	steps   int
	body    []byte
	tests   []Test
}

const defaultSteps = 3000

// outcome is that of a test and of those behind it.
type outcome uint8

const (
	no    outcome = iota // from here it does not match; from another place it may
	yes                  // it matches
	never                // it does not match, whatever came before
)

// Match reports whether all tests are true of a buffer. Variables are 0 at first.
//
// A content or a regular expression that was found is looked for further on when what follows, and depends on where it was
// found, is not true. The number of steps is bounded.
func (e *Evaluator) Match(tests []Test, b []byte) bool {
	e.steps = e.MaxSteps
	if e.steps == 0 {
		e.steps = defaultSteps
	}
	e.body, e.tests = b, tests
	clear(e.vars[:])
	e.decoded = e.decoded[:0]
	ok := e.run(0, 0) == yes
	if e.steps < 0 {
		e.GivenUp++
		ok = false
	}
	e.body, e.tests = nil, nil
	return ok
}

// Decoded returns what base64_decode made of the last buffer.
func (e *Evaluator) Decoded() []byte { return e.decoded }

// run makes the tests from number i on, with the cursor at a place.
func (e *Evaluator) run(i, cursor int) outcome {
	for ; i < len(e.tests); i++ {
		if e.steps--; e.steps < 0 {
			return never
		}
		ok, independent := false, false
		switch t := e.tests[i].(type) {
		case *Content:
			if !t.Negated {
				return e.content(t, i, cursor)
			}
			ok, independent = !e.found(t, cursor), !t.Relative() && !t.variable()
		case *Regexp:
			if !t.Negated {
				return e.regexp(t, i, cursor)
			}
			ok, independent = !e.matches(t, cursor), !t.Relative
		case *DataAt:
			ok, independent = e.dataAt(t, cursor), !t.Relative && t.At.Var == 0
		case *Size:
			ok, independent = t.Match(uint64(len(e.body))), true
		case *Absent: // the buffer exists
			ok, independent = t.OrElse, true
		case *ByteTest:
			ok, independent = e.byteTest(t, cursor), !t.Relative && t.Bytes.Var == 0 && t.Offset.Var == 0 && t.Value.Var == 0
		case *ByteJump:
			cursor, ok = e.byteJump(t, cursor)
		case *ByteExtract:
			cursor, ok = e.byteExtract(t, cursor)
		case *ByteMath:
			cursor, ok = e.byteMath(t, cursor)
		case *Base64Decode:
			ok = e.base64(t, cursor)
		}
		switch {
		case ok:
		case independent:
			return never
		default:
			return no
		}
	}
	return yes
}

// window returns between which places a content is looked for.
func (e *Evaluator) window(t *Content, cursor int) (from, to int) {
	to = len(e.body)
	if t.Relative() {
		from = saturate(int64(cursor), e.value(t.Distance))
		if t.HasWithin {
			to = min(to, saturate(int64(from), e.value(t.Within)))
		}
		return from, to
	}
	if t.StartsWith {
		return 0, min(to, len(t.Text))
	}
	from = saturate(0, e.value(t.Offset))
	if t.HasDepth {
		to = min(to, saturate(int64(from), e.value(t.Depth)))
	}
	return from, to
}

// value returns a number, or what a variable has. A variable that was not read is 0.
func (e *Evaluator) value(v Value) int64 {
	if v.Var > 0 {
		return int64(e.vars[v.Var])
	}
	return v.Number
}

// saturate adds two numbers; a place that no buffer has stays one.
func saturate(a, b int64) int {
	const most = math.MaxInt32
	return int(max(-most, min(most, a+max(-most, min(most, b)))))
}

// variable reports whether the place of a content depends on variables.
func (c *Content) variable() bool {
	return c.Offset.Var > 0 || c.Depth.Var > 0 || c.Distance.Var > 0 || c.Within.Var > 0
}

// found reports whether a content is in its window.
func (e *Evaluator) found(t *Content, cursor int) bool {
	from, to := e.window(t, cursor)
	return t.find(e.body, from, to) >= 0
}

// content looks for a content, and makes the tests behind it, at one occurrence after the other.
func (e *Evaluator) content(t *Content, i, cursor int) outcome {
	from, to := e.window(t, cursor)
	for {
		at := t.find(e.body, from, to)
		if at < 0 {
			break
		}
		if result := e.run(i+1, at+len(t.Text)); result != no {
			return result
		}
		if e.steps--; e.steps < 0 {
			return never
		}
		from = at + 1
	}
	if t.Relative() || t.variable() || e.usesVariables() {
		return no
	}
	return never
}

// usesVariables reports whether one of the tests sets a variable: what follows a test may then depend on what came before it.
func (e *Evaluator) usesVariables() bool {
	for _, t := range e.tests {
		switch t.(type) {
		case *ByteExtract, *ByteMath:
			return true
		}
	}
	return false
}

// dataAt evaluates isdataat.
func (e *Evaluator) dataAt(t *DataAt, cursor int) bool {
	at := e.value(t.At)
	ok := int64(len(e.body)) > at
	if t.Relative {
		ok = int64(len(e.body)-cursor) >= at
	}
	return ok != t.Negated
}
