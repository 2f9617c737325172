package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// errNoRules is what a file of rules is told until there is a rule language.
var errNoRules = errors.New("rules are not supported yet")

// checkRules returns an error when a file holds rules.
func checkRules(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for line := 1; ; line++ {
		text, err := r.ReadString('\n')
		if t := strings.TrimSpace(text); t != "" && t[0] != '#' {
			return fmt.Errorf("%s:%d: %w", name, line, errNoRules)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
