package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/ssh"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// ruleLoader reads the rules that a configuration and a command line name.
type ruleLoader struct {
	conf      *config.Config
	protocols []app.Protocol
	only      string   // -S
	more      []string // -s
	strict    string   // --strict-rule-keywords
	inline    bool     // drop and reject are carried out
	warn      func(from, format string, args ...any)
	info      func(from, format string, args ...any)

	dataDir    string         // --data-dir
	wholeLists bool           // what cannot be read in a list is an error
	earlier    *dataset.Store // whose sets are kept that rules change; nil: none

	// certificates keeps what tls.store means; nil: nobody does.
	certificates func(r *event.Record, tx app.Transaction, d stream.Dir)

	before   *detect.Set // that the new set takes the place of; nil: none
	compiled *detect.Set
	sets     *dataset.Store
	language *rule.Language
	set      *rule.Set
	problems []rule.Problem // of the companion files
	limits   []rule.Override
}

// load reads everything. An error is a file that was named on the command line and cannot be read.
func (l *ruleLoader) load() error {
	l.protocols = all.Protocols(all.Config{})
	l.makeLanguage()
	l.set = l.language.NewSet()
	names, err := l.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		l.set.Load(name, string(text))
	}
	l.set.Order(actionOrder(l.conf.Rules.ActionOrder))
	var refused []detect.Refusal
	l.compiled, refused = detect.New(detect.Config{
		Rules: l.set.Rules, Overrides: l.limits, Protocols: l.protocols, MaxAlerts: l.conf.Rules.MaxAlerts,
		GuessTx: l.conf.Rules.GuessTx, MaxGuesses: l.conf.Rules.MaxGuesses, Payload: l.payload(), Prevent: l.inline, Before: l.before,
		Certificates: l.certificates, Notice: func(text string) { l.warn("detect", "%s", text) },
	})
	for _, r := range refused {
		l.set.Refuse(r.Rule, r.Problem)
	}
	return nil
}

// payload returns how much of a stream the outputs want with an alert.
func (l *ruleLoader) payload() (n int) {
	for _, e := range l.conf.EVE {
		if a := &e.Alert; e.Logs("alert") && (a.Payload || a.PayloadPrintable || a.PayloadLength) {
			n = max(n, int(min(a.PayloadSize, maxPayload)))
		}
	}
	return n
}

// maxPayload is how much of a stream an alert shows at most.
const maxPayload = 16 << 20

// makeLanguage makes the language from the configuration and its companion files.
func (l *ruleLoader) makeLanguage() {
	r := &l.conf.Rules
	c := rule.Config{
		Protocols: l.protocols,
		Vars:      rule.Vars{Addresses: r.AddressVars, Ports: r.PortVars},
		Features:  []string{"geoip", "ja3", "ja4"},
		ReadFile:  os.ReadFile,
		Lists:     l.lists(),
		Suggest:   func(word string, names []string) string { return config.Nearest(word, names) },
	}
	l.sets = c.Lists.Sets
	for e := range tcp.NumEvents {
		c.StreamEvents = append(c.StreamEvents, e.String())
	}
	if text, ok := l.companion("classification-config", r.Classification); ok {
		var ps []rule.Problem
		c.Classes, ps = rule.ParseClasses(r.Classification, text)
		l.problems = append(l.problems, ps...)
	}
	if text, ok := l.companion("reference-config", r.References); ok {
		var ps []rule.Problem
		c.References, ps = rule.ParseReferences(r.References, text)
		l.problems = append(l.problems, ps...)
	}
	strict := strings.Split(strings.TrimSpace(l.strict), ",")
	every := l.strict != "" && (strings.TrimSpace(l.strict) == "" || slices.Contains(strict, "all"))
	c.StrictClasses = every || slices.Contains(strict, "classtype")
	c.StrictReferences = every || slices.Contains(strict, "reference")
	c.StrictEvents = every || slices.Contains(strict, "decode-event")
	l.language = rule.New(c)
	if text, ok := l.companion("threshold-config", r.Thresholds); ok {
		var ps []rule.Problem
		l.limits, ps = l.language.ParseThresholds(r.Thresholds, text)
		for i := range ps {
			ps[i].From = "threshold-config"
		}
		l.problems = append(l.problems, ps...)
	}
}

// companion reads a file beside those of rules. One that is not there is told, and done without.
func (l *ruleLoader) companion(from, name string) (text string, ok bool) {
	if name == "" || name == "none" {
		return "", false
	}
	b, err := os.ReadFile(name)
	if err != nil {
		l.warn(from, "%v; going on without", err)
		return "", false
	}
	return string(b), true
}

