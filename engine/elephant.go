package engine

import "github.com/reknit/reknit/stream"

// Elephants says from which rate on a flow is one: a direction has that many bytes of packets in so many seconds.
type Elephants struct {
	Bytes   uint64 // 0: nothing is an elephant
	Seconds int    // when 0, it is 1; at most maxRateSeconds
}

// maxRateSeconds bounds what is kept of a flow: 16 bytes for each second.
const maxRateSeconds = 3600

// rate is how many bytes the packets of a flow had in the last seconds, by direction: the client's, the server's.
type rate struct {
	dirs     [2]window
	elephant bool
}

// window sums up the bytes of the last seconds.
//
// Invariants: slot(s) are the bytes of second s, for as many seconds up to last as there are slots; sum is that of all slots.
type window struct {
	slots []uint64
	last  int64
	sum   uint64
}

// add adds n bytes in second s. Those of a second that is over count for the last one.
func (v *window) add(s int64, n uint64, seconds int) (sum uint64) {
	if v.slots == nil {
		v.slots, v.last = make([]uint64, seconds), s
	}
	for skip := min(s-v.last, int64(len(v.slots))); skip > 0; skip-- {
		old := v.slot(s - skip + 1)
		v.sum -= *old
		*old = 0
	}
	v.last = max(v.last, s)
	*v.slot(v.last) += n
	v.sum += n
	return v.sum
}

func (v *window) slot(s int64) *uint64 {
	k := int64(len(v.slots))
	return &v.slots[(s%k+k)%k]
}

// weigh adds n bytes in direction d of the current flow.
func (w *Worker) weigh(t *detail, d stream.Dir, n int) {
	c := &w.config.Elephants
	if t.rate == nil {
		t.rate = new(rate)
	}
	seconds := min(max(c.Seconds, 1), maxRateSeconds)
	if t.rate.dirs[d].add(w.now/1e9, uint64(n), seconds) >= c.Bytes && !t.rate.elephant {
		t.rate.elephant = true
		w.elephants.count++
	}
}

// elephants counts those that there were.
type elephants struct {
	config *Config
	count  uint64
}

// Each calls yield for the counter, if there is one.
func (e *elephants) Each(yield func(name string, value uint64)) {
	if e.config.Elephants.Bytes > 0 {
		yield("flow.elephant", e.count)
	}
}
