package detect

import (
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
)

// frameRules are the rules for a frame in a direction: those that can be evaluated while it grows, and those that want its end.
type frameRules struct{ growing, whole rules }

// frame adds a section about a frame.
func (g *signature) frame(s *section) {
	start, end := payload.Needs(s.tests)
	g.start, g.end = g.start || start, g.end || end || len(s.Transforms) > 0
	g.framed = append(g.framed, s)
}

// placeFrame puts a rule where those for its frame are.
func (s *Set) placeFrame(g *signature) {
	if s.frames == nil {
		s.frames = map[rule.Frame]*[2]frameRules{}
	}
	for _, f := range g.framed[0].Buffer.Frames {
		lists := s.frames[f]
		if lists == nil {
			lists = new([2]frameRules)
			s.frames[f] = lists
		}
		for d := range lists {
			switch {
			case g.Dirs&(rule.ToServer<<d) == 0:
			case g.end:
				lists[d].whole.add(g, g.txFast())
			default:
				lists[d].growing.add(g, g.txFast())
			}
		}
	}
}

// Frames returns the names of the frames that rules look at, by protocol (app.FrameConfig.Wanted).
func (s *Set) Frames() map[string][]string {
	names := map[string][]string{}
	for f := range s.frames {
		names[f.Protocol] = append(names[f.Protocol], f.Name)
	}
	for _, list := range names {
		slices.Sort(list)
	}
	return names
}

// frames evaluates the rules for the frames of the packet's direction.
func (w *Worker) frames() {
	if len(w.set.frames) == 0 {
		return
	}
	for p := range w.session.FrameParts(w.dir) {
		protocol, name := w.session.FrameKind(p.Frame)
		lists := w.set.frames[rule.Frame{Protocol: protocol, Name: name}]
		if lists == nil {
			continue
		}
		w.part(&lists[w.dir].growing, &p)
		if p.Ends {
			w.part(&lists[w.dir].whole, &p)
		}
	}
}

// part evaluates rules for a part of a frame. A rule alerts once for a frame; for a stream as a whole each time that something new
// matches.
func (w *Worker) part(r *rules, p *app.FramePart) {
	done := p.Frame.Inspected()
	for _, g := range w.inPayload(r, p.Data) {
		if g.start && p.Offset > 0 || slices.Contains(*done, g.index) || !g.header(w) || !g.checked(w) {
			continue
		}
		if !g.inPart(w, p.Data) || p.Frame.IsStream() && g.inSeen(w, p) {
			continue
		}
		*done = append(*done, g.index)
		w.match(g, match{tx: w.txOf(p.Frame), frame: p.Frame, part: p.Data})
	}
}

// inPart reports whether what the rule looks for is in b.
func (g *signature) inPart(w *Worker, b []byte) bool {
	w.evaluator.Forget()
	for _, s := range g.framed {
		if !s.matches(w, b) {
			return false
		}
	}
	return true
}

// inSeen reports whether the rule matched what was shown before.
func (g *signature) inSeen(w *Worker, p *app.FramePart) bool {
	if p.Seen == 0 || g.end {
		return false
	}
	kept := len(w.captured)
	defer func() { w.captured = w.captured[:kept] }()
	return g.inPart(w, p.Data[:p.Seen])
}

// txOf returns the transaction that a frame belongs to, or nil.
func (w *Worker) txOf(f *app.Frame) app.Transaction {
	id, ok := f.Tx()
	if !ok {
		return nil
	}
	protocol, _ := w.session.FrameKind(f)
	for tx := range w.session.Transactions() {
		if h := tx.Head(); h.ID == id && h.Protocol() == protocol {
			return tx
		}
	}
	return nil
}
