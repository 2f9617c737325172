package engine

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/packet"
)

// gate lets a worker wait until the others have processed all packets that came before its own: what their flows announced
// by then is known, as it is to an engine with one worker. It is for packets that wait, of one source.
//
// Nobody waits before a flow was seen that may announce others. The worker with the earliest packet waits for nobody that
// waits, so that there is always one that goes on.
type gate struct {
	lanes      []*lane
	announcers *announcers
	needed     atomic.Bool   // a flow may have announced others
	published  atomic.Uint64 // number of the last packet that all its workers can take
	waiting    atomic.Int32  // workers

	mu   sync.Mutex
	news *sync.Cond
}

func newGate(lanes []*lane, a *announcers) *gate {
	g := &gate{lanes: lanes, announcers: a}
	g.news = sync.NewCond(&g.mu)
	return g
}

// wait returns when all lanes but l are through with the packets before that which l processes.
func (g *gate) wait(l *lane) {
	if !g.needed.Load() || l.number == 0 {
		return
	}
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	g.mu.Lock()
	defer g.mu.Unlock()
	l.reached.Store(l.number)
	g.news.Broadcast()
	for !g.past(l) {
		g.news.Wait()
	}
}

// past reports whether all lanes but l are through with the packets before that which l processes.
func (g *gate) past(l *lane) bool {
	if g.published.Load() < l.number-1 {
		return false
	}
	for _, o := range g.lanes {
		if o != l && o.reached.Load() < l.number && !o.rings[0].drained() {
			return false
		}
	}
	return true
}

// tell lets those that wait look again.
func (g *gate) tell() {
	if g != nil && g.waiting.Load() > 0 {
		g.mu.Lock()
		g.news.Broadcast()
		g.mu.Unlock()
	}
}

// pass notes that l begins with the packet of this number.
func (g *gate) pass(l *lane, number uint64) {
	l.number = number
	if g.waiting.Load() > 0 {
		l.reached.Store(number)
		g.tell()
	}
}

// lastNumber is behind the numbers of all packets.
const lastNumber = math.MaxUint64

// drained reports whether all packets that can be taken were, and are processed. It is for other goroutines, and may
// report false for a while.
func (r *ring) drained() bool {
	tail := r.tail.Load()
	return r.head.Load() >= tail
}

// announcers are the protocols whose flows announce others.
type announcers struct {
	names map[string]bool
	ports [1 << 16 / 64]uint64
}

// announcersOf returns those among the protocols, or nil when there are none.
func announcersOf(protocols []app.Protocol) *announcers {
	var a *announcers
	for i := range protocols {
		p := &protocols[i]
		if !p.Announces {
			continue
		}
		if a == nil {
			a = &announcers{names: map[string]bool{}}
		}
		a.names[p.Name] = true
		for _, port := range p.Ports {
			a.ports[port.Number/64] |= 1 << (port.Number % 64)
		}
	}
	return a
}

// has reports whether p is one of a flow that may announce others, by its ports.
func (a *announcers) has(p *packet.Packet) bool {
	return a.port(p.SrcPort) || a.port(p.DstPort)
}

func (a *announcers) port(n uint16) bool { return a.ports[n/64]>>(n%64)&1 != 0 }

// announces notes that the flow of s may announce others.
func (w *Worker) announces(s *app.Session) {
	if w.lane != nil && w.lane.gate != nil && w.lane.gate.announcers.names[s.Protocol()] {
		w.lane.gate.needed.Store(true)
	}
}
