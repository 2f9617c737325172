package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/http"
)

// Limits of what is kept and shown of servers that speak HTTP.
const (
	maxHosts      = 20000 // that are counted one by one
	maxShownHosts = 15
	maxShownHost  = 50 // characters
)

// visits is what was asked of one host.
type visits struct {
	requests uint64 // with those of which only the response was seen
	status   [6]uint64
	bytes    uint64 // of bodies of both sides, as they were transferred
}

// hosts are the servers of a capture that were spoken to in HTTP.
type hosts struct {
	kept  map[string]*visits
	other uint64 // requests to those that are not kept
	limit int    // of hosts that are shown
}

// take takes the record of an exchange.
func (h *hosts) take(r *event.Record, x *http.Exchange) {
	if h.kept == nil {
		h.kept = map[string]*visits{}
	}
	name := string(x.Host)
	if name == "" {
		name = r.Dst.String()
	}
	v := h.kept[name]
	if v == nil {
		if len(h.kept) >= maxHosts {
			h.other++
			return
		}
		v = new(visits)
		h.kept[name] = v
	}
	v.requests++
	v.bytes += uint64(x.Request.Length + x.Response.Length)
	if class := x.Status() / 100; class < len(v.status) {
		v.status[class]++
	}
}

// print prints the hosts that were asked most.
func (h *hosts) print(b *strings.Builder, bold func(string) string) {
	if len(h.kept) == 0 {
		return
	}
	names := make([]string, 0, len(h.kept))
	for name := range h.kept {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(cmp.Compare(h.kept[y].requests, h.kept[x].requests), cmp.Compare(x, y))
	})
	fmt.Fprintf(b, "%s\n", bold("HTTP"))
	var t columns
	t.add(right("Requests"), left("Host"), right("Bodies"), left("Responses"))
	for _, name := range names[:min(len(names), h.limit)] {
		v := h.kept[name]
		t.add(right(count(v.requests)), left(clip(printable(name), maxShownHost)), right(bytesOf(v.bytes)), left(v.outcome()))
	}
	t.write(b)
	if more := len(names) - h.limit; more > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(uint64(more), "host"))
	}
	if h.other > 0 {
		fmt.Fprintf(b, "  %s of other hosts.\n", plural(h.other, "request"))
	}
	b.WriteByte('\n')
}

// outcome says how many responses of each class there were.
func (v *visits) outcome() string {
	var list []string
	for class, n := range v.status {
		switch {
		case n == 0:
		case class == 0:
			list = append(list, count(n)+" none")
		default:
			list = append(list, fmt.Sprintf("%s × %dxx", count(n), class))
		}
	}
	return strings.Join(list, ", ")
}
