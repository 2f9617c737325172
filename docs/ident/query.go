package ident

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// done is the progress of a direction whose line was read.
const done app.Progress = 1

// Query is the transaction: a query and its reply.
type Query struct {
	app.Tx
	ServerPort, ClientPort uint16 // of the connection that is asked about, seen from the server
	User                   []byte // empty: none, see Error
	System                 string // operating system, as the server names it
	Error                  string // "NO-USER" and the like
}

var _ app.Transaction = (*Query)(nil)

// AppendJSON writes the members of the record.
func (q *Query) AppendJSON(o *event.Object) {
	o.Open("ident")
	o.Uint("server_port", uint64(q.ServerPort))
	o.Uint("client_port", uint64(q.ClientPort))
	if q.Error != "" {
		o.Bytes("error", []byte(q.Error))
	}
	if len(q.User) > 0 {
		o.Bytes("system", []byte(q.System))
		o.Bytes("user", q.User)
	}
	o.Close()
}

// user is the getter of the field ident.user.
func user(tx app.Transaction, i int) (b []byte, ok bool) {
	q := tx.(*Query)
	return q.User, i == 0 && len(q.User) > 0
}

// parseQuery reads "6193, 23".
func parseQuery(line []byte) (*Query, bool) {
	server, client, ok := parsePorts(line)
	return &Query{ServerPort: server, ClientPort: client}, ok
}

// parseReply reads "6193, 23 : USERID : UNIX : stjohns" or "6193, 23 : ERROR : NO-USER".
func (q *Query) parseReply(line []byte) bool {
	f := bytes.SplitN(line, []byte(":"), 4)
	if len(f) < 3 {
		return false
	}
	if server, client, ok := parsePorts(f[0]); !ok || server != q.ServerPort || client != q.ClientPort {
		return false
	}
	switch kind := string(bytes.TrimSpace(f[1])); {
	case kind == "ERROR" && len(f) == 3:
		q.Error = string(bytes.TrimSpace(f[2]))
		return true
	case kind == "USERID" && len(f) == 4:
		q.System = string(bytes.TrimSpace(f[2]))
		q.User = bytes.Clone(bytes.TrimLeft(f[3], " ")) // the slice belongs to the stream: keep a copy
		return true
	}
	return false
}

// parsePorts reads two port numbers with a comma between them.
func parsePorts(b []byte) (server, client uint16, ok bool) {
	left, right, ok := bytes.Cut(b, []byte(","))
	if !ok {
		return 0, 0, false
	}
	s, err1 := strconv.ParseUint(string(bytes.TrimSpace(left)), 10, 16)
	c, err2 := strconv.ParseUint(string(bytes.TrimSpace(right)), 10, 16)
	return uint16(s), uint16(c), err1 == nil && err2 == nil && s != 0 && c != 0
}

// maxHead is the number of bytes that two ports take at most, with a comma and some blanks.
const maxHead = 32

// probe wants two ports, and then the end of a query or the colon of a reply.
func probe(d stream.Dir, head []byte) app.Guess {
	end := byte('\n')
	if d == stream.ToClient {
		end = ':'
	}
	for i, b := range head {
		switch {
		case b == end:
			if _, _, ok := parsePorts(head[:i]); ok {
				return app.Yes
			}
			return app.No
		case i == maxHead, strings.IndexByte("0123456789, \t\r", b) < 0:
			return app.No
		}
	}
	return app.Unknown
}
