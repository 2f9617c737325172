// Command reknit looks into network traffic: it puts TCP connections back together, parses what they carry and reports
// what it finds, as a summary for people or as EVE JSON. It takes Suricata's options and configuration.
//
//	reknit -r mail.pcap                          a summary
//	reknit -r mail.pcap -o -                     EVE JSON on standard output
//	reknit -c suricata.yaml -r mail.pcap -l DIR  what the configuration says, in DIR
//	reknit follow -r mail.pcap 3                 what both sides of the third connection said
//
// The exit code is 0 for success, 1 for an error and 2 for wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// ballast keeps the garbage collector from running at every few megabytes while there is next to nothing to collect:
// it counts as live, and is never touched, so it takes no memory. It saves about a tenth of the time on a capture of mails.
var ballast = make([]byte, 16<<20)

func main() {
	defer runtime.KeepAlive(ballast)
	os.Exit(run(context.Background(), os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr, os.Getenv}))
}

// stdio is what a process has to talk to.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

const (
	exitOK = iota
	exitError
	exitUsage
)

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported ends the program after the reason was logged.
var errReported = errors.New("reported")

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, std stdio) int {
	c := newCommand(std)
	err := c.execute(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(std.err, "reknit: %v\n%s --help lists the options.\n", err, c.meant(args).CommandPath())
		return exitUsage
	case !errors.Is(err, errReported):
		fmt.Fprintf(std.err, "reknit: %v\n", err)
	}
	return exitError
}
