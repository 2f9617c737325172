package main

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/stats"
)

// reloader reads the rules anew when it is asked to, while packets are inspected with those there are.
type reloader struct {
	job    *job
	live   *detect.Live
	others wishes // of the outputs
	given  wishes // those and what the rules want: what is done for them

	asked chan struct{}
	shown atomic.Pointer[stats.Rules]
}

// newReloader returns a reloader of the rules that were loaded; others is what the outputs want.
func newReloader(j *job, others wishes) *reloader {
	r := &reloader{job: j, live: detect.NewLive(j.detection), others: others, given: others, asked: make(chan struct{}, 1)}
	r.given.addRules(j.detection)
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
	conf.Rules, conf.Lists = fresh.Rules, fresh.Lists
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
	j.tellUnstored(l.compiled)
	r.live.Use(l.compiled)
	r.want(eng, l.compiled)
	j.sets = l.sets
	r.note(l)
	refresh(eng)
	j.log.notice("detect", "rule reload complete")
	return nil
}

// want has done for the rules what they want, where that is not what is done.
func (r *reloader) want(eng *engine.Engine, rules *detect.Set) {
	now := r.others
	now.addRules(rules)
	if reflect.DeepEqual(now, r.given) {
		return
	}
	r.given = now
	c := engineConfig(r.job.conf, r.job.options, now)
	eng.Change(&engine.Demand{Protocols: c.Protocols, App: c.App, CheckOverlap: c.Stream.CheckOverlap})
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
