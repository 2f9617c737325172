package apptest

import (
	"math"
	"math/rand/v2"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// segment is bytes of one side on their way.
type segment struct {
	off  int64
	data []byte
}

// flight is what one side does before the other does something.
type flight struct {
	dir      stream.Dir
	segments []segment // in order, one for each line; losses are holes between them
	end      int64     // of the direction after the flight, losses included
	fin, rst bool
}

// flights groups the steps of a conversation.
func (c *Conversation) flights() []flight {
	var list []flight
	var at [2]int64
	for _, s := range c.Steps {
		if n := len(list); n == 0 || list[n-1].dir != s.Dir {
			list = append(list, flight{dir: s.Dir})
		}
		f := &list[len(list)-1]
		switch s.Kind {
		case Data:
			f.segments = append(f.segments, segment{at[s.Dir], s.Data})
			at[s.Dir] += int64(len(s.Data))
		case Lost:
			at[s.Dir] += s.Lost
		case FIN:
			f.fin = true
		case RST:
			f.rst = true
		}
		f.end = at[s.Dir]
	}
	return list
}

// A way is how a conversation travels: it may replace the segments of a flight.
type way struct {
	name     string
	inline   bool
	eachAck  bool // the receiver acknowledges each segment, not each flight
	segments func(f *flight) []segment
}

// asWritten leaves the segments as they are.
func asWritten(f *flight) []segment { return f.segments }

// joined makes one segment of what follows without a loss.
func joined(f *flight) []segment {
	var list []segment
	for _, s := range f.segments {
		if n := len(list); n > 0 && list[n-1].end() == s.off {
			list[n-1].data = append(list[n-1].data, s.data...)
			continue
		}
		s.data = s.data[:len(s.data):len(s.data)] // an append copies it
		list = append(list, s)
	}
	return list
}

func (s segment) end() int64 { return s.off + int64(len(s.data)) }

// bytewise makes a segment of each byte.
func bytewise(f *flight) []segment {
	var list []segment
	for _, s := range f.segments {
		for i := range s.data {
			list = append(list, segment{s.off + int64(i), s.data[i : i+1]})
		}
	}
	return list
}

// fullSize makes segments as large as they are on an Ethernet.
func fullSize(f *flight) []segment {
	const most = 1460
	var list []segment
	for _, s := range joined(f) {
		for len(s.data) > most {
			list = append(list, segment{s.off, s.data[:most]})
			s.off, s.data = s.off+most, s.data[most:]
		}
		list = append(list, s)
	}
	return list
}

// cutAt joins the segments and cuts at one offset of one direction.
func cutAt(d stream.Dir, off int64) func(f *flight) []segment {
	return func(f *flight) []segment {
		list := joined(f)
		if f.dir != d {
			return list
		}
		for i, s := range list {
			if s.off < off && off < s.end() {
				n := off - s.off
				return append(list[:i:i], append([]segment{{s.off, s.data[:n]}, {off, s.data[n:]}}, list[i+1:]...)...)
			}
		}
		return list
	}
}

// shuffled cuts the segments at random, doubles some, also in part, and changes their order.
func shuffled(seed uint64) func(f *flight) []segment {
	return func(f *flight) []segment {
		r := rand.New(rand.NewPCG(seed, uint64(f.end)<<1|uint64(f.dir)))
		var list []segment
		for _, s := range joined(f) {
			if len(s.data) == 0 {
				continue
			}
			for len(s.data) > 0 {
				n := 1 + r.IntN(min(len(s.data), 1+r.IntN(40)))
				list = append(list, segment{s.off, s.data[:n]})
				s = segment{s.off + int64(n), s.data[n:]}
			}
			whole := list[len(list)-1]
			for range r.IntN(3) {
				from := r.IntN(len(whole.data))
				to := from + 1 + r.IntN(len(whole.data)-from)
				list = append(list, segment{whole.off + int64(from), whole.data[from:to]})
			}
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	}
}

// player plays conversations to the sessions of a gateway.
type player struct {
	config   app.Config
	gateway  *app.Gateway
	recorder *recorder
	store    *stream.Store    // in use
	stores   [2]*stream.Store // for connections that are seen whole, and one-sided ones
	number   uint64
	peak     int64 // of the store's memory
}

// newPlayer returns a player for a gateway with the given protocols.
func newPlayer(c app.Config, protocols []app.Protocol) (*player, error) {
	c.Reuse = true // the recorder keeps nothing
	p := &player{config: c, recorder: new(recorder)}
	g, err := app.NewGateway(c, protocols, p.recorder)
	p.gateway = g
	return p, err
}

// play plays c in the given way and returns what was recorded.
func (p *player) play(c *Conversation, w way, port uint16) []string {
	p.recorder.records, p.recorder.frames = nil, nil
	s, pair := p.run(c, w, port)
	if s != nil {
		p.end(s, pair)
	}
	return p.recorder.records
}

// end ends the connection.
func (p *player) end(s *app.Session, pair *stream.Pair) {
	if pair != nil {
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			p.store.Finish(pair, d, s)
			p.store.Log(&pair[d], d, true, s)
		}
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			s.FramesSeen(d, math.MaxInt64)
			p.store.Release(&pair[d])
		}
	}
	p.recorder.flow(s)
	s.Close()
}

