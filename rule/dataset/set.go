package dataset

import (
	"bytes"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Set is a set of values. Any number of workers may use it at once.
type Set struct {
	spec     Spec
	seed     maphash.Seed
	shards   [numShards]shard
	count    atomic.Int64 // values
	size     atomic.Int64 // bytes of values and contexts
	scored   bool         // values have scores
	contexts []string     // JSON objects
}

// numShards is how many workers can be expected to change a set at once without waiting for each other.
const numShards = 64

// shard holds the values whose hash ends with its number.
type shard struct {
	mu     sync.RWMutex
	values map[string]Entry
}

// Entry is what a set has for a value: a score or a context, see Set.
type Entry uint32

// Outcome says what became of a value that was to be added.
type Outcome uint8

const (
	Added Outcome = iota
	There         // it was there already
	Full          // the set has reached its memcap
	Unfit         // the value has not the form of the set's type
)

// Name returns the name of the set.
func (s *Set) Name() string { return s.spec.Name }

// Type returns what the values are.
func (s *Set) Type() Type { return s.spec.Type }

// Len returns the number of values.
func (s *Set) Len() int { return int(s.count.Load()) }

// shard returns where a value is or belongs.
func (s *Set) shard(v []byte) *shard { return &s.shards[maphash.Bytes(s.seed, v)%numShards] }

// Find looks up the bytes of a buffer.
func (s *Set) Find(b []byte) (e Entry, ok bool) {
	v, ok := s.spec.Type.value(b)
	if !ok {
		return 0, false
	}
	h := s.shard(v)
	h.mu.RLock()
	e, ok = h.values[string(v)]
	h.mu.RUnlock()
	return e, ok
}

// maxName is how long the name of a host is, with the dots at both ends (RFC 1035, section 2.3.4).
const maxName = 256

// FindDomain looks up the name of a host, and the domains that it is in: "a.example.org" is found if "example.org" or ".example.org"
// is in the set.
func (s *Set) FindDomain(b []byte) (e Entry, ok bool) {
	if e, ok = s.Find(b); ok {
		return e, true
	}
	domains(b, func(d []byte) bool {
		e, ok = s.Find(d)
		return !ok
	})
	return e, ok
}

// domains calls yield with the domains that a host is in, the longest first, each with the dot before it and without, until it
// returns false. It looks at no more than names can have.
func domains(b []byte, yield func(d []byte) bool) {
	b = b[max(0, len(b)-maxName):]
	for {
		dot := bytes.IndexByte(b, '.')
		if dot < 0 || !yield(b[dot:]) {
			return
		}
		if b = b[dot+1:]; len(b) == 0 || !yield(b) {
			return
		}
	}
}

// Score returns the number that a value was given, 0 if none was. Values with contexts have none.
func (s *Set) Score(e Entry) (score uint16, ok bool) { return uint16(e), len(s.contexts) == 0 }

// Context returns the JSON object of a value, or "".
func (s *Set) Context(e Entry) string {
	if int(e) < len(s.contexts) {
		return s.contexts[e]
	}
	return ""
}

// Add adds the bytes of a buffer.
func (s *Set) Add(b []byte) Outcome {
	v, ok := s.spec.Type.value(b)
	if !ok {
		return Unfit
	}
	if _, ok := s.Find(v); ok {
		return There // most often, and others may look meanwhile
	}
	return s.put(v, 0, len(v))
}

// put adds a value that costs so many bytes.
func (s *Set) put(v []byte, e Entry, size int) Outcome {
	h := s.shard(v)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.values[string(v)]; ok {
		return There
	}
	if s.spec.cost(s.count.Add(1), s.size.Add(int64(size))) > s.spec.Memcap {
		s.count.Add(-1)
		s.size.Add(-int64(size))
		return Full
	}
	if h.values == nil {
		h.values = map[string]Entry{}
	}
	h.values[string(v)] = e
	return Added
}

// Remove takes the bytes of a buffer out, and reports whether they were there. The context of a value stays with its set.
func (s *Set) Remove(b []byte) bool {
	v, ok := s.spec.Type.value(b)
	if !ok {
		return false
	}
	h := s.shard(v)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.values[string(v)]; !ok {
		return false
	}
	delete(h.values, string(v))
	s.count.Add(-1)
	s.size.Add(-int64(len(v)))
	return true
}

// Append appends the text of all values as a file has it, a line each, in descending order: whichever worker found them, the
// file is the same.
func (s *Set) Append(dst []byte) []byte {
	all := make(map[string]Entry, s.Len())
	for i := range s.shards {
		h := &s.shards[i]
		h.mu.RLock()
		maps.Copy(all, h.values)
		h.mu.RUnlock()
	}
	values := slices.Sorted(maps.Keys(all))
	for _, v := range slices.Backward(values) {
		dst = s.spec.Type.appendText(dst, v)
		if s.scored {
			dst = strconv.AppendUint(append(dst, ','), uint64(all[v]), 10)
		}
		dst = append(dst, '\n')
	}
	return dst
}
