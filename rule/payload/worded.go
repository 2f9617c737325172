package payload

import "fmt"

// wording is an error in the words that Suricata has for it, which who reads its log looks for.
type wording string

// Error returns the words.
func (w wording) Error() string { return string(w) }

func worded(format string, args ...any) error { return wording(fmt.Sprintf(format, args...)) }
