package payload

// Lookup is a test of a buffer as a whole against something that is kept elsewhere, and may be changed by the test.
type Lookup interface {
	Test
	// Look reports whether the test is true of b, which it must not keep.
	Look(b []byte, f *Found) bool
}

// Found is what a Lookup tells besides.
type Found struct {
	Name, JSON string // an object for the alert, and the name that it has there; no name: none
	Full       bool   // something was to be added, and there was no room
}

// lookup makes a Lookup.
func (e *Evaluator) lookup(t Lookup) bool {
	var f Found
	ok := t.Look(e.body, &f)
	if f.Full {
		e.Full++
	}
	if ok && f.Name != "" {
		e.objects = append(e.objects, Object{f.Name, f.JSON})
	}
	return ok
}

// Object is a JSON object that a Lookup found.
type Object struct{ Name, JSON string }

// Objects returns what lookups found in the last buffer, if all tests were true of it.
func (e *Evaluator) Objects() []Object { return e.objects }
