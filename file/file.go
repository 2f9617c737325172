package file

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"hash"

	"github.com/gabriel-vasile/mimetype"

	"github.com/reknit/reknit/stream"
)

const (
	maxName = 4096
	maxHead = 3072 // what mimetype looks at
)

// State tells whether the whole of a file was seen.
type State uint8

const (
	Open      State = iota // bytes may follow
	Closed                 // it came to its end
	Truncated              // it was cut: by the end of the stream, or by a limit
	Error                  // what carried it could not be read
)

// String returns the word that EVE uses.
func (s State) String() string {
	switch s {
	case Closed:
		return "CLOSED"
	case Truncated:
		return "TRUNCATED"
	case Error:
		return "ERROR"
	}
	return "UNKNOWN"
}

// Config says what is done with files. The zero value does nothing; a File then costs its struct and its name.
type Config struct {
	// Unwanted says that nobody is told of files and none are stored: parsers need not make them. Those of messages (package
	// mail, SMTP) do not.
	Unwanted bool

	MD5    bool
	SHA1   bool
	SHA256 bool

	// Type finds out the content type by the first bytes.
	Type bool

	// MaxSize is the number of bytes after which a file counts as truncated, unless it is stored for certain.
	// When zero, there is no limit.
	MaxSize int64

	// MaxGaps is the number of gaps of which File.Missing tells where they are.
	// When zero, it is 64.
	MaxGaps int

	// Store takes the contents. When nil, nothing of them is kept.
	Store Store

	// OnDemand has the Store keep a file only if Want was called before it was told of: the Writer is given the contents all the
	// same, and closed then.
	OnDemand bool
	// Keep is how many bytes of the beginning are kept, for rules.
	Keep int
	// Extensions adds to EVE records what Suricata has no member for: the content type, and where the gaps are.
	Extensions bool
}

// File is a file on its way through a stream. It is not safe for concurrent use.
type File struct {
	Name []byte     // as on the wire, cut at 4096 bytes
	Tx   uint64     // transaction it belongs to
	Flow uint64     // EVE identifier of its flow; 0: not known
	Dir  stream.Dir // of its bytes, once Flow is known
	ID   uint32     // number among the files of its flow, from 1; 0: not known
	Size int64      // bytes seen
	Gap  int64      // bytes lost, as far as known
	Gaps bool       // bytes were lost

	// RangeStart and RangeEnd are the first and last offset of the part of a resource that the file is, where a protocol
	// transfers parts. RangeEnd 0: it is the whole.
	RangeStart, RangeEnd int64

	state      State
	stored     bool
	extensions bool
	maxSize    int64
	onDemand   bool
	wanted     bool
	keep       int
	kept       []byte
	maxGaps    int
	unlisted   int
	ranges     []Range
	store      Store  // nil: not wanted, or asked already
	w          Writer // nil: not storing

	md5, sha1, sha256 hash.Hash // nil: not asked for
	head              []byte    // first bytes, until the type is known
	typed             bool      // the type is asked for and not yet known
	contentType       string
}

// New returns a file without content. The name is copied; c may be nil.
func New(c *Config, name []byte) *File {
	f := new(File)
	f.Renew(c, name)
	return f
}

// Spare returns what stands behind the end of a list of files that serves again, to be renewed; nil: nothing does.
func Spare[F any](list []*F) *F {
	if n := len(list); n < cap(list) {
		return list[:n+1][n]
	}
	return nil
}

// Renew makes f a file without content, as New does, in the memory that it has: nobody has what it was any more.
func (f *File) Renew(c *Config, name []byte) {
	old := *f
	*f = File{Name: append(old.Name[:0], name[:min(len(name), maxName)]...), ranges: old.ranges[:0]}
	if c == nil {
		f.maxGaps = maxRanges
		return
	}
	f.maxSize, f.maxGaps = c.MaxSize, c.MaxGaps
	if f.maxGaps <= 0 {
		f.maxGaps = maxRanges
	}
	f.store, f.extensions = c.Store, c.Extensions
	f.typed, f.keep, f.onDemand = c.Type, c.Keep, c.OnDemand
	if c.MD5 {
		f.md5 = fresh(old.md5, md5.New)
	}
	if c.SHA1 {
		f.sha1 = fresh(old.sha1, sha1.New)
	}
	if c.SHA256 {
		f.sha256 = fresh(old.sha256, sha256.New)
	}
}

// fresh returns a hash of nothing: old, if there is one.
func fresh(old hash.Hash, another func() hash.Hash) hash.Hash {
	if old == nil {
		return another()
	}
	old.Reset()
	return old
}

// State tells how far the file has come.
func (f *File) State() State { return f.state }

// Write takes the next bytes. It never fails; bytes after the end or the limit are ignored.
func (f *File) Write(b []byte) (int, error) {
	if f.state != Open || len(b) == 0 {
		return len(b), nil
	}
	n := len(b)
	w := f.writer()
	if f.maxSize > 0 && (w == nil || !f.Wanted()) && f.Size+int64(n) > f.maxSize {
		b = b[:f.maxSize-f.Size]
	}
	f.Size += int64(len(b))
	if f.md5 != nil {
		f.md5.Write(b)
	}
	if f.sha1 != nil {
		f.sha1.Write(b)
	}
	if f.sha256 != nil {
		f.sha256.Write(b)
	}
	if f.typed {
		f.head = append(f.head, b[:min(len(b), maxHead-len(f.head))]...)
		if len(f.head) == maxHead {
			f.detect()
		}
	}
	f.kept = Keep(f.kept, b, f.keep)
	if w != nil && len(b) > 0 {
		w.Write(b)
	}
	if len(b) < n {
		f.end(Truncated)
	}
	return n, nil
}

// Lost says that n bytes are missing here. Hashes are those of the bytes seen.
func (f *File) Lost(n int64) {
	if f.state != Open || n <= 0 {
		return
	}
	w := f.writer()
	f.missing(n)
	if w != nil {
		w.Lost(n)
	}
}

// Close ends the file: all of it was seen, gaps aside.
func (f *File) Close() error {
	f.end(Closed)
	return nil
}

// Truncate ends the file before its end was seen.
func (f *File) Truncate() { f.end(Truncated) }

// Fail ends the file because what carries it cannot be read any more.
func (f *File) Fail() { f.end(Error) }

func (f *File) end(s State) {
	if f.state != Open {
		return
	}
	f.writer()
	f.state = s
	if f.typed {
		f.detect()
	}
	if !f.onDemand {
		f.Settle()
	}
}

func (f *File) detect() {
	f.contentType = mimetype.Detect(f.head).String()
	f.head, f.typed = nil, false
}

// Itself returns f: a parser's own type of file has it, too, if it embeds a File.
func (f *File) Itself() *File { return f }

// Type returns the content type by the first bytes, such as "application/zip" or "text/plain; charset=utf-8". It is
// empty while too few bytes have come, and when Config.Type is off.
func (f *File) Type() string { return f.contentType }

// MD5 returns the MD5 of the bytes seen so far, nil when it is not computed.
func (f *File) MD5() []byte { return sum(f.md5) }

// SHA1 returns the SHA-1 of the bytes seen so far, nil when it is not computed.
func (f *File) SHA1() []byte { return sum(f.sha1) }

// SHA256 returns the SHA-256 of the bytes seen so far, nil when it is not computed.
func (f *File) SHA256() []byte { return sum(f.sha256) }

func sum(h hash.Hash) []byte {
	if h == nil {
		return nil
	}
	return h.Sum(nil)
}
