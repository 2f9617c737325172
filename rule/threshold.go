package rule

import (
	"fmt"
	"strings"
	"time"
)

// Limit says how a Threshold counts.
type Limit uint8

const (
	LimitFirst   Limit = iota // limit: the first Count matches of each window
	LimitEvery                // threshold: each Count-th match
	LimitBoth                 // both: once per window, at the Count-th match
	LimitAfter                // detection_filter: all matches after the first Count of a window
	LimitRate                 // rate_filter: another action after Count matches
	LimitNever                // suppress
	LimitBackoff              // backoff: at the Count-th match, then each time at Multiplier times as many
)

var limitNames = []string{"limit", "threshold", "both", "detection_filter", "rate_filter", "suppress", "backoff"}

// Track says what is counted apart.
type Track uint8

const (
	BySource Track = iota
	ByDest
	ByBoth
	ByRule
	ByFlow
	ByEither // of suppress
)

var trackNames = []string{"by_src", "by_dst", "by_both", "by_rule", "by_flow", "by_either"}

// Threshold limits how often a rule alerts.
type Threshold struct {
	Limit      Limit
	Track      Track
	Count      uint32
	Window     time.Duration
	Multiplier uint32 // of LimitBackoff
	UniqueOn   string // of LimitAfter: src_port or dst_port, counted once each; empty: all matches count

	// Of rate_filter.
	NewAction Action
	Timeout   time.Duration

	// Of suppress: the addresses whose alerts are suppressed; nil: all.
	Addresses *Addresses
}

// String returns the threshold as a rule writes it.
func (t *Threshold) String() string {
	return fmt.Sprintf("%s, track %s, count %d, seconds %d", limitNames[t.Limit], trackNames[t.Track], t.Count, t.Window/time.Second)
}

// parseThreshold reads the value of threshold or detection_filter.
func parseThreshold(value string, filter bool) (*Threshold, error) {
	args := arguments(value)
	t := &Threshold{Limit: LimitAfter}
	var err error
	if !filter {
		if t.Limit, err = args.limit("limit", "threshold", "both", "backoff"); err != nil {
			return nil, err
		}
	}
	if t.Track, err = args.track(); err != nil {
		return nil, err
	}
	if t.Count, err = args.number("count", 1); err != nil {
		return nil, err
	}
	if t.Limit == LimitBackoff {
		if t.Multiplier, err = args.number("multiplier", 1); err != nil {
			return nil, err
		}
		if t.Track != ByFlow {
			return nil, conflict("backoff tracks by_flow")
		}
	} else {
		seconds, err := args.number("seconds", 1)
		if err != nil {
			return nil, err
		}
		t.Window = time.Duration(seconds) * time.Second
	}
	if filter {
		if t.UniqueOn = args.take("unique_on"); t.UniqueOn != "" && t.UniqueOn != "src_port" && t.UniqueOn != "dst_port" {
			return nil, fmt.Errorf("unique_on wants src_port or dst_port, not %q", t.UniqueOn)
		}
	}
	return t, args.rest()
}

// words are arguments, each a word and its value.
type words map[string]string

func arguments(value string) words {
	args := words{}
	for part := range strings.SplitSeq(value, ",") {
		name, arg, _ := strings.Cut(strings.TrimSpace(part), " ")
		args[strings.ToLower(name)] = strings.TrimSpace(arg)
	}
	return args
}

// take removes an argument and returns its value.
func (w words) take(name string) string {
	v := w[name]
	delete(w, name)
	return v
}

func (w words) number(name string, least int64) (uint32, error) {
	if _, ok := w[name]; !ok {
		return 0, fmt.Errorf("%s is missing", name)
	}
	n, err := atoi(w.take(name), least, 1<<32-1)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return uint32(n), nil
}

func (w words) limit(allowed ...string) (Limit, error) {
	text := w.take("type")
	for i, n := range limitNames {
		for _, a := range allowed {
			if n == text && a == text {
				return Limit(i), nil
			}
		}
	}
	return 0, fmt.Errorf("type wants one of %s, not %q", strings.Join(allowed, ", "), text)
}

func (w words) track() (Track, error) {
	text := w.take("track")
	for i, n := range trackNames[:ByEither] {
		if n == text {
			return Track(i), nil
		}
	}
	return 0, fmt.Errorf("track wants one of %s, not %q", strings.Join(trackNames[:ByEither], ", "), text)
}

// rest returns an error for arguments that nobody took.
func (w words) rest() error {
	for name := range w {
		return fmt.Errorf("unknown word %q", name)
	}
	return nil
}
