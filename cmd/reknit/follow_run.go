package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// followJob is one run of reknit follow.
type followJob struct {
	*followOptions
	std  stdio
	term *terminal
	log  *logger

	which  selector
	format dump.Format
	policy stream.Policy
	meter  meter
}

func (j *followJob) run(ctx context.Context) error {
	j.log = newLogger(j.term.messages())
	reader, err := pcapfile.OpenAll(j.read, pcapfile.Options{
		Warn: func(err error) { j.log.warning("pcap", "%v", err) },
	})
	if err != nil {
		return err
	}
	defer reader.Close()
	t, err := j.taker()
	if err != nil {
		return err
	}
	w := &follower{taker: t, which: j.which, acked: j.acknowledged, side: [2]bool{j.side != "server", j.side != "client"}}
	eng, err := engine.New(j.engineConfig(w))
	if err != nil {
		return err
	}
	src := &followSource{source: source{Reader: reader, meter: &j.meter}, follower: w, stopAtEnd: !j.list}
	if p, ok := t.(*printing); ok && j.term.shared {
		src.before = p.flush
	}
	interrupted, err := j.drive(ctx, eng, src)
	if err != nil || interrupted {
		return err
	}
	return j.missing(w)
}

// taker makes what takes the streams.
func (j *followJob) taker() (taker, error) {
	switch {
	case j.list:
		return newListing(j.term, j.verbose > 0)
	case j.split != "":
		files, err := dump.OpenFiles(j.split)
		if err != nil {
			return nil, err
		}
		return &splitting{files: files, dir: j.split, out: j.term}, nil
	}
	return newPrinting(j.term, j.format), nil
}

func (j *followJob) engineConfig(w *follower) engine.Config {
	return engine.Config{
		Streams:   w,
		NoFlows:   true,
		Checksums: checksumsOf[j.checksums],
		Stream:    stream.Config{Immediate: !j.acknowledged, GracePackets: 8},
		TCP:       tcp.Config{Midstream: true, AsyncOneSide: true, TrustAfterLoss: true},
		Policy:    func(netip.Addr) stream.Policy { return j.policy },
		Notice:    func(text string) { j.log.warning("reknit", "%s", text) },
	}
}

var checksumsOf = map[string]engine.Checksums{
	"auto": engine.ChecksumAuto, "all": engine.ChecksumVerify, "none": engine.ChecksumIgnore,
}

// drive runs the engine.
func (j *followJob) drive(ctx context.Context, eng *engine.Engine, src *followSource) (interrupted bool, _ error) {
	ctx, restore := onSignals(ctx, nil, nil)
	defer restore()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		j.term.follow(&j.meter, stop)
	}()
	err := eng.Run(ctx, src)
	close(stop)
	<-stopped
	interrupted = err != nil && errors.Is(err, ctx.Err())
	failed := src.err
	if e := src.close(); failed == nil {
		failed = e
	}
	switch {
	case failed != nil:
		return interrupted, failed
	case interrupted:
		j.log.notice("reknit", "interrupted")
	case err != nil:
		j.log.error("pcap", "%v", err)
		return false, errReported
	}
	return interrupted, nil
}

// missing returns an error when there was nothing to take.
func (j *followJob) missing(w *follower) error {
	if w.number == 0 {
		j.log.warning("reknit", "there are no TCP connections")
	}
	if w.wanted > 0 || j.which.text == "" {
		return nil
	}
	return fmt.Errorf("no stream is %s; there are %s (--list)", printable(j.which.text), count(w.number))
}

// clock is a time as it is shown.
func clock(t time.Time) string { return t.In(time.Local).Format("2006-01-02 15:04:05") }
