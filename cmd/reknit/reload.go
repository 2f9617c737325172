package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/stats"
)

// reloader reads the rules anew when it is asked to, while packets are inspected with those there are.
type reloader struct {
	job   *job
	live  *detect.Live
	given wishes // what the parsers were told at the start that rules want
	early [2]bool

	asked chan struct{}
	shown atomic.Pointer[stats.Rules]
}

// newReloader returns a reloader of the rules that were loaded; given is what the engine is made with.
func newReloader(j *job, given wishes) *reloader {
	r := &reloader{job: j, live: detect.NewLive(j.detection), given: given, asked: make(chan struct{}, 1)}
	r.early[0], r.early[1] = j.detection.Early()
	r.note(j.loaded)
	j.detection = nil // it is the reloader's, which gives it up for the next
	return r
}

// ask has the rules read anew, once if it is asked more often than that can be done.
func (r *reloader) ask() {
	select {
	case r.asked <- struct{}{}:
	default:
	}
}

// beside has the rules read whenever it is asked for, until the function that it returns is called.
func (r *reloader) beside(ctx context.Context, eng *engine.Engine) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.follow(ctx, eng)
	}()
	return func() {
		cancel()
		<-done
	}
}

// follow reads the rules whenever it is asked to, until the context ends.
func (r *reloader) follow(ctx context.Context, eng *engine.Engine) {
	log := r.job.log
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.asked:
		}
		log.notice("detect", "rule reload starting")
		if err := r.reload(ctx, eng); err != nil && ctx.Err() == nil {
			log.error("detect", "rule reload failed, the rules stay as they are: %v", err)
		}
	}
}

// reload reads the configuration of rules and the rules, and has them inspect what comes. When it fails, nothing has changed.
func (r *reloader) reload(ctx context.Context, eng *engine.Engine) error {
	j := r.job
	refresh(eng)
	if err := r.live.Settle(ctx); err != nil {
		return err
	}
	fresh, problems := config.Load(config.Options{File: j.config, Includes: j.includes, Set: j.set})
	if problems.Fatal(false) {
		j.report(problems)
		return errors.New("the configuration is not right")
	}
	conf := *j.conf
	conf.Rules = fresh.Rules
	l := j.loader(&conf)
	l.before = r.live.Set()
	if err := l.load(); err != nil {
		return err
	}
	l.tell(j.log)
	if len(l.set.Files) == 0 {
		return errors.New("there is no file of rules")
	}
	if j.initFatal && l.wrong() {
		return errors.New("there are rules that cannot be used")
	}
	r.missing(l.compiled)
	r.live.Use(l.compiled)
	j.sets = l.sets
	r.note(l)
	refresh(eng)
	j.log.notice("detect", "rule reload complete")
	return nil
}

// refresh has workers take up the present rules that have no packets at the moment. A single worker does it with its next.
func refresh(eng *engine.Engine) {
	eng.Between(func(h engine.PacketHandler) {
		if w, ok := h.(*detect.Worker); ok {
			w.Refresh()
		}
	})
}

// note keeps what the counters tell of the rules.
func (r *reloader) note(l *ruleLoader) {
	sum := l.set.Totals()
	r.shown.Store(&stats.Rules{Loaded: sum.Loaded, Failed: sum.Failed, Skipped: sum.Skipped, At: time.Now().UnixNano()})
}

// missing tells what rules look at that is not there, since no rule looked at it when the program began.
func (r *reloader) missing(s *detect.Set) {
	var now wishes
	now.addRules(s)
	beforeFlow, beforeStream := s.Early()
	for _, w := range []struct {
		name        string
		wants, have bool
	}{
		{"transactions", now.rules, r.given.rules}, {"JA3", now.ja3, r.given.ja3}, {"JA4", now.ja4, r.given.ja4},
		{"HASSH", now.hassh, r.given.hassh}, {"MD5 of bodies", now.bodyDigest, r.given.bodyDigest}, {"MD5 of files", now.md5, r.given.md5}, {"SHA-1 of files", now.sha1, r.given.sha1},
		{"SHA-256 of files", now.sha256, r.given.sha256}, {"the contents of files and bodies", now.keep > 0, r.given.keep > 0},
		{"packets before they have a flow", beforeFlow, r.early[0]}, {"packets before their connection takes them", beforeStream, r.early[1]},
		{"files to be stored", s.Stores(), r.given.store != nil},
		{"frames", len(now.rulesFrames) > 0, r.given.frames || sameFrames(now.rulesFrames, r.given.rulesFrames)},
	} {
		if w.wants && !w.have {
			r.job.log.warning("detect", "%s", fmt.Sprintf("rules look at %s, which no rule did at the start: that needs a restart", w.name))
		}
	}
}

// sameFrames reports whether all frames that rules look at, by protocol, are among those of before.
func sameFrames(now, before map[string][]string) bool {
	for protocol, names := range now {
		for _, n := range names {
			if !slices.Contains(before[protocol], n) {
				return false
			}
		}
	}
	return true
}
