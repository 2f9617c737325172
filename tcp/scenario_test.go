package tcp_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestScenarios plays testdata/*.txt; testdata/README.md tells the format. Every scenario is played with several pairs
// of initial sequence numbers, wrapping ones among them, and with the SYN in an Opening and in a Conn.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			for start := 0; start < len(lines); {
				end := start + 1
				for end < len(lines) && !strings.HasPrefix(lines[end], "== ") {
					end++
				}
				if head, ok := strings.CutPrefix(lines[start], "== "); ok {
					colon := strings.LastIndex(head, ":")
					title, options := head[:colon], head[colon+1:]
					t.Run(title, func(t *testing.T) { playAll(t, options, name, lines[start+1:end], start+2) })
				}
				start = end
			}
		})
		if *update {
			if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// startNumbers are initial sequence numbers to play with: the first pair is that of -update.
var startNumbers = [][2]tcp.Seq{{1000, 700000}, {0, 0}, {1<<32 - 1, 1<<32 - 1}, {1<<32 - 3, 1<<32 - 12}, {1<<32 - 8, 1<<31 - 2},
	{1<<31 - 1, 1<<32 - 600}, {1<<32 - 1001, 5}}

// playAll plays a scenario. With the option both, what came of a step is written for IDS mode and, when it is something
// else then, behind a bar for inline mode.
func playAll(t *testing.T, options, name string, lines []string, number int) {
	modes := []string{options}
	if rest, ok := strings.CutPrefix(strings.TrimSpace(options), "both"); ok {
		modes = []string{rest, rest + " inline overlap"}
	}
	want := make([][]string, len(lines)) // by mode
	for j, line := range lines {
		_, expected, _ := strings.Cut(line, " => ")
		want[j] = slices.Repeat([]string{expected}, len(modes))
		if first, second, bar := strings.Cut(expected, "|"); bar && len(modes) == 2 {
			want[j] = []string{strings.TrimSpace(first), strings.TrimSpace(second)}
		}
	}
	if *update {
		for m, options := range modes {
			playOnce(t, options, startNumbers[0], true, func(p *play, j int, got string) { want[j][m] = got }, name, lines, number)
		}
		for j, line := range lines {
			lines[j] = written(line, want[j])
		}
	}
	for _, isn := range startNumbers {
		for _, early := range []bool{true, false} {
			for m, options := range modes {
				playOnce(t, options, isn, early, func(p *play, j int, got string) {
					if got != want[j][m] {
						t.Errorf("%s,%s initial numbers %d, opening %v: %s\n got  %s\n want %s", p.where, options, isn, early, lines[j], got, want[j][m])
					}
				}, name, lines, number)
			}
		}
	}
}

// written returns a line with what came of its step.
func written(line string, results []string) string {
	step, _, _ := strings.Cut(line, " => ")
	step = strings.TrimSpace(step)
	if step == "" || step[0] == '#' {
		return line
	}
	all := results[0]
	if last := results[len(results)-1]; last != all {
		all = strings.TrimSpace(all + " | " + last)
	}
	if all == "" {
		return step
	}
	return fmt.Sprintf("%-48s => %s", step, all)
}

// playOnce plays a scenario and hands what came of each step to f, with the number of its line.
func playOnce(t *testing.T, options string, isn [2]tcp.Seq, early bool, f func(p *play, j int, got string), name string, lines []string, number int) {
	p := newPlay(t, options)
	p.isn, p.early = isn, early
	for j, line := range lines {
		step, _, _ := strings.Cut(line, " => ")
		step = strings.TrimSpace(step)
		if step == "" || step[0] == '#' {
			continue
		}
		p.where = fmt.Sprintf("%s:%d", name, number+j)
		f(p, j, p.step(step))
	}
	p.end()
}

// play is a scenario being played.
type play struct {
	t       *testing.T
	where   string
	isn     [2]tcp.Seq
	early   bool // keep a lone SYN in an Opening, as the engine does
	store   *stream.Store
	tracker *tcp.Tracker
	conn    tcp.Conn
	opening tcp.Opening
	policy  stream.Policy
	now     int64
	next    [2]int // relative to isn: the next number that each end sends
	window  [2]int
	log     []string // since the last step
	state   tcp.State
	swapped bool // the scenario's client is the connection's server
}

func newPlay(t *testing.T, options string) *play {
	p := &play{t: t, now: 1e18, window: [2]int{65535, 65535}, policy: stream.Linux6}
	var c tcp.Config
	var s stream.Config
	for _, o := range strings.Fields(options) {
		key, value, _ := strings.Cut(o, "=")
		var err error
		switch key {
		case "inline":
			s.Inline = true
		case "immediate":
			s.Immediate = true
		case "midstream":
			c.Midstream = true
		case "async":
			c.AsyncOneSide = true
		case "trust":
			c.TrustAfterLoss = true
		case "strict":
			c.StrictTimestamps = true
		case "overlap":
			s.CheckOverlap = true
		case "grace":
			s.GracePackets, err = strconv.Atoi(value)
		case "depth":
			s.Depth, err = strconv.ParseInt(value, 10, 64)
		case "held":
			s.MaxHeld, err = strconv.Atoi(value)
		case "syns":
			c.MaxSYNs, err = strconv.Atoi(value)
		case "synacks":
			c.MaxSYNACKs, err = strconv.Atoi(value)
		case "urgent":
			c.Urgent, err = tcp.ParseUrgent(value)
		case "limit":
			c.UrgentLimit, err = tcp.ParseUrgent(value)
		case "extra":
			c.MaxExtra, err = strconv.ParseInt(value, 10, 64)
		case "policy":
			p.policy, err = stream.ParsePolicy(value)
		default:
			err = fmt.Errorf("no option %q", key)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.store = stream.NewStore(s)
	p.tracker = tcp.NewTracker(c, p.store)
	return p
}

// end checks that nothing is left.
func (p *play) end() {
	p.tracker.Drop(&p.conn)
	if p.opening.IsOpen() {
		p.tracker.Forget(&p.opening)
	}
	if n := p.store.MemoryUse(); n != 0 {
		p.t.Errorf("%s: %d octets still in use", p.where, n)
	}
	if n := p.tracker.MemoryUse(); n != 0 {
		p.t.Errorf("%s: %d octets still in use besides streams", p.where, n)
	}
	if n := p.tracker.Counters.Active; n != 0 {
		p.t.Errorf("%s: %d connections still active", p.where, n)
	}
}

// step plays one line and tells what came of it.
func (p *play) step(line string) string {
	p.log = p.log[:0]
	words := split(line)
	switch words[0] {
	case "c>", "s>", "c~", "s~":
		d := stream.ToServer
		if words[0][0] == 's' {
			d = stream.ToClient
		}
		g := p.segment(d, words[1:])
		if words[0][1] == '>' {
			p.give(d, g)
		}
	case "open":
		for i, w := range []string{"c> SYN", "s> SYN ACK", "c> ACK"} {
			w = w + " " + strings.Join(words[1:], " ")
			if i == 2 {
				w = "c> ACK"
			}
			p.step(w)
		}
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			p.t.Fatal(p.where, err)
		}
		p.now += int64(d)
	case "close":
		p.tracker.Close(&p.conn, p)
		p.conn = tcp.Conn{}
	default:
		p.t.Fatalf("%s: no verb %q", p.where, words[0])
	}
	return strings.Join(p.log, ", ")
}

// split cuts a line at blanks outside of quotes.
func split(line string) []string {
	var words []string
	quoted, start := false, -1
	for i := 0; i <= len(line); i++ {
		switch {
		case i == len(line) || line[i] == ' ' && !quoted:
			if start >= 0 {
				words = append(words, line[start:i])
			}
			start = -1
			continue
		case line[i] == '"' && line[i-1] != '\\':
			quoted = !quoted
		}
		if start < 0 {
			start = i
		}
	}
	return words
}

var flagNames = map[string]tcp.Flags{"FIN": tcp.FIN, "SYN": tcp.SYN, "RST": tcp.RST, "PSH": tcp.PSH, "ACK": tcp.ACK, "URG": tcp.URG,
	"ECE": tcp.ECE, "CWR": tcp.CWR, "NONE": 0}

// segment makes the segment that words describe, and moves the sender's numbers.
func (p *play) segment(d stream.Dir, words []string) *tcp.Segment {
	g := &tcp.Segment{Time: p.now, Policy: p.policy}
	p.now += int64(time.Millisecond)
	flags, acks := false, false
	seq, ack := p.next[d], 0
	for _, w := range words {
		if f, ok := flagNames[w]; ok {
			g.Flags |= f
			flags = true
			continue
		}
		if w[0] == '"' {
			g.Payload = p.data(w)
			continue
		}
		key, value, _ := strings.Cut(w, "=")
		first, second, _ := strings.Cut(value, "/")
		n, err := strconv.Atoi(first)
		m, _ := strconv.Atoi(second)
		switch key {
		case "seq":
			seq = n
		case "ack":
			ack, acks = n, true
		case "number":
			g.Ack = tcp.Seq(n)
		case "win":
			p.window[d] = n
		case "lost":
			g.Lost = n
		case "urg":
			g.Urgent = uint16(n)
		case "ws":
			g.Options |= tcp.WindowScale
			g.WindowScale = uint8(n)
		case "ts":
			g.Options |= tcp.Timestamps
			g.TSVal, g.TSEcr = uint32(n), uint32(m)
		case "sack":
			err = nil
			g.Options |= tcp.SACKPermitted
		case "block":
			g.SACK[g.SACKs] = [2]uint32{uint32(p.isn[1-d]) + uint32(n), uint32(p.isn[1-d]) + uint32(m)}
			g.SACKs++
		case "md5":
			err = nil
			g.Options |= tcp.Signed
		case "tfo":
			err = nil
			g.Options |= tcp.FastOpen
		default:
			err = fmt.Errorf("no word %q", key)
		}
		if err != nil {
			p.t.Fatal(p.where, err)
		}
	}
	if !flags {
		g.Flags = tcp.ACK
	}
	if g.Flags&tcp.ACK != 0 && !acks {
		ack, acks = p.next[1-d], true
	}
	g.Seq = p.isn[d].Add(seq)
	if acks {
		g.Ack = p.isn[1-d].Add(ack)
	}
	g.Window = uint16(p.window[d])
	end := seq + len(g.Payload) + g.Lost
	if g.Flags&tcp.SYN != 0 {
		end++
	}
	if g.Flags&tcp.FIN != 0 {
		end++
	}
	p.next[d] = max(p.next[d], end)
	return g
}

// data returns what "text" or "text"*n stands for.
func (p *play) data(word string) []byte {
	quoted, times, repeated := strings.Cut(word, "\"*")
	n := 1
	if repeated {
		quoted += "\""
		n, _ = strconv.Atoi(times)
	}
	s, err := strconv.Unquote(quoted)
	if err != nil {
		p.t.Fatal(p.where, word, err)
	}
	return []byte(strings.Repeat(s, n))
}

// give hands the segment to the tracker.
func (p *play) give(d stream.Dir, g *tcp.Segment) {
	if p.swapped {
		d = d.Opposite()
	}
	c, before := &p.conn, p.state
	if c.State() == tcp.None && p.early {
		switch {
		case p.opening.IsOpen() && p.opening.Repeated(d, g):
			return
		case !p.opening.IsOpen() && d == stream.ToServer && p.tracker.Remember(&p.opening, g):
			p.state = tcp.SynSent
			p.log = append(p.log, "syn_sent")
			return
		case p.opening.IsOpen():
			p.opening.Promote(p.tracker, c, g.Time)
		}
	}
	if c.State() != tcp.None && p.tracker.Reuses(c, d, g) {
		p.log = append(p.log, "reused")
		p.tracker.Close(c, p)
		*c = tcp.Conn{}
		before = tcp.None
		if d == stream.ToClient {
			p.swapped, d = !p.swapped, stream.ToServer
		}
	}
	res := p.tracker.Segment(c, d, g, p)
	var told []string
	if res&tcp.Reversed != 0 {
		p.swapped = !p.swapped
		told = append(told, "reversed")
	}
	p.state = c.State()
	if p.state != before {
		told = append(told, p.state.String())
	}
	if res&tcp.Rejected != 0 {
		told = append(told, "rejected")
	}
	p.tracker.Events().Each(func(e tcp.Event) { told = append(told, e.String()) })
	p.log = append(told, p.log...)
}

func (p *play) from(d stream.Dir) string {
	if (d == stream.ToServer) != p.swapped {
		return "client"
	}
	return "server"
}

func (p *play) Read(d stream.Dir, in *stream.Cursor) {
	b, ok := in.Next(in.Len())
	if !ok || len(b) == 0 {
		return
	}
	text := strconv.Quote(string(b))
	if len(b) > 40 {
		text = fmt.Sprintf("%d octets", len(b))
	}
	p.log = append(p.log, p.from(d)+" "+text)
}

func (p *play) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	p.log = append(p.log, fmt.Sprintf("%s lost %d", p.from(d), l.Lost))
}

func (p *play) End(d stream.Dir, rest []byte) {
	p.log = append(p.log, p.from(d)+" ends")
}
