package expect

import (
	"container/list"
	"hash/maphash"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config limits what is remembered. The zero value is ready to use.
type Config struct {
	// PerPair is the number of connections between two hosts that may be expected at once; the oldest goes when there
	// are more.
	// When zero, it is 10.
	PerPair int

	// Max is the number of connections that may be expected at once between all hosts; of those that share a shard, the
	// oldest goes when there are more.
	// When zero, it is 65536: at most about 30 MB.
	Max int
}

func (c *Config) setDefaults() {
	if c.PerPair <= 0 {
		c.PerPair = 10
	}
	if c.Max <= 0 {
		c.Max = 65536
	}
}

// Connection says by what a connection is known. A port that is 0 in an announcement may be any.
type Connection struct {
	Client, Server         netip.Addr
	ClientPort, ServerPort uint16
	Transport              uint8 // IP protocol number
}

// matches reports whether c, which was announced, is the connection o.
func (c *Connection) matches(o *Connection) bool {
	return c.Transport == o.Transport && c.Client == o.Client && c.Server == o.Server &&
		(c.ClientPort == 0 || c.ClientPort == o.ClientPort) && (c.ServerPort == 0 || c.ServerPort == o.ServerPort)
}

// Table has the connections that were announced and have not come yet, each with a value. Its methods may be called by
// several goroutines at once.
type Table[V any] struct {
	config Config
	seed   maphash.Seed
	shards [numShards]shard[V]

	live                                atomic.Int64
	announced, met, expired, superseded atomic.Uint64
}

// numShards is how many goroutines can be at work without waiting for each other, at best.
const numShards = 16

// shard holds the connections of some pairs of hosts.
//
// Invariants: each element of order is in pairs under its pair, once; both are in the order of the announcements, and no
// list in pairs is empty.
type shard[V any] struct {
	mu    sync.Mutex
	order list.List // of *expectation[V]
	pairs map[pair][]*list.Element
}

// pair is two hosts, the lower address first.
type pair struct{ low, high netip.Addr }

func pairOf(c *Connection) pair {
	if c.Client.Compare(c.Server) <= 0 {
		return pair{c.Client, c.Server}
	}
	return pair{c.Server, c.Client}
}

type expectation[V any] struct {
	Connection
	made, until int64 // nanoseconds since the Unix epoch
	value       V
}

// New returns an empty table.
func New[V any](c Config) *Table[V] {
	c.setDefaults()
	x := &Table[V]{config: c, seed: maphash.MakeSeed()}
	for i := range x.shards {
		x.shards[i].pairs = make(map[pair][]*list.Element)
	}
	return x
}

func (x *Table[V]) shard(p pair) *shard[V] {
	return &x.shards[maphash.Comparable(x.seed, p)%numShards]
}

// Announce remembers until now+lifetime that connection c will come. now is in nanoseconds since the Unix epoch. One that
// was announced twice is remembered twice.
func (x *Table[V]) Announce(now int64, lifetime time.Duration, c Connection, value V) {
	p := pairOf(&c)
	s := x.shard(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	x.expire(s, now)
	if of := s.pairs[p]; len(of) >= x.config.PerPair {
		x.supersede(s, of[0])
	}
	if s.order.Len() >= max(x.config.Max/numShards, 1) {
		x.supersede(s, s.order.Front())
	}
	e := &expectation[V]{Connection: c, made: now, until: now + int64(lifetime), value: value}
	s.pairs[p] = append(s.pairs[p], s.order.PushBack(e))
	x.live.Add(1)
	x.announced.Add(1)
}

// Meet returns the value of the announcement that fits connection c, the newest if there are several (what was announced before
// came to nothing), and forgets it. One that is made later than now, by a goroutine that is ahead, does not count yet.
func (x *Table[V]) Meet(now int64, c Connection) (value V, ok bool) {
	if x.live.Load() == 0 {
		return value, false
	}
	p := pairOf(&c)
	s := x.shard(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.pairs[p]) - 1; i >= 0; i-- {
		at := s.pairs[p][i]
		e := at.Value.(*expectation[V])
		switch {
		case e.until < now:
			x.remove(s, at)
			x.expired.Add(1)
		case e.made <= now && e.matches(&c):
			x.remove(s, at)
			x.met.Add(1)
			return e.value, true
		}
	}
	return value, false
}

// expire forgets the oldest while their time is over. One that lives longer keeps those behind it until they are asked
// for, or superseded.
func (x *Table[V]) expire(s *shard[V], now int64) {
	for at := s.order.Front(); at != nil && at.Value.(*expectation[V]).until < now; at = s.order.Front() {
		x.remove(s, at)
		x.expired.Add(1)
	}
}

// supersede forgets one because there is no room.
func (x *Table[V]) supersede(s *shard[V], at *list.Element) {
	x.remove(s, at)
	x.superseded.Add(1)
}

func (x *Table[V]) remove(s *shard[V], at *list.Element) {
	e := s.order.Remove(at).(*expectation[V])
	p := pairOf(&e.Connection)
	of := s.pairs[p]
	if i := slices.Index(of, at); len(of) > 1 {
		s.pairs[p] = slices.Delete(of, i, i+1)
	} else {
		delete(s.pairs, p)
	}
	x.live.Add(-1)
}

// Counters tell what became of announcements.
type Counters struct {
	Live       uint64 `stat:"app_layer.expectations,gauge"`
	Announced  uint64 `stat:"reknit.expectations.announced"`
	Met        uint64 `stat:"reknit.expectations.met"`
	Expired    uint64 `stat:"reknit.expectations.expired"`
	Superseded uint64 `stat:"reknit.expectations.superseded"` // because of a limit
}

// Counters returns what was counted so far.
func (x *Table[V]) Counters() Counters {
	return Counters{
		Live: uint64(x.live.Load()), Announced: x.announced.Load(), Met: x.met.Load(), Expired: x.expired.Load(),
		Superseded: x.superseded.Load(),
	}
}
