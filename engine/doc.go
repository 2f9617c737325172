// Package engine wires the stations together: a Worker takes a packet through decoding, its flow, its connection and
// its streams to the parsers, and turns what they find into event records and a verdict.
//
//	                 ┌──────────── the packet in a tunnel, the datagram of fragments
//	                 ▼
//	packet.Decode ─▶ flow.Table ─▶ tcp.Tracker ─▶ stream.Store ─▶ app.Session ─▶ event.Sink
//	                                                   │
//	                                                   └─▶ StreamHandler, in place of parsers
//
// One call, Worker.Packet, does all of it, synchronously and without a lock; time comes with the packet. Engine.Run
// reads a Source to its end. Protocols are given in Config, so that an engine links only those that it needs; two
// engines in one process share nothing.
//
// In the path of the packets (Config.Inline) parsers see bytes before the receiver does, and the packet that completes
// what a handler does not want gets the verdict packet.Drop, as do all later ones of its flow. Elsewhere bytes are seen
// once they are acknowledged: what the parsers read is what the receiver has.
//
// Whatever grows is bounded: flows by flow.Config.Memory, bytes that cannot be read yet by stream.Config.MaxHeld and
// MemoryCap, units by the parsers. In the steady state a packet costs no allocation. A parser that panics costs its flow;
// Config.Notice is told.
//
// What becomes of traffic that cannot be followed or parsed is for Config.Exceptions. Where packets can be dropped
// (Config.Prevent) an exception can drop, and so do segments that no receiver would take.
//
// Missing so far: several workers, rules.
package engine
