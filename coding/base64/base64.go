// Package base64 decodes what is nothing but base64 (RFC 4648, section 4), as fast as it can, and says how far that is.
//
// The standard library's decoder passes over line ends and makes an error of everything else. What reads mail, or looks for a rule's
// text, wants to stop there and decide for itself, character by character.
package base64

import "encoding/binary"

// Quanta decodes groups of four characters from the beginning of src, as long as they are nothing but the alphabet and their bytes
// have room in dst. It returns how many characters it read and how many bytes these are; dst may be overwritten behind them.
// With Slack bytes of room beyond what src can hold it is at its fastest.
func Quanta(dst, src []byte) (in, out int) {
	if vectors && len(src) >= block && len(dst) >= block {
		in, out, _, _ = blocks(dst, src, -1)
		if len(src)-in >= block && len(dst)-out >= block {
			return in, out // something foreign
		}
	}
	i, o := quanta(dst[out:], src[in:])
	return in + i, out + o
}

// Lines decodes lines from the beginning of src, as long as they are whole, end in CRLF, and have at most longest characters, all of
// them in quanta. It may stop where dst has no room for a line of that length and Slack. It returns how many bytes it read, line ends
// included, and how many it made of them; dst may be overwritten behind them.
func Lines(dst, src []byte, longest int) (in, out int) {
	if vectors && len(src) >= block && len(dst) >= block {
		_, _, in, out = blocks(dst, src, longest)
	}
	for room := longest/4*3 + Slack; len(dst)-out >= room; {
		line := src[in:]
		line = line[:min(len(line), longest+2)]
		i, o := quanta(dst[out:], line)
		if i+2 > len(line) || line[i] != '\r' || line[i+1] != '\n' {
			break
		}
		in, out = in+i+2, out+o
	}
	return in, out
}

// Slack is room in dst behind what is decoded, see Quanta and Lines.
const Slack = block

// block is the number of characters that vectors decode at a time, and of bytes that they store.
const block = 32

// quanta is Quanta for processors without vectors, and for what is less than a block: two quanta at a time.
func quanta(dst, src []byte) (in, out int) {
	t0, t1, t2, t3 := &places[0], &places[1], &places[2], &places[3]
	for len(src)-in >= 8 && len(dst)-out >= 8 {
		s := src[in : in+8 : in+8]
		a := t0[s[0]] | t1[s[1]] | t2[s[2]] | t3[s[3]]
		b := t0[s[4]] | t1[s[5]] | t2[s[6]] | t3[s[7]]
		if (a|b)&foreign != 0 {
			break
		}
		binary.BigEndian.PutUint64(dst[out:out+8], uint64(a)<<40|uint64(b)<<16)
		in += 8
		out += 6
	}
	for len(src)-in >= 4 && len(dst)-out >= 3 {
		s := src[in : in+4 : in+4]
		a := t0[s[0]] | t1[s[1]] | t2[s[2]] | t3[s[3]]
		if a&foreign != 0 {
			break
		}
		o := dst[out : out+3 : out+3]
		o[0], o[1], o[2] = byte(a>>16), byte(a>>8), byte(a)
		in += 4
		out += 3
	}
	return in, out
}

// Value returns the six bits that c stands for; ok is false when it is none of the alphabet.
func Value(c byte) (bits uint32, ok bool) {
	bits = places[3][c]
	return bits, bits != foreign
}

// places has a table for each place in a quantum, so that a quantum is four loads and three ORs. Foreign characters set a bit above
// the 24 of the quantum.
var places = func() (t [4][256]uint32) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for place := range t {
		for c := range t[place] {
			t[place][c] = foreign
		}
		for v := range len(alphabet) {
			t[place][alphabet[v]] = uint32(v) << (18 - 6*place)
		}
	}
	return t
}()

const foreign = 1 << 31
