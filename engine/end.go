package engine

import (
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/stream"
)

// IP protocol numbers.
const (
	protocolICMP     = 1
	protocolTCP      = 6
	protocolFragment = 44 // in IPv6
	protocolESP      = 50
	protocolICMPv6   = 58
)

// endFlow is called before a flow is freed: what is left of its streams is delivered, its session closed, and its
// record written. It may happen in the middle of another flow's packet.
func (w *Worker) endFlow(h flow.Handle, e *flow.Entry[flowState], why flow.Reason) {
	outer := w.current
	w.current = current{entry: e, handle: h, now: w.flows.Now()}
	if why == flow.Timeout { // whenever that is noticed
		w.now = min(w.now, w.flows.Deadline(e))
	}
	w.gateway.Packet(w.now, 0)

	number := uint64(0)
	if outer.packet != nil {
		number = outer.packet.Number
	}
	left := w.unfinished(e)
	w.ending(e, why, left, number)
	v := &e.Value
	isTCP := e.Key().Protocol() == protocolTCP
	var leftOut [2]uint64 // urgent bytes
	if isTCP && v.conn != 0 && e.Mark&(dropped|bypassed) == 0 {
		for d := range leftOut {
			leftOut[d] = uint64(w.tracker.LeftOut(w.conns.at(v.conn), stream.Dir(d)))
		}
		if w.beside == nil {
			w.tracker.Close(w.conns.at(v.conn), (*reader)(w))
			w.showEnds(left)
		} else {
			w.finish(w.conns.at(v.conn), left)
		}
	}
	if isTCP && w.beside != nil && w.beside.log != nil {
		w.beside.log.Finish(&w.flow)
	}
	if e.Mark&begun != 0 {
		w.whole.Finish(&w.flow)
	}
	f := &w.ended
	*f = event.Flow{Exceptions: f.Exceptions[:0]}
	f.TCP.ClientUrgent, f.TCP.ServerUrgent = leftOut[0], leftOut[1]
	reversed := false
	switch {
	case v.session == 0:
	case w.config.Streams != nil:
		w.values.remove(v.session)
	default:
		s := w.sessions.at(v.session)
		reversed = s.Reversed()
		f.AppProto = event.AppProto{
			Name: s.Protocol(), ToServer: s.ProtocolOf(stream.ToServer), ToClient: s.ProtocolOf(stream.ToClient),
			Original: s.Original(), Expected: s.Expected(),
		}
		f.Transactions = s.TxCount()
		s.Close()
		w.sessions.remove(v.session)
	}
	if (!w.config.NoFlows || w.config.Netflows) && w.config.Sink != nil {
		w.flowRecord(e, why, reversed)
	}
	if w.keeper != nil {
		w.keeper.FlowEnd(&w.flow)
	}
	delete(w.details, h)
	delete(w.parents, h)
	if isTCP && v.conn != 0 {
		w.conns.put(v.conn)
	}
	w.current = outer
	if outer.packet != nil {
		w.gateway.Packet(outer.now, outer.packet.Number)
	}
}

// flowRecord writes the records of flow e.
func (w *Worker) flowRecord(e *flow.Entry[flowState], why flow.Reason, reversed bool) {
	f := &w.ended
	there, back := flow.ToServer, flow.ToClient
	if reversed {
		there, back = back, there
	}
	f.ToServer = event.Traffic{Packets: uint64(e.Packets(there)), Bytes: e.Bytes(there)}
	f.ToClient = event.Traffic{Packets: uint64(e.Packets(back)), Bytes: e.Bytes(back)}
	f.Start, f.End = e.Start(), e.Last()
	f.Emergency = e.Emergency()
	f.Reason = why.String()
	f.WrongThread = e.Mark&astray != 0
	f.Alerted = e.Mark&alerted != 0
	if t := w.details[w.handle]; t != nil && t.rate != nil {
		f.Elephant = t.rate.elephant
	}
	switch s := e.State(); {
	case e.Mark&bypassed != 0:
		f.State, f.Bypass = event.FlowBypassed, "local"
	default:
		f.State = s.String()
	}
	switch {
	case e.Mark&(dropped|condemned) != 0:
		f.Action = "drop"
	case e.Mark&passed != 0:
		f.Action = "pass"
	}
	f.Exceptions = w.exceptionsOf(e.Mark, f.Exceptions)
	r := &w.record
	*r = event.Record{Type: "flow", Layout: event.LayoutFlow, Time: w.now, FlowID: e.ID(), ParentID: w.parent(), Body: f}
	switch e.Key().Protocol() {
	case protocolTCP:
		w.tcpPart(e, reversed)
	case protocolICMP, protocolICMPv6:
		r.ICMPType, r.ICMPCode = e.Value.icmp()
		f.HasResponse = e.Mark&replied != 0
		f.ResponseType, f.ResponseCode = e.Value.reply()
	case protocolESP:
		f.SPI = e.Value.conn
	}
	w.orient(r, stream.ToServer, reversed)
	if reversed {
		w.etherOfFlow(r, w.handle, stream.ToClient)
	} else {
		w.etherOfFlow(r, w.handle, stream.ToServer)
	}
	if !w.config.NoFlows {
		w.send(r)
	}
	if w.config.Netflows {
		w.netflowRecords(w.handle, e, reversed)
	}
}

// exceptionsOf appends the exceptions that a flow met.
func (w *Worker) exceptionsOf(mark uint16, list []event.Exception) []event.Exception {
	for t := range numTargets {
		if mark&targets[t].mark != 0 {
			list = append(list, event.Exception{Target: targets[t].name, Policy: w.config.Exceptions.of(t).String()})
		}
	}
	return list
}

// tcpPart fills in what the record tells about the connection.
func (w *Worker) tcpPart(e *flow.Entry[flowState], reversed bool) {
	t := &w.ended.TCP
	switch v := &e.Value; {
	case v.opening.IsOpen():
		t.ClientFlags = uint8(v.opening.Flags())
		t.State, t.ClientRegions, t.ServerRegions = "syn_sent", 1, 1
	case v.conn != 0:
		c := w.conns.at(v.conn)
		_, client, server := c.Flags()
		if reversed {
			client, server = server, client
			t.ClientUrgent, t.ServerUrgent = t.ServerUrgent, t.ClientUrgent
		}
		there, back := stream.ToServer, stream.ToClient
		if reversed {
			there, back = back, there
		}
		t.ClientFlags, t.ServerFlags = uint8(client), uint8(server)
		t.State, t.ClientRegions, t.ServerRegions = c.State().String(), 1, 1
		t.ClientGap, t.ServerGap = c.Stream(there).HasGap(), c.Stream(back).HasGap()
	}
}
