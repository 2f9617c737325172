package dataset

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Config limits the sets of a Store. The zero value is ready to use.
type Config struct {
	// Memcap is how many bytes a set may hold if its Spec does not say. When zero, it is 64 MiB.
	Memcap int64
	// Hashsize is what a Spec has that does not say. When zero, it is 4096.
	Hashsize uint32
	// MaxHashsize is the largest Hashsize of one set, and TotalHashsize that of all together. When zero, they are 262144 and
	// 67108864.
	MaxHashsize, TotalHashsize uint32
	// Strict makes a line of a file that cannot be read an error. Otherwise it is a problem, and left out.
	Strict bool
	// ReadFile reads a file. When nil, no set can be loaded.
	ReadFile func(name string) ([]byte, error)
}

// Format is that of a file.
type Format uint8

const (
	CSV    Format = iota // a value on each line, or a value and its score
	JSON                 // an array of objects
	NDJSON               // an object on each line
)

// Spec says what a set is.
type Spec struct {
	Name string
	Type Type     // NoType: the set exists already
	Load []string // the first of them that exists is read; empty: none
	Save string   // empty: it is not saved. If it is among Load, none of these need exist

	Memcap   int64  // bytes; zero: that of the Config
	Hashsize uint32 // zero: that of the Config

	Format             Format
	ValueKey, ArrayKey string // of JSON: where the value is in its object, and the array in the file; names with dots between them
	RemoveKey          bool   // the value is no part of the context
}

// What memcaps count. They are the numbers of Suricata, so that a memcap means the same: a set begins with room for some values.
// What a set really takes is less.
const (
	slotCost  = 64   // for each of Hashsize
	valueCost = 104  // beside its bytes
	prepared  = 1000 // values
)

// cost returns what a set of so many values with so many bytes costs.
func (p *Spec) cost(values, bytes int64) int64 {
	return slotCost*int64(p.Hashsize) + valueCost*max(values, prepared) + bytes
}

// Store has sets by name. It is made and filled by one goroutine; its sets may be used meanwhile, and by any.
type Store struct {
	config Config
	sets   map[string]*Set
	broken map[string]bool
	slots  uint64 // hashsizes of all sets
}

// maxSetName is how long the name of a set may be.
const maxSetName = 63

// maxPath is how many names a path in JSON may have.
const maxPath = 16

// New makes an empty store.
func New(c Config) *Store {
	if c.Memcap == 0 {
		c.Memcap = 64 << 20
	}
	if c.Hashsize == 0 {
		c.Hashsize = 4096
	}
	if c.MaxHashsize == 0 {
		c.MaxHashsize = 262144
	}
	if c.TotalHashsize == 0 {
		c.TotalHashsize = 67108864
	}
	return &Store{config: c, sets: map[string]*Set{}, broken: map[string]bool{}}
}

// Next makes the store for rules that take the place of others. It keeps the sets that rules change; those that only come from a file are
// read anew when they are opened. Both stores can be used.
func (s *Store) Next(c Config) *Store {
	n := New(c)
	for name, set := range s.sets {
		if p := &set.spec; len(p.Load) == 0 || p.Save != "" {
			n.sets[name] = set
			n.slots += uint64(p.Hashsize)
		}
	}
	return n
}

// Open returns the set of a name, which is made and loaded when it is named first. The problems are of lines that were left out.
func (s *Store) Open(p Spec) (set *Set, problems []error, err error) {
	switch old := s.sets[p.Name]; {
	case p.Name == "" || len(p.Name) > maxSetName:
		return nil, nil, fmt.Errorf("the name of a dataset has 1 to %d bytes", maxSetName)
	case s.broken[p.Name]:
		return nil, nil, fmt.Errorf("the dataset %s could not be loaded, as was said", p.Name)
	case old != nil:
		return old, nil, old.spec.differs(p)
	case p.Type == NoType:
		return nil, nil, fmt.Errorf("dataset %s not defined", p.Name)
	}
	if err := s.complete(&p); err != nil {
		return nil, nil, err
	}
	set = &Set{spec: p, seed: maphash.MakeSeed()}
	l := loader{set: set, strict: s.config.Strict}
	if err := s.load(&l); err != nil {
		s.broken[p.Name] = true
		return nil, l.problems, err
	}
	s.sets[p.Name] = set
	s.slots += uint64(p.Hashsize)
	return set, l.problems, nil
}

// Each yields the sets in the order of their names.
func (s *Store) Each(yield func(*Set) bool) {
	for _, name := range slices.Sorted(maps.Keys(s.sets)) {
		if !yield(s.sets[name]) {
			return
		}
	}
}

// Saved returns the name of the file that a set is saved to, or "".
func (s *Set) Saved() string { return s.spec.Save }

// differs reports in what a spec contradicts that of the set, which was first.
func (p *Spec) differs(now Spec) error {
	switch {
	case now.Type != NoType && now.Type != p.Type:
		return fmt.Errorf("dataset %s already exists and is of type %s", p.Name, p.Type)
	case len(now.Load) > 0 && !slices.Equal(now.Load, p.Load):
		return fmt.Errorf("dataset %s already exists and is not loaded from %s", p.Name, now.Load[0])
	case now.Save != "" && now.Save != p.Save:
		return fmt.Errorf("dataset %s already exists and is not saved to %s", p.Name, now.Save)
	}
	return nil
}

// complete fills in what a spec leaves out, and checks it.
func (s *Store) complete(p *Spec) error {
	c := &s.config
	if p.Memcap == 0 {
		p.Memcap = c.Memcap
	}
	if p.Hashsize == 0 {
		p.Hashsize = c.Hashsize
	}
	switch {
	case p.Hashsize > c.MaxHashsize:
		return fmt.Errorf("dataset %s: a hashsize of %d is more than single-hashsize, %d", p.Name, p.Hashsize, c.MaxHashsize)
	case s.slots+uint64(p.Hashsize) > uint64(c.TotalHashsize):
		return fmt.Errorf("dataset %s: all hashsizes together are more than total-hashsizes, %d", p.Name, c.TotalHashsize)
	case p.cost(0, 0) > p.Memcap:
		return fmt.Errorf("dataset %s: max thash memcap reached. Memcap %d, Memuse %d", p.Name, p.Memcap, p.cost(0, 0))
	case p.Format != CSV && p.ValueKey == "":
		return fmt.Errorf("dataset %s: JSON needs a value_key", p.Name)
	case strings.Count(p.ValueKey, ".") >= maxPath || strings.Count(p.ArrayKey, ".") >= maxPath:
		return fmt.Errorf("dataset %s: a path in JSON has up to %d names", p.Name, maxPath)
	case p.Format != CSV && p.Save != "":
		return fmt.Errorf("dataset %s: a set that comes from JSON is not saved", p.Name)
	}
	return nil
}

// load reads the file of a set.
func (s *Store) load(l *loader) error {
	p := &l.set.spec
	if len(p.Load) == 0 {
		return nil
	}
	if s.config.ReadFile == nil {
		return errors.New("files of datasets are not read here")
	}
	var missing error
	for _, l.file = range p.Load {
		text, err := s.config.ReadFile(l.file)
		switch {
		case err == nil:
			return l.read(text)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("dataset %s: %w", p.Name, err)
		}
		missing = fmt.Errorf("dataset %s: %w", p.Name, err)
	}
	if slices.Contains(p.Load, p.Save) {
		return nil
	}
	return missing
}
