package rule

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Slice is a part of a buffer.
type Slice struct {
	Offset   int64 // negative: from the end
	Size     int64 // negative: so many bytes before the end
	Sized    bool  // there is a Size; else all that is behind Offset
	Truncate bool  // what reaches beyond the buffer is cut; else nothing is left
}

// String returns the arguments as a rule writes them.
func (s *Slice) String() string {
	text := fmt.Sprint(s.Offset)
	if s.Sized {
		text += fmt.Sprintf(", %d", s.Size)
	}
	if s.Truncate {
		text += ", truncate"
	}
	return text
}

// Of returns the part of b.
func (s *Slice) Of(b []byte) []byte {
	n := int64(len(b))
	from, to := s.Offset, n
	if from < 0 {
		from += n
	}
	if from < 0 && s.Truncate {
		from = 0
	}
	switch {
	case !s.Sized:
	case s.Size < 0:
		to = n + s.Size
	default:
		to = from + s.Size
	}
	if s.Truncate {
		to = min(to, n)
	}
	if from < 0 || from >= to || to > n {
		return nil
	}
	return b[from:to]
}

func readSubslice(c *compiler, value string) error {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	s := &Slice{}
	if last := len(parts) - 1; last > 0 && strings.EqualFold(parts[last], "truncate") {
		s.Truncate, parts = true, parts[:last]
	}
	if len(parts) > 2 {
		return errors.New("want an offset, a number of bytes, and maybe truncate")
	}
	const most = 1<<31 - 1
	var err error
	if s.Offset, err = atoi(parts[0], -most, most); err == nil && len(parts) == 2 {
		s.Sized = true
		s.Size, err = atoi(parts[1], -most, most)
	}
	if err != nil {
		return err
	}
	return c.transforms(Transform{Name: "subslice", Slice: s})
}

// readXor reads the value of xor: the key, or where it is in the buffer, and where what it is for begins.
func readXor(c *compiler, value string) error {
	t := Transform{Name: "xor"}
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		words := strings.Fields(part)
		switch {
		case len(words) == 2 && words[0] == "offset":
			n, err := atoi(words[1], 0, 1<<16-1)
			if err != nil {
				return err
			}
			t.Offset = int(n)
		case len(words) == 3 && words[0] == "extract" && t.Key == nil && t.Bytes == 0:
			n, err := atoi(words[1], 1, 255)
			if err != nil {
				return err
			}
			at, err := atoi(words[2], 0, 1<<16-1)
			if err != nil {
				return err
			}
			t.Bytes, t.KeyAt = int(n), int(at)
		case t.Key == nil && t.Bytes == 0:
			key, err := hex.DecodeString(bare(part))
			if err != nil || len(key) == 0 || len(key) > 255 {
				return errors.New("want the key in hexadecimal digits")
			}
			t.Key = key
		default:
			return fmt.Errorf("unknown words %q", part)
		}
	}
	if t.Key == nil && t.Bytes == 0 {
		return errors.New("want a key")
	}
	return c.transforms(t)
}

// appendXor appends src with the key applied from the offset on. Without the key that is to be in it, src stays as it is.
func (t *Transform) appendXor(dst, src []byte) []byte {
	key := t.Key
	if key == nil {
		if t.KeyAt+t.Bytes > len(src) {
			return append(dst, src...)
		}
		key = src[t.KeyAt : t.KeyAt+t.Bytes]
	}
	at := min(t.Offset, len(src))
	dst = append(dst, src[:at]...)
	for i, c := range src[at:] {
		dst = append(dst, c^key[i%len(key)])
	}
	return dst
}
