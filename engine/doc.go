// Package engine wires the stations together: a Worker takes a packet through decoding, its flow, its connection and
// its streams to the parsers, and turns what they find into event records and a verdict.
//
//	                 ┌──────────── the packet in a tunnel, the datagram of fragments
//	                 ▼
//	packet.Decode ─▶ flow.Table ─▶ tcp.Tracker ─▶ stream.Store ─▶ app.Session ─▶ event.Sink
//	                                                   │
//	                                                   ├─▶ StreamHandler, in place of parsers
//	                                                   └─▶ RawHandler, StreamLogger, beside either
//
// One call, Worker.Packet, does all of it, synchronously and without a lock; time comes with the packet. Engine.Run
// reads a Source to its end.
//
// With several workers (Config.Workers) each flow belongs to one of them. Whoever reads a Source finds out whose a packet is,
// and copies it into a ring of that worker:
//
//	Source ─▶ decode, put fragments together ─▶ owner of the flow ─┬─▶ ring ─▶ Worker ─▶ event.Sink
//	                                                                └─▶ ring ─▶ Worker ─▶ …
//
// Packets of different flows that are in each other, a tunnel's and the one in it, go to the owners of both; an ICMP error goes to
// the owner of the flow that it quotes. Along with the packet goes the time of the capture, so that flows time out as if one
// worker had seen all packets; fragments are put together, and checksums judged, before packets are handed over, since
// that depends on the order of all packets. The records are therefore the same for any number of workers, but for their
// order, as long as no limit of memory is met. Several Sources are queues of one capture, read at the same time; packets of
// one direction of a flow that come on more than one are counted, told, and put in order by their time as far as they are there.
//
// Protocols are given in Config, so that an engine links only those that it needs; two
// engines in one process share nothing.
//
// In the path of the packets (Config.Inline) parsers see bytes before the receiver does, and the packet that completes
// what a handler does not want gets the verdict packet.Drop, as do all later ones of its flow. A segment that brings other
// bytes than the parsers have read is overwritten with those; packet.Rewritten says that the frame is to be sent on as it is
// now. Elsewhere bytes are seen once they are acknowledged: what the parsers read is what the receiver has.
//
// Whatever grows is bounded: flows by flow.Config.Memory, bytes that cannot be read yet by stream.Config.MaxHeld and
// MemoryCap, units by the parsers. In the steady state a packet costs no allocation. A parser that panics costs its flow;
// Config.Notice is told.
//
// What becomes of traffic that cannot be followed or parsed is for Config.Exceptions. Where packets can be dropped
// (Config.Prevent) an exception can drop, and so do segments that no receiver would take.
//
// When all stations are through with a packet, a PacketHandler may look at it, knowing its flow, and say what is to become of
// both; it is told where flows begin and end. It is the place of rules.
//
// A Source whose packets wait for a verdict (Decider) is told it by the worker that has it, also when packets are handed over. One
// without packets returns ErrQuiet and the time, by which flows then time out.
//
// Missing so far: rules; sources that can let flows pass unseen.
package engine
