//go:build !amd64

package base64

// withAndWithout calls f as on processors that have vectors, and as on others: here, once.
func withAndWithout(f func()) { f() }
