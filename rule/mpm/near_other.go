//go:build !amd64

package mpm

// vectors tells whether places are looked at sixteen at a time.
const vectors = false

func skipVectors(*[2 * window]halfBytes, []byte) int { return 0 }
