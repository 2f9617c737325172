package stream

// Ending tells how the unit just read ended.
type Ending uint8

const (
	None  Ending = iota // the limit was reached, or the stream ended
	LF                  // a bare line feed
	CRLF                // carriage return, line feed
	Delim               // the delimiter given to Until
)

// Fault tells why the last read failed.
type Fault uint8

const (
	NoFault  Fault = iota
	Short          // not enough has arrived yet
	Gap            // bytes are missing before the unit could end
	End            // the stream ended
	Depth          // the depth limit was reached
	Protocol       // Frame: the head is impossible
)

// Piece is part of a body: either data, or the number of bytes that are lost.
type Piece struct {
	Data []byte
	Lost int64
}

// Cursor reads one direction of a connection, unit by unit. One unit is one read: a read that fails consumes nothing
// and is repeated on the next call.
type Cursor struct{}

func (c *Cursor) Line(limit int) (text []byte, ok bool)             { panic("BUG: not built") }
func (c *Cursor) Ending() Ending                                    { panic("BUG: not built") }
func (c *Cursor) Until(delim []byte, limit int) (b []byte, ok bool) { panic("BUG: not built") }
func (c *Cursor) Next(n int) (b []byte, ok bool)                    { panic("BUG: not built") }
func (c *Cursor) Peek(n int) (b []byte, ok bool)                    { panic("BUG: not built") }
func (c *Cursor) Frame(head, limit int, size func(head []byte) int) (b []byte, ok bool) {
	panic("BUG: not built")
}
func (c *Cursor) Piece(limit int64) (p Piece, ok bool) { panic("BUG: not built") }
func (c *Cursor) Skip(n int64)                         { panic("BUG: not built") }
func (c *Cursor) Within(n int64) Cursor                { panic("BUG: not built") }
func (c *Cursor) Len() int                             { panic("BUG: not built") }
func (c *Cursor) Offset() int64                        { panic("BUG: not built") }
func (c *Cursor) Fault() Fault                         { panic("BUG: not built") }

// Peer returns the cursor of the other direction, or nil when there is none.
func (c *Cursor) Peer() *Cursor { panic("BUG: not built") }

// Buffer is a stream whose bytes the caller supplies.
type Buffer struct{}

// NewBuffer returns a Buffer that holds at most limit bytes.
func NewBuffer(limit int) *Buffer { panic("BUG: not built") }

func (b *Buffer) Write(p []byte) (int, error) { panic("BUG: not built") }
func (b *Buffer) Lost(n int64)                { panic("BUG: not built") }
func (b *Buffer) Close() error                { panic("BUG: not built") }
func (b *Buffer) Cursor() *Cursor             { panic("BUG: not built") }
