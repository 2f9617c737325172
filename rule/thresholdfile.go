package rule

import (
	"fmt"
	"strings"
	"time"
)

// Override is a line of threshold.config: a limit for one rule, or for many.
type Override struct {
	GID, SID uint32 // 0: all
	Threshold
}

// ParseThresholds reads threshold.config: the lines threshold (or event_filter), rate_filter and suppress. Those that cannot be
// read are problems and left out.
func (l *Language) ParseThresholds(file, data string) (list []Override, problems []Problem) {
	for ln := range lines(data) {
		name, value, _ := strings.Cut(strings.TrimSpace(ln.text), " ")
		var o Override
		var err error
		switch strings.ToLower(name) {
		case "threshold", "event_filter":
			o, err = parseOverride(value, (*Override).limits)
		case "rate_filter":
			o, err = parseOverride(value, (*Override).rates)
		case "suppress":
			o, err = parseOverride(value, func(o *Override, args words) error { return o.suppresses(args, l) })
		default:
			err = fmt.Errorf("want threshold, event_filter, rate_filter or suppress, not %q", name)
		}
		if err != nil {
			problems = append(problems, Problem{Kind: Syntax, Pos: Pos{file, ln.first, 1}, Text: err.Error()})
			continue
		}
		list = append(list, o)
	}
	return list, problems
}

// parseOverride reads what all lines have, and leaves the rest to more.
func parseOverride(value string, more func(*Override, words) error) (o Override, err error) {
	args := listArguments(value)
	if o.GID, err = args.number("gen_id", 0); err != nil {
		return o, err
	}
	if o.SID, err = args.number("sig_id", 0); err != nil {
		return o, err
	}
	if o.GID == 0 && o.SID != 0 {
		return o, fmt.Errorf("gen_id 0 stands for all, with sig_id 0")
	}
	if err := more(&o, args); err != nil {
		return o, err
	}
	return o, args.rest()
}

// listArguments is arguments for values that may be lists in brackets.
func listArguments(value string) words {
	args := words{}
	start, depth := 0, 0
	for i := 0; i <= len(value); i++ {
		switch {
		case i == len(value) || value[i] == ',' && depth == 0:
			name, arg, _ := strings.Cut(strings.TrimSpace(value[start:i]), " ")
			args[strings.ToLower(name)] = strings.TrimSpace(arg)
			start = i + 1
		case value[i] == '[':
			depth++
		case value[i] == ']':
			depth--
		}
	}
	return args
}

func (o *Override) limits(args words) (err error) {
	if o.Limit, err = args.limit("limit", "threshold", "both"); err != nil {
		return err
	}
	return o.counts(args)
}

// counts reads track, count and seconds.
func (o *Override) counts(args words) (err error) {
	if o.Track, err = args.track(); err != nil {
		return err
	}
	if o.Count, err = args.number("count", 1); err != nil {
		return err
	}
	seconds, err := args.number("seconds", 1)
	o.Window = time.Duration(seconds) * time.Second
	return err
}

func (o *Override) rates(args words) (err error) {
	o.Limit = LimitRate
	if err := o.counts(args); err != nil {
		return err
	}
	if o.NewAction, err = ParseAction(args.take("new_action")); err != nil {
		return err
	}
	seconds, err := args.number("timeout", 0)
	o.Timeout = time.Duration(seconds) * time.Second
	return err
}

func (o *Override) suppresses(args words, l *Language) (err error) {
	o.Limit = LimitNever
	switch track := args.take("track"); track {
	case "":
		return nil
	case "by_src":
		o.Track = BySource
	case "by_dst":
		o.Track = ByDest
	case "by_either":
		o.Track = ByEither
	default:
		return fmt.Errorf("track wants by_src, by_dst or by_either, not %q", track)
	}
	ip := args.take("ip")
	if ip == "" {
		return fmt.Errorf("track needs ip")
	}
	o.Addresses, err = l.addresses(ip)
	return err
}
