package app_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// note is a protocol of lines with most of what protocols have. The server greets; the client gives commands, each of
// which has a reply that begins with OK, GO or NO:
//
//	SAY text     a transaction with its reply
//	TEXT         when the reply is GO: lines up to a single dot follow, with a second reply
//	BODY n       n bytes follow, a file
//	UP name      when the reply is OK: another protocol follows
//	CALL name    when the reply came: a connection of another protocol is announced
//	HUSH         what follows from the server is encrypted
//	BAD, BOOM    an error, a panic
//	LEAVE        the rest need not be seen
func note(c noteConfig) app.Protocol {
	return app.Protocol{
		Name:  "note",
		Ports: []app.Port{{Transport: app.TCP, Number: 7777, Dir: stream.ToClient}},
		Patterns: []app.Pattern{
			{Dir: stream.ToServer, Text: "say ", Fold: true},
			{Dir: stream.ToServer, Text: "TEXT\r\n"},
			{Dir: stream.ToServer, Text: "BODY ", Check: bodyCheck},
			{Dir: stream.ToServer, Text: "UP "},
			{Dir: stream.ToServer, Text: "BOOM\r\n"},
			{Dir: stream.ToServer, Text: "LEAVE\r\n"},
		},
		Probe: greetingProbe,
		NewStream: func(conn *app.Conn) app.StreamParser {
			p := &noteParser{conn: conn, limit: 40}
			if s, ok := conn.State().(string); ok {
				p.from = s
			}
			if c.noGap {
				return p
			}
			return &gapNote{p}
		},
		Events: []app.EventInfo{
			noteLong:     {Name: "long_line"},
			noteStray:    {Name: "stray_reply", EVE: "STRAY_REPLY"},
			noteTooMany:  {Name: "too_many_transactions"},
			noteLostWait: {Name: "lost_wait"},
			noteRefused:  {Name: "change_refused"},
		},
		Complete: [2]app.Progress{1, 1},
		MaxTx:    c.maxTx,
	}
}

type noteConfig struct {
	noGap bool
	maxTx int
}

const (
	noteLong app.EventID = iota
	noteStray
	noteTooMany
	noteLostWait
	noteRefused
)

// bodyCheck wants a digit behind "BODY ".
func bodyCheck(d stream.Dir, head []byte) app.Guess {
	if len(head) < 6 {
		return app.Unknown
	}
	if '0' <= head[5] && head[5] <= '9' {
		return app.Yes
	}
	return app.No
}

// greetingProbe wants a whole line that begins with NOTE.
func greetingProbe(d stream.Dir, head []byte) app.Guess {
	if n := min(len(head), 5); d != stream.ToClient || string(head[:n]) != "NOTE "[:n] {
		return app.No
	}
	if bytes.IndexByte(head, '\n') < 0 {
		return app.Unknown
	}
	return app.Yes
}

type noteState uint8

const (
	noteCommands noteState = iota
	noteAsked              // TEXT was sent, the reply is awaited
	noteText
	noteBody
)

type noteParser struct {
	conn   *app.Conn
	limit  int
	from   string // the protocol before
	state  noteState
	asked  *message   // whose GO is awaited
	queue  []*message // whose replies are awaited
	early  []string   // replies that came before their commands
	body   *message   // whose file is read
	left   int64      // of it
	spoken bool       // by the server
	gone   bool       // another protocol follows
	ends   int
}

type message struct {
	app.Tx
	verb, text, reply string
	lines             int
	lost              int64
	from              string
	went              bool // the first reply was GO
	refused           bool
	second            bool // the text ended: another reply follows
	file              *noteFile
}

func (m *message) AppendJSON(o *event.Object) {
	o.Open("note")
	o.Str("verb", m.verb)
	if m.text != "" {
		o.Str("text", m.text)
	}
	if m.lines > 0 {
		o.Int("lines", int64(m.lines))
	}
	if m.lost > 0 {
		o.Int("lost", m.lost)
	}
	if m.reply != "" {
		o.Str("reply", m.reply)
	}
	if m.from != "" {
		o.Str("from", m.from)
	}
	if m.Disrupted() {
		o.Bool("disrupted", true)
	}
	o.Close()
}

type noteFile struct {
	size, lost int64
	closed     bool
	released   int // times
	forgotten  int // times
}

func (f *noteFile) Release() { f.released++ }
func (f *noteFile) Forget()  { f.forgotten++ }

func (f *noteFile) AppendJSON(o *event.Object) {
	o.Int("size", f.size)
	o.Int("lost", f.lost)
	o.Bool("closed", f.closed)
}

