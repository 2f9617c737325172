package file

import "sync"

// Memory for beginnings comes in these sizes and goes from one to the next: taken anew for each of them, it took longer than all
// else that is done to them. What is larger is made for each.
var (
	keptSizes = [...]int{512, 2 << 10, 8 << 10, 32 << 10, 128 << 10}
	keptFree  [len(keptSizes)]sync.Pool // of *[]byte
)

// Keep appends to kept, the beginning of something, what comes next of it, up to limit bytes. What it returns takes the place of kept,
// whose memory may serve another. Room is made in large steps, at most four times what is needed.
func Keep(kept, b []byte, limit int) []byte {
	b = b[:max(min(len(b), limit-len(kept)), 0)]
	if need := len(kept) + len(b); need > cap(kept) {
		larger := append(room(need, limit), kept...)
		Unkeep(kept)
		kept = larger
	}
	return append(kept, b...)
}

// room returns an empty slice for need bytes of at most limit.
func room(need, limit int) []byte {
	for i, size := range keptSizes {
		if need > size {
			continue
		}
		if b, ok := keptFree[i].Get().(*[]byte); ok {
			return *b
		}
		return make([]byte, 0, size)
	}
	return make([]byte, 0, max(need, min(4*need, limit)))
}

// Unkeep lets go of what Keep returned: nobody has it, or a part of it, any more.
func Unkeep(kept []byte) {
	for i, size := range keptSizes {
		if cap(kept) == size {
			kept = kept[:0]
			keptFree[i].Put(&kept)
			return
		}
	}
}

// Kept returns the beginning of the file, as far as Config.Keep says. It is valid until Forget is called.
func (f *File) Kept() []byte { return f.kept }

// Forget says that nobody will look at the beginning of the file any more.
func (f *File) Forget() {
	Unkeep(f.kept)
	f.kept, f.keep = nil, 0
}
