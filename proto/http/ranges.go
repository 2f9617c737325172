package http

import (
	"slices"
	"sync"
	"time"
)

// Ranges says how files that come in ranges, perhaps over several connections, are put together (RFC 9110, section 14).
type Ranges struct {
	// Memory is the number of bytes of all parts that wait for others. Parts that do not fit are files of their own only.
	// When zero, it is 100 MiB; negative: files are not put together.
	Memory int64
	// Timeout is how long parts wait for another one of the same file.
	// When zero, it is 60 s.
	Timeout time.Duration
}

// RangeTable has the parts of files that are not complete, of all connections. It is used by the goroutines of all workers:
// once when a part begins, and once when it is whole.
type RangeTable struct {
	memory  int64
	timeout time.Duration

	mu    sync.Mutex
	files map[rangeKey]*ranged
	used  int64 // bytes of parts, with those that are being read
	swept time.Time

	refused uint64 // parts without room
}

// rangeKey is what parts of the same file have in common.
type rangeKey struct {
	host, target string
	size         int64
}

// ranged is a file of which there are some parts.
//
// Invariant: parts are sorted by start and do not overlap.
type ranged struct {
	parts []part
	have  int64
	last  time.Time
}

type part struct {
	start int64
	data  []byte
}

func (p part) end() int64 { return p.start + int64(len(p.data)) }

// NewRangeTable returns an empty table with these limits.
func NewRangeTable(c Ranges) *RangeTable {
	if c.Memory == 0 {
		c.Memory = 100 << 20
	}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	return &RangeTable{memory: c.Memory, timeout: c.Timeout, files: map[rangeKey]*ranged{}}
}

// Each calls yield for each counter.
func (t *RangeTable) Each(yield func(name string, value uint64)) {
	t.mu.Lock()
	used, refused := t.used, t.refused
	t.mu.Unlock()
	yield("http.byterange.memuse", uint64(used))
	yield("http.byterange.memcap", refused)
}

// reserve makes sure of room for n bytes, and reports whether there is.
func (t *RangeTable) reserve(n int64, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	if n > t.memory-t.used {
		t.refused++
		return false
	}
	t.used += n
	return true
}

// release gives room for n bytes back.
func (t *RangeTable) release(n int64) {
	t.mu.Lock()
	t.used -= n
	t.mu.Unlock()
}

// add adds a part for which room was reserved. It returns the parts of the file, in order, once it is complete.
func (t *RangeTable) add(k rangeKey, p part, now time.Time) []part {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.files[k]
	if f == nil {
		f = new(ranged)
		t.files[k] = f
	}
	f.last = now
	t.used -= int64(len(p.data)) - f.insert(p)
	if f.have < k.size {
		return nil
	}
	delete(t.files, k)
	t.used -= f.have
	return f.parts
}

// insert adds what is new in p, and returns how many bytes that is. What is there already stays.
func (f *ranged) insert(p part) (added int64) {
	i := 0
	for len(p.data) > 0 {
		for i < len(f.parts) && f.parts[i].end() <= p.start {
			i++
		}
		fresh := int64(len(p.data))
		if i < len(f.parts) {
			fresh = min(fresh, f.parts[i].start-p.start)
		}
		if fresh > 0 {
			f.parts = slices.Insert(f.parts, i, part{p.start, p.data[:fresh]})
			added += fresh
			i++
		}
		rest := max(fresh, 0)
		if i < len(f.parts) {
			rest = max(rest, f.parts[i].end()-p.start)
		}
		rest = min(rest, int64(len(p.data)))
		p.start, p.data = p.start+rest, p.data[rest:]
	}
	f.have += added
	return added
}

// sweep forgets files whose parts have waited too long. It looks at all of them, once a second.
func (t *RangeTable) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Second {
		return
	}
	t.swept = now
	for k, f := range t.files {
		if now.Sub(f.last) > t.timeout {
			t.used -= f.have
			delete(t.files, k)
		}
	}
}

// rangePart collects the part of a file that a response has, while there is room.
type rangePart struct {
	key      rangeKey
	part     part
	reserved int64
}

// collect begins to collect a part: the range is from start to end of size bytes.
func (b *body) collect(start, end, size int64) {
	t := b.session.config.RangeTable
	n := end - start + 1
	if b.coded != nil || start > end || size <= end || size > t.memory || !t.reserve(n, b.session.conn.Now()) {
		return
	}
	b.part = &rangePart{
		key:      rangeKey{string(b.x.Host), string(b.x.Target()), size},
		part:     part{start: start},
		reserved: n,
	}
}

// dropPart forgets a part that is not whole.
func (b *body) dropPart() {
	if b.part != nil {
		b.session.config.RangeTable.release(b.part.reserved)
		b.part = nil
	}
}

// grow adds bytes to the part.
func (p *rangePart) grow(b []byte) {
	room := p.reserved - int64(len(p.part.data))
	p.part.data = append(p.part.data, b[:min(int64(len(b)), room)]...)
}

// endPart adds the part to its file, which is told with this exchange when that makes it complete.
func (b *body) endPart() {
	p := b.part
	if int64(len(p.part.data)) < p.reserved {
		b.dropPart()
		return
	}
	b.part = nil
	parts := b.session.config.RangeTable.add(p.key, p.part, b.session.conn.Now())
	if parts == nil {
		return
	}
	f := b.file
	b.openAs(b.name(), &b.session.config.Files) // it did not come in one body
	b.file.RangeStart, b.file.RangeEnd = 0, 0
	for _, part := range parts {
		b.file.Write(part.data)
	}
	b.end(true)
	b.file = f
}
