package config

import (
	"fmt"
	"strconv"
)

// Runmode says how the work is shared out.
type Runmode string

// The run modes. Autofp and Workers differ in how live captures are read.
const (
	RunAuto    Runmode = "auto" // one worker for small captures, several for large ones
	RunSingle  Runmode = "single"
	RunAutofp  Runmode = "autofp"
	RunWorkers Runmode = "workers"
)

// Threads is the part of the configuration that says how the work is shared out.
type Threads struct {
	Runmode Runmode
	Ratio   float64 // workers per processor
}

func (t *Threads) table() []row {
	return []row{
		{"runmode", oneOf(&t.Runmode, RunAuto, RunSingle, RunAutofp, RunWorkers), string(RunAutofp), string(RunAuto),
			"single: one worker does all. autofp, workers: one per processor. auto: one for captures below 64 MiB, and for " +
				"standard input, more for larger ones. The option --runmode wins."},
		{"threading.detect-thread-ratio", ratio(&t.Ratio), "1.0", "", "Workers per processor."},
	}
}

// ratio is for keys that take a number of things per processor.
func ratio(to *float64) binding {
	return scalar("a number up to 64", func(t string) error {
		r, err := strconv.ParseFloat(t, 64)
		if err != nil || !(r > 0 && r <= 64) {
			return fmt.Errorf("want a number up to 64, not %q", t)
		}
		*to = r
		return nil
	})
}
