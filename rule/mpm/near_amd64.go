package mpm

import "golang.org/x/sys/cpu"

// vectors tells whether places are looked at sixteen at a time.
var vectors = cpu.X86.HasAVX2

// skipVectors returns how many places of data, which is at least a block, can be passed over: where the halves of the bytes let no bucket
// have a pattern. Of the last three, which have no window, it passes over none.
//
//go:noescape
func skipVectors(halves *[2 * window]halfBytes, data []byte) int