var errBad = errors.New("bad command")

func (p *noteParser) Client(in *stream.Cursor) error {
	for {
		switch p.state {
		case noteCommands:
			line, ok := in.Line(p.limit)
			if !ok {
				return nil
			}
			if in.Ending() == stream.None {
				p.conn.Raise(noteLong, nil)
				continue
			}
			if err := p.command(line); err != nil || p.left < 0 || p.gone {
				return err
			}
		case noteAsked:
			switch {
			case p.asked.went:
				p.state = noteText
			case p.asked.refused:
				p.state = noteCommands
			case p.conn.PeerLost():
				if !p.conn.Inline() {
					p.conn.Raise(noteLostWait, p.asked)
				}
				p.state = noteText
			default:
				p.conn.WaitPeer()
				if !p.conn.PeerLost() {
					return nil
				}
			}
		case noteText:
			line, ok := in.Line(p.limit)
			if !ok {
				return nil
			}
			if string(line) != "." {
				p.asked.lines++
				continue
			}
			p.asked.second = true
			p.asked.Advance(stream.ToServer, 1)
			p.state = noteCommands
		case noteBody:
			m := p.body
			if p.left == 0 {
				m.file.closed = true
				p.conn.CloseFile(m, m.file)
				m.Advance(stream.ToServer, 1)
				p.state = noteCommands
				continue
			}
			b, ok := in.Piece(p.left)
			if !ok {
				return nil
			}
			n := int64(len(b.Data)) + b.Lost
			p.left -= n
			m.file.size += n
			m.file.lost += b.Lost
			m.lost += b.Lost
		}
	}
}

func (p *noteParser) command(line []byte) error {
	verb, text, _ := bytes.Cut(line, []byte(" "))
	m := &message{verb: string(bytes.ToUpper(verb)), text: string(text), from: p.from}
	switch m.verb {
	case "BAD":
		return errBad
	case "BOOM":
		p.conn.Begin(m)
		panic("boom")
	case "LEAVE":
		p.conn.Bypass()
		p.left = -1
		return nil
	}
	if len(p.queue) == 100 { // too many: nobody will know the reply to the first
		p.queue = append(p.queue[:0], p.queue[1:]...)
	}
	p.queue = append(p.queue, m)
	p.conn.Begin(m)
	switch m.verb {
	case "TEXT":
		p.state, p.asked = noteAsked, m
	case "BODY":
		p.body = m
		p.left, _ = strconv.ParseInt(m.text, 10, 32)
		m.file = new(noteFile)
		p.conn.OpenFile(m, stream.ToServer, m.file)
		p.state = noteBody
	default:
		m.Advance(stream.ToServer, 1)
	}
	for len(p.early) > 0 && len(p.queue) > 0 && !p.gone {
		line := p.early[0]
		p.early = p.early[1:]
		p.reply(line)
	}
	return nil
}

func (p *noteParser) Server(in *stream.Cursor) error {
	for {
		line, ok := in.Line(p.limit)
		if !ok {
			return nil
		}
		if !p.spoken && p.from == "" {
			p.spoken = true
			if bytes.HasPrefix(line, []byte("NOTE")) {
				continue
			}
		}
		if !isReply(line) {
			p.conn.Raise(noteStray, nil)
			continue
		}
		if len(p.queue) == 0 {
			if len(p.early) == 100 {
				p.early = p.early[1:]
			}
			p.early = append(p.early, string(line))
			continue
		}
		if p.reply(string(line)); p.gone {
			return nil
		}
		if m := p.asked; m != nil && (m.went || m.refused) && p.yield() {
			return nil
		}
	}
}

func isReply(line []byte) bool {
	return bytes.HasPrefix(line, []byte("OK")) || bytes.HasPrefix(line, []byte("GO")) || bytes.HasPrefix(line, []byte("NO"))
}

// reply takes a reply to the first command of the queue.
func (p *noteParser) reply(line string) {
	m := p.queue[0]
	m.reply += line
	switch {
	case strings.HasPrefix(line, "GO") && !m.went:
		m.went = true
		return
	case m.verb == "TEXT" && !m.went:
		m.refused = true
		m.Advance(stream.ToServer, 1)
	}
	p.queue = p.queue[1:]
	m.Advance(stream.ToClient, 1)
	switch {
	case m.verb == "UP" && strings.HasPrefix(line, "OK"):
		p.gone = p.conn.Switch(app.Switch{Expect: m.text, State: "note"})
		if !p.gone {
			p.conn.Raise(noteRefused, m)
		}
	case m.verb == "HUSH":
		p.conn.Opaque(stream.ToClient)
	case m.verb == "CALL":
		p.conn.Expect(app.Expectation{Port: 7000, Protocol: m.text, State: p.conn.Now()})
	}
}

