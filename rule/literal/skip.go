package literal

import "encoding/binary"

// window is the number of bytes that are looked at to skip a position.
const window = 4

// hashBits is the logarithm of the size of a bitmap: 32 KB.
const hashBits = 18

// bitmap tells where no literal begins.
type bitmap struct {
	hashes []uint64 // of the first bytes of literals of at least window bytes
	pairs  []uint64 // first two bytes of shorter literals, any second byte for those of one; nil: there are none
}

// lower sets the bit that tells upper from lower case in four bytes. Some bytes that are no letters become one.
const lower = 0x20202020

func hash(v uint32) uint32 { return (v | lower) * 0x9E3779B1 >> (32 - hashBits) }

func (m *bitmap) learn(list []entry) {
	m.hashes = make([]uint64, 1<<hashBits/64)
	for _, e := range list {
		if len(e.text) >= window {
			h := hash(binary.LittleEndian.Uint32(e.text))
			m.hashes[h>>6] |= 1 << (h & 63)
			continue
		}
		if m.pairs == nil {
			m.pairs = make([]uint64, 1<<16/64)
		}
		first := uint32(e.text[0] | 0x20)
		if len(e.text) > 1 {
			m.pair(first | uint32(e.text[1]|0x20)<<8)
			continue
		}
		for second := range uint32(256) {
			m.pair(first | second<<8)
		}
	}
}

func (m *bitmap) pair(p uint32) { m.pairs[p>>6] |= 1 << (p & 63) }

// next returns the first position from i on at which a literal may begin. The last bytes of b, fewer than a window, always
// may.
func (m *bitmap) next(b []byte, i int) int {
	hashes := (*[1 << hashBits / 64]uint64)(m.hashes)
	if m.pairs == nil {
		for ; i+window <= len(b); i++ {
			h := hash(binary.LittleEndian.Uint32(b[i:]))
			if hashes[h>>6]&(1<<(h&63)) != 0 {
				return i
			}
		}
		return i
	}
	pairs := (*[1 << 16 / 64]uint64)(m.pairs)
	for ; i+window <= len(b); i++ {
		v := binary.LittleEndian.Uint32(b[i:])
		h, p := hash(v), (v|lower)&0xffff
		if hashes[h>>6]&(1<<(h&63)) != 0 || pairs[p>>6]&(1<<(p&63)) != 0 {
			return i
		}
	}
	return i
}

func (m *bitmap) size() int { return 8 * (len(m.hashes) + len(m.pairs)) }
