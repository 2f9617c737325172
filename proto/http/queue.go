package http

// queue holds exchanges without a final response, oldest first.
type queue struct {
	first, last *Exchange
	n           int
	bytes       int // of their heads
	forgotten   int // requests before the first whose answers are to come, and of which nothing is kept
}

func (q *queue) push(x *Exchange) {
	if q.last == nil {
		q.first = x
	} else {
		q.last.next, x.prev = x, q.last
	}
	q.last = x
	q.n++
	x.queued = true
}

// grow counts what is kept of the head of x.
func (q *queue) grow(x *Exchange) {
	if x.queued {
		x.size = len(x.Request.text) + len(x.Request.fields)*16
		q.bytes += x.size
	}
}

func (q *queue) remove(x *Exchange) {
	if !x.queued {
		return
	}
	if x.prev == nil {
		q.first = x.next
	} else {
		x.prev.next = x.next
	}
	if x.next == nil {
		q.last = x.prev
	} else {
		x.next.prev = x.prev
	}
	x.next, x.prev, x.queued = nil, nil, false
	q.n--
	q.bytes -= x.size
}
