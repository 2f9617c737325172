package receiver

import (
	"encoding/binary"
	"time"
)

// host is a receiver that schedules can be played against, one after the other.
type host interface {
	// listen begins s: what comes to the listener from now on is of it.
	listen(s *Schedule) error
	// inject gives the host a packet.
	inject(packet []byte) error
	// answer returns the next packet that the host sent, nil when there is none.
	answer() []byte
	// read appends to streams what the application reads of the connections of the schedule, n octets at most, all when n is
	// negative.
	read(streams []Stream, n int) []Stream
	write(n int)
	shutdown()
	wait(d time.Duration)
	// finish ends the schedule and all its connections.
	finish()
	// close frees the host.
	close()
}

// End is how a stream ended.
type End uint8

// The ends of a stream.
const (
	Open  End = iota // it did not
	EOF              // by a FIN
	Reset            // by an RST, or another error
)

func (e End) String() string { return [...]string{"open", "EOF", "reset"}[e] }

// Stream is what came of one connection.
type Stream struct {
	Data []byte
	End  End
}

// Frame is a captured packet.
type Frame struct {
	Time   time.Time
	Packet []byte
	Step   int // that made it
	Answer bool
}

// player is the client of a schedule.
type player struct {
	host   host
	s      *Schedule
	port   uint16
	frames []Frame
	step   int
	now    time.Time // of the capture: wall clock, and the waits of hosts that do not wait

	answered bool   // a SYN/ACK came
	peerISN  uint32 // of it
	peerNext uint32 // what follows all that the host sent
	acked    uint32 // the last acknowledgement, and the window with it
	window   uint32
	scale    uint8
	echo     uint32 // the last timestamp of the host
	streams  []Stream
}

const (
	firstStamp = 0x00123456
	octet      = 'W' // that applications write
)

// play plays s against h as the client with a port that h has not seen for long.
func play(h host, s *Schedule, port uint16) ([]Stream, []Frame, error) {
	p := &player{host: h, s: s, port: port, now: time.Now(), acked: s.ISN + 1, window: 65535}
	if err := h.listen(s); err != nil {
		return nil, nil, err
	}
	defer h.finish()
	for i := range s.Steps {
		p.step = i
		if err := p.do(&s.Steps[i]); err != nil {
			return nil, nil, err
		}
		p.answers()
	}
	p.streams = h.read(p.streams, -1)
	p.answers()
	return p.streams, p.frames, nil
}

func (p *player) do(s *Step) error {
	switch s.Do {
	case Send:
		h := p.header(&s.Segment)
		b := h.packet(s.Damage)
		p.capture(b, false)
		return p.host.inject(b)
	case Read:
		p.streams = p.host.read(p.streams, s.N)
	case Write:
		p.streams = p.host.read(p.streams, 0)
		p.host.write(s.N)
	case Shutdown:
		p.streams = p.host.read(p.streams, 0)
		p.host.shutdown()
	case Wait:
		p.host.wait(time.Duration(s.N) * time.Millisecond)
		p.now = p.now.Add(time.Duration(s.N) * time.Millisecond)
	}
	return nil
}

func (p *player) capture(b []byte, answer bool) {
	p.now = p.now.Add(50 * time.Microsecond)
	p.frames = append(p.frames, Frame{p.now, b, p.step, answer})
}

// header fills in what is relative in g.
func (p *player) header(g *Segment) *header {
	h := &header{src: p.port, dst: serverPort, flags: g.Flags, window: g.Window, urgent: g.Urgent, data: g.Data}
	switch g.At {
	case Start:
		h.seq = p.s.ISN + 1
	case Edge:
		h.seq = p.acked + p.window
	case Expect:
		h.seq = p.acked
	}
	h.seq += uint32(g.Off)
	switch g.AckAt {
	case Start:
		h.ack = p.peerISN + 1
	case Sent:
		if p.answered {
			h.ack = p.peerNext
		}
	}
	h.ack += uint32(g.Ack)
	h.options = g.Options
	if p.s.Stamped && !g.NoStamp {
		echo := p.echo
		if g.Flags&flagACK == 0 {
			echo = 0
		}
		h.options = append(stamp(firstStamp+uint32(g.Stamp), echo+uint32(g.Echo)), g.Options...)
	}
	return h
}

// answers takes in what the host sent.
func (p *player) answers() {
	for b := p.host.answer(); b != nil; b = p.host.answer() {
		h, ok := parse(b)
		if !ok || h.src != serverPort || h.dst != p.port {
			continue
		}
		p.capture(b, true)
		if o := h.option(optTimestamps); len(o) == 8 {
			p.echo = binary.BigEndian.Uint32(o)
		}
		if h.flags&flagRST != 0 {
			continue
		}
		if h.flags&flagSYN != 0 {
			if !p.answered {
				p.answered, p.peerISN, p.peerNext = true, h.seq, h.seq+1
				p.scale = 0
				if o := h.option(optScale); len(o) == 1 {
					p.scale = o[0]
				}
			}
			p.acked, p.window = h.ack, uint32(h.window)
			continue
		}
		if next := h.seq + h.length(); int32(next-p.peerNext) > 0 {
			p.peerNext = next
		}
		p.acked, p.window = h.ack, uint32(h.window)<<p.scale
	}
}
