package detect

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/rule"
)

// tag says that packets of a flow or a host are recorded, because a rule matched.
type tag struct {
	*rule.Tag
	gid, sid uint32
	since    int64  // nanoseconds since the Unix epoch
	last     int64  // when there was a packet
	used     uint64 // packets or bytes, those of the packet of the alert included
	renewed  int
	begun    bool // the packet of the alert is past
}

// Limits of tags.
const (
	maxTags       = 50 // of a flow or a host
	maxRenewals   = 10 // how often a rule that matches again has a tag begin anew
	maxTagged     = 1 << 16
	forgottenTags = 600e9 // nanoseconds without a packet after which the tags of a host may be given up
)

// over reports whether a tag has ended with this packet, which it counts.
func (t *tag) over(now int64, size int) bool {
	t.last = now
	switch t.Metric {
	case "packets":
		t.used++
	case "bytes":
		t.used += uint64(size)
	}
	if !t.begun {
		return false
	}
	if t.Metric == "seconds" {
		return (now-t.since)/1e9 > int64(t.Count)
	}
	return t.used > uint64(t.Count)
}

// tags are those of a flow or a host.
type tags []tag

// add has packets recorded for a rule from now on, or begins anew.
func (l *tags) add(t tag) {
	for i := range *l {
		o := &(*l)[i]
		if o.gid != t.gid || o.sid != t.sid {
			continue
		}
		if o.renewed++; o.renewed < maxRenewals {
			o.since, o.last, o.used = t.since, t.last, 0
		}
		return
	}
	if len(*l) < maxTags {
		*l = append(*l, t)
	}
}

// packet counts a packet, and reports whether it is recorded.
func (l *tags) packet(now int64, size int) (recorded bool) {
	kept := (*l)[:0]
	for _, t := range *l {
		if t.over(now, size) {
			continue
		}
		recorded = recorded || t.begun
		t.begun = true
		kept = append(kept, t)
	}
	*l = kept
	return recorded
}

// taggedHosts are the tags of hosts. All workers share them.
type taggedHosts struct {
	some  atomic.Bool // there are any
	mu    sync.Mutex
	hosts map[netip.Addr]tags
}

// add tags a host. When there are too many, those that sent nothing for a while are given up; if there are none, this one is.
func (h *taggedHosts) add(host netip.Addr, t tag) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list, ok := h.hosts[host]
	if !ok && len(h.hosts) >= maxTagged {
		h.forget(t.since)
		if len(h.hosts) >= maxTagged {
			return
		}
	}
	if h.hosts == nil {
		h.hosts = map[netip.Addr]tags{}
	}
	list.add(t)
	h.hosts[host] = list
	h.some.Store(true)
}

// forget gives up the tags of hosts without packets.
func (h *taggedHosts) forget(now int64) {
	for host, list := range h.hosts {
		if now-list[len(list)-1].last > forgottenTags {
			delete(h.hosts, host)
		}
	}
}

// packet counts a packet of a host, and reports whether it is recorded.
func (h *taggedHosts) packet(host netip.Addr, now int64, size int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	list, ok := h.hosts[host]
	if !ok {
		return false
	}
	recorded := list.packet(now, size)
	if len(list) > 0 {
		h.hosts[host] = list
		return recorded
	}
	delete(h.hosts, host)
	h.some.Store(len(h.hosts) > 0)
	return recorded
}

// tagged begins the tags of a rule that matched.
func (w *Worker) tagged(g *signature) {
	for _, r := range g.tags {
		w.desk.Tag()
		t := tag{Tag: r, gid: g.GID, sid: g.SID, since: w.now, last: w.now}
		switch {
		case !r.Host:
			if k := w.keep(); k != nil {
				k.tags.add(t)
			}
		case !w.src.IsValid():
		case r.Dst:
			w.set.tagged.add(w.dst, t)
		default:
			w.set.tagged.add(w.src, t)
		}
	}
}

// recordTagged makes the record of a packet whose flow or host is tagged.
func (w *Worker) recordTagged() {
	p := w.packet
	if p == nil {
		return
	}
	recorded := false
	if w.kept != nil && len(w.kept.tags) > 0 {
		recorded = w.kept.tags.packet(w.now, len(p.Frame))
	}
	if h := w.set.tagged; h.some.Load() && w.src.IsValid() {
		recorded = h.packet(w.src, w.now, len(p.Frame)) || recorded
		recorded = h.packet(w.dst, w.now, len(p.Frame)) || recorded
	}
	if recorded {
		w.desk.Tag()
		r := w.desk.Record(p, w.aspect.Dir, "packet")
		w.image = w.frame(p)
		r.Body = &w.image
		w.desk.Send(r)
		w.image = event.Frame{}
	}
}
