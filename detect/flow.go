package detect

import (
	"slices"

	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/stream"
)

// kept is what rules keep of a flow.
type kept struct {
	bits        []string
	ints        []flowint
	vars        []variable
	entropy     []measured
	tags        tags
	stores      rule.Dirs // directions of which all files are stored, of those that began behind number storesAfter
	storesAfter uint32
	detected    [2]bool  // rules about the protocol were evaluated
	raw         []uint32 // rules whose part that looks at the stream was found: mark twice, plus the direction
	guessed     uint64   // transaction that alerts were given because it was the only one
	guesses     int      // of guessed
}

type flowint struct {
	name  string
	value uint32
}

// Limits of what is kept of a flow.
const (
	maxBits = 256
	maxInts = 256
	maxRaw  = 1024
)

// keep returns what is kept of the flow, or nil when there is no flow.
func (w *Worker) keep() *kept {
	if w.kept == nil && w.flow != nil {
		w.kept = &kept{}
		w.flows[w.flow.Handle()] = w.kept
	}
	return w.kept
}

func (k *kept) has(bit string) bool { return k != nil && slices.Contains(k.bits, bit) }

// set changes a bit.
func (k *kept) set(op rule.BitOp, bit string) {
	i := slices.Index(k.bits, bit)
	switch {
	case i < 0 && op != rule.BitUnset:
		if len(k.bits) < maxBits {
			k.bits = append(k.bits, bit)
		}
	case i >= 0 && op != rule.BitSet:
		k.bits = slices.Delete(k.bits, i, i+1)
	}
}

func flowbitsTest(t *rule.Flowbits) check {
	want := t.Op == rule.BitIsSet
	return func(w *Worker) bool {
		if w.flow == nil {
			return false
		}
		for _, n := range t.Names {
			if w.kept.has(n) == want {
				return true
			}
		}
		return false
	}
}

func flowbitsSet(t *rule.Flowbits) check {
	return func(w *Worker) bool {
		if k := w.keep(); k != nil {
			k.set(t.Op, t.Names[0])
		}
		return true
	}
}

// number returns a number of the flow.
func (k *kept) number(name string) (v uint32, ok bool) {
	if k == nil {
		return 0, false
	}
	for i := range k.ints {
		if k.ints[i].name == name {
			return k.ints[i].value, true
		}
	}
	return 0, false
}

// operand returns what a number of the flow is compared with, or changed by.
func (k *kept) operand(t *rule.Flowint) (v uint32, ok bool) {
	if t.Other == "" {
		return t.Number, true
	}
	return k.number(t.Other)
}

func flowintTest(t *rule.Flowint) check {
	return func(w *Worker) bool {
		if w.flow == nil {
			return false
		}
		v, there := w.kept.number(t.Name)
		switch t.Op {
		case "isset":
			return there
		case "isnotset":
			return !there
		}
		n, ok := w.kept.operand(t)
		if !there || !ok {
			return false
		}
		switch t.Op {
		case "<":
			return v < n
		case ">":
			return v > n
		case "<=":
			return v <= n
		case ">=":
			return v >= n
		case "==":
			return v == n
		}
		return v != n
	}
}

func flowintSet(t *rule.Flowint) check {
	return func(w *Worker) bool {
		k := w.keep()
		if k == nil {
			return true
		}
		n, ok := k.operand(t)
		if !ok {
			return true
		}
		v, there := k.number(t.Name)
		switch t.Op {
		case "+":
			v += n
		case "-":
			v -= n
		default:
			v = n
		}
		for i := range k.ints {
			if k.ints[i].name == t.Name {
				k.ints[i].value = v
			}
		}
		if !there && len(k.ints) < maxInts {
			k.ints = append(k.ints, flowint{t.Name, v})
		}
		return true
	}
}

// either tests a number that each direction has.
func either(side rule.Side, e number.Expr, of func(d stream.Dir) uint64) bool {
	client, server := e.Match(of(stream.ToServer)), e.Match(of(stream.ToClient))
	switch side {
	case rule.ClientSide:
		return client
	case rule.ServerSide:
		return server
	case rule.BothSides:
		return client && server
	}
	return client || server
}

func directed(t *rule.Directed) check {
	return func(w *Worker) bool {
		f := w.flow
		if f == nil {
			return false
		}
		return either(t.Side, t.Expr, func(d stream.Dir) uint64 {
			if t.Name == "flow.bytes" {
				return f.Bytes(d)
			}
			return uint64(f.Packets(d))
		})
	}
}

func streamSize(t *rule.StreamSize) check {
	return func(w *Worker) bool {
		f := w.flow
		if f == nil || w.class != ofTCP || f.State() == "none" {
			return false
		}
		return either(t.Side, t.Expr, func(d stream.Dir) uint64 { return uint64(f.Sent(d)) })
	}
}

// oddity returns the check of an event of the packet or its connection.
func oddity(t *rule.Event) check {
	name := t.Name
	if t.Stream {
		return func(w *Worker) bool {
			if w.flow == nil {
				return false
			}
			found := false
			w.flow.Oddities(w.packet).Each(func(e tcpEvent) { found = found || e.String() == name })
			return found
		}
	}
	return func(w *Worker) bool {
		if w.packet == nil {
			return false
		}
		for _, e := range w.packet.Events() {
			if e.String() == name {
				return true
			}
		}
		return false
	}
}

// appProtocol returns the check of the protocol of the flow.
func appProtocol(t *rule.AppProtocol) check {
	return func(w *Worker) bool {
		s := w.session
		if s == nil {
			return false
		}
		var name string
		switch t.Mode {
		case "final":
			name = s.Protocol()
		case "original":
			if name = s.Original(); name == "" {
				name = s.Protocol()
			}
		case "either":
			a, b := s.ProtocolOf(stream.ToServer), s.ProtocolOf(stream.ToClient)
			if a == "" && b == "" {
				return false
			}
			return (slices.Contains(t.Names, a) || slices.Contains(t.Names, b)) != t.Negated
		case "to_server", "toserver":
			name = s.ProtocolOf(stream.ToServer)
		case "to_client", "toclient":
			name = s.ProtocolOf(stream.ToClient)
		case "direction":
			name = s.ProtocolOf(w.dir)
		default:
			if name = s.ProtocolOf(w.dir); name == "" && s.Decided(w.dir) {
				name = s.Protocol()
			}
		}
		if name == "" {
			return !t.Negated && slices.Contains(t.Names, "unknown")
		}
		return slices.Contains(t.Names, name) != t.Negated
	}
}
