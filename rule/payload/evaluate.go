package payload

import "math"

// Evaluator evaluates tests. Each worker has one; the zero value is ready to use. Its results are valid until the next call.
type Evaluator struct {
	// MaxSteps is how many tests are made in one buffer, repetitions included. When zero, it is 3000.
	MaxSteps int
	// GivenUp counts buffers whose tests took too many steps, and GivenUpRegexps searches for regular expressions that did, alone
	// or together with others in their buffer. They do not match.
	GivenUp, GivenUpRegexps uint64
	// Full counts lookups that had something to add and found no room for it.
	Full uint64
	// LittleDCE says that numbers of the order dce are little endian.
	LittleDCE bool

	vars    [MaxVars + 1]uint64 // by the index of Value.Var
	decoded []byte              // what base64_decode made of the last buffer
	regexps regexps

	captured []Captured
	measured []Measured
	objects  []Object
	steps    int
	body     []byte
	tests    []Test
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
// A content or a regular expression that was found is looked for further on when the next test depends on where it was found
// and the rest is not true. The number of steps is bounded.
func (e *Evaluator) Match(tests []Test, b []byte) bool {
	e.Forget()
	return e.MatchNext(tests, b)
}

// Forget makes all variables 0.
func (e *Evaluator) Forget() { clear(e.vars[:]) }

// MatchNext is Match for another buffer of a rule: variables have what they were left with.
func (e *Evaluator) MatchNext(tests []Test, b []byte) bool {
	e.steps = e.MaxSteps
	if e.steps == 0 {
		e.steps = defaultSteps
	}
	e.regexps.matcher.Steps = 0
	e.body, e.tests = b, tests
	e.decoded, e.captured, e.measured, e.objects = e.decoded[:0], e.captured[:0], e.measured[:0], e.objects[:0]
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
			ok, independent = !e.found(t, cursor), !t.Relative() && !t.Absolute()
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
		case *Entropy:
			ok, independent = e.entropy(t), true
		case *ASN1:
			ok, independent = e.asn1(t, cursor), !t.Relative
		case Lookup:
			ok, independent = e.lookup(t), true
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

// window returns between which places a content is looked for. As in Suricata, a window that would end before the buffer's start
// has no end.
func (e *Evaluator) window(t *Content, cursor int) (from, to int) {
	to = len(e.body)
	if t.Relative() {
		from = saturate(int64(cursor), e.signed(t.Distance))
		if t.HasWithin {
			if end := saturate(int64(from), e.signed(t.Within)); end >= 0 {
				to = min(to, end)
			}
		}
		return from, to
	}
	if t.StartsWith {
		return 0, min(to, len(t.Text))
	}
	from = saturate(0, e.unsigned(t.Offset))
	if t.HasDepth {
		to = min(to, saturate(int64(from), e.unsigned(t.Depth)))
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

// signed is value for distances: 32 bits of a variable, with their sign.
func (e *Evaluator) signed(v Value) int64 {
	if v.Var > 0 {
		return int64(int32(e.vars[v.Var]))
	}
	return v.Number
}

// unsigned is value for places: 32 bits of a variable.
func (e *Evaluator) unsigned(v Value) int64 {
	if v.Var > 0 {
		return int64(uint32(e.vars[v.Var]))
	}
	return v.Number
}

// saturate adds two numbers; a place that no buffer has stays one.
func saturate(a, b int64) int {
	const most = math.MaxInt32
	return int(max(-most, min(most, a+max(-most, min(most, b)))))
}

// found reports whether a content is in its window.
func (e *Evaluator) found(t *Content, cursor int) bool {
	from, to := e.window(t, cursor)
	return t.find(e.body, from, to) >= 0
}

// content looks for a content, and makes the tests behind it: at one occurrence after the other, if the next test depends on
// where it was found. When a content that is placed from the buffer's start is not there, nothing that came before matters.
func (e *Evaluator) content(t *Content, i, cursor int) outcome {
	from, to := e.window(t, cursor)
	for {
		at := t.find(e.body, from, to)
		if at < 0 {
			break
		}
		if result := e.run(i+1, at+len(t.Text)); result != no || !e.followed(i) {
			return result
		}
		if e.steps--; e.steps < 0 {
			return never
		}
		from = at + 1
	}
	if t.Relative() {
		return no
	}
	return never
}

// followed reports whether a later test depends on where test i, a content or regular expression, was found: the next content
// or regular expression, if it is relative, or the very next test. That is how Suricata decides; one behind a negated content
// would depend on it, too.
func (e *Evaluator) followed(i int) bool {
	for j, t := range e.tests[i+1:] {
		switch t := t.(type) {
		case *Content:
			return t.Relative()
		case *Regexp:
			return t.Relative
		case *DataAt:
			if j == 0 && t.Relative {
				return true
			}
		case *ByteTest:
			if j == 0 && t.Relative {
				return true
			}
		case *ByteJump:
			if j == 0 && t.Relative {
				return true
			}
		case *ByteExtract:
			if j == 0 && t.Relative {
				return true
			}
		case *ByteMath:
			if j == 0 && t.Relative {
				return true
			}
		case *Base64Decode:
			if j == 0 && t.Relative {
				return true
			}
		case *ASN1:
			if j == 0 && t.Relative {
				return true
			}
		}
	}
	return false
}

// dataAt evaluates isdataat.
func (e *Evaluator) dataAt(t *DataAt, cursor int) bool {
	at, size := uint64(e.value(t.At)), uint64(len(e.body))
	ok := size > at
	if t.Relative {
		ok = size-uint64(cursor) >= at
	}
	return ok != t.Negated
}
