package smtp

// queue holds the replies that the server owes, in the order of the commands (RFC 2920, section 3.1), and the replies
// that came before their command. A client that waits for each reply needs no more than the queue itself.
//
// Invariants: with a backlog, first is not used; early is empty unless no reply is owed; unsure entries do not follow
// each other.
type queue struct {
	first owed
	more  *backlog
}

type backlog struct {
	owed  []owed
	head  int // of owed
	early []uint16
	// slack says that replies may come that answer no entry: to commands that were lost, or to blank lines.
	slack bool
	full  bool // an entry found no room
}

// owed is what one final reply will answer.
type owed struct {
	mail *Mail // the transaction of the command; nil when it has none
	rcpt int32 // the recipient that the command named, an index into mail.Recipients; -1: none
	verb verb
	// lossy says that the reply may have been lost in a gap.
	lossy bool
	used  bool
}

// maxEarly is how many replies are remembered that no command asked for. A server that sends more of them follows no
// RFC, and the further ones are forgotten.
const maxEarly = 16

// len returns the number of replies owed.
func (q *queue) len() int {
	switch {
	case q.more != nil:
		return len(q.more.owed) - q.more.head
	case q.first.used:
		return 1
	}
	return 0
}

func (q *queue) empty() bool { return q.len() == 0 }

// at returns the i-th entry.
func (q *queue) at(i int) *owed {
	if q.more != nil {
		return &q.more.owed[q.more.head+i]
	}
	return &q.first
}

// has reports whether a reply is owed that belongs to m.
func (q *queue) has(m *Mail) bool {
	for i := range q.len() {
		if q.at(i).mail == m {
			return true
		}
	}
	return false
}

// push appends an entry. It fails when limit entries are waiting.
func (q *queue) push(o owed, limit int) bool {
	n := q.len()
	if o.verb == unsure && n > 0 && q.at(n-1).verb == unsure {
		return true
	}
	if n >= limit {
		return false
	}
	o.used = true
	if n == 0 && q.more == nil {
		q.first = o
		return true
	}
	b := q.grow()
	if b.head > 0 && (b.head == len(b.owed) || len(b.owed) == cap(b.owed)) {
		n := copy(b.owed, b.owed[b.head:])
		clear(b.owed[n:])
		b.owed, b.head = b.owed[:n], 0
	}
	b.owed = append(b.owed, o)
	return true
}

// grow makes sure that there is a backlog.
func (q *queue) grow() *backlog {
	if q.more == nil {
		q.more = &backlog{owed: make([]owed, 0, 4)} // sender, recipient, DATA, and one more
		if q.first.used {
			q.more.owed = append(q.more.owed, q.first)
			q.first = owed{}
		}
	}
	return q.more
}

// pop removes the first entry.
func (q *queue) pop() owed {
	b := q.more
	if b == nil {
		o := q.first
		q.first = owed{}
		return o
	}
	o := b.owed[b.head]
	b.owed[b.head] = owed{}
	b.head++
	switch {
	case !q.empty():
		b.slack = b.slack || o.verb == unsure
	case len(b.early) == 0:
		q.more = nil
	default:
		b.slack = false
	}
	return o
}

// answer takes the entry that a reply with this code answers. Those before it, whose replies were lost, are given to
// lost. ok is false when the reply answers nothing that is known.
//
// Without gaps the first entry is meant, whatever the code. Behind a gap it is the first entry that was made after the
// gap, as a client that waits for its replies has seen those before, unless the code cannot be its answer.
func (q *queue) answer(code uint16, lost func(owed)) (o owed, ok bool) {
	if q.empty() {
		return owed{}, false
	}
	if first := q.at(0); first.certain() {
		if q.more != nil && q.more.slack && !fits(first.verb, code) {
			return owed{}, false
		}
		return q.pop(), true
	}
	if i := q.certain(); i >= 0 && fits(q.at(i).verb, code) && !q.forBlank(code) {
		for ; i > 0; i-- {
			lost(q.pop())
		}
		return q.pop(), true
	}
	for !q.empty() {
		switch first := q.at(0); {
		case first.verb == unsure:
			return owed{}, false // it stays: more replies may be meant for it
		case !first.lossy || fits(first.verb, code):
			return q.pop(), true
		}
		lost(q.pop())
	}
	return owed{}, false
}

// certain reports whether the reply to o will come, and no other before it.
func (o *owed) certain() bool { return !o.lossy && o.verb != unsure }

// certain returns the index of the first entry that is, or -1.
func (q *queue) certain() int {
	for i := range q.len() {
		if q.at(i).certain() {
			return i
		}
	}
	return -1
}

// forBlank reports whether the reply with this code answers blank lines that the first entry stands for: many servers
// take them for a command that they do not know.
func (q *queue) forBlank(code uint16) bool {
	return q.at(0).verb == unsure && (code == 500 || code == 502)
}

// doubt marks all entries: their replies may have been lost.
func (q *queue) doubt() {
	for i := range q.len() {
		q.at(i).lossy = true
	}
}

// owes reports whether a command of m is waiting for its reply.
func (q *queue) owes(m *Mail) bool {
	for i := range q.len() {
		if q.at(i).mail == m {
			return true
		}
	}
	return false
}

// remember keeps a reply that came before its command.
func (q *queue) remember(code uint16) {
	if b := q.grow(); len(b.early) < maxEarly {
		b.early = append(b.early, code)
	}
}

// early returns the replies that came before their command.
func (q *queue) early() []uint16 {
	if q.more == nil {
		return nil
	}
	return q.more.early
}

// forget forgets the first n of them.
func (q *queue) forget(n int) {
	b := q.more
	if b == nil {
		return
	}
	b.early = append(b.early[:0], b.early[n:]...)
	if len(b.early) == 0 && q.empty() {
		q.more = nil
	}
}
