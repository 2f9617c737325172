package app

// Verdict is what a handler of a program decides about the flow that it was told of.
type Verdict uint8

const (
	Continue Verdict = iota
	Block            // drop the packet whose bytes were just read, and the rest of the flow; inline that stops them
)