// run plays c to its last line.
func (p *player) run(c *Conversation, w way, port uint16) (*app.Session, *stream.Pair) {
	info := app.Info{
		Transport: app.TCP, ClientPort: c.Client, ServerPort: c.Port, Midstream: c.Midstream, OneSided: c.OneSided,
	}
	if info.ServerPort == 0 {
		info.ServerPort = port
	}
	if info.ClientPort == 0 {
		info.ClientPort = 40000
	}
	if c.Datagrams {
		info.Transport = app.UDP
		s := p.gateway.NewSession(info)
		for _, step := range c.Steps {
			p.packet()
			s.Datagram(step.Dir, step.Data)
			s.FramesSeen(step.Dir, math.MaxInt64)
		}
		return s, nil
	}
	s := p.gateway.NewSession(info)
	p.open(w.inline, c.OneSided)
	pair := new(stream.Pair)
	p.recorder.pair = pair
	var sent [2]int64
	for _, f := range c.flights() {
		p.ack(pair, s, f.dir.Opposite(), sent[f.dir.Opposite()])
		p.flight(pair, s, &f, w)
		sent[f.dir] = f.end
		if f.rst {
			p.ack(pair, s, f.dir, f.end)
		}
	}
	p.ack(pair, s, stream.ToServer, sent[stream.ToServer])
	p.ack(pair, s, stream.ToClient, sent[stream.ToClient])
	return s, pair
}

// open makes a store ready for a connection.
func (p *player) open(inline, oneSided bool) {
	i := 0
	if oneSided {
		i = 1
	}
	if p.stores[i] == nil {
		p.stores[i] = stream.NewStore(stream.Config{Inline: inline, Immediate: oneSided})
	}
	p.store = p.stores[i]
}

// flight sends what one side has to say.
func (p *player) flight(pair *stream.Pair, s *app.Session, f *flight, w way) {
	front := pair[f.dir].Edge()
	for _, seg := range w.segments(f) {
		p.packet()
		if p.store.Config().Immediate {
			p.store.Push(pair, f.dir, seg.off, seg.data, s)
		} else {
			p.store.Insert(&pair[f.dir], seg.off, seg.data)
		}
		p.frames(pair, s)
		if w.eachAck && seg.off == front { // the receiver has everything before it
			front = seg.end()
			p.ack(pair, s, f.dir, front)
		}
	}
	if f.fin {
		pair[f.dir].Finish(f.end)
		p.store.Deliver(pair, f.dir, s)
		p.frames(pair, s)
	}
}

// ack lets the receiver of direction d acknowledge what lies before off.
func (p *player) ack(pair *stream.Pair, s *app.Session, d stream.Dir, off int64) {
	p.packet()
	pair[d].Ack(off)
	p.store.Deliver(pair, d, s)
	p.frames(pair, s)
}

// frames gives the session the bytes of its frames, which are looked at at once.
func (p *player) frames(pair *stream.Pair, s *app.Session) {
	for d := stream.ToServer; d <= stream.ToClient; d++ {
		p.store.Log(&pair[d], d, false, s)
		s.FramesSeen(d, pair[d].App())
	}
}

// packet begins another packet.
func (p *player) packet() {
	p.number++
	p.gateway.Packet(int64(p.number)*1e6, p.number)
	if p.store != nil {
		p.store.Tick(int64(p.number) * 1e6)
		p.peak = max(p.peak, p.store.MemoryUse())
	}
}