// yield lets the client go on first if it waits.
func (p *noteParser) yield() bool {
	if !p.conn.PeerWaits() {
		return false
	}
	p.conn.WaitPeer()
	return true
}

func (p *noteParser) End(d stream.Dir, rest []byte) {
	p.ends++
	if p.ends == 2 {
		for range p.early {
			p.conn.Raise(noteStray, nil)
		}
	}
}

// gapNote is a noteParser that goes on after a gap.
type gapNote struct{ *noteParser }

func (p *gapNote) Gap(d stream.Dir, l stream.Loss) {
	for _, m := range p.queue {
		m.lost += l.Lost
	}
	if p.state == noteText && d == stream.ToServer {
		p.asked.lines++
	}
}

var (
	_ app.StreamParser = (*noteParser)(nil)
	_ app.Ender        = (*noteParser)(nil)
	_ app.GapHandler   = (*gapNote)(nil)
)

// shout is a protocol in which the client speaks first and each line is a transaction.
func shout() app.Protocol {
	return app.Protocol{
		Name:        "shout",
		Event:       "shouting",
		Patterns:    []app.Pattern{{Dir: stream.ToServer, Text: "SHOUT"}, {Dir: stream.ToClient, Text: "ECHO"}},
		ClientFirst: true,
		NewStream:   func(c *app.Conn) app.StreamParser { return &shoutParser{conn: c} },
	}
}

type shoutParser struct{ conn *app.Conn }

type shouted struct {
	app.Tx
	text string
	from string
}

func (s *shouted) AppendJSON(o *event.Object) {
	o.Open("shouting")
	o.Str("text", s.text)
	if s.from != "" {
		o.Str("from", s.from)
	}
	o.Close()
}

func (p *shoutParser) Client(in *stream.Cursor) error { return p.lines(in) }
func (p *shoutParser) Server(in *stream.Cursor) error { return p.lines(in) }
func (p *shoutParser) lines(in *stream.Cursor) error {
	for line, ok := in.Line(100); ok; line, ok = in.Line(100) {
		tx := &shouted{text: string(line)}
		tx.from, _ = p.conn.State().(string)
		p.conn.Begin(tx)
		if tx.text == "SHOUT quietly" {
			tx.Quiet()
		}
		tx.Finish()
	}
	return nil
}

// hidden is a protocol that is known by name and cannot be recognised, plain one that is detected and not parsed.
func plain() app.Protocol {
	return app.Protocol{Name: "plain", Patterns: []app.Pattern{{Dir: stream.ToServer, Text: "PLAIN"}}}
}

// ping is a protocol of datagrams.
func ping() app.Protocol {
	probe := func(d stream.Dir, b []byte) app.Guess {
		n := min(len(b), 4)
		switch {
		case string(b[:n]) != "ping"[:n]:
			return app.No
		case n < 4:
			return app.Unknown
		}
		return app.Yes
	}
	return app.Protocol{
		Name: "ping",
		Ports: []app.Port{
			{Transport: app.UDP, Number: 777, Dir: stream.ToServer},
			{Transport: app.UDP, Number: 777, Dir: stream.ToClient},
		},
		ProbeDatagram: probe,
		NewDatagram:   func(c *app.Conn) app.DatagramParser { return &pingParser{conn: c} },
		Events:        []app.EventInfo{{Name: "odd_ping"}},
	}
}

type pingParser struct{ conn *app.Conn }

type pinged struct {
	app.Tx
	dir  stream.Dir
	text string
}

func (p *pinged) AppendJSON(o *event.Object) {
	o.Open("ping")
	o.Str("text", p.text)
	o.Str("dir", p.dir.String())
	o.Close()
}

func (p *pingParser) Datagram(d stream.Dir, b []byte) error {
	b = bytes.TrimSpace(b)
	if bytes.HasSuffix(b, []byte("bad")) {
		return errBad
	}
	if bytes.HasSuffix(b, []byte("boom")) {
		panic("boom")
	}
	tx := &pinged{dir: d, text: string(b)}
	p.conn.Begin(tx)
	if bytes.HasSuffix(b, []byte("odd")) {
		p.conn.Raise(0, tx)
	}
	tx.Finish()
	return nil
}
