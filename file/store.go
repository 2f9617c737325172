package file

import (
	"math"

	"github.com/reknit/reknit/stream"
)

// Store is where the contents of files go. Parsers know nothing of it: a File asks for a Writer when its first bytes, its
// first gap or its end come. Open is called by several goroutines at once where there are several workers.
type Store interface {
	// Open returns the Writer of f, or nil if its contents are not wanted. f tells its name, direction and flow.
	Open(f *File) Writer
}

// Writer takes the contents of one file, in order. It is used by one goroutine at a time.
type Writer interface {
	// Write takes the next bytes, which are valid during the call.
	Write(b []byte)
	// Lost says that n bytes are missing here.
	Lost(n int64)
	// Close is the last call: f has ended, and its State and hashes are final. It reports whether the contents were stored, which
	// those of a file that is not Wanted are not.
	Close(f *File) (stored bool)
}

// StoreFunc is a function that is a Store.
type StoreFunc func(f *File) Writer

// Open calls the function.
func (open StoreFunc) Open(f *File) Writer { return open(f) }

// Unlimited as a protocol's stream depth is that of files of any size.
const Unlimited = math.MaxInt64

// Place says where the file was found: the EVE identifier of its flow, the direction of its bytes, and its number among the
// files of the flow, from 1. The engine calls it when the file is made known to it.
func (f *File) Place(flow uint64, d stream.Dir, number uint32) { f.Flow, f.Dir, f.ID = flow, d, number }

// Release says that the file was told of and is wanted no longer. One that is open ends here, truncated, so that no Writer
// stays open.
func (f *File) Release() {
	f.Truncate()
	f.Settle()
}

// Want says that the contents are to be stored.
func (f *File) Want() { f.wanted = true }

// Wanted reports whether the contents are to be stored; without Config.OnDemand they always are.
func (f *File) Wanted() bool { return f.wanted || !f.onDemand }

// Undecided reports whether the contents are on their way, and Want may still be called for them.
func (f *File) Undecided() bool { return f.onDemand && f.w != nil }

// Settle closes the Writer of a file that has ended: what was not wanted by now is not stored.
func (f *File) Settle() {
	if w := f.w; w != nil && f.state != Open {
		f.stored = w.Close(f)
		f.w = nil
	}
}

// writer returns the file's Writer, or nil.
func (f *File) writer() Writer {
	if f.store != nil {
		f.w = f.store.Open(f)
		f.store = nil
	}
	return f.w
}

// Stored reports whether the contents are in the store.
func (f *File) Stored() bool { return f.stored }

// Storing reports whether the contents are on their way into the store.
func (f *File) Storing() bool { return f.w != nil }
