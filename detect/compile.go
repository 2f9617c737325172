package detect

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/stream"
)

// check is a test of what a worker is at, or an effect on it, which is always true.
type check func(w *Worker) bool

// compile takes a rule apart. what is the name of that which cannot be evaluated.
func (g *signature) compile(s *Set) (what string, err error) {
	g.told = signatureOf(g.Rule)
	g.limits = s.limitsOf(g.Rule)
	for c := range numClasses {
		if g.fits(c) {
			g.classes |= 1 << c
		}
	}
	if g.Protocol.Hook == rule.FlowStart {
		g.checks = append(g.checks, startsFlow)
	}
	g.states = g.Protocol.States
	for _, t := range g.Tests {
		if what, err = g.test(s, t); err != nil {
			return what, err
		}
	}
	for _, e := range g.Effects {
		if what, err = g.effect(s, e); err != nil {
			return what, err
		}
	}
	s.decoding = nil
	for _, sec := range g.Sections {
		if what, err = g.section(s, sec); err != nil {
			return what, err
		}
	}
	switch g.Type {
	case rule.IPOnly, rule.LikeIPOnly, rule.DetectionOnly, rule.AppLayer, rule.Transaction:
		g.flow, g.always = true, true
	case rule.StreamRule, rule.PacketStream:
		g.flow = true
	}
	if g.Scope != rule.UsualScope {
		whole := g.Scope == rule.FlowScope
		g.flow, g.always = whole, whole
	}
	return "", nil
}

// startsFlow reports whether the packet is the first of its flow in its direction.
func startsFlow(w *Worker) bool { return w.flow != nil && w.packet != nil && w.aspect.First }

// test compiles a test of the packet, the flow or the transaction.
func (g *signature) test(s *Set, t rule.Test) (string, error) {
	var c check
	switch t := t.(type) {
	case *rule.Numeric:
		c = numeric(t)
	case *rule.Word:
		c = word(t)
	case *rule.Bits:
		c = bitsOf(t)
	case *rule.RPC:
		c = rpc(t)
	case *rule.Variable:
		c = variableTest(t)
	case *rule.VLAN:
		c = vlan(t)
	case *rule.Directed:
		c = directed(t)
	case *rule.StreamSize:
		c = streamSize(t)
	case *rule.Flowbits:
		c = flowbitsTest(t)
	case *rule.Flowint:
		c = flowintTest(t)
	case *rule.Xbits:
		if c = xbitsTest(s, t); t.Track == "tx" {
			g.txChecks = append(g.txChecks, c)
			return "", nil
		}
	case *rule.Hostbits:
		c = hostbitsTest(t)
	case *rule.IPRep:
		c = func(w *Worker) bool { return t.Match(w.src, w.dst) }
	case *rule.GeoIP:
		c = func(w *Worker) bool { return t.Match(w.src, w.dst) }
	case *rule.Event:
		c = oddity(t)
	case *rule.AppProtocol:
		c = appProtocol(t)
	case *rule.AppEvent:
		g.odd = append(g.odd, t)
		id, of := s.events[t.Protocol][t.Name], t.Protocol
		g.txChecks = append(g.txChecks, func(w *Worker) bool {
			return of == w.tx.Head().Protocol() && slices.Contains(w.tx.Head().Events(), app.EventID(id))
		})
		return "", nil
	case *rule.AppState:
		g.txChecks = append(g.txChecks, func(w *Worker) bool {
			h := w.tx.Head()
			return t.Match(h.Protocol(), h.Progress(t.Dir))
		})
		return "", nil
	case *rule.FieldNumber:
		g.txChecks = append(g.txChecks, fieldNumber(t))
		return "", nil
	case *rule.FieldWord:
		g.txChecks = append(g.txChecks, fieldCheck(t.Buffer, func(b []byte) bool { return strings.EqualFold(string(b), t.Word) }))
		return "", nil
	case *rule.FileHash:
		g.ofFiles = true
		g.txChecks = append(g.txChecks, fileHash(t))
		return "", nil
	case *rule.FieldListed:
		g.either = g.either || t.Either
		g.txChecks = append(g.txChecks, fieldCheck(t.Buffer, func(b []byte) bool { return t.Match(string(b)) }))
		return "", nil
	case *rule.FieldPeriod:
		g.txChecks = append(g.txChecks, func(w *Worker) bool {
			return fieldCheck(t.Buffer, func(b []byte) bool { return t.Match(string(b), w.now/1e9) })(w)
		})
		return "", nil
	case *rule.FieldForeign:
		g.txChecks = append(g.txChecks, foreign(t.Buffer))
		return "", nil
	case *rule.FileSize:
		g.ofFiles = true
		g.txChecks = append(g.txChecks, fileSize(t))
		return "", nil
	}
	if c == nil {
		return unsupported(t.String())
	}
	g.checks = append(g.checks, c)
	return "", nil
}

