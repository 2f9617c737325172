package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes. It is written as a plain number or with kb, mb, gb, KiB, MiB or GiB; all are powers of 1024.
type Size uint64

// String returns the size with the largest unit that divides it.
func (s Size) String() string {
	switch {
	case s == 0:
		return "0"
	case s%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", uint64(s>>30))
	case s%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", uint64(s>>20))
	case s%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", uint64(s>>10))
	}
	return strconv.FormatUint(uint64(s), 10)
}

// Switch is a setting that can be left to the engine.
type Switch uint8

const (
	Auto Switch = iota
	Yes
	No
)

// String returns the switch as it is written.
func (s Switch) String() string {
	switch s {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "auto"
}

// On resolves the switch: auto is what the caller thinks best.
func (s Switch) On(auto bool) bool { return s == Yes || s == Auto && auto }

// parseBool reads a boolean of YAML 1.1, or 1 or 0.
func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "yes", "true", "on", "1":
		return true, nil
	case "no", "false", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("want yes or no, not %q", text)
}

// parseInt reads a number; a leading 0 makes it octal, 0x hexadecimal.
func parseInt(text string, min, max int64) (int64, error) {
	n, err := strconv.ParseInt(text, 0, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, fmt.Errorf("want a number, not %q", text)
	}
	if err != nil || n < min || n > max {
		switch {
		case max == math.MaxInt64:
			return 0, fmt.Errorf("want a number from %d up, not %s", min, text)
		default:
			return 0, fmt.Errorf("want a number from %d to %d, not %s", min, max, text)
		}
	}
	return n, nil
}

// parseSize reads a size.
func parseSize(text string) (Size, error) {
	t := strings.TrimSpace(text)
	end := 0
	for end < len(t) && (t[end] >= '0' && t[end] <= '9' || t[end] == '.') {
		end++
	}
	n, err := strconv.ParseFloat(t[:end], 64)
	if err != nil {
		return 0, fmt.Errorf("want a size such as 64mb or 100 KiB, not %q", text)
	}
	var unit float64
	switch strings.ToLower(strings.TrimSpace(t[end:])) {
	case "", "b":
		unit = 1
	case "k", "kb", "kib":
		unit = 1 << 10
	case "m", "mb", "mib":
		unit = 1 << 20
	case "g", "gb", "gib":
		unit = 1 << 30
	default:
		return 0, fmt.Errorf("want a size such as 64mb or 100 KiB, not %q", text)
	}
	if n *= unit; n > 1<<53 {
		return 0, fmt.Errorf("%s is too large", text)
	}
	return Size(n), nil
}
