package stream

// pageID names a page: the size class in the top three bits, its number in the class, from 1, below. 0 is no page.
type pageID uint32

const (
	pageClasses = 6
	minPage     = 64
	maxPage     = minPage << (2 * (pageClasses - 1)) // 64 KiB
	classShift  = 29
)

// pages hands out memory for the bytes that streams hold: pages of 64 B to 64 KiB, each filled once from front to
// back, freed when the last piece in it is gone. Memory of freed pages is used again and never given back.
type pages struct {
	class [pageClasses]pageClass
	bytes int64 // in pages that are in use
}

type pageClass struct {
	blocks [][]byte // maxPage bytes each
	meta   []pageMeta
	free   []uint32
}

type pageMeta struct {
	refs uint32 // pieces in the page, plus one while a stream fills it
	fill uint32 // bytes used from the front
}

func pageSize(class int) int { return minPage << (2 * class) }

// get returns an empty page of at least n bytes (at most maxPage) with one reference.
func (p *pages) get(n int) pageID {
	class := 0
	for pageSize(class) < n {
		class++
	}
	c := &p.class[class]
	p.bytes += int64(pageSize(class))
	if k := len(c.free); k > 0 {
		i := c.free[k-1]
		c.free = c.free[:k-1]
		c.meta[i] = pageMeta{refs: 1}
		return pageID(class)<<classShift | pageID(i+1)
	}
	i := len(c.meta)
	if i*pageSize(class) == len(c.blocks)*maxPage {
		c.blocks = append(c.blocks, make([]byte, maxPage))
	}
	c.meta = append(c.meta, pageMeta{refs: 1})
	return pageID(class)<<classShift | pageID(i+1)
}

func (p *pages) meta(id pageID) *pageMeta {
	return &p.class[id>>classShift].meta[id<<3>>3-1]
}

// data returns the whole memory of a page.
func (p *pages) data(id pageID) []byte {
	class := int(id >> classShift)
	size := pageSize(class)
	at := int(id<<3>>3-1) * size
	return p.class[class].blocks[at/maxPage][at%maxPage:][:size:size]
}

func (p *pages) ref(id pageID) { p.meta(id).refs++ }

func (p *pages) unref(id pageID) {
	m := p.meta(id)
	if m.refs--; m.refs == 0 {
		class := id >> classShift
		p.bytes -= int64(pageSize(int(class)))
		c := &p.class[class]
		c.free = append(c.free, uint32(id<<3>>3-1))
	}
}
