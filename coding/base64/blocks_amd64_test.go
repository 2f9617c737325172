package base64

// withAndWithout calls f as on processors that have vectors, if this one does, and as on others.
func withAndWithout(f func()) {
	defer func(was bool) { vectors = was }(vectors)
	f()
	vectors = false
	f()
}
