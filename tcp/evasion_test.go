package tcp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Rows of docs/evasions.md whose scenarios are too many to write down. Each is played with all pairs of startNumbers, in
// IDS and inline mode.

// eachPlay calls f with a play of each mode and each pair of initial sequence numbers.
func eachPlay(t *testing.T, options string, f func(t *testing.T, p *play)) {
	for _, mode := range []string{"", " inline overlap"} {
		for _, isn := range startNumbers {
			p := newPlay(t, options+mode)
			p.isn, p.early, p.where = isn, true, fmt.Sprintf("%q, initial numbers %d", options+mode, isn)
			f(t, p)
			p.end()
		}
	}
}

// steps plays them and returns what came of all of them together.
func (p *play) steps(lines ...string) string {
	var all []string
	for _, l := range lines {
		if got := p.step(l); got != "" {
			all = append(all, got)
		}
	}
	return strings.Join(all, ", ")
}

func TestEvasionHellos(t *testing.T) {
	t.Run("evasion 1: so many SYNs in any order, any one of them answered", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		eachPlay(t, "", func(t *testing.T, p *play) {
			for k := 1; k <= 11; k++ {
				for answered := range k {
					q := newPlay(t, "")
					q.isn, q.early, q.where = p.isn, p.early, p.where
					q.store, q.tracker = p.store, p.tracker
					numbers := make([]int, k)
					for i := range numbers {
						numbers[i] = r.IntN(1 << 31)
						q.step(fmt.Sprintf("c> SYN seq=%d", numbers[i]))
					}
					if r.IntN(2) == 0 { // and one of them again
						q.step(fmt.Sprintf("c> SYN seq=%d", numbers[r.IntN(k)]))
					}
					n := numbers[answered]
					got := q.steps(fmt.Sprintf("s> SYN ACK ack=%d", n+1), fmt.Sprintf("c> ACK seq=%d", n+1),
						fmt.Sprintf(`c> "hello" seq=%d`, n+1), fmt.Sprintf("s> ACK ack=%d", n+6))
					if want := `syn_recv, established, client "hello"`; got != want {
						t.Fatalf("%s: of %v the one at %d is answered: %s, want %s", p.where, numbers, answered, got, want)
					}
					q.tracker.Drop(&q.conn)
				}
			}
		})
	})
	t.Run("evasion 1: so many SYN/ACKs in any order, any one of them acknowledged", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		eachPlay(t, "", func(t *testing.T, p *play) {
			for k := 1; k <= 6; k++ {
				for taken := range k {
					q := newPlay(t, "")
					q.isn, q.early, q.where = p.isn, p.early, p.where
					q.store, q.tracker = p.store, p.tracker
					q.step("c> SYN")
					numbers := make([]int, k)
					for i := range numbers {
						numbers[i] = r.IntN(1 << 31)
						q.step(fmt.Sprintf("s> SYN ACK ack=1 seq=%d", numbers[i]))
					}
					n := numbers[taken]
					got := q.steps(fmt.Sprintf("c> ACK seq=1 ack=%d", n+1), fmt.Sprintf(`s> "hello" seq=%d ack=1`, n+1),
						fmt.Sprintf("c> ACK seq=1 ack=%d", n+6))
					if want := `established, server "hello"`; got != want {
						t.Fatalf("%s: of %v the one at %d is acknowledged: %s, want %s", p.where, numbers, taken, got, want)
					}
					q.tracker.Drop(&q.conn)
				}
			}
		})
	})
}

func TestEvasionOvertaken(t *testing.T) {
	const grace = 8
	t.Run("evasion 30: ACK overtakes its data by so many packets", func(t *testing.T) {
		for k := 1; k <= grace+2; k++ {
			eachPlay(t, fmt.Sprintf("grace=%d", grace), func(t *testing.T, p *play) {
				p.step("open")
				p.step(`c~ "0"`)
				want := "0"
				var got string
				for i := 1; i <= k; i++ {
					got += p.steps(fmt.Sprintf(`c> "%c"`, 'a'+i), "s> ACK")
					want += string(rune('a' + i))
				}
				got += p.steps(`c> seq=1 "0"`, "s> ACK")
				if is := strings.Contains(got, fmt.Sprintf("client %q", want)); is != (k <= grace) {
					t.Errorf("%s: overtaken by %d: %s", p.where, k, got)
				}
				if gap := strings.Contains(got, "reassembly_seq_gap, client lost 1"); gap != (k > grace) {
					t.Errorf("%s: overtaken by %d, lost %v: %s", p.where, k, gap, got)
				}
			})
		}
	})
}
