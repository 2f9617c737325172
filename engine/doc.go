// Package engine wires the stations together: a Worker takes a packet through decoding, its flow, its connection and
// its streams to the parsers, and turns what they find into event records.
//
//	packet.Decode ─▶ flow.Table ─▶ tcp.Tracker ─▶ stream.Store ─▶ app.Session ─▶ event.Sink
//
// One call, Worker.Packet, does all of it, synchronously and without a lock; time comes with the packet. Engine.Run
// reads a Source to its end. Protocols are given in Config, so that an engine links only those that it needs; two
// engines in one process share nothing.
//
// Missing so far: several workers, defragmentation, tunnels, rules, exception policies.
package engine
