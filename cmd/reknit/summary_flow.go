package main

import (
	"cmp"
	"container/heap"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/reknit/reknit/event"
)

// flowLine is what the summary keeps of a flow.
type flowLine struct {
	client, server netip.AddrPort
	protocol       uint8
	app            string
	state          string
	start, end     int64
	packets, bytes uint64
	gap            bool
}

// flow takes the record of a flow.
func (s *summary) flow(r *event.Record, f *event.Flow) {
	l := flowLine{
		client:   netip.AddrPortFrom(r.Src, r.SrcPort),
		server:   netip.AddrPortFrom(r.Dst, r.DstPort),
		protocol: r.Protocol,
		app:      f.AppProto.Name,
		state:    f.State,
		start:    f.Start,
		end:      f.End,
		packets:  f.ToServer.Packets + f.ToClient.Packets,
		bytes:    f.ToServer.Bytes + f.ToClient.Bytes,
		gap:      f.TCP.ClientGap || f.TCP.ServerGap,
	}
	if s.flows.seen == 0 || l.start < s.from {
		s.from = l.start
	}
	if s.flows.seen == 0 || l.end > s.to {
		s.to = l.end
	}
	s.flows.take(l)
}

// largest keeps the largest flows.
type largest struct {
	limit int
	seen  uint64
	flows smallestFirst
}

func (l *largest) take(f flowLine) {
	l.seen++
	if len(l.flows) < l.limit {
		heap.Push(&l.flows, f)
		return
	}
	if f.bytes > l.flows[0].bytes {
		l.flows[0] = f
		heap.Fix(&l.flows, 0)
	}
}

// smallestFirst is a heap.
type smallestFirst []flowLine

func (h smallestFirst) Len() int           { return len(h) }
func (h smallestFirst) Less(i, j int) bool { return h[i].bytes < h[j].bytes }
func (h smallestFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *smallestFirst) Push(x any)        { *h = append(*h, x.(flowLine)) }
func (h *smallestFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// printFlows prints the flows that were kept, in the order of their start.
func (s *summary) printFlows(b *strings.Builder) {
	if s.flows.seen == 0 {
		return
	}
	flows := slices.SortedStableFunc(slices.Values(s.flows.flows), func(x, y flowLine) int {
		return cmp.Or(cmp.Compare(x.start, y.start), x.client.Compare(y.client), x.server.Compare(y.server))
	})
	fmt.Fprintf(b, "%s\n", s.out.style(bold, "Flows"))
	var t columns
	t.add(left("Start"), right("Length"), left("Protocol"), left("Client"), left("Server"), right("Packets"), right("Bytes"),
		left("State"))
	for _, f := range flows {
		state := f.state
		if f.gap {
			state += ", gaps"
		}
		t.add(left(s.clock(f.start)), right(span(time.Duration(f.end-f.start))), left(f.name()), left(f.endpoint(f.client)),
			left(f.endpoint(f.server)), right(count(f.packets)), right(bytesOf(f.bytes)), left(state))
	}
	t.write(b)
	if more := s.flows.seen - uint64(len(flows)); more > 0 {
		fmt.Fprintf(b, "  These are the largest; %s more: -v shows all.\n", plural(more, "flow"))
	}
	b.WriteByte('\n')
}

// name is the protocol of a flow.
func (f *flowLine) name() string {
	transport := event.ProtocolName(f.protocol)
	switch f.app {
	case "", "failed", "unknown":
		return transport
	}
	return f.app + "/" + transport
}

func (s *summary) clock(unixNano int64) string {
	return time.Unix(0, unixNano).In(s.zone).Format("2006-01-02 15:04:05")
}

// endpoint is an address, with the port where the protocol has ports.
func (f *flowLine) endpoint(a netip.AddrPort) string {
	switch f.protocol {
	case 6, 17, 132: // TCP, UDP, SCTP
		return a.String()
	}
	return a.Addr().String()
}
