package detect_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// Rules for addresses alone match the same packets as rules that are asked one by one.
func TestAddressed(t *testing.T) {
	ends := []string{"any", "192.0.2.1", "192.0.2.0/30", "!192.0.2.1", "192.0.2.2-192.0.2.9", "198.51.100.0/24", "198.51.100.25",
		"![198.51.100.0/24,192.0.2.7]", "[::/0,192.0.2.1]", "0.0.0.0/0", "2001:db8::/32", "[192.0.2.0/31,192.0.2.1,!192.0.2.0]", "198.0.0.0-255.255.255.255"}
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var rules strings.Builder
		for i := range 40 {
			arrow := "->"
			if rng.IntN(3) == 0 {
				arrow = "<>"
			}
			head := fmt.Sprintf("alert ip %s any %s %s any", ends[rng.IntN(len(ends))], arrow, ends[rng.IntN(len(ends))])
			fmt.Fprintf(&rules, "%s (sid:%d;)\n%s (dsize:<1000; sid:%d;)\n", head, 2*i+1, head, 2*i+2)
		}
		o := talk(4000).datagram(0, "AAA").datagram(1, "BBB").with(t, compile(t, rules.String(), detect.Config{MaxAlerts: 100}), engine.Config{})
		var alone, asked []string
		for _, a := range o.alerts {
			var at, sid int
			fmt.Sscan(a, &at, &sid)
			if sid%2 == 1 {
				alone = append(alone, fmt.Sprint(at, " ", sid+1))
			} else {
				asked = append(asked, a)
			}
		}
		if len(alone) == 0 || !slices.Equal(alone, asked) {
			t.Fatalf("seed %d: %v, want %v, of\n%s", seed, alone, asked, rules.String())
		}
	}
}

// The first packet of a flow, with a thousand rules for addresses that it has not.
func BenchmarkAddressed(b *testing.B) {
	var rules strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&rules, "alert ip [10.%d.%d.1,10.%d.%d.7,10.%d.%d.9] any -> 198.51.100.0/24 any (sid:%d;)\n",
			i/256, i%256, i/256, i%256, i/256, i%256, i+1)
	}
	set := compile(b, rules.String(), detect.Config{})
	worker := set.Worker()
	frame := talk(4000).datagram(0, "AAA").frames[0]
	p := packet.Packet{Link: packet.LinkRaw, Frame: frame, WireLen: len(frame)}
	new(packet.Decoder).Decode(&p)
	b.ReportAllocs()
	for b.Loop() {
		worker.Packet(nil, &p, engine.Aspect{First: true})
	}
}
