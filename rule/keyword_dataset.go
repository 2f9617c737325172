package rule

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// SetOp is what is done with a value of a set.
type SetOp uint8

const (
	ValueIsSet SetOp = iota
	ValueIsNotSet
	ValueSet   // true when it was not there
	ValueUnset // true when it was there
)

var setOps = []string{"isset", "isnotset", "set", "unset"}

// Dataset looks the buffer up in a set, or changes the set by it.
type Dataset struct {
	Op         SetOp
	Set        *dataset.Set
	Subdomains bool   // the buffer is the name of a host, and the domains that it is in count
	ContextKey string // name of the context in alerts; empty: it is not there
}

var _ payload.Lookup = (*Dataset)(nil)

// String returns the test as a rule writes it, without the options that say where the set comes from.
func (d *Dataset) String() string {
	s := fmt.Sprintf("dataset:%s,%s,type %s", setOps[d.Op], d.Set.Name(), d.Set.Type())
	if d.Subdomains {
		s += ",match subdomain"
	}
	if d.ContextKey != "" {
		s += ",context_key " + d.ContextKey
	}
	return s + ";"
}

// Look makes the test.
func (d *Dataset) Look(b []byte, f *payload.Found) bool {
	switch d.Op {
	case ValueSet:
		o := d.Set.Add(b)
		f.Full = o == dataset.Full
		return o == dataset.Added
	case ValueUnset:
		return d.Set.Remove(b)
	}
	find := d.Set.Find
	if d.Subdomains {
		find = d.Set.FindDomain
	}
	e, ok := find(b)
	if ok && d.ContextKey != "" {
		f.Name, f.JSON = d.ContextKey, d.Set.Context(e)
		if f.JSON == "" {
			f.Name = ""
		}
	}
	return ok == (d.Op == ValueIsSet)
}

// Datarep compares the score that a set has for the buffer.
type Datarep struct {
	Set *dataset.Set
	number.Expr
}

var _ payload.Lookup = (*Datarep)(nil)

// String returns the test as a rule writes it, without the options that say where the set comes from.
func (d *Datarep) String() string {
	return fmt.Sprintf("datarep:%s,%s,%d,type %s;", d.Set.Name(), scoreOps[d.Op], d.A, d.Set.Type())
}

// Look makes the test.
func (d *Datarep) Look(b []byte, _ *payload.Found) bool {
	e, ok := d.Set.Find(b)
	if !ok {
		return false
	}
	score, ok := d.Set.Score(e)
	return ok && d.Match(uint64(score))
}

var scoreOps = map[number.Op]string{number.Greater: ">", number.Less: "<", number.Equal: "=="}

func readDataset(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	op := slices.Index(setOps, strings.TrimSpace(parts[0]))
	switch {
	case op < 0:
		return fmt.Errorf("dataset action %q is not supported", strings.TrimSpace(parts[0]))
	case len(parts) < 2:
		return fmt.Errorf("want an action, a name and options")
	}
	d := &Dataset{Op: SetOp(op)}
	p := setOptions{c: c, test: d}
	p.spec.Name = strings.TrimSpace(parts[1])
	set, err := p.open(parts[2:])
	if err != nil {
		return err
	}
	if d.Set = set; d.Subdomains && set.Type() != dataset.String {
		return conflict("match subdomain is for sets of the type string")
	}
	c.add(d, false)
	return nil
}

func readDatarep(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	if len(parts) < 3 {
		return fmt.Errorf("missing values")
	}
	d := &Datarep{}
	op, ok := strings.TrimSpace(parts[1]), false
	for o, text := range scoreOps {
		if text == op {
			d.Op, ok = o, true
		}
	}
	if !ok {
		return fmt.Errorf("datarep operation %q is not supported", op)
	}
	n, err := atoi(parts[2], 0, math.MaxUint16)
	if err != nil {
		return err
	}
	d.A = uint64(n)
	p := setOptions{c: c}
	p.spec.Name = strings.TrimSpace(parts[0])
	if d.Set, err = p.open(parts[3:]); err == nil {
		c.add(d, false)
	}
	return err
}