// files returns the names of the files of rules.
func (l *ruleLoader) files() ([]string, error) {
	if l.only != "" {
		return append([]string{l.only}, l.more...), nil
	}
	var names []string
	for _, pattern := range l.conf.Rules.Files {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(l.conf.Rules.Path, pattern)
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("rule-files: %s: %w", pattern, err)
		}
		if len(found) == 0 {
			l.warn("detect", "rule-files: there is no file %s", pattern)
		}
		names = append(names, found...)
	}
	return append(names, l.more...), nil
}

// actionOrder turns the words of action-order into actions.
func actionOrder(words []string) (order []rule.Action) {
	for _, w := range words {
		if a, err := rule.ParseAction(w); err == nil {
			order = append(order, a)
		}
	}
	return order
}

// rulesOf reads the rules, and tells what is wrong with them.
func (j *job) rulesOf() error {
	if j.noDetection {
		return nil
	}
	l := j.loader(j.conf)
	if err := l.load(); err != nil {
		return err
	}
	l.tell(j.log)
	if j.analyseRules {
		if err := j.analysis(l.set, l.protocols); err != nil {
			return err
		}
	}
	j.tellUnstored(l.compiled)
	unsaved := checkSaved(l.sets)
	if unsaved != nil {
		j.log.error("datasets", "%v", unsaved)
	}
	if (unsaved != nil || l.wrong()) && (j.test || j.initFatal) {
		j.log.error("reknit", "Loading signatures failed.")
		return errReported
	}
	if len(l.set.Files) > 0 { // there may be rules in them later
		j.detection, j.loaded, j.sets = l.compiled, l, l.sets
	}
	return nil
}

// tellUnstored says so when rules have files stored and there is no place for them.
func (j *job) tellUnstored(s *detect.Set) {
	if s.Stores() && len(j.conf.FileStores) == 0 {
		j.log.warning("detect-filestore", "One or more rule(s) depends on the file-store output log which is not enabled. "+
			`Enable the output "file-store".`) // tools look for it
	}
}

// loader returns what loads the rules of the command line and of a configuration.
func (j *job) loader(c *config.Config) *ruleLoader {
	l := &ruleLoader{conf: c, only: j.rules, more: j.moreRules, strict: j.strict, inline: j.inline, warn: j.log.warning,
		info: j.log.info, dataDir: j.dataDir, wholeLists: j.test || j.initFatal, earlier: j.sets}
	if len(c.TLSStores) > 0 {
		l.certificates = j.keepChain
	}
	return l
}

// wrong reports whether there was anything that cannot be used.
func (l *ruleLoader) wrong() bool {
	return l.set.Totals().Failed > 0 || slices.ContainsFunc(l.problems, func(p rule.Problem) bool { return !p.Kind.Warning() })
}

// keptForRules is how many bytes of a body or a file are kept for the rules that look into them, unless something else is
// configured.
const keptForRules = 128 << 10

// addRules adds what rules want of the parsers.
func (w *wishes) addRules(s *detect.Set) {
	w.rules, w.streams, w.silences = s.UsesTransactions(), s.ShowsStreams(), s.Silences()
	w.messages = true // alerts show them
	w.rulesFrames = s.Frames()
	w.ja3 = w.ja3 || s.Uses("ja3")
	w.ja4 = w.ja4 || s.Uses("ja4")
	w.hassh = s.Uses("ssh.hassh")
	w.overlaps = s.UsesStreamEvent(tcp.OverlapDifferentData.String())
	w.bodyDigest = s.Uses("email.body_md5")
	w.md5 = w.md5 || s.Hashes("filemd5")
	w.sha1 = w.sha1 || s.Hashes("filesha1")
	w.sha256 = w.sha256 || s.Hashes("filesha256")
	if w.demanded != nil && w.store == nil && s.Stores() {
		w.store, w.onDemand = w.demanded, true
	}
	w.early[0], w.early[1] = s.Early()
	if s.Uses("file.data") || s.Uses("http.request_body") || s.Uses("http.response_body") {
		w.keep = keptForRules
	}
}

// bodiesFor has bodies of HTTP kept for rules that look into them, or alerts that show them, as far as the configuration says, if they
// are wanted.
func bodiesFor(h http.Config, wanted bool) http.Config {
	if wanted {
		return h
	}
	h.RequestBody, h.ResponseBody = 0, 0
	for i := range h.Servers {
		h.Servers[i].Config.RequestBody, h.Servers[i].Config.ResponseBody = 0, 0
	}
	return h
}

// hasshFor has HASSH computed if an option or a rule wants it.
func hasshFor(s ssh.Config, wanted bool) ssh.Config {
	s.HASSH = wanted
	return s
}
