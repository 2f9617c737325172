//go:build unix

package main

import (
	"os"
	"syscall"
)

// reloadSignal asks for the rules to be read anew.
var reloadSignal os.Signal = syscall.SIGUSR2
