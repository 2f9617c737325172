package stream

// Dir is a direction of a connection.
type Dir uint8

const (
	ToServer Dir = iota // bytes that the client sent
	ToClient            // bytes that the server sent
)

// Opposite returns the other direction.
func (d Dir) Opposite() Dir { return d ^ 1 }

func (d Dir) String() string {
	if d == ToServer {
		return "to_server"
	}
	return "to_client"
}

// Loss tells a parser what it will never get.
type Loss struct {
	Held   []byte // the unfinished unit before the hole: read by nobody, gone after the call
	Lost   int64  // bytes that are missing
	Offset int64  // of the first of them
}

// Reader consumes the two streams of one connection.
type Reader interface {
	// Read is called when a read that failed before can succeed now, or when bytes arrived for the first time.
	// in.Peer is the cursor of the other direction.
	Read(d Dir, in *Cursor)
	// Gap is called for lost bytes that neither a Skip nor a Piece being read took up.
	Gap(d Dir, in *Cursor, l Loss)
	// End is the last call of a direction. rest is what nobody read.
	End(d Dir, rest []byte)
}
