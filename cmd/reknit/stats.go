package main

import (
	"time"

	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/sink/file"
	"github.com/reknit/reknit/stats"
)

// statsOutput is a file with tables of counters.
type statsOutput struct {
	file    *file.Output
	options stats.Options
	buf     []byte
}

func newStatsOutput(s config.StatsFile, dir string, log *logger) (*statsOutput, error) {
	out, err := file.Open(file.Config{
		Name:     within(dir, s.Filename),
		Truncate: !s.Append,
		Report:   func(err error) { log.error("output", "%v", err) },
	})
	if err != nil {
		return nil, err
	}
	return &statsOutput{file: out, options: stats.Options{NoTotals: !s.Totals, Threads: s.Threads, NoZeros: !s.NullValues}}, nil
}

// write adds a table.
func (o *statsOutput) write(s *stats.Snapshot) {
	o.buf = s.AppendLog(o.buf[:0], o.options, time.Local)
	o.file.Write(o.buf)
}
