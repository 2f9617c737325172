package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/rule/reputation"
)

// lists reads what rules look up: sets of the configuration, what is known of addresses, and where they are.
func (l *ruleLoader) lists() rule.Lists {
	c := &l.conf.Lists
	dir := c.DataDir
	if l.dataDir != "" {
		dir = l.dataDir
	}
	lists := rule.Lists{DataDir: dir, NoSaving: !c.AllowWrite, AbsoluteNames: c.AllowAbsolute}
	limits := dataset.Config{
		Memcap: int64(c.SetMemcap), Hashsize: c.SetHashsize, MaxHashsize: c.MaxHashsize, TotalHashsize: c.TotalHashsize,
		Strict: l.wholeLists, ReadFile: os.ReadFile,
	}
	if lists.Sets = dataset.New(limits); l.earlier != nil {
		lists.Sets = l.earlier.Next(limits)
	}
	for i := range c.Sets {
		l.configured(lists.Sets, &c.Sets[i], dir)
	}
	lists.Reputation = l.reputation()
	if c.Countries != "" && c.Countries != "none" {
		b, err := os.ReadFile(c.Countries)
		if err == nil {
			lists.Countries, err = country.Open(b)
		}
		if err != nil {
			l.listProblem("detect-geoip", c.Countries, rule.Doubtful, fmt.Errorf("geoip-database: %w; rules with geoip are left out", err))
		}
	}
	return lists
}

// listProblem notes something about a list.
func (l *ruleLoader) listProblem(from, file string, kind rule.Kind, err error) {
	l.problems = append(l.problems, rule.Problem{Kind: kind, Pos: rule.Pos{File: file}, From: from, Text: err.Error()})
}

// configured opens a set of the configuration.
func (l *ruleLoader) configured(store *dataset.Store, d *config.Dataset, dir string) {
	spec := dataset.Spec{Name: d.Name, Memcap: int64(d.Memcap), Hashsize: d.Hashsize}
	below := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	var err error
	spec.Type, err = dataset.ParseType(d.Type)
	switch {
	case err != nil:
	case d.State != "" && (d.Load != "" || d.Save != ""):
		err = errors.New("'state' can not be mixed with 'load' and 'save'")
	case d.State != "":
		spec.Save = below(d.State)
		spec.Load = []string{spec.Save}
	default:
		if d.Load != "" {
			spec.Load = []string{below(d.Load), d.Load}
		}
		if d.Save != "" {
			spec.Save = below(d.Save)
		}
	}
	var problems []error
	if err == nil {
		_, problems, err = store.Open(spec)
	}
	for _, p := range problems {
		l.listProblem("datasets", d.Pos.String(), rule.Doubtful, p)
	}
	if err != nil {
		l.listProblem("datasets", d.Pos.String(), rule.BadValue, err)
	}
}

// reputation reads what is known of addresses.
func (l *ruleLoader) reputation() *reputation.Table {
	c := &l.conf.Lists
	if c.Categories == "" || c.Categories == "none" {
		return nil
	}
	t := &reputation.Table{}
	read := func(name string, take func(file, text string) []error) {
		text, err := os.ReadFile(name)
		if err != nil {
			l.listProblem("reputation", name, rule.Doubtful, err)
			return
		}
		for _, p := range take(name, string(text)) {
			l.listProblem("reputation", name, rule.Doubtful, p)
		}
	}
	read(c.Categories, t.Names)
	for _, name := range c.Reputation {
		if !filepath.IsAbs(name) {
			name = filepath.Join(c.ReputationPath, name)
		}
		l.info("reputation", "Loading reputation file: %s", name) // tools look for it
		read(name, t.Load)
	}
	return t
}

// checkSaved reports sets that cannot be saved because there is no directory for them.
func checkSaved(store *dataset.Store) error {
	var errs []error
	store.Each(func(s *dataset.Set) bool {
		if name := s.Saved(); name != "" {
			if _, err := os.Stat(filepath.Dir(name)); err != nil {
				errs = append(errs, fmt.Errorf("the dataset %s cannot be saved: %w", s.Name(), err))
			}
		}
		return true
	})
	return errors.Join(errs...)
}

// saveLists writes the sets that are kept for the next run. Each file is the old or the new one, whatever happens.
func saveLists(store *dataset.Store) error {
	var errs []error
	store.Each(func(s *dataset.Set) bool {
		if s.Saved() != "" {
			errs = append(errs, replaceFile(s.Saved(), s.Append(nil)))
		}
		return true
	})
	return errors.Join(errs...)
}

// replaceFile writes a file beside the one of the name, and puts it in its place.
func replaceFile(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil { // the file may be writable where its directory is not
		return os.WriteFile(name, b, 0o644)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name()) // what is left of it
	}
	return err
}
