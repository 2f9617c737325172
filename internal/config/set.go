package config

import (
	"fmt"
	"strings"
)

// set applies KEY=VALUE, as --set gives it, to the tree. Blanks around the equals sign do not matter.
func set(root *Node, option string) error {
	key, value, ok := strings.Cut(option, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok || key == "" || strings.HasPrefix(key, ".") || strings.HasSuffix(key, ".") || strings.Contains(key, "..") {
		return fmt.Errorf("--set wants KEY=VALUE, such as stream.midstream=true, not %q", option)
	}
	if strings.Count(key, ".") > maxDepth {
		return fmt.Errorf("--set %s: too deeply nested", key)
	}
	n := root.make(spelled("", key), Pos{File: "--set " + option})
	n.Kind, n.Text, n.implied = Scalar, value, false
	n.Pos = Pos{File: "--set " + option}
	if value == "" {
		n.Kind = Null
	}
	n.Items = nil
	return nil
}
