package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// onSignals ends the context at the first signal to stop, and the program at the second. A hang-up is the signal to open
// log files anew, for which reopen is called; without log files, when reopen is nil, it is one to stop. The signal to read the
// rules anew has reload called. The function that onSignals returns undoes all that.
func onSignals(ctx context.Context, reopen, reload func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if reloadSignal != nil && reload != nil {
		signal.Notify(signals, reloadSignal)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range signals {
			switch {
			case s == reloadSignal:
				reload()
			case s == syscall.SIGHUP && reopen != nil:
				reopen()
			case ctx.Err() != nil:
				os.Exit(exitError)
			default:
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		<-done
		cancel()
	}
}