// effect compiles what happens when the rule matched.
func (g *signature) effect(s *Set, e rule.Effect) (string, error) {
	var c check
	switch e := e.(type) {
	case *rule.Flowbits:
		c = flowbitsSet(e)
	case *rule.Flowint:
		c = flowintSet(e)
	case *rule.Xbits:
		c = xbitsSet(s, e)
	case *rule.Hostbits:
		c = hostbitsSet(e)
	case rule.Bypass:
		c = func(w *Worker) bool { w.bypass = true; return true }
	case rule.NoRecord:
		g.silences = true
		c = func(w *Worker) bool { w.tx.Head().Silence(); return true }
	case rule.NoFlow:
		c = func(w *Worker) bool { w.desk.Untrack(); return true }
	case *rule.Tag:
		g.tags = append(g.tags, e)
		return "", nil
	case *rule.FileStore:
		g.stores = true
		c = fileStore(g.Rule, e)
	case rule.TLSStore:
		c = certificateStore
	case rule.AlertAnyway:
		g.tells = true
		return "", nil
	}
	if c == nil {
		return unsupported(e.String())
	}
	g.effects = append(g.effects, c)
	return "", nil
}

// fieldCheck returns the check of a field of a transaction as a whole.
func fieldCheck(b *rule.Buffer, fits func(b []byte) bool) check {
	return func(w *Worker) bool {
		for i := range b.Fields {
			f := &b.Fields[i]
			if f.Dir != w.dir || f.Protocol != w.tx.Head().Protocol() || w.tx.Head().Progress(w.dir) < f.At {
				continue
			}
			for n := range maxInstances {
				text, ok := f.Get(w.tx, n)
				if !ok {
					break
				}
				if fits(text) {
					return true
				}
			}
		}
		return false
	}
}

// fieldNumber returns the check of a field that is a number.
func fieldNumber(t *rule.FieldNumber) check {
	fits := func(b []byte) bool {
		n, err := strconv.ParseUint(string(b), 10, 64)
		return err == nil && t.Match(n)
	}
	if t.Which == (rule.Which{}) {
		return fieldCheck(t.Buffer, fits)
	}
	return func(w *Worker) bool {
		w.fit = w.fit[:0]
		there := false
		for i := range t.Buffer.Fields {
			f := &t.Buffer.Fields[i]
			if f.Dir != w.dir || f.Protocol != w.tx.Head().Protocol() || w.tx.Head().Progress(w.dir) < f.At {
				continue
			}
			there = true
			for n := range maxInstances {
				text, ok := f.Get(w.tx, n)
				if !ok {
					break
				}
				w.fit = append(w.fit, fits(text))
			}
		}
		return there && t.Which.Match(w.fit)
	}
}

// foreign returns the check of an address that a transaction names: it is not the client's.
func foreign(b *rule.Buffer) check {
	return func(w *Worker) bool {
		client := w.flow.Client().Addr().Unmap()
		return fieldCheck(b, func(text []byte) bool {
			a, err := netip.ParseAddr(string(text))
			return err == nil && a.Unmap() != client
		})(w)
	}
}

// fileSize returns the check of the size of a file. One that has not ended can only be larger than something.
func fileSize(t *rule.FileSize) check {
	return func(w *Worker) bool {
		for f := range w.filesIn(w.dir) {
			grows := f.State() == file.Open && t.Op != number.Greater && t.Op != number.GreaterEqual
			if !grows && t.Match(uint64(f.Size)) {
				w.reach.hit()
				return true
			}
		}
		return false
	}
}

// ready raises what a transaction must have come to in direction d.
func (g *signature) ready(d stream.Dir, at app.Progress) { g.need[d] = max(g.need[d], at) }
