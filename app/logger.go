package app

import (
	"net/netip"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Logger is told what sessions find. It is called in the worker's goroutine, while a packet is processed or a session is
// closed, and must not call the session's Read, Gap, End, Datagram or Close.
type Logger interface {
	// Transaction is called once for each transaction that is not quiet, in the order in which they were completed, or
	// asked to be told (Tx.Tell).
	Transaction(s *Session, tx Transaction)
	// Anomaly is called at once for each oddity. a is valid during the call.
	Anomaly(s *Session, a *Anomaly)
	// Detected is called when the flow's protocol was settled or changed, with a protocol or with none (Failed).
	Detected(s *Session)
}

// Director is a Transaction that is a single message: its record has the sender's address as source. Those of other
// transactions have the client's.
type Director interface {
	Direction() stream.Dir // of the message
}

// FileLogger is a Logger that also wants the files found in transactions.
type FileLogger interface {
	// File is called once for each file: when it ended, or else with its transaction. d is the direction of its bytes.
	File(s *Session, tx Transaction, d stream.Dir, f event.Appender)
}

// FileOpener is a Logger that wants to know of files as they begin.
type FileOpener interface {
	// OpenFile is called when a parser makes a file known, before its first byte. number counts the files of the flow, from 1.
	OpenFile(s *Session, d stream.Dir, f event.Appender, number uint32)
}

// ErrorLogger is a Logger that also wants the errors that ended the parsing of a flow (or, for datagrams, of one
// datagram). It is where an error policy is applied.
type ErrorLogger interface {
	Error(s *Session, err *Error)
}

// Expecter is a Logger that remembers connections to come.
type Expecter interface {
	// Expect is told of a connection that the parser of s announced. Lifetime and Transport are set.
	Expect(s *Session, e Expectation)
	// Expected returns the protocol that the flow of s was announced to have, and what is for its parser, and forgets the
	// announcement; or nothing. It is asked at most once per direction, when patterns and probes found nothing there.
	Expected(s *Session) (protocol string, state any)
}

// Windower is a Logger that knows the windows of connections.
type Windower interface {
	// Window returns the window, in bytes, that the sender of direction d of the flow of s announced last.
	Window(s *Session, d stream.Dir) int
}

// Addresser is a Logger that knows the addresses of connections.
type Addresser interface {
	// Addresses returns those of the client and the server of the flow of s.
	Addresses(s *Session) (client, server netip.Addr)
}

// Missinger is a Logger that knows what nobody saw of the ends of streams.
type Missinger interface {
	// Missing returns how many bytes at the end of direction d of the flow of s nobody saw although they were acknowledged.
	Missing(s *Session, d stream.Dir) int64
}

// TransactionRecord fills in the type, transaction and body of tx's record.
func TransactionRecord(r *event.Record, s *Session, tx Transaction) {
	k := s.gateway.kind(s.parsed)
	r.Type = k.event
	r.TxID, r.HasTx = tx.Head().ID, !k.Unnumbered
	r.Body = tx
}

// AnomalyRecord fills in the type, transaction and body of a's record.
func AnomalyRecord(r *event.Record, a *Anomaly) {
	r.Type = "anomaly"
	r.TxID, r.HasTx = 0, a.Tx != nil
	if a.Tx != nil {
		r.TxID = a.Tx.Head().ID
	}
	r.Body = a
}

// FileRecord fills in the type and body of a file's record: what the transaction tells so far, the flow's protocols, and
// "fileinfo" with the members that f appends.
func FileRecord(r *event.Record, s *Session, tx Transaction, f event.Appender) {
	r.Type = "fileinfo"
	r.TxID, r.HasTx = 0, false
	s.gateway.file = fileBody{session: s, tx: tx, file: f}
	r.Body = &s.gateway.file
}

// FileContext is a Transaction that shows something else in the records of its files than in its own.
type FileContext interface{ AppendFileJSON(o *event.Object) }

// Forwarder is a Transaction that knows for whom a proxy asks: the address in a header field, the first or the last of a list.
type Forwarder interface {
	Forwarded(header string, first bool) []byte
}

// fileBody is the body of a fileinfo record.
type fileBody struct {
	session *Session
	tx      Transaction
	file    event.Appender
	xff     []byte // shown behind the file; nil: nothing
}

var _ Forwarder = (*fileBody)(nil)

// Forwarded returns what the transaction says, or nil.
func (b *fileBody) Forwarded(header string, first bool) []byte {
	if f, ok := b.tx.(Forwarder); ok {
		return f.Forwarded(header, first)
	}
	return nil
}

// ShowForwarded has the record show an address as xff, until it is called with nil.
func (b *fileBody) ShowForwarded(addr []byte) { b.xff = addr }

// File returns what was given to Conn.OpenFile.
func (b *fileBody) File() event.Appender { return b.file }

func (b *fileBody) AppendJSON(o *event.Object) {
	if c, ok := b.tx.(FileContext); ok {
		c.AppendFileJSON(o)
	} else {
		b.tx.AppendJSON(o)
	}
	b.session.AppendJSON(o)
	o.Open("fileinfo")
	b.file.AppendJSON(o)
	o.Close()
	if b.xff != nil {
		o.Bytes("xff", b.xff)
	}
}
