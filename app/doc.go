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
// # The driver ends
//
// A turn is taken because bytes arrived, because the other direction moved while this one waited for it, or because the
// protocol was settled or changed. A turn moved when the cursor's offset grew or the session's state is not what it was.
// Only a turn that moved gives cause for another, offsets only grow and end at the bytes held, and a state changes back
// only by bytes consumed or by a protocol change, of which a session has at most a fixed number.
//
// # Detection does not depend on segmentation
//
// The result for a direction is that of the shortest prefix which gives one, however many bytes arrive at once. A pattern
// needs as many bytes as its depth; a probe is monotone, so that the shortest prefix it accepts is found by bisection when
// two candidates accept the same bytes.
package app
