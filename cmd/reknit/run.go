package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/sink/certstore"
	"github.com/reknit/reknit/sink/file"
)

// start does what the command line says.
func (c *command) start(ctx context.Context, args []string) error {
	switch {
	case c.version:
		printVersion(c.std.out)
		return nil
	case c.build:
		printBuild(c.std.out)
		return nil
	case c.hooks:
		return printHooks(c.std.out)
	}
	if err := c.check(args); errors.Is(err, pflag.ErrHelp) {
		c.help()
		return nil
	} else if err != nil {
		return err
	}
	j := &job{options: &c.options, std: c.std, term: newTerminal(c.std), started: time.Now()}
	j.log = newLogger(j.term.messages())
	defer j.close()
	return j.run(ctx)
}

// job is one run of the program.
type job struct {
	*options
	std     stdio
	term    *terminal
	log     *logger
	started time.Time

	conf    *config.Config
	dir     string // for log files; empty: none are written
	eve     []*eveOutput
	tables  []*statsOutput
	data    dataLoggers
	summary *summary // nil: none
	meter   meter

	detection    *detect.Set // nil: no rules
	loaded       *ruleLoader // of which it is
	reloader     *reloader   // nil: no rules
	sets         *dataset.Store
	certificates *certstore.Store // nil: they are not kept
	packets      *packetLogs      // nil: they are not written
	fast         []*fastOutput
}

func (j *job) run(ctx context.Context) error {
	var problems config.Problems
	for _, set := range j.set {
		if !strings.Contains(set, "=") {
			return usagef("--set wants KEY=VALUE, not %q", set)
		}
	}
	j.conf, problems = config.Load(config.Options{File: j.config, Includes: j.includes, Set: j.set})
	if j.dump {
		err := j.report(problems)
		return cmp.Or(j.conf.Dump(j.std.out), err)
	}
	noPlace := j.place()
	if j.conf.FromFile && !j.needsOutput() {
		j.log.divert(j.term.notices())
	}
	j.log.configure(j.conf, j.verbose, j.openLog)
	j.log.notice("reknit", "This is reknit %s, compatible with Suricata version %s", ownVersion(), claimed)
	if err := j.check(problems, noPlace); err != nil {
		return err
	}
	if j.test {
		j.log.notice("reknit", "Configuration provided was successfully loaded. Exiting.")
		if !j.conf.FromFile {
			fmt.Fprintln(j.term, "The built-in configuration and what was set on the command line are in order.")
		}
		return j.term.failed()
	}
	if j.analyseRules {
		return j.term.failed()
	}
	if len(j.read) == 0 {
		return usagef("nothing to read: give a capture file with -r")
	}
	return profiled(j.cpuProfile, func() error { return j.analyse(ctx) })
}

// check tells what is wrong with the configuration and the rules: a test all of it, other runs the first part of it.
func (j *job) check(problems config.Problems, noPlace error) error {
	var failed error
	for _, part := range []func() error{
		func() error { return j.report(problems) },
		func() error { return noPlace },
		j.policies,
		j.rulesOf,
	} {
		err := part()
		if err != nil && !j.test {
			return err
		}
		if err != nil && err != errReported {
			j.log.error("reknit", "%v", err)
			err = errReported
		}
		failed = cmp.Or(failed, err)
	}
	return failed
}

// policies tells what is wrong with the exception policies, and what became of those that cannot be as they are.
func (j *job) policies() error {
	if err := j.conf.Policies.CheckMidstream(j.conf.Stream.Midstream, j.inline); err != nil {
		if j.initFatal || j.test {
			j.log.error("config", "%v", err)
			return errReported
		}
		j.log.warning("config", "%v", err)
	}
	if p := j.conf.Policies.Default; p != "" {
		j.log.info("exception-policy", "master exception-policy set to: %s", p) // tools look for it
	}
	_, changes := j.conf.Policies.Resolve(j.inline, j.conf.Stream.Midstream)
	for _, text := range changes {
		j.log.warning("exception-policy", "%s", text)
	}
	return nil
}

// place decides where log files go.
func (j *job) place() error {
	switch {
	case j.logDir != "":
		j.dir = j.logDir
	case j.config != "" && !j.test:
		j.dir = j.conf.LogDir
	default:
		j.conf.Logging.Files = nil
		return nil
	}
	err := checkLogDir(j.dir)
	if err == nil {
		return nil
	}
	j.conf.Logging.Files = nil
	if j.logDir == "" {
		return fmt.Errorf("default-log-dir %s: %w; -l gives another directory", j.dir, err)
	}
	return fmt.Errorf("log directory %s: %w", j.dir, err)
}

// needsOutput reports whether standard output is for something else than messages.
func (j *job) needsOutput() bool {
	if j.analyseRules {
		return j.dir == ""
	}
	const device = "/dev/stdout"
	return j.output == "-" || j.output == device ||
		j.dir != "" && slices.ContainsFunc(j.conf.EVE, func(e config.EVE) bool { return e.Filename == device })
}

