package file

// Range is a part of a file: Length bytes from Offset on.
type Range struct{ Offset, Length int64 }

// maxRanges is the default of Config.MaxGaps.
const maxRanges = 64

// missing notes that n bytes are lost behind the bytes and gaps so far. Gaps that touch are one; beyond the limit only
// their bytes are counted.
func (f *File) missing(n int64) {
	at := f.Size + f.Gap
	f.Gap += n
	f.Gaps = true
	if last := len(f.ranges) - 1; last >= 0 && f.ranges[last].Offset+f.ranges[last].Length == at {
		f.ranges[last].Length += n
		return
	}
	if len(f.ranges) >= f.maxGaps {
		f.unlisted++
		return
	}
	f.ranges = append(f.ranges, Range{at, n})
}

// Missing returns the gaps in order, the first Config.MaxGaps of them. Offsets are those in the file as it was sent.
func (f *File) Missing() []Range { return f.ranges }

// Unlisted returns how many gaps there are beyond those of Missing.
func (f *File) Unlisted() int { return f.unlisted }
