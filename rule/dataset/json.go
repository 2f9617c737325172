package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var (
	errNothing  = errors.New("the value is empty")
	errNoObject = errors.New("want a JSON object")
	errNoString = errors.New("failed to get value because it is not a string") // Suricata's words
)

// array reads a file with an array of objects.
func (l *loader) array(text []byte) error {
	p := &l.set.spec
	if !json.Valid(text) {
		return fmt.Errorf("dataset %s: %s is not JSON", p.Name, l.file)
	}
	list, err := inside(text, p.ArrayKey)
	if err != nil {
		return fmt.Errorf("dataset %s: %s: %w", p.Name, l.file, err)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(list, &items); err != nil {
		return fmt.Errorf("dataset %s: %s: there is no array of objects", p.Name, l.file)
	}
	for i, item := range items {
		if err := l.judge(i+1, l.object(item)); err != nil {
			return err
		}
	}
	return nil
}

// object takes a value with its context.
func (l *loader) object(text []byte) error {
	p := &l.set.spec
	if !json.Valid(text) {
		return errNoObject
	}
	found, err := inside(text, p.ValueKey)
	if err != nil {
		return err
	}
	var s string
	switch {
	case len(found) == 0 || found[0] != '"' || json.Unmarshal(found, &s) != nil:
		return errNoString
	case s == "":
		return errNothing
	}
	v := []byte(s)
	if p.Type != String {
		if v, err = p.Type.parse(s); err != nil {
			return err
		}
	}
	if p.RemoveKey {
		if text, err = without(text, p.ValueKey); err != nil {
			return err
		}
	}
	var context bytes.Buffer
	if err := json.Compact(&context, text); err != nil {
		return errNoObject
	}
	kept := context.String()
	if !utf8.ValidString(kept) {
		kept = strings.ToValidUTF8(kept, string(utf8.RuneError))
	}
	switch l.set.put(v, Entry(len(l.set.contexts)), len(v)+len(kept)) {
	case Added:
		l.set.contexts = append(l.set.contexts, kept)
	case Full:
		return errFull
	}
	return nil
}

// member is a member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// members returns the members of an object in their order.
func members(text []byte) (list []member, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNoObject
	}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errNoObject
		}
		m := member{name: name}
		if err := d.Decode(&m.value); err != nil {
			return nil, errNoObject
		}
		list = append(list, m)
	}
	return list, nil
}

// inside returns the value at a path, names with dots between them. A member whose own name has dots is found, too.
func inside(text []byte, path string) ([]byte, error) {
	if path == "" {
		return bytes.TrimSpace(text), nil
	}
	list, err := members(text)
	if err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(path, ".")
	for _, m := range list {
		if m.name == path {
			return m.value, nil
		}
	}
	for _, m := range list {
		if m.name == head && head != path {
			return inside(m.value, rest)
		}
	}
	return nil, fmt.Errorf("there is no %q", path)
}

// without returns an object without the value at a path.
func without(text []byte, path string) ([]byte, error) {
	list, err := members(text)
	if err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(path, ".")
	var b bytes.Buffer
	for _, m := range list {
		switch {
		case m.name == path:
			continue
		case m.name == head && head != path:
			if m.value, err = without(m.value, rest); err != nil {
				return nil, err
			}
		}
		sep := byte(',')
		if b.Len() == 0 {
			sep = '{'
		}
		name, _ := json.Marshal(m.name) // a string can be written
		b.WriteByte(sep)
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
