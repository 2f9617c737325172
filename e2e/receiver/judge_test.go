package receiver

import (
	"bytes"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var (
	schedules = flag.Int("schedules", 1150, "number of schedules, shared out among the families")
	seed      = flag.Uint64("seed", 1, "of the first schedule of each family")
	only      = flag.String("family", "", "play this family only")
	replay    = flag.String("replay", "", "play one schedule, FAMILY:SEED, and show all of it")
	show      = flag.Int("show", 5, "how many differences are shown per family")
	workers   = flag.Int("workers", 8, "hosts that play at the same time")
	shrinks   = flag.Bool("shrink", true, "make schedules that differ shorter before they are shown")
)

// outcome is what came of a schedule.
type outcome struct {
	s         *Schedule
	want, got []Stream
	frames    []Frame
	err       error
}

// equal reports whether the octets are the same, and the ends: reknit tells of none that the receiver did not come upon, and
// of all that the receiver acknowledged for certain. Connections without octets do not count.
func (o *outcome) equal() bool {
	if !bytes.Equal(octets(o.want), octets(o.got)) {
		return false
	}
	want, got := ended(o.want), ended(o.got)
	return got == want || got < want && !o.ackedFIN()
}

// ackedFIN reports whether the receiver acknowledged a FIN, and nothing that the client sent could be in its place.
func (o *outcome) ackedFIN() bool {
	if len(o.want) != 1 {
		return false
	}
	end := o.s.ISN + 1 + uint32(len(o.want[0].Data))
	acked := false
	for _, f := range o.frames {
		switch h, _ := parse(f.Packet); {
		case f.Answer:
			acked = h.flags&flagRST == 0 && h.ack == end+1
		case int32(h.seq+uint32(len(h.data))-end) > 0:
			return false
		}
	}
	return acked
}

// ended returns how many streams ended by a FIN.
func ended(streams []Stream) (n int) {
	for _, s := range streams {
		if s.End == EOF {
			n++
		}
	}
	return n
}

func octets(s []Stream) []byte {
	var b []byte
	for _, s := range s {
		b = append(b, s.Data...)
		if len(s.Data) > 0 {
			b = append(b, '|')
		}
	}
	return b
}

// ports gives each schedule a port that was not used for long.
type ports struct{ next uint16 }

func (p *ports) take() uint16 {
	if p.next++; p.next < 1024 || p.next > 60000 {
		p.next = 1024
	}
	return p.next
}

func judge(h host, s *Schedule, p *ports) (o outcome) {
	o.s = s
	if o.want, o.frames, o.err = play(h, s, p.take()); o.err == nil {
		o.got, o.err = reknit(sensor, o.frames)
	}
	return o
}

// shrink leaves out steps as long as the outcome stays different.
func shrink(h host, o outcome, p *ports) outcome {
	for again := true; again; {
		again = false
		for i := len(o.s.Steps) - 1; i >= 0; i-- {
			s := *o.s
			s.Steps = append(append([]Step(nil), s.Steps[:i]...), s.Steps[i+1:]...)
			if n := judge(h, &s, p); n.err == nil && !n.equal() {
				o, again = n, true
			}
		}
	}
	return o
}

func (o *outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n  capture:", o.s)
	for i, f := range o.frames {
		h, _ := parse(f.Packet)
		if f.Answer {
			fmt.Fprintf(&b, "\n    %3d          s> %s", i+1, flagNames(h.flags))
			fmt.Fprintf(&b, " ack=%d win=%d", h.ack-o.s.ISN-1, h.window)
			if x := h.option(optSACK); x != nil {
				fmt.Fprintf(&b, " sack=%d", len(x)/8)
			}
		} else {
			fmt.Fprintf(&b, "\n    %3d  c> %s", i+1, flagNames(h.flags))
			fmt.Fprintf(&b, " seq=%d", h.seq-o.s.ISN-1)
		}
		if h.option(optTimestamps) != nil {
			fmt.Fprintf(&b, " ts=%x", h.option(optTimestamps))
		}
		fmt.Fprintf(&b, " %s", short(h.data))
	}
	for _, s := range o.want {
		fmt.Fprintf(&b, "\n  receiver: %v [%d] %s", s.End, len(s.Data), short(s.Data))
	}
	for _, s := range o.got {
		fmt.Fprintf(&b, "\n  reknit:   %v [%d] %s", s.End, len(s.Data), short(s.Data))
	}
	return b.String()
}

// tally counts the outcomes of a family.
type tally struct{ schedules, equal, shown int }

func (t tally) String() string {
	return fmt.Sprintf("%5d schedules, %5d equal, %6.2f %%", t.schedules, t.equal, 100*float64(t.equal)/float64(max(1, t.schedules)))
}

// run plays the schedules against hosts that newHost makes.
func run(t *testing.T, newHost func() (host, error), floor func(f *family) float64) {
	if *replay != "" {
		replayOne(t, newHost)
		return
	}
	var chosen []*family
	for i := range families {
		if *only == "" || *only == families[i].name {
			chosen = append(chosen, &families[i])
		}
	}
	jobs := drawAll(chosen)
	var mu sync.Mutex
	tallies := map[string]*tally{}
	var wg sync.WaitGroup
	for range *workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			h, err := newHost()
			if err != nil {
				t.Error(err)
				for range jobs {
				}
				return
			}
			defer h.close()
			var p ports
			for s := range jobs {
				o := judge(h, s, &p)
				if o.err != nil {
					t.Errorf("%s:%d: %v", s.Family, s.Seed, o.err)
					continue
				}
				mu.Lock()
				f := tallies[s.Family]
				if f == nil {
					f = new(tally)
					tallies[s.Family] = f
				}
				f.schedules++
				same := o.equal()
				if same {
					f.equal++
				}
				shown := !same && f.shown < *show
				if shown {
					f.shown++
				}
				mu.Unlock()
				if shown {
					if *shrinks {
						o = shrink(h, o, &p)
					}
					t.Logf("differs: %v", &o)
				}
			}
		}()
	}
	wg.Wait()
	var all tally
	for _, f := range chosen {
		if n := tallies[f.name]; n != nil {
			t.Logf("%-20s %v", f.name, n)
			all.schedules += n.schedules
			all.equal += n.equal
			least := floor(f)
			if n.schedules < 40 && least < 100 {
				least = 0 // too few to tell
			}
			if share := 100 * float64(n.equal) / float64(n.schedules); share < least {
				t.Errorf("%s: %.2f %% equal, which is less than %.2f %%", f.name, share, least)
			}
		}
	}
	t.Logf("%-20s %v", "all", all)
}

