package config

import (
	"fmt"
	"io"
)

// Dump writes the configuration as lines of "path = value", the way suricata --dump-config does.
func (c *Config) Dump(w io.Writer) error { return dump(w, c.Root, "") }

func dump(w io.Writer, n *Node, path string) error {
	for _, i := range n.Items {
		at := join(path, i.Name)
		value := i.Text
		if title, _ := i.titled(); n.Kind == List {
			value = title
		}
		if value == "" && i.Kind != Scalar {
			value = "(null)"
		}
		if _, err := fmt.Fprintf(w, "%s = %s\n", at, value); err != nil {
			return err
		}
		if err := dump(w, i, at); err != nil {
			return err
		}
	}
	return nil
}
