package dump

import "fmt"

// Format is how bytes are shown.
type Format uint8

const (
	Text Format = iota // lines, with control characters escaped
	Hex                // sixteen bytes a line, with their offset in the stream
	Raw                // as they are: no headlines, no gaps
)

var formatNames = [...]string{"text", "hex", "raw"}

// FormatNames returns the names that ParseFormat knows.
func FormatNames() []string { return formatNames[:] }

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return Text, fmt.Errorf("dump: no format %q", name)
}

func (f Format) String() string { return formatNames[f] }
