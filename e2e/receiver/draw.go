package receiver

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// family is a kind of schedules.
type family struct {
	name string
	// plain tells that nothing but the capture decides what the receiver takes: all schedules have to be equal.
	plain bool
	// agreed tells that all receivers take the same.
	agreed bool
	draw   func(d *draft)
}

// draft is a schedule that is being drawn.
type draft struct {
	*rand.Rand
	s      Schedule
	letter int // of the next segment with content of its own
	stamp  int // of the next segment
	sack   bool
	scale  int // of the client's window
	top    int // the end of what was sent
}

// draw returns the schedule of a family that belongs to a seed.
func draw(f *family, seed uint64) *Schedule {
	h := fnv.New64a()
	h.Write([]byte(f.name))
	d := &draft{Rand: rand.New(rand.NewPCG(seed, h.Sum64())), s: Schedule{Family: f.name, Seed: seed}}
	d.s.ISN = d.Uint32()
	if d.chance(4) {
		d.wrap()
	}
	f.draw(d)
	if d.chance(2) { // until all is acknowledged
		d.do(Wait, 50)
	}
	return &d.s
}

// chance reports true once in n times.
func (d *draft) chance(n int) bool { return d.IntN(n) == 0 }

// wrap has the sequence numbers wrap within the first few octets.
func (d *draft) wrap() { d.s.ISN = -uint32(1 + d.IntN(40)) }

// between returns a number from a to b, both included.
func (d *draft) between(a, b int) int { return a + d.IntN(b-a+1) }

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// text returns n octets of the stream that the client means to send, from off on.
func text(off, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		at := max(0, off+i)
		b[i] = alphabet[(at+at/len(alphabet)*5)%len(alphabet)]
	}
	return b
}

// other returns n octets that stand nowhere else in the schedule.
func (d *draft) other(n int) []byte {
	c := byte('A' + d.letter%26)
	d.letter++
	return []byte(strings.Repeat(string(rune(c)), n))
}

// send adds a segment and returns it.
func (d *draft) send(flags byte, off int, data []byte) *Segment {
	g := Segment{Off: off, Data: data, Flags: flags, Window: 65535, AckAt: Sent, Stamp: d.stamp}
	if flags&flagACK == 0 {
		g.AckAt = Zero
	}
	d.stamp += d.IntN(3)
	d.s.Steps = append(d.s.Steps, Step{Do: Send, Segment: g})
	d.top = max(d.top, off+len(data))
	return &d.s.Steps[len(d.s.Steps)-1].Segment
}

// data sends octets of the meant stream.
func (d *draft) data(off, n int) *Segment { return d.send(flagACK|d.push(), off, text(off, n)) }

// conflict sends octets that are not.
func (d *draft) conflict(off, n int) *Segment { return d.send(flagACK|d.push(), off, d.other(n)) }

func (d *draft) push() byte {
	if d.chance(3) {
		return flagPSH
	}
	return 0
}

func (d *draft) do(a Action, n int) { d.s.Steps = append(d.s.Steps, Step{Do: a, N: n}) }

// maybeWait lets the receiver's delayed acknowledgement come, now and then.
func (d *draft) maybeWait() {
	if d.chance(12) {
		d.do(Wait, 50)
	}
}

// synOptions returns the options of a SYN, and settles what they ask for.
func (d *draft) synOptions() []byte {
	o := []byte{optMSS, 4, 5, 180}
	if d.chance(2) {
		d.sack = true
		o = append(o, optNop, optNop, optSACKPerm, 2)
	}
	if d.chance(2) {
		d.scale = d.IntN(9)
		o = append(o, optNop, optScale, 3, byte(d.scale))
	}
	return o
}

// open sends a handshake without tricks.
func (d *draft) open() {
	d.s.Stamped = d.s.Stamped || d.chance(3)
	d.send(flagSYN, -1, nil).Options = d.synOptions()
	d.send(flagACK, 0, nil)
}

// answer has the application send now and then, so that acknowledgements mean something. From then on the receiver delays
// its own.
func (d *draft) answer() {
	if d.chance(3) {
		d.do(Write, d.between(1, 600))
		if d.chance(2) {
			d.send(flagACK, d.top, nil)
		}
	}
}

// size returns the size of a segment: small ones let more happen.
func (d *draft) size() int {
	if d.chance(15) {
		return d.between(100, 1400)
	}
	return d.between(1, 1+d.between(1, 24))
}

// fill sends what is missing before top of the meant stream, one hole after the other, in any order.
func (d *draft) fill() {
	var holes [][2]int
	have := make([]bool, d.top)
	for i := range d.s.Steps {
		s := &d.s.Steps[i]
		if s.Do != Send || s.At != Start || s.Flags&flagSYN != 0 || s.Damage != Sound {
			continue
		}
		for j := max(0, s.Off); j < min(s.Off+len(s.Data), len(have)); j++ {
			have[j] = true
		}
	}
	for from := 0; from < len(have); from++ {
		if have[from] {
			continue
		}
		to := from
		for to < len(have) && !have[to] && to-from < 1400 {
			to++
		}
		holes = append(holes, [2]int{from, to})
		from = to - 1
	}
	if d.chance(2) {
		d.Shuffle(len(holes), func(i, j int) { holes[i], holes[j] = holes[j], holes[i] })
	}
	for _, h := range holes {
		d.data(h[0], h[1]-h[0])
		d.maybeWait()
	}
}
