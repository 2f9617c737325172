// Package stream keeps the ordered bytes of one direction of a connection and lets a parser read them unit by unit as
// they arrive: a line, a structure of fixed size, a part of a body. It knows nothing of TCP; whoever follows the
// connection says which bytes stand at which offset, what the receiver acknowledged, and where the end is.
//
//	         app           contig            edge
//	          |              |                |
//	----------aaaaaaaaaaaaaaa-----bbb---ccc---
//	read and  held, can be   hole  held behind
//	gone      read           holes
//
// The central types:
//
//   - Stream: one direction. It is small and holds no pointers.
//   - Store: the memory of all streams of one worker, and what moves bytes into and out of them.
//   - Cursor: how a Reader reads. A read that fails consumes nothing and is repeated on the next call; the Store does
//     not call again before the read can succeed, bytes were lost, or the stream ended.
//   - Buffer: a stream that a parser feeds itself.
//
// Terms: a piece is a run of bytes of one segment; a hole is bytes that have not arrived; a gap is a hole that was
// declared lost; the want of a Cursor is how many bytes its failed read needs; the left edge is the offset before
// which nobody holds anything.
//
// A byte is delivered when its receiver acknowledged it, or at once (Config.Immediate). A hole becomes a gap when the
// receiver acknowledged a byte of it and bytes behind it are held, after Config.GracePackets or GraceTime. A gap goes
// first to a Skip that passed over it, then to a Piece that is being read, and what is left to Reader.Gap. A FIN counts
// where the bytes before it were delivered. At the end of the connection everything is delivered, with every hole as a
// gap; what is missing before a FIN is one, too.
//
// Which bytes win where segments overlap is the Policy, what the receiving system does: those of Suricata, and Linux6,
// which follows the queue of a current Linux kernel entry by entry. Bytes that the receiver has never change.
// Inline, where what is read has yet to reach its receiver, the first copy wins and later ones are overwritten with it.
//
// Beside the parser, content inspection (Store.Inspect) and dumps (Store.Log) may follow a stream, each with a position of its
// own. What is held is what one of these needs, its left edge being the least of
//
//   - where the parser is, as long as nobody knows the protocol at the beginning;
//   - where inspection is, less Config.Raw.Overlap or the window that is inspected inline, less KeepInspected;
//   - where the dump is;
//   - inline, what is acknowledged; with CheckOverlap, Config.OverlapWindow bytes before all that.
//
// A stream that neither inspection nor a dump follows pays nothing for them.
//
// Limits: bytes held per direction and memory in all (Config.MaxHeld, Config.MemoryCap), depth (Config.Depth); a unit's
// length is limited by the read itself. Bytes that are refused leave a hole, which is counted and reported as any other.
// Nothing is allocated for a hole, and the work for a segment does not depend on how many are held, but for the
// logarithm. Memory of freed pages is used again and never given back to the system.
//
// Missing on purpose: sequence numbers, windows and handshakes, which package tcp knows; memory for the bytes of a unit
// that does not lie in one piece (they are copied together for the call).
package stream
