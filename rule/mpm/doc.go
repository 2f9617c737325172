// Package mpm finds many byte strings at once: the patterns by which rules are chosen, in packets, streams and fields.
//
//	patterns ─▶ Compile ─▶ Set (read only, shared) ─▶ Scan(state, data, scratch) ─▶ IDs of the patterns that are there
//	                                                  Each(state, data, emit)    ─▶ all matches, with their ends
//
// Answers are exact: an ID is reported if and only if its pattern is in the data, in the right case and place. A State carries a scan
// from one segment of a stream to the next, and what is found does not depend on where segments end.
//
// # How it works
//
// The data passes a filter first, which tells where a pattern may begin. Few patterns are looked for at each place by their first
// four bytes, sixteen places at a time where the processor can (near). Of many, those of seven bytes and more are looked for
// by four bytes in a row, a window, at each fourth place only: wherever such a pattern is, one of these is in it (far). Where too
// many are shorter, windows are looked at everywhere. A small table tells whether any pattern has the window there, and goes on with
// the next; the short rest is near's. Where one may begin, eight bytes are looked up. Only where a pattern begins with all of them, or is shorter and there as a whole, an
// automaton of Aho and Corasick takes over. There are two, one for patterns with case and one for those without, which reads folded
// bytes. It reads on until what it has read is no more the beginning of any pattern, and tells which patterns end on the way. Its node
// is what a State keeps, so that a State is small and needs none of the bytes. At the end of a segment a few bytes, too few for
// a window, are read.
//
//	data      . . . . . . p a t t e r n . . . . . . .|
//	filter    ────────────────────────────────────▶
//	automata              ─────────────▶           ──▶
//
// Patterns of up to three bytes are not in the automata, as they would be under way all the time: they are looked up where near
// tells of them.
//
// # What it costs
//
// Time is linear in the data, whatever patterns and data are: the filter looks at each byte a fixed number of times, an automaton reads
// it at most once, with less than one step back for each step ahead, and Scan does not visit twice what it has reported. Where
// all of the data is the beginning of patterns it takes many times as long as usual; docs/performance.md says how long, and how
// Scan compares to other ways. What Each takes grows with the matches that there are.
//
// A Set takes some 12 bytes for each byte of its patterns, less where they begin alike, some 150 for each pattern, and 4 KB. Scanning
// allocates nothing once a Scratch has grown.
//
// What every packet has is no good as a pattern, here as anywhere.
package mpm
