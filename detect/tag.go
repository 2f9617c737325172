package detect

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/rule"
)

// tag says how many packets of a flow or a host are still to be told.
type tag struct {
	metric string // packets, bytes or seconds
	left   int64  // packets or bytes
	until  int64  // with seconds
}

// maxTagged is how many hosts are tagged at once.
const maxTagged = 1 << 14

// tagging returns the effect of tag.
func tagging(t *rule.Tag) check {
	return func(w *Worker) bool {
		n := tag{metric: t.Metric, left: int64(t.Count), until: w.now + int64(t.Count)*int64(time.Second)}
		if w.packet != nil { // it counts, and has its alert
			n.spend(len(w.packet.Frame))
		}
		w.fresh = w.packet != nil
		if !t.Host {
			if k := w.keep(); k != nil {
				k.tag = n
			}
			return true
		}
		host := w.src
		if t.Dst {
			host = w.dst
		}
		if _, there := w.hosts[host]; host.IsValid() && (there || len(w.hosts) < maxTagged) {
			if w.hosts == nil {
				w.hosts = map[netip.Addr]*tag{}
			}
			w.hosts[host] = &n
		}
		return true
	}
}

// spend takes a packet of so many bytes into account.
func (t *tag) spend(n int) {
	switch t.metric {
	case "packets":
		t.left--
	case "bytes":
		t.left -= int64(n)
	}
}

// on reports whether packets are to be told now.
func (t *tag) on(now int64) bool {
	if t.metric == "seconds" {
		return now <= t.until
	}
	return t.metric != "" && t.left > 0
}

// tagged tells of the packet if its flow or one of its hosts is tagged, unless it is the one that made it so.
func (w *Worker) tagged() {
	if w.fresh {
		w.fresh = false
		return
	}
	p, hit := w.packet, false
	spend := func(t *tag) bool {
		if !t.on(w.now) {
			return false
		}
		t.spend(len(p.Frame))
		hit = true
		return true
	}
	if w.kept != nil {
		spend(&w.kept.tag)
	}
	for _, host := range [2]netip.Addr{w.src, w.dst} {
		if t := w.hosts[host]; t != nil && !spend(t) {
			delete(w.hosts, host)
		}
	}
	if !hit {
		return
	}
	r := w.desk.Record(p, w.aspect.Dir, "packet")
	w.alert.Packet = w.frame(p)
	r.Body = &w.alert.Packet
	w.desk.Send(r)
}
