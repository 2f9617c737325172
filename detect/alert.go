package detect

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// match is a rule that matched.
type match struct {
	*signature
	action   rule.Action
	tx       app.Transaction // that the rule is about; nil: none
	stream   bool            // it looked at a stream
	dir      stream.Dir      // of what it looked at
	file     int             // the first of the transaction's files that the alert may be about
	captured []variable      // by its regular expressions, for the alert
	frame    *app.Frame      // that it looked at; nil: none
	part     []byte          // of it
}

// match notes that a rule matched, and does what follows.
func (w *Worker) match(g *signature, m match) {
	for _, e := range g.effects {
		e(w)
	}
	m.captured = w.remember()
	m.signature, m.action, m.dir = g, g.Action, w.dir
	if len(w.queue) >= maxMatches {
		w.counters.Overflow++
		w.beyond = stronger(w.beyond, m.does())
		return
	}
	w.queue = append(w.queue, m)
}

// maxMatches is how many rules that matched are kept for a packet, more than it can have alerts. Those beyond do not alert; what
// they do is done behind all others.
const maxMatches = 4 << 10

// conclude tells of the rules that matched, in their order, and returns what is to be done.
func (w *Worker) conclude() engine.Action {
	action, passed := engine.Ignore, false
	if len(w.queue) > 1 {
		slices.SortStableFunc(w.queue, before)
	}
	told := w.queue[:0]
	for i := range w.queue {
		m := w.queue[i]
		res := w.limit(m.signature, &m.action)
		if res == nothing {
			w.counters.Suppressed++
			continue
		}
		w.tagged(m.signature)
		if m.action != m.Action && m.does() >= engine.DropPacket {
			w.desk.Limited()
		}
		if action = stronger(action, m.does()); m.does() >= engine.DropPacket {
			w.desk.Blame(&m.told)
		}
		passed = m.action == rule.Pass
		switch {
		case passed && !m.tells:
		case res == silent || m.NoAlert:
			w.counters.Suppressed++
		case len(told) >= w.set.config.MaxAlerts:
			w.counters.Overflow++
		default:
			told = append(told, m)
		}
		if passed {
			break
		}
	}
	if !passed {
		action = stronger(action, w.beyond)
	}
	w.beyond = engine.Ignore
	if w.bypass && action == engine.Ignore {
		action = engine.BypassFlow
	}
	for i := range told {
		w.tell(&told[i], action)
	}
	clear(w.queue)
	w.queue = w.queue[:0]
	return action
}

// before compares matches by the order of their rules; of one rule, the latest transaction comes first.
func before(a, b match) int {
	if a.index != b.index || a.tx == nil || b.tx == nil {
		return cmp.Compare(a.index, b.index)
	}
	return cmp.Compare(b.tx.Head().ID, a.tx.Head().ID)
}

// does returns what a rule wants done.
func (m *match) does() engine.Action {
	whole := m.always || m.signature.flow && m.stream
	switch m.action {
	case rule.Pass:
		if whole {
			return engine.PassFlow
		}
		return engine.PassPacket
	case rule.Drop:
		if whole {
			return engine.DropFlow
		}
		return engine.DropPacket
	case rule.Reject, rule.RejectDst:
		return engine.Reject
	case rule.RejectBoth:
		return engine.RejectBoth
	}
	return engine.Ignore
}

// stronger returns which of two actions is done when both are wanted: the first, but for one that does more of the same.
func stronger(a, b engine.Action) engine.Action {
	switch {
	case a == engine.Ignore, a == engine.PassPacket && b == engine.PassFlow, a == engine.DropPacket && b > engine.DropPacket:
		return b
	}
	return a
}

// tell makes the record of an alert.
func (w *Worker) tell(m *match, action engine.Action) {
	w.counters.Alerts++
	r := w.desk.Record(w.packet, w.aspect.Dir, "alert")
	a := &w.alert
	*a = event.Alert{Rule: &m.told, Files: w.files[:0]}
	for _, v := range m.captured {
		a.Context = append(a.Context, event.Captured{Name: v.name, Text: v.text, JSON: v.json})
	}
	a.Blocked = m.action.Rejects() || m.action == rule.Drop && w.set.config.Prevent
	w.ends(a, m.Target)
	w.carrier(a)
	if w.flow != nil {
		w.flow.Alert()
		w.ofFlow(a)
	}
	w.ofTx(a, r, m)
	if m.frame != nil {
		w.body = w.session.FrameBody(w.dir, m.frame)
		a.Frame = &w.body
	}
	w.bytes(a, m)
	w.verdict(a, m, action)
	r.Body = a
	w.desk.Send(r)
	w.files = a.Files[:0]
	*a = event.Alert{}
}

// ends tells which end the rule takes for the attacker.
func (w *Worker) ends(a *event.Alert, t rule.Target) {
	if t == rule.NoTarget || !w.src.IsValid() {
		return
	}
	a.HasTarget = true
	a.Source, a.SourcePort, a.Target, a.TargetPort = w.src, w.srcPort, w.dst, w.dstPort
	if t == rule.SourceTarget {
		a.Source, a.SourcePort, a.Target, a.TargetPort = w.dst, w.dstPort, w.src, w.srcPort
	}
}

// carrier tells of the packet around the tunnelled one.
func (w *Worker) carrier(a *event.Alert) {
	p := w.packet
	if p == nil || p.Depth == 0 {
		return
	}
	o := p.Root()
	w.tunnel = event.Tunnel{
		Src: o.SourceAddr(), Dst: o.DestAddr(), SrcPort: o.SrcPort, DstPort: o.DstPort, Protocol: o.Protocol, Depth: p.Depth,
		Number: o.Number, PacketSource: o.Origin.String(),
	}
	a.Tunnel = &w.tunnel
}

