package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DetectionPorts say where the bytes of a direction are looked at for a protocol that nothing else gives away.
type DetectionPorts struct {
	Given               bool     // one of them is in the configuration
	Destination, Source []uint16 // 0: all ports
}

// maxDetectionPorts is how many ports a range or a list may have.
const maxDetectionPorts = 1024

// detectionPorts is for keys that take ports in the way of detection-ports: "25, 465", "5900:5909", "any" or a list.
func detectionPorts(to *[]uint16, given *bool) binding {
	const takes = "ports, ranges of ports or any"
	var words []string
	b := list(takes, &words, nil)
	read := b.read
	b.read = func(n *Node) error {
		if err := read(n); err != nil {
			return err
		}
		var ports []uint16
		for _, w := range words {
			for part := range strings.SplitSeq(w, ",") {
				low, high, err := portRange(strings.TrimSpace(part))
				if err != nil {
					return err
				}
				if len(ports)+int(high)-int(low) >= maxDetectionPorts {
					return fmt.Errorf("want at most %d ports; any stands for all", maxDetectionPorts)
				}
				for p := int(low); p <= int(high); p++ {
					ports = append(ports, uint16(p))
				}
			}
		}
		slices.Sort(ports)
		*to = slices.Compact(ports)
		*given = *given || n.Kind != Null
		return nil
	}
	return b
}

// portRange takes "25" or "5900:5909" apart. Port 0 stands for any.
func portRange(text string) (low, high uint16, err error) {
	if strings.EqualFold(text, "any") {
		return 0, 0, nil
	}
	from, to, isRange := strings.Cut(text, ":")
	if !isRange {
		to = from
	}
	a, errA := strconv.ParseUint(from, 10, 16)
	b, errB := strconv.ParseUint(to, 10, 16)
	if errA != nil || errB != nil || a == 0 || b < a {
		return 0, 0, fmt.Errorf("want ports such as 25, [25, 465], 5900:5909 or any, not %q", text)
	}
	return uint16(a), uint16(b), nil
}
