// Package eventtest helps tests that look at event records.
package eventtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Schema is a JSON schema, of the kind that describes EVE records. It knows the keywords that this schema uses and
// refuses others.
type Schema struct {
	root  map[string]any
	exprs map[string]*regexp.Regexp
}

// Load finds the schema of EVE records and skips the test when there is none. The schema is not part of the project:
// the environment variable REKNIT_EVE_SCHEMA names it, or it is the file shared/reference/eve-schema.json in one of
// the directories above.
func Load(t testing.TB) *Schema {
	t.Helper()
	name := os.Getenv("REKNIT_EVE_SCHEMA")
	if name == "" {
		name = above(filepath.Join("shared", "reference", "eve-schema.json"))
	}
	if name == "" {
		t.Skip("no EVE schema here; REKNIT_EVE_SCHEMA names it")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

// above looks for a file in the working directory and all those above it.
func above(name string) string {
	dir, err := os.Getwd()
	for err == nil {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

// Parse reads a schema.
func Parse(text []byte) (*Schema, error) {
	s := &Schema{exprs: make(map[string]*regexp.Regexp)}
	if err := json.Unmarshal(text, &s.root); err != nil {
		return nil, err
	}
	return s, nil
}

// Validate reports everything in which record, a JSON text, is not as the schema has it.
func (s *Schema) Validate(record []byte) error {
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	errs := s.check(s.root, v, "")
	if name := twice(record); name != "" {
		errs = append(errs, fmt.Errorf("member %s occurs twice in one object", name))
	}
	return errors.Join(errs...)
}

// twice returns the name of a member that occurs twice in one object of a valid JSON text. Consumers differ in which of
// the two they take.
func twice(text []byte) string {
	type level struct {
		names map[string]bool // nil: an array
		value bool            // the next token is a member's value
	}
	d := json.NewDecoder(bytes.NewReader(text))
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open) - 1; n >= 0 && open[n].names != nil {
			if open[n].value = !open[n].value; open[n].value {
				name := token.(string)
				if open[n].names[name] {
					return name
				}
				open[n].names[name] = true
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: make(map[string]bool)})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}

// check compares v, which stands at path in the record, with a schema.
func (s *Schema) check(schema map[string]any, v any, path string) (errs []error) {
	fail := func(format string, args ...any) {
		where := strings.TrimPrefix(path, ".")
		if where == "" {
			where = "record"
		}
		errs = append(errs, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
	}
	object, _ := v.(map[string]any)
	array, isArray := v.([]any)
	properties, _ := schema["properties"].(map[string]any)

	for keyword, want := range schema {
		switch keyword {
		case "$schema", "$id", "$defs", "$comment", "title", "description", "suricata": // nothing to check
		case "type":
			if !hasType(v, want) {
				fail("%v is not of type %v", v, want)
			}
		case "enum":
			if !slices.ContainsFunc(want.([]any), func(e any) bool { return reflect.DeepEqual(e, v) }) {
				fail("%v is not one of %v", v, want)
			}
		case "const":
			if !reflect.DeepEqual(want, v) {
				fail("%v is not %v", v, want)
			}
		case "pattern":
			if text, ok := v.(string); ok && !s.expr(want.(string)).MatchString(text) {
				fail("%q does not match %s", text, want)
			}
		case "minimum":
			if n, ok := v.(json.Number); ok {
				if f, _ := n.Float64(); f < want.(float64) {
					fail("%v is less than %v", v, want)
				}
			}
		case "minItems":
			if isArray && float64(len(array)) < want.(float64) {
				fail("%d items are less than %v", len(array), want)
			}
		case "items":
			for i, item := range array {
				errs = append(errs, s.check(want.(map[string]any), item, fmt.Sprintf("%s[%d]", path, i))...)
			}
		case "required":
			for _, name := range want.([]any) {
				if _, ok := object[name.(string)]; object != nil && !ok {
					fail("no %v", name)
				}
			}
		case "properties":
			for name, member := range object {
				if p, ok := properties[name]; ok {
					errs = append(errs, s.check(p.(map[string]any), member, path+"."+name)...)
				}
			}
		case "additionalProperties":
			if want != false {
				continue
			}
			for name := range object {
				if _, ok := properties[name]; !ok {
					fail("unknown member %s", name)
				}
			}
		case "oneOf":
			n := 0
			for _, one := range want.([]any) {
				if len(s.check(one.(map[string]any), v, path)) == 0 {
					n++
				}
			}
			if n != 1 {
				fail("%v fits %d of the alternatives", v, n)
			}
		case "$ref":
			def, err := s.definition(want.(string))
			if err != nil {
				fail("%v", err)
				continue
			}
			errs = append(errs, s.check(def, v, path)...)
		default:
			fail("the schema uses %q, which is not known here", keyword)
		}
	}
	return errs
}

func (s *Schema) definition(ref string) (map[string]any, error) {
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	defs, _ := s.root["$defs"].(map[string]any)
	def, found := defs[name].(map[string]any)
	if !ok || !found {
		return nil, fmt.Errorf("no definition %s", ref)
	}
	return def, nil
}

func (s *Schema) expr(text string) *regexp.Regexp {
	e := s.exprs[text]
	if e == nil {
		e = regexp.MustCompile(text)
		s.exprs[text] = e
	}
	return e
}

// hasType reports whether v has the type, or one of the types, that a schema names.
func hasType(v, want any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return hasType(v, one) })
	}
	switch v := v.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case nil:
		return want == "null"
	case json.Number:
		return want == "number" || want == "integer" && !strings.ContainsAny(v.String(), ".eE")
	}
	return false
}
