//go:build !unix

package main

import "os"

// reloadSignal is none: this system has no signal for it.
var reloadSignal os.Signal
