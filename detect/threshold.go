package detect

import (
	"net/netip"

	"github.com/reknit/reknit/rule"
)

// counted is what a threshold counts apart.
type counted struct {
	limit rule.Threshold
	sid   uint64
	a, b  netip.Addr
	flow  uint32
}

// window is how often something happened, and since when.
type window struct {
	start int64 // nanoseconds since the Unix epoch
	count uint32
	next  uint64 // of backoff: the count with which the next alert comes
	until int64  // of a rate_filter: so long the other action holds
}

// limitsOf returns the limits of a rule: its own and those of threshold.config, of which one for the rule takes the place of its
// own threshold.
func (s *Set) limitsOf(r *rule.Rule) (list []*rule.Threshold) {
	if r.Filter != nil {
		list = append(list, r.Filter)
	}
	own := r.Threshold
	for i := range s.config.Overrides {
		o := &s.config.Overrides[i]
		all := o.SID == 0 && (o.GID == 0 || o.GID == r.GID)
		if !all && (o.GID != r.GID || o.SID != r.SID) {
			continue
		}
		switch o.Limit {
		case rule.LimitFirst, rule.LimitEvery, rule.LimitBoth:
			if own != nil && all {
				continue
			}
			own = &o.Threshold
		default:
			list = append(list, &o.Threshold)
		}
	}
	if own != nil {
		list = append(list, own)
	}
	return list
}

// result is what becomes of a match.
type result uint8

const (
	alerts result = iota
	silent        // no alert, but the action
	nothing
)

// limit asks the limits of a rule that matched. action is what the rule does, and may be changed.
func (w *Worker) limit(g *signature, action *rule.Action) result {
	res := alerts
	for _, t := range g.limits {
		switch t.Limit {
		case rule.LimitNever:
			if w.suppressed(t) {
				res = max(res, silent)
			}
			continue
		case rule.LimitRate:
			if w.rated(g, t) {
				*action = t.NewAction
			}
			continue
		}
		k := w.key(g, t)
		if t.Limit == rule.LimitAfter {
			if !w.set.hosts.after(k, w.now) {
				return nothing
			}
			continue
		}
		if res == alerts && !w.set.hosts.enough(k, w.now) {
			res = silent
		}
	}
	return res
}

// suppressed reports whether an alert of the packet is one that is never told.
func (w *Worker) suppressed(t *rule.Threshold) bool {
	if t.Addresses == nil {
		return true
	}
	switch t.Track {
	case rule.BySource:
		return w.src.IsValid() && t.Addresses.Contains(w.src)
	case rule.ByDest:
		return w.dst.IsValid() && t.Addresses.Contains(w.dst)
	}
	return w.src.IsValid() && (t.Addresses.Contains(w.src) || t.Addresses.Contains(w.dst))
}

// key returns what a limit counts for the packet.
func (w *Worker) key(g *signature, t *rule.Threshold) counted {
	k := counted{limit: *t, sid: uint64(g.GID)<<32 | uint64(g.SID)}
	switch t.Track {
	case rule.BySource:
		k.a = w.src
	case rule.ByDest:
		k.a = w.dst
	case rule.ByBoth:
		k.a, k.b = w.src, w.dst
		if k.b.Less(k.a) {
			k.a, k.b = k.b, k.a
		}
	case rule.ByFlow:
		if w.flow != nil {
			k.flow = w.flow.Handle()
			k.a, k.b = w.flow.Client().Addr(), w.flow.Server().Addr()
		}
	}
	return k
}

// window returns the count of k, which begins anew when the time of its limit is over. h is locked.
func (h *hosts) window(k counted, now int64) *window {
	v := h.counts[k]
	if v == nil {
		if len(h.counts) >= maxCounted {
			h.sweep(now)
		}
		v = &window{start: now}
		if len(h.counts) < maxCounted {
			h.counts[k] = v
		}
		return v
	}
	if t := &k.limit; t.Limit != rule.LimitBackoff && now-v.start > int64(t.Window) {
		v.start, v.count = now, 0
	}
	return v
}

// sweep gives up the counts whose time is over.
func (h *hosts) sweep(now int64) {
	for k, v := range h.counts {
		if now-v.start > int64(k.limit.Window) && now > v.until {
			delete(h.counts, k)
		}
	}
}

// after counts for detection_filter, and reports whether there were enough.
func (h *hosts) after(k counted, now int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.window(k, now)
	v.count++
	return v.count > k.limit.Count
}

// enough counts for a threshold, and reports whether there is an alert.
func (h *hosts) enough(k counted, now int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, t := h.window(k, now), &k.limit
	v.count++
	switch t.Limit {
	case rule.LimitFirst:
		return v.count <= t.Count
	case rule.LimitEvery:
		if v.count < t.Count {
			return false
		}
		v.count = 0
		v.start = now
		return true
	case rule.LimitBackoff:
		if v.next == 0 {
			v.next = uint64(t.Count)
		}
		if uint64(v.count) < v.next {
			return false
		}
		v.next *= uint64(t.Multiplier)
		return true
	}
	return v.count == t.Count
}

// rated counts for a rate_filter, and reports whether its action holds.
func (w *Worker) rated(g *signature, t *rule.Threshold) bool {
	k, h := w.key(g, t), w.set.hosts
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.window(k, w.now)
	if v.until != 0 {
		if w.now <= v.until {
			return true
		}
		v.until, v.start, v.count = 0, w.now, 0
	}
	v.count++
	if v.count <= t.Count {
		return false
	}
	if t.Timeout > 0 {
		v.until = w.now + int64(t.Timeout)
	}
	return true
}
