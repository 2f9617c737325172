// Package literal finds which of many literals a stream of bytes holds.
//
// A Set is an Aho-Corasick automaton. It is read-only and shared by all workers. A scan takes a State and returns the next one,
// so that literals are found across the segments of a stream; what was found goes to Hits, which each worker has of its own.
// A scan allocates nothing, and its time is linear in the bytes, whatever they are.
//
// Case is ignored: bytes are folded as they are read, nothing is copied. A Set tells which rules are worth a look, not that a
// rule matches. For the same reason a literal of more than MaxLength bytes is found by its beginning.
//
// # How it is fast
//
//	skip:   a bitmap of hashes of the first four bytes of literals; most positions of most traffic are not in it
//	dense:  states near the root, where a scan mostly is, have a row of 256 successors
//	sparse: all others have a list of children, mostly one, and a link to the state of their longest suffix
//
// States are numbered in the order of their depth, so that the children of a state are neighbours and a state's number tells
// whether it is dense.
package literal
