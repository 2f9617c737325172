package stream

import "math/bits"

// pageID names a page: the number of its block, and its place there. Blocks are numbered from 1, so 0 is no page.
type pageID uint32

const (
	minPage    = 64
	maxPage    = 64 << 10
	classes    = 11 // of page sizes: 64 B, 128 B, … 64 KiB
	slotBits   = 10 // a block has at most maxPage/minPage pages
	slotMask   = 1<<slotBits - 1
	noSlot     = 1<<16 - 1
	fullOfRefs = 1<<16 - 1
)

func (id pageID) block() uint32 { return uint32(id >> slotBits) }
func (id pageID) slot() uint32  { return uint32(id & slotMask) }

// pages hands out memory for the bytes that streams hold: pages of 64 B to 64 KiB, each filled once from front to
// back, freed when the last piece in it is gone. Pages of one size share a block; a block without pages in use serves
// any size again. Memory is never given back to the system.
type pages struct {
	blocks  []block
	partial [classes]uint32 // head of the list of blocks with pages in use and pages free; 0: none
	empty   []uint32        // blocks without a page in use
	bytes   int64           // in pages that are in use
	again   uint64          // pages handed out that were in use before
	fresh   uint64          // and those that were not
}

// block is maxPage bytes in pages of one size.
type block struct {
	data       []byte
	meta       []pageMeta
	prev, next uint32 // in the list of its class
	used       uint16
	free       uint16 // the first page that is free; noSlot: none
	fresh      uint16 // pages from here on were never used
	class      uint8
}

type pageMeta struct {
	refs uint16 // pieces in the page, plus one while a stream fills it; of a free page: the next free one
	fill uint16 // bytes used from the front
}

func pageSize(class uint8) int { return minPage << class }

// pageClass returns the smallest class whose pages have n bytes (less than maxPage).
func pageClass(n int) uint8 { return uint8(bits.Len(uint(max(n, minPage)-1) / minPage)) }

// get returns an empty page with one reference.
func (p *pages) get(class uint8) pageID {
	if p.partial[class] == 0 {
		p.assign(class)
	}
	i := p.partial[class]
	b := &p.blocks[i]
	slot := b.free
	if slot != noSlot {
		b.free = b.meta[slot].refs
		p.again++
	} else {
		slot = b.fresh
		b.fresh++
		p.fresh++
	}
	b.meta[slot] = pageMeta{refs: 1}
	b.used++
	if int(b.used) == len(b.meta) {
		p.unlink(i)
	}
	p.bytes += int64(pageSize(class))
	return pageID(i<<slotBits | uint32(slot))
}

// assign gives a block to a class.
func (p *pages) assign(class uint8) {
	if len(p.blocks) == 0 {
		p.blocks = append(p.blocks, block{}) // number 0 is none
	}
	var i uint32
	if n := len(p.empty); n > 0 {
		i = p.empty[n-1]
		p.empty = p.empty[:n-1]
	} else {
		i = uint32(len(p.blocks))
		p.blocks = append(p.blocks, block{data: make([]byte, maxPage)})
	}
	b := &p.blocks[i]
	n := maxPage / pageSize(class)
	if cap(b.meta) < n {
		b.meta = make([]pageMeta, n)
	}
	b.meta = b.meta[:n]
	b.class, b.used, b.free, b.fresh = class, 0, noSlot, 0
	p.link(i)
}

func (p *pages) link(i uint32) {
	b := &p.blocks[i]
	head := p.partial[b.class]
	b.prev, b.next = 0, head
	if head != 0 {
		p.blocks[head].prev = i
	}
	p.partial[b.class] = i
}

func (p *pages) unlink(i uint32) {
	b := &p.blocks[i]
	if b.prev != 0 {
		p.blocks[b.prev].next = b.next
	} else {
		p.partial[b.class] = b.next
	}
	if b.next != 0 {
		p.blocks[b.next].prev = b.prev
	}
}

func (p *pages) meta(id pageID) *pageMeta { return &p.blocks[id.block()].meta[id.slot()] }

// data returns the whole memory of a page.
func (p *pages) data(id pageID) []byte {
	b := &p.blocks[id.block()]
	size := pageSize(b.class)
	at := int(id.slot()) * size
	return b.data[at : at+size : at+size]
}

// room reports whether another piece of n bytes fits in a page.
func (p *pages) room(id pageID, n int) bool {
	m := p.meta(id)
	return int(m.fill)+n <= min(pageSize(p.blocks[id.block()].class), 1<<16-1) && m.refs < fullOfRefs
}

func (p *pages) unref(id pageID) {
	i := id.block()
	b := &p.blocks[i]
	m := &b.meta[id.slot()]
	if m.refs--; m.refs > 0 {
		return
	}
	p.bytes -= int64(pageSize(b.class))
	if int(b.used) == len(b.meta) {
		p.link(i)
	}
	if b.used--; b.used == 0 {
		p.unlink(i)
		p.empty = append(p.empty, i)
		return
	}
	m.refs, b.free = b.free, uint16(id.slot())
}