// ofFlow tells of the flow.
func (w *Worker) ofFlow(a *event.Alert) {
	f := w.flow
	a.Direction = w.dir.String()
	if s := w.session; s != nil {
		if a.Protocol = s.AppProto(); w.aspect.Was != "" {
			a.Protocol = event.AppProto{Name: w.aspect.Was}
		}
	}
	there, back := stream.ToServer, stream.ToClient
	client, server := f.Client(), f.Server()
	if w.session != nil && w.session.Reversed() {
		there, back, client, server = back, there, server, client
	}
	w.alertFlow = event.AlertFlow{
		ToServer: event.Traffic{Packets: uint64(f.Packets(there)), Bytes: f.Bytes(there)},
		ToClient: event.Traffic{Packets: uint64(f.Packets(back)), Bytes: f.Bytes(back)},
		Start:    f.Start().UnixNano(), Client: client.Addr(), Server: server.Addr(),
	}
	if w.class == ofTCP || w.class == ofUDP || w.class == ofSCTP {
		w.alertFlow.ClientPort, w.alertFlow.ServPort = client.Port(), server.Port()
	}
	a.Flow = &w.alertFlow
}

// ofTx tells of the transaction that the rule is about.
func (w *Worker) ofTx(a *event.Alert, r *event.Record, m *match) {
	tx := m.tx
	if tx == nil && w.session != nil && m.Protocol.App != nil && w.class == ofUDP {
		tx = w.only()
	}
	if tx == nil && w.session != nil && w.set.config.GuessTx {
		tx = w.guess()
		a.TxGuessed = tx != nil
	}
	if tx == nil {
		return
	}
	r.TxID, r.HasTx = tx.Head().ID, true
	a.App = tx
	n := 0
	for d, f := range tx.Head().Files {
		if d == w.dir && n >= m.file {
			a.Files = append(a.Files, f)
		}
		n++
	}
}

// guess returns the transaction that an alert is likely to be about, as long as not too many were given it.
func (w *Worker) guess() app.Transaction {
	tx := w.only()
	if tx == nil {
		return nil
	}
	k := w.keep()
	if id := tx.Head().ID; k.guessed != id {
		k.guessed, k.guesses = id, 0
	}
	if k.guesses >= w.set.config.MaxGuesses {
		return nil
	}
	k.guesses++
	return tx
}

// only returns the transaction of the flow if there is just one; single messages are of their direction alone.
func (w *Worker) only() (one app.Transaction) {
	for tx := range w.session.Transactions() {
		if m, single := tx.(app.Director); single && m.Direction() != w.dir {
			continue
		}
		if one != nil {
			return nil
		}
		one = tx
	}
	return one
}

// bytes adds what the rule looked at, and the packet.
func (w *Worker) bytes(a *event.Alert, m *match) {
	p := w.packet
	if a.Stream = w.class == ofTCP && w.flow != nil && (m.stream || m.tx != nil || m.frame != nil); a.Stream {
		a.Payload = w.streamed(m.dir)
	}
	if len(a.Payload) == 0 && a.Stream {
		a.Payload = m.part
	}
	if len(a.Payload) == 0 && p != nil && p.Version != 0 {
		a.Payload = p.Payload
	}
	if p != nil {
		a.Packet = w.frame(p)
	}
}

// streamed returns the beginning of what a direction of the connection held. Where bytes are missing, it says how many.
func (w *Worker) streamed(d stream.Dir) []byte {
	limit := w.set.config.Payload
	if w.held = w.held[:0]; limit == 0 {
		return nil
	}
	w.flow.Held(d, func(lost int64, data []byte) bool {
		if lost > 0 {
			w.held = fmt.Appendf(w.held, "[%d bytes missing]", lost)
		}
		w.held = append(w.held, data[:min(len(data), max(0, limit-len(w.held)))]...)
		return len(w.held) < limit
	})
	return w.held[:min(len(w.held), limit)]
}

// verdict tells what becomes of the packet.
func (w *Worker) verdict(a *event.Alert, m *match, action engine.Action) {
	v := &a.Verdict
	v.Action = "alert"
	switch action {
	case engine.DropPacket, engine.DropFlow, engine.Reject, engine.RejectBoth:
		if w.set.config.Prevent {
			v.Action = "drop"
		}
	case engine.PassPacket, engine.PassFlow:
		v.Action = "pass"
	}
	if !m.action.Rejects() {
		return
	}
	v.Target, v.Reject = "to_client", "icmp-prohib"
	switch m.action {
	case rule.RejectDst:
		v.Target = "to_server"
	case rule.RejectBoth:
		v.Target = "both"
	}
	if w.packet != nil && w.packet.Flags&packet.HasTCP != 0 {
		v.Reject = "tcp-reset"
	}
}

// frame returns the packet. One that was put together of fragments has the link header of the last.
func (w *Worker) frame(p *packet.Packet) event.Frame {
	data, link := p.Frame, p.Link
	if o := p.Outer; p.Origin == packet.FromDefrag && o != nil && len(o.Network) > 0 {
		if at := bytes.Index(o.Frame, o.Network); at >= 0 {
			w.rebuilt = append(append(w.rebuilt[:0], o.Frame[:at]...), p.Network...)
			data, link = w.rebuilt, o.Link
		}
	}
	return event.Frame{Data: data, LinkType: uint32(link), LinkName: link.String()}
}
