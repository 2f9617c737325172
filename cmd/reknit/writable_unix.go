//go:build unix

package main

import "golang.org/x/sys/unix"

// writable returns an error when files cannot be made in a directory.
func writable(dir string) error {
	return unix.Access(dir, unix.W_OK|unix.X_OK)
}
