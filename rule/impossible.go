package rule

import (
	"fmt"
	"slices"

	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// checkTransforms looks for contents that a transformed buffer never has.
func (c *compiler) checkTransforms() error {
	for _, s := range c.rule.Sections {
		for _, x := range s.Transforms {
			refused := x.refused()
			for _, t := range s.Tests {
				if content, ok := t.(*payload.Content); ok && refused != nil && refused(content) {
					return conflict("the content %q is incompatible with %s transform, which leaves none in the buffer", content.Text, x.Name)
				}
			}
		}
	}
	return nil
}

// refused returns what tells contents that a transform makes impossible, or nil.
func (t *Transform) refused() func(*payload.Content) bool {
	letter := func(low, high byte) func(*payload.Content) bool {
		return func(c *payload.Content) bool {
			return !c.Nocase && slices.ContainsFunc(c.Text, func(b byte) bool { return low <= b && b <= high })
		}
	}
	switch t.Name {
	case "strip_whitespace":
		return func(c *payload.Content) bool { return slices.ContainsFunc(c.Text, isSpace) }
	case "compress_whitespace":
		return func(c *payload.Content) bool {
			for i := 1; i < len(c.Text); i++ {
				if isSpace(c.Text[i-1]) && isSpace(c.Text[i]) {
					return true
				}
			}
			return false
		}
	case "to_lowercase":
		return letter('A', 'Z')
	case "to_uppercase":
		return letter('a', 'z')
	}
	return nil
}

// checkSize looks for payloads that are too small for the contents.
func (c *compiler) checkSize() error {
	raw := c.rule.rawSection()
	if raw == nil {
		return nil
	}
	for _, t := range c.rule.Tests {
		n, ok := t.(*Numeric)
		if !ok || n.Name != "dsize" {
			continue
		}
		most := n.A
		switch n.Op {
		case number.Equal, number.Less, number.LessEqual:
		case number.Between:
			most = n.B
		default:
			continue
		}
		if need := required(raw.Tests); need > most {
			return &fault{kind: Conflict, from: "detect-content",
				text: fmt.Sprintf("signature can't match as required content length %d exceeds dsize value %d", need, most)}
		}
	}
	return nil
}

// required returns how many bytes a buffer needs for all contents.
func required(tests []payload.Test) (most uint64) {
	end := int64(0) // of the last content, at least
	for _, t := range tests {
		c, ok := t.(*payload.Content)
		if !ok {
			end = 0
			continue
		}
		if c.Negated {
			continue
		}
		at := c.Offset.Number
		if c.Relative() {
			at = end + c.Distance.Number
		}
		end = max(at, 0) + int64(len(c.Text))
		most = max(most, uint64(end))
	}
	return most
}
