package main

import (
	"github.com/reknit/reknit/rule"
)

// tell logs what is wrong with the rules and how many there are, in Suricata's words: what is wrong comes from the keyword's
// part of the program, and then which rule it is about.
func (l *ruleLoader) tell(log *logger) {
	files := map[string]bool{} // companion files with errors
	for _, p := range l.problems {
		if p.From == "" {
			p.From = "detect"
		}
		if p.Kind.Warning() {
			log.warning(p.From, "%v", p)
			continue
		}
		log.error(p.From, "%v", p)
		if p.From == "classification-config" && !files[p.Pos.File] {
			files[p.Pos.File] = true
			log.warning(p.From, "Error loading classification configuration from %s", p.Pos.File)
		}
	}
	for i, p := range l.set.Problems {
		if p.Kind.Warning() {
			log.warning(p.From, "%s: %s", p.Pos, p.Message())
			continue
		}
		log.error(p.From, "%s", p.Bare())
		if next := nextError(l.set.Problems[i+1:]); next == nil || next.Rule != p.Rule || next.Pos.File != p.Pos.File || next.SID != p.SID {
			log.error("detect", "error parsing signature %s from file %s at line %d, column %d", quote(p.Rule), p.Pos.File, p.Pos.Line, max(p.Pos.Column, 1))
		}
	}
	log.info("threshold-config", "Threshold config parsed: %d rule(s) found", len(l.limits))
	l.tellTotals(log)
}

// nextError returns the first problem that is not a warning, or nil.
func nextError(list []rule.Problem) *rule.Problem {
	for i := range list {
		if !list[i].Kind.Warning() {
			return &list[i]
		}
	}
	return nil
}

// quote puts a rule between quotes, as it is.
func quote(rule string) string { return `"` + rule + `"` }

// tellTotals logs how many rules there are.
func (l *ruleLoader) tellTotals(log *logger) {
	files, sum := len(l.set.Files), l.set.Totals()
	switch {
	case files == 0:
		return
	case sum.Loaded == 0 && sum.Skipped == 0:
		log.warning("detect", "%d rule files specified, but no rules were loaded!", files)
	default:
		log.notice("detect", "%d rule files processed. %d rules successfully loaded, %d rules failed, %d rules skipped", files,
			sum.Loaded, sum.Failed, sum.Skipped)
	}
	var addresses, payload, application, decoder int
	for _, r := range l.set.Rules {
		switch r.Type {
		case rule.IPOnly, rule.LikeIPOnly:
			addresses++
		case rule.Transaction, rule.AppLayer, rule.DetectionOnly:
			application++
		case rule.DecodeEventOnly:
			decoder++
		}
		if r.Raw() {
			payload++
		}
	}
	log.info("detect", "%d signatures processed. %d are IP-only rules, %d are inspecting packet payload, %d inspect application layer, "+
		"%d are decoder event only", len(l.set.Rules), addresses, payload, application, decoder)
}