// setOptions reads the options that say what a set is.
type setOptions struct {
	c    *compiler
	spec dataset.Spec
	test *Dataset // nil: of datarep
	seen map[string]bool
}

// open reads options, each a word and its value, and returns the set that they mean.
func (p *setOptions) open(options []string) (*dataset.Set, error) {
	c := p.c
	lists := &c.lang.lists
	switch {
	case lists.Sets == nil:
		return nil, notYet("dataset", "lists are not read here")
	case c.sticky == nil:
		return nil, conflict("datasets are only supported for sticky buffers")
	}
	p.seen = map[string]bool{}
	for _, o := range options {
		name, arg, _ := strings.Cut(strings.TrimSpace(o), " ")
		if p.seen[name] {
			return nil, conflict("%s is given twice", name)
		}
		p.seen[name] = true
		if err := p.option(name, strings.TrimSpace(arg)); err != nil {
			return nil, err
		}
	}
	switch {
	case p.seen["state"] && (p.seen["load"] || p.seen["save"]):
		return nil, conflict("'state' can not be mixed with 'load' and 'save'")
	case p.seen["load"] && p.spec.Type == dataset.NoType:
		return nil, conflict("if load is used type must be set as well")
	}
	set, problems, err := lists.Sets.Open(p.spec)
	for _, w := range problems {
		c.report(c.option.name, c.option.name.text, &fault{kind: Doubtful, from: fromSets, text: w.Error()})
	}
	if err != nil {
		return nil, &fault{kind: BadValue, from: fromSets, text: err.Error()}
	}
	return set, nil
}

// fromSets is where problems of sets come from.
const fromSets = "datasets"

// option takes one option.
func (p *setOptions) option(name, arg string) (err error) {
	if name == "remove_key" && p.test != nil && arg == "" {
		p.spec.RemoveKey = true
		return nil
	}
	if arg == "" {
		return fmt.Errorf("%q wants a value", name)
	}
	switch name {
	case "type":
		p.spec.Type, err = dataset.ParseType(arg)
	case "load":
		p.spec.Load = p.c.beside(arg)
	case "memcap":
		var n uint64
		n, err = number.Number(arg, math.MaxInt64)
		p.spec.Memcap = int64(n)
	case "hashsize":
		var n uint64
		n, err = number.Number(arg, math.MaxUint32)
		p.spec.Hashsize = uint32(n)
	default:
		if p.test == nil {
			return fmt.Errorf("unknown word %q", name)
		}
		return p.ofDataset(name, arg)
	}
	return err
}

// ofDataset takes an option that datarep has not.
func (p *setOptions) ofDataset(name, arg string) error {
	switch name {
	case "save", "state":
		path, err := p.c.lang.lists.saved(arg)
		if err != nil {
			return err
		}
		if p.spec.Save = path; name == "state" {
			p.spec.Load = []string{path}
		}
	case "format":
		format := slices.Index([]string{"csv", "json", "ndjson"}, arg)
		if format < 0 {
			return fmt.Errorf("format wants csv, json or ndjson, not %q", arg)
		}
		p.spec.Format = dataset.Format(format)
	case "context_key", "enrichment_key":
		p.test.ContextKey = arg
	case "value_key":
		p.spec.ValueKey = arg
	case "array_key":
		p.spec.ArrayKey = arg
	case "match":
		switch arg {
		case "subdomain":
			p.test.Subdomains = true
		case "exact":
		default:
			return fmt.Errorf("match wants exact or subdomain, not %q", arg)
		}
	default:
		return fmt.Errorf("unknown word %q", name)
	}
	return nil
}

// beside returns where a file that a rule names may be: beside the file with the rule, or where the program runs.
func (c *compiler) beside(name string) []string {
	if filepath.IsAbs(name) {
		return []string{name}
	}
	return []string{filepath.Join(filepath.Dir(c.file), name), name}
}
