package main

import (
	"runtime"

	"github.com/reknit/reknit/internal/config"
)

// shareFrom is the size of captures from which several workers are worth it: below, one is done before anybody waits, and its
// records are in the order of the packets.
const shareFrom = 64 << 20

// workers returns the number of workers for captures of size bytes; 0: unknown.
func workers(c *config.Config, o *options, size int64) int {
	mode := c.Threads.Runmode
	if o.runmode != "" {
		mode = config.Runmode(o.runmode)
	}
	if mode == config.RunSingle || mode == config.RunAuto && size < shareFrom {
		return 1
	}
	return max(1, int(float64(runtime.GOMAXPROCS(0))*c.Threads.Ratio))
}
