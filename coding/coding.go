package coding

import (
	"errors"
	"sync"
	"sync/atomic"
)

// Coding is a content coding.
type Coding uint8

const (
	Unknown Coding = iota
	Identity
	Gzip
	Deflate
	Brotli
	Zstd
)

// Parse returns the coding of a name as Content-Encoding has it; letters of either case are the same.
func Parse(name []byte) Coding {
	var lower [10]byte
	if len(name) > len(lower) {
		return Unknown
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(name)]) {
	case "identity":
		return Identity
	case "gzip", "x-gzip":
		return Gzip
	case "deflate", "x-deflate":
		return Deflate
	case "br":
		return Brotli
	case "zstd":
		return Zstd
	}
	return Unknown
}

// Why a Decoder stopped decoding.
var (
	ErrCoding = errors.New("not in the content coding that was named")
	ErrBroken = errors.New("content coding broken")
	ErrBomb   = errors.New("compression bomb")
	ErrBusy   = errors.New("too many large decoders at once")
)

// Config limits decoders. The zero value is ready to use.
type Config struct {
	// BombSize is the number of decoded bytes, of all layers together, from which on BombRatio is looked at.
	// When zero, it is 1 MiB.
	BombSize int64
	// BombRatio is how many decoded bytes there may be for each that was written; with more, decoding ends with ErrBomb.
	// When zero, it is 2048.
	BombRatio int64
	// Pool has what decoders use again. When nil, every Decoder makes its own.
	Pool *Pool
}

// Pool has what decoders need while they work. It may be shared by goroutines. The zero value is ready to use.
type Pool struct {
	// MaxLarge is the number of decoders of br and zstd at work at once; others are refused with ErrBusy.
	// When zero, it is 64.
	MaxLarge int

	flates, brotlis, zstds, decoders sync.Pool
	large                            atomic.Int32
}

// Sink takes what was decoded. b is valid during the call.
type Sink interface{ Decoded(b []byte) }

// Decoder undoes the content codings of one body. It is not safe for concurrent use.
type Decoder struct {
	config  Config
	pool    *Pool
	to      Sink
	layers  []*layer
	written int64
	decoded int64
	err     error
}

// New returns a Decoder of codings that were applied in this order, as Content-Encoding lists them. Identity is left out;
// Unknown is handed on as it is.
func New(c Config, codings []Coding, to Sink) *Decoder {
	if c.BombSize == 0 {
		c.BombSize = 1 << 20
	}
	if c.BombRatio == 0 {
		c.BombRatio = 2048
	}
	if c.Pool == nil {
		c.Pool = new(Pool)
	}
	d, ok := c.Pool.decoders.Get().(*Decoder)
	if !ok {
		d = new(Decoder)
	}
	layers := d.layers[:0]
	*d = Decoder{config: c, pool: c.Pool, to: to, layers: layers}
	next := sink(d)
	for _, k := range codings {
		if k == Identity || k == Unknown {
			continue
		}
		l := d.layer(len(d.layers))
		*l = layer{d: d, coding: k, next: next, head: l.head[:0]}
		next = l
	}
	return d
}

// layer returns layer i, which may have served before.
func (d *Decoder) layer(i int) *layer {
	if cap(d.layers) > i {
		d.layers = d.layers[:i+1]
		if d.layers[i] == nil {
			d.layers[i] = new(layer)
		}
		return d.layers[i]
	}
	d.layers = append(d.layers, new(layer))
	return d.layers[i]
}

// Write decodes b. It returns why decoding went wrong, once; what comes then is in the package's documentation.
func (d *Decoder) Write(b []byte) error {
	d.written += int64(len(b))
	if n := len(d.layers); n > 0 {
		d.layers[n-1].take(b)
	} else {
		d.take(b)
	}
	return d.told()
}

// Lost says that bytes are missing here: what follows cannot be decoded, and is not handed on, unless it is not encoded.
func (d *Decoder) Lost() error {
	for i := len(d.layers) - 1; i >= 0; i-- {
		d.layers[i].lost()
	}
	return d.told()
}

// Close ends the body. d must not be used again.
func (d *Decoder) Close() error {
	for i := len(d.layers) - 1; i >= 0; i-- {
		d.layers[i].decide()
	}
	for _, l := range d.layers {
		l.stop()
	}
	err := d.told()
	d.to = nil
	d.pool.decoders.Put(d)
	return err
}

// told returns an error that was not told yet.
func (d *Decoder) told() error {
	err := d.err
	d.err = nil
	return err
}

// take hands decoded bytes on.
func (d *Decoder) take(b []byte) bool {
	if len(b) > 0 {
		d.to.Decoded(b)
	}
	return true
}

// bomb counts n decoded bytes, and reports whether they are too many for what was written.
func (d *Decoder) bomb(n int) bool {
	d.decoded += int64(n)
	return d.decoded > d.config.BombSize && d.decoded/d.config.BombRatio > d.written
}