func (j *job) openLog(name string, append bool) (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !append {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(within(j.dir, name), flags, 0o666)
}

// report tells of all problems of the configuration. Those about keys without effect are drawn together unless somebody
// wants to know.
func (j *job) report(problems config.Problems) error {
	every := j.test || j.verbose > 0
	for _, p := range problems {
		switch {
		case p.Fatal(j.test):
			j.log.error("config", "%v", p)
		case p.Kind == config.UnknownKey || p.Kind == config.Adjusted || p.Kind == config.Misplaced ||
			p.Kind == config.NotYet && every:
			j.log.warning("config", "%v", p)
		case p.Kind != config.NotYet:
			j.log.info("config", "%v", p)
		}
	}
	if later := problems.Of(config.NotYet); len(later) > 0 && !every {
		var some []string
		for _, p := range later[:min(len(later), 3)] {
			some = append(some, p.Path)
		}
		text := "1 setting has no effect yet: " + some[0]
		if len(later) > 1 {
			text = fmt.Sprintf("%d settings have no effect yet, among them %s; -T lists them", len(later),
				strings.Join(some, ", "))
		}
		j.log.warning("config", "%s", text)
	}
	if problems.Fatal(j.test) {
		return errReported
	}
	return nil
}

// open opens the outputs.
func (j *job) open() error {
	outputs := j.conf.EVE
	if j.output != "" {
		if len(outputs) == 0 { // the configuration has none; what it would be without one will do
			plain, _ := config.Load(config.Options{})
			outputs = plain.EVE
		}
		f := file.Config{Name: j.output, Truncate: true}
		if j.output == "-" {
			f = file.Config{Name: "standard output", Writer: j.std.out}
		}
		o, err := openEVE(outputs[0], j.conf, j.log, f)
		if err != nil {
			return err
		}
		j.eve = append(j.eve, o)
	}
	if j.dir == "" {
		return nil
	}
	for _, e := range j.conf.EVE {
		o, err := newEVE(e, j.conf, j.dir, j.log)
		switch {
		case err == nil:
			j.log.info("output", "eve-log: writing to %s", o.Output.Name())
			j.eve = append(j.eve, o)
		case j.initFatal || !j.conf.FromFile:
			return err
		default:
			j.log.warning("output", "%v; going on without", err)
		}
	}
	for _, s := range j.conf.StatsFiles {
		o, err := newStatsOutput(s, j.dir, j.log)
		switch {
		case err == nil:
			j.tables = append(j.tables, o)
		case j.initFatal:
			return err
		default:
			j.log.warning("output", "%v; going on without", err)
		}
	}
	for _, f := range j.conf.Fast {
		o, err := newFast(f, j.dir, j.log)
		switch {
		case err == nil:
			j.fast = append(j.fast, o)
		case j.initFatal:
			return err
		default:
			j.log.warning("output", "%v; going on without", err)
		}
	}
	for _, d := range j.conf.TCPData {
		o, err := newTCPData(d, j.dir, j.log)
		switch {
		case err == nil:
			j.data = append(j.data, o)
		case j.initFatal:
			return err
		default:
			j.log.warning("output", "%v; going on without", err)
		}
	}
	return nil
}

// analyse reads the captures.
func (j *job) analyse(ctx context.Context) error {
	reader, err := pcapfile.OpenAll(j.read, pcapfile.Options{
		Warn: func(err error) { j.log.warning("pcap", "%v", err) },
	})
	if errors.Is(err, pcapfile.ErrNoCapture) && j.conf.FromFile {
		j.log.warning("pcap", "%v", err)
		reader, err = pcapfile.OpenAll(nil, pcapfile.Options{})
	}
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := j.open(); err != nil {
		return err
	}
	var want wishes
	var to sinks
	for _, o := range j.eve {
		want.add(&o.config)
		to = append(to, o)
	}
	store, err := j.openStore(&want)
	if err != nil {
		return err
	}
	if store != nil {
		to = append(to, store)
	}
	if !j.conf.FromFile && j.output != "-" {
		j.summary = newSummary(j.term, j.verbose > 0)
		want.decode, want.stream, want.flows, want.sha256, want.magic, want.messages = true, true, true, true, true, true
		to = append(to, j.summary)
	}
	want.ranges = http.NewRangeTable(rangesOf(&j.conf.Protocols.HTTP))
	want.ftpMemory = ftp.NewMemory(int64(j.conf.Protocols.FTP.Memcap))
	to = append(to, counted{want.ranges}, counted{want.ftpMemory})
	others := want
	if j.detection != nil {
		want.addRules(j.detection)
	}
	e := engineConfig(j.conf, j.options, want)
	_, size := reader.Progress()
	e.Workers = workers(j.conf, j.options, size)
	if j.summary != nil {
		j.summary.unordered = e.Workers > 1
	}
	for _, o := range j.fast {
		to = append(to, o)
	}
	if err := j.openCertificates(); err != nil {
		return err
	}
	if j.certificates != nil {
		to = append(to, counted{j.certificates})
	}
	if j.packets = j.openPackets(e.Workers); j.packets != nil {
		to = append(to, counted{j.packets})
	}
	e.Sink = event.Sink(to)
	if j.detection != nil {
		e.ShowStreams = j.detection.ShowsStreams()
		j.reloader = newReloader(j, others)
		e.Packets = func() engine.PacketHandler { return j.reloader.live.Worker() }
	}
	if len(j.data) > 0 {
		e.Logger = j.data
	}
	if j.packets != nil {
		e.PacketLog = j.packets.next
	}
	e.Notice = func(text string) { j.log.warning("reknit", "%s", text) }
	eng, err := engine.New(e)
	if err != nil {
		return err
	}
	src := &source{Reader: reader, meter: &j.meter, lost: j.lostPacket, filter: j.filter}
	for _, o := range j.eve {
		o.source = src
	}
	if j.conf.Stats.Enabled {
		src.every = time.Duration(j.conf.Stats.Interval) * time.Second
		src.next = j.started.Add(src.every)
		src.tick = func(now time.Time) { j.stats(eng, now) }
	}
	return j.drive(ctx, eng, src)
}

// drive runs the engine, and tells what came of it.
func (j *job) drive(ctx context.Context, eng *engine.Engine, src *source) error {
	reopen := j.reopen
	if j.dir == "" {
		reopen = nil
	}
	ctx, restore := onSignals(ctx, reopen, j.reload)
	defer restore()
	rulesStay := func() {}
	if j.reloader != nil {
		rulesStay = j.reloader.beside(ctx, eng)
		defer rulesStay()
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		j.term.follow(&j.meter, stop)
	}()
	began := time.Now()
	err := eng.Run(ctx, src)
	took := time.Since(began)
	close(stop)
	<-stopped
	interrupted := err != nil && errors.Is(err, ctx.Err())
	if err != nil && !interrupted {
		j.log.error("pcap", "%v", err)
	}
	if j.conf.Stats.Enabled {
		j.stats(eng, time.Now())
	}
	totals := eng.Totals()
	if j.summary != nil {
		j.summary.print()
		line := j.summary.totals(totals.Packets, totals.Bytes, took)
		if interrupted {
			line = "Interrupted. " + line
		}
		fmt.Fprintln(j.term, line)
	}
	if interrupted {
		j.log.notice("reknit", "interrupted")
	}
	j.log.notice("pcap", "read %s, %s packets, %d bytes", plural(src.Files(), "file"), count(totals.Packets), totals.Bytes)
	rulesStay() // so do their sets
	j.saveSets()
	failed := errors.Join(j.closeOutputs(), j.term.failed())
	if err != nil && !interrupted && !j.conf.FromFile { // Suricata takes what it got from a broken capture for success
		return errReported
	}
	return failed
}

// saveSets writes what rules keep in sets for the next run.
func (j *job) saveSets() {
	if j.sets == nil {
		return
	}
	if err := saveLists(j.sets); err != nil {
		j.log.error("datasets", "%v", err)
	}
}

// stats has the counters written.
func (j *job) stats(eng *engine.Engine, now time.Time) {
	if len(j.tables) == 0 && !slices.ContainsFunc(j.eve, func(o *eveOutput) bool { return o.config.Logs("stats") }) {
		return
	}
	s := eng.Stats(now.UnixNano(), now.Sub(j.started))
	if j.reloader != nil {
		s.Rules = j.reloader.shown.Load()
	}
	for _, o := range j.tables {
		o.write(s)
	}
	for _, o := range j.eve {
		o.stats(s)
	}
}

// reopen opens log files anew, after they were moved away.
func (j *job) reopen() {
	for _, o := range j.files() {
		if err := o.Reopen(); err != nil {
			j.log.error("output", "%v", err)
		}
	}
	if err := j.log.reopen(); err != nil {
		j.log.error("logging", "%v", err)
	}
	j.log.notice("reknit", "log files opened anew")
}

// reload has the rules read anew.
func (j *job) reload() {
	if j.reloader == nil {
		j.log.warning("detect", "there was no file of rules at the start, so that none can be exchanged")
		return
	}
	j.reloader.ask()
}

// files returns what the outputs write to.
func (j *job) files() (all []*file.Output) {
	for _, o := range j.eve {
		all = append(all, o.Output)
	}
	for _, o := range j.tables {
		all = append(all, o.file)
	}
	for _, o := range j.fast {
		all = append(all, o.file)
	}
	for _, o := range j.data {
		if o.text != nil {
			all = append(all, o.text)
		}
	}
	return all
}

// closeOutputs writes out what is left.
func (j *job) closeOutputs() error {
	var errs []error
	for _, o := range j.files() {
		if err := o.Close(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", o.Name(), err))
		}
	}
	errs = append(errs, j.data.close())
	if j.packets != nil {
		errs = append(errs, j.packets.close())
	}
	j.eve, j.tables, j.fast, j.data = nil, nil, nil, nil
	return errors.Join(errs...)
}

func (j *job) close() {
	j.closeOutputs()
	j.log.close()
}
