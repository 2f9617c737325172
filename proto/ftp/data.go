package ftp

import (
	"math"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// Transfer is what a control connection tells about a data connection. It does not change any more once the connection is
// announced, and belongs to nobody: the data connection may be another worker's.
type Transfer struct {
	Command string // RETR, STOR, STOU, APPE, LIST, NLST or MLSD
	Name    []byte // as the client named the file; nil: a listing
	Upload  bool   // the client sends
	Offset  int64  // argument of REST: where in the file the first byte belongs

	dir stream.Dir // of the bytes, on the data connection
}

// Dir returns the direction of the bytes on the data connection, whose client is the end that opens it.
func (t *Transfer) Dir() stream.Dir { return t.dir }

// Data is the transaction of a data connection.
type Data struct {
	app.Tx
	Transfer *Transfer
	File     *file.File // nil: a listing
	Size     int64      // bytes seen, of a file or a listing

	config *Config
	begun  bool // there was a byte
}

// dataSession is the parser of a data connection.
type dataSession struct {
	conn *app.Conn
	data *Data
	at   int64
	dead bool
}

var (
	_ app.StreamParser = (*dataSession)(nil)
	_ app.GapHandler   = (*dataSession)(nil)
	_ app.Ender        = (*dataSession)(nil)
	_ app.Transaction  = (*Data)(nil)
)

func newData(c *app.Conn, config *Config) *dataSession {
	t, ok := c.State().(*Transfer)
	if !ok {
		return &dataSession{conn: c, dead: true} // nobody said what it is
	}
	return &dataSession{conn: c, data: &Data{Transfer: t, config: config}}
}

// Client reads what the opener of the connection sent.
func (s *dataSession) Client(in *stream.Cursor) error { return s.read(stream.ToServer, in) }

// Server reads what the other end sent.
func (s *dataSession) Server(in *stream.Cursor) error { return s.read(stream.ToClient, in) }

func (s *dataSession) read(d stream.Dir, in *stream.Cursor) error {
	if s.dead || d != s.data.Transfer.dir {
		in.Skip(int64(in.Len()))
		return nil
	}
	if s.data.File != nil && in.Deep() {
		s.data.File.Truncate()
	}
	for {
		s.at = in.Offset()
		p, ok := in.Piece(math.MaxInt64 / 2)
		if !ok {
			return nil
		}
		s.begin()
		s.piece(p)
		if s.dead {
			return nil
		}
	}
}

// begin begins the transaction with the first byte.
func (s *dataSession) begin() {
	x := s.data
	if x.begun {
		return
	}
	x.begun = true
	s.conn.Begin(x)
	if x.Transfer.Name != nil {
		x.File = file.New(&x.config.Files, x.Transfer.Name)
		x.File.Tx = x.ID
		s.conn.OpenFile(x, x.Transfer.dir, fileMembers{x.File})
	}
	if h := x.config.Handler; h != nil && h.OnBodyStart != nil {
		s.verdict(h.OnBodyStart(s.here(), x.Transfer))
	}
}

// piece takes bytes, or the loss of some.
func (s *dataSession) piece(p stream.Piece) {
	x, h := s.data, s.data.config.Handler
	x.Size += int64(len(p.Data))
	if x.File != nil {
		x.File.Write(p.Data)
		x.File.Lost(p.Lost)
	}
	if h == nil {
		return
	}
	if len(p.Data) > 0 && h.OnBody != nil {
		s.verdict(h.OnBody(s.here(), x.Transfer, p.Data))
	}
	if p.Lost > 0 && h.OnLost != nil {
		s.verdict(h.OnLost(s.here(), x.Transfer, p.Lost))
	}
}

// Gap is called for lost bytes that no Piece took: those of the direction that is not read.
func (s *dataSession) Gap(d stream.Dir, l stream.Loss) {
	if s.dead || d != s.data.Transfer.dir {
		return
	}
	s.begin()
	s.piece(stream.Piece{Lost: l.Lost})
}

// End is the last call of a direction.
func (s *dataSession) End(d stream.Dir, rest []byte) {
	if s.data == nil || d != s.data.Transfer.dir || !s.data.begun {
		return
	}
	x := s.data
	missing := s.conn.Missing(d)
	if missing > 0 {
		s.piece(stream.Piece{Lost: missing})
	}
	switch {
	case x.File == nil:
	case missing > 0:
		x.File.Truncate()
	default:
		x.File.Close()
	}
	if h := x.config.Handler; h != nil && h.OnBodyStop != nil {
		s.verdict(h.OnBodyStop(s.here(), x.Transfer))
	}
	x.Finish()
}

func (s *dataSession) here() At {
	return At{Conn: s.conn, Dir: s.data.Transfer.dir, Offset: s.at, Time: s.conn.Now()}
}

// verdict carries out what the handler decided.
func (s *dataSession) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
		s.dead = true
	}
}

// fileMembers writes the members of a fileinfo object.
type fileMembers struct{ *file.File }

func (f fileMembers) AppendJSON(o *event.Object) { f.AppendMembers(o) }

// AppendJSON writes the member ftp_data of an EVE record.
func (x *Data) AppendJSON(o *event.Object) {
	t := x.Transfer
	o.Open("ftp_data")
	if t.Name != nil {
		o.Bytes("filename", t.Name)
	}
	o.Str("command", t.Command)
	o.Close()
	if !x.config.Extensions {
		return
	}
	o.Open("reknit")
	o.Open("ftp_data")
	o.Int("size", x.Size)
	if t.Offset > 0 {
		o.Int("offset", t.Offset)
	}
	o.Close()
	o.Close()
}
