//go:build !unix

package main

import "os"

// windowWidth returns the number of columns of the terminal that f is, or 0 when it is none or nobody knows.
func windowWidth(*os.File) int { return 0 }
