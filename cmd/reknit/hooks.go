package main

import (
	"fmt"
	"io"

	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/rule"
)

// printHooks prints the hooks of application protocols that rules can name.
func printHooks(w io.Writer) error {
	for _, h := range rule.AppHooks(all.Protocols(all.Config{})) {
		if _, err := fmt.Fprintln(w, h); err != nil {
			return err
		}
	}
	return nil
}