// drawAll draws the schedules of the chosen families in turn.
func drawAll(chosen []*family) chan *Schedule {
	jobs := make(chan *Schedule)
	go func() {
		defer close(jobs)
		for i := range *schedules {
			f := chosen[i%len(chosen)]
			jobs <- draw(f, *seed+uint64(i/len(chosen)))
		}
	}()
	return jobs
}

// replayOne plays the schedule that -replay names.
func replayOne(t *testing.T, newHost func() (host, error)) {
	name, number, _ := strings.Cut(*replay, ":")
	f := familyOf(name)
	n, err := strconv.ParseUint(number, 10, 64)
	if f == nil || err != nil {
		t.Fatalf("-replay %s: want FAMILY:SEED", *replay)
	}
	h, err := newHost()
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	var p ports
	o := judge(h, draw(f, n), &p)
	if o.err != nil {
		t.Fatal(o.err)
	}
	t.Log(&o)
	if !o.equal() {
		t.Error("differs")
	}
}

// TestNetstack plays against gVisor's network stack, which takes what it does by rules of its own: docs/receivers.md lists
// them.
func TestNetstack(t *testing.T) {
	run(t, newNetstack, func(f *family) float64 {
		if f.agreed {
			return 100
		}
		return netstackFloor[f.name]
	})
}

// netstackFloor is the share of schedules of a family that must be equal, in percent: what was measured, less what few
// schedules may deviate.
var netstackFloor = map[string]float64{
	"overlap-queued": 34, "overlap-delivered": 64, "overlap-unacked": 49, "window-reads": 39, "window-zero": 67,
	"memory": 14, "paws": 8, "fin": 54, "fin-data": 75, "rst": 60, "syn": 69, "handshake": 66, "acks": 17,
	"flags": 68, "options": 44, "damaged": 58, "urgent-read": 4, "urgent-late": 3, "close": 37, "wrap": 50,
	"mixture": 24,
}
