// Package app takes the streams and datagrams of a flow to the parser of its protocol, and what the parser finds to a
// Logger.
//
//	stream.Stream ─▶ Session ─┬─ detection: patterns, then probes, then expectation; nothing is consumed
//	(Read, Gap, End)          ├─ driver: Client and Server of the parser, waits, gaps, errors, protocol changes
//	datagrams ──────▶         └─ transactions: begun, advanced, complete, told to the Logger once, freed
//
// A Gateway serves one worker: it holds the protocols, compiled for detection, the limits, the counters and the Logger.
// It makes one Session for each flow. A parser sees its flow through a Conn and knows nothing else; it never sees a
// packet, a sequence number or another parser.
//
// # Terms
//
//   - turn: one call of Client or Server, or one attempt to detect the protocol of a direction.
//   - decided: detection has ended for a direction, with a protocol or without one.
//   - settled: the flow has a protocol, or it is known that it has none.
//   - disabled: nothing is given to a parser any more. Raw inspection of the stream does not depend on it.
//
// # Waiting
//
// A parser that cannot go on in one direction before the other has moved calls Conn.WaitPeer and returns. Its bytes are
// held. The wait ends when the other direction's parser has read something, or in vain (Conn.PeerLost): see there. A
// parser that finds the other direction waiting (Conn.PeerWaits) returns after it read what may end the wait, for the other
// to act on it first. Inline, nobody waits.
//
// # The driver ends
//
// A turn is taken because bytes arrived, because the other direction moved while this one waited for it, or because the
// protocol was settled or changed. Only a turn that moved gives cause for another: the offset of its cursor grew, or a
// wait ended in vain, which happens once before the other direction moves. Offsets only grow and end at the bytes held;
// protocols are changed a bounded number of times. A budget in proportion to the bytes held stops a parser that breaks
// this (by skipping without end what has not arrived), as a fault of ours.
//
// # Detection does not depend on segmentation
//
// The result for a direction is that of the shortest prefix which gives one, however many bytes arrive at once. A pattern
// needs as many bytes as its depth; a probe is monotone, so that the shortest prefix it accepts is found by bisection when
// two candidates accept the same bytes.
//
// Bytes are held until the protocol is known, and are then read in the order in which the two sides sent them. Bytes that
// the other side has answered, in a flow whose protocol is known from it, end the detection of their direction.
//
// Missing on purpose: a table of expected connections (a Logger that is an Expecter keeps one), and rules, which look at
// transactions through Session.Transactions and Protocol.Fields.
package app
