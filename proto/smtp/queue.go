package smtp

// queue holds the replies that the server owes, in the order of the commands (RFC 2920, section 3.1), and the replies
// that came before their command.
//
// Invariants: early is empty unless owed is; unsure entries do not follow each other.
type queue struct {
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
}

// maxEarly is how many replies are remembered that no command asked for. A server that sends more of them follows no
// RFC, and the further ones are forgotten.
const maxEarly = 16

func (q *queue) empty() bool { return q == nil || q.head == len(q.owed) }

// idle reports whether the queue remembers nothing.
func (q *queue) idle() bool { return q.empty() && (q == nil || len(q.early) == 0) }

// push appends an entry. It fails when limit entries are waiting.
func (q *queue) push(o owed, limit int) bool {
	if q.head > 0 && (q.head == len(q.owed) || len(q.owed) == cap(q.owed)) {
		n := copy(q.owed, q.owed[q.head:])
		clear(q.owed[n:])
		q.owed, q.head = q.owed[:n], 0
	}
	if len(q.owed)-q.head >= limit {
		return false
	}
	if o.verb == unsure && !q.empty() && q.owed[len(q.owed)-1].verb == unsure {
		return true
	}
	q.owed = append(q.owed, o)
	return true
}

// pop removes the first entry.
func (q *queue) pop() owed {
	o := q.owed[q.head]
	q.owed[q.head] = owed{}
	q.head++
	if q.empty() {
		q.slack = false
	} else if o.verb == unsure {
		q.slack = true
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
	if first := q.owed[q.head]; !first.lossy && first.verb != unsure {
		if q.slack && !fits(first.verb, code) {
			return owed{}, false
		}
		return q.pop(), true
	}
	if i := q.certain(); i >= 0 && fits(q.owed[i].verb, code) && !q.forBlank(code) {
		for q.head < i {
			lost(q.pop())
		}
		return q.pop(), true
	}
	for !q.empty() {
		switch first := q.owed[q.head]; {
		case first.verb == unsure:
			return owed{}, false // it stays: more replies may be meant for it
		case !first.lossy || fits(first.verb, code):
			return q.pop(), true
		}
		lost(q.pop())
	}
	return owed{}, false
}

// certain returns the index of the first entry whose reply was not lost, or -1.
func (q *queue) certain() int {
	for i := q.head; i < len(q.owed); i++ {
		if !q.owed[i].lossy && q.owed[i].verb != unsure {
			return i
		}
	}
	return -1
}

// forBlank reports whether the reply with this code answers blank lines that the first entry stands for: many servers
// take them for a command that they do not know.
func (q *queue) forBlank(code uint16) bool {
	return q.owed[q.head].verb == unsure && (code == 500 || code == 502)
}

// doubt marks all entries: their replies may have been lost.
func (q *queue) doubt() {
	for i := q.head; i < len(q.owed); i++ {
		q.owed[i].lossy = true
	}
}

// owes reports whether a command of m is waiting for its reply.
func (q *queue) owes(m *Mail) bool {
	for i := q.head; i < len(q.owed); i++ {
		if q.owed[i].mail == m {
			return true
		}
	}
	return false
}
