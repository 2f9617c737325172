package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// Class is a line of classification.config.
type Class struct {
	Name        string // as written
	Description string // EVE category; empty when the class is unknown
	Priority    uint8
}

// Classes are the lines of classification.config. The zero value knows none.
type Classes struct{ byName map[string]*Class }

// ParseClasses reads classification.config: "config classification: name,description,priority". A line that cannot be read is
// a problem and left out.
func ParseClasses(file, data string) (*Classes, []Problem) {
	c := &Classes{byName: map[string]*Class{}}
	problems := eachConfig(file, data, "classification", func(value string) error {
		parts := strings.Split(value, ",")
		if len(parts) < 3 {
			return fmt.Errorf("want a name, a description and a priority")
		}
		last := len(parts) - 1
		priority, err := strconv.ParseUint(strings.TrimSpace(parts[last]), 10, 8)
		if err != nil || priority == 0 {
			return fmt.Errorf("%q is not a priority from 1 to 255", parts[last])
		}
		name := strings.TrimSpace(parts[0])
		if name == "" || strings.ContainsAny(name, " \t") {
			return fmt.Errorf("%q is not a name", name)
		}
		class := &Class{name, strings.TrimSpace(strings.Join(parts[1:last], ",")), uint8(priority)}
		if _, twice := c.byName[strings.ToLower(name)]; !twice {
			c.byName[strings.ToLower(name)] = class
		}
		return nil
	})
	return c, problems
}

// Len returns the number of classes.
func (c *Classes) Len() int { return len(c.byName) }

// find returns a class. One that is unknown is added with the default priority; it is reported once.
func (c *Classes) find(name string) (class *Class, known bool) {
	lower := strings.ToLower(name)
	if class = c.byName[lower]; class != nil {
		return class, true
	}
	if c.byName == nil {
		c.byName = map[string]*Class{}
	}
	class = &Class{Name: name, Priority: defaultPriority}
	c.byName[lower] = class
	return class, false
}

// eachConfig calls f with what follows "config KIND:" in each line of a companion file.
func eachConfig(file, data, kind string, f func(value string) error) (problems []Problem) {
	for l := range lines(data) {
		text := strings.TrimSpace(l.text)
		err := fmt.Errorf("want the form config %s: …", kind)
		if rest, ok := strings.CutPrefix(text, "config"); ok {
			name, value, colon := strings.Cut(rest, ":")
			if colon && strings.TrimSpace(name) == kind {
				err = f(strings.TrimSpace(value))
			}
		}
		if err != nil {
			problems = append(problems, Problem{Kind: Syntax, Pos: Pos{file, l.first, 1}, From: kind + "-config", Text: invalid[kind] + ": " + err.Error()})
		}
	}
	return problems
}

// invalid says, by the kind of companion file, what a line of it is not.
var invalid = map[string]string{
	"classification": "Invalid Classtype in classification.config file",
	"reference":      "Invalid Reference Config in reference.config file",
}

// Classified reports whether the language was given classes.
func (l *Language) Classified() bool { return l.classified }
