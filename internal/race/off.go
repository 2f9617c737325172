//go:build !race

// Package race tells tests whether the race detector watches them: it throws away part of what a sync.Pool is given, so
// that what is taken from pools cannot be counted.
package race

// Enabled tells whether the race detector is compiled in.
const Enabled = false
