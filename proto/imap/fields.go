package imap

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/stream"
)

const (
	invalidRequest app.EventID = iota
	invalidResponse
	unmatchedResponse
	requestTooLong
	responseTooLong
	tooManyTransactions
	startTLSPipelined
	startTLSRefused
	firstMIME
)

// events are the names of the anomalies. Suricata has none for IMAP. Those of mime follow.
var events = append([]app.EventInfo{
	invalidRequest:      {Name: "invalid_request"},
	invalidResponse:     {Name: "invalid_response"},
	unmatchedResponse:   {Name: "unmatched_response"},
	requestTooLong:      {Name: "request_too_long"},
	responseTooLong:     {Name: "response_too_long"},
	tooManyTransactions: {Name: "too_many_transactions"},
	startTLSPipelined:   {Name: "starttls_pipelined"},
	startTLSRefused:     {Name: "starttls_refused"},
}, mail.Events()...)

// fields are what rules can inspect. Suricata has none for IMAP.
var fields = append(append([]app.Field{
	exchangeField("imap.command", stream.ToServer, func(x *Exchange) []byte { return []byte(x.Command) }),
	exchangeField("imap.args", stream.ToServer, func(x *Exchange) []byte { return x.args }),
	exchangeField("imap.user", stream.ToServer, func(x *Exchange) []byte { return []byte(x.User) }),
	exchangeField("imap.status", stream.ToClient, func(x *Exchange) []byte { return []byte(x.Status) }),
	{Name: "imap.response", Dir: stream.ToClient, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		x, ok := tx.(*Exchange)
		if !ok || i >= x.Responses() {
			return nil, false
		}
		return x.Response(i), true
	}},
}, mail.Fields(stream.ToServer, 0, emailOf("APPEND"))...), mail.Fields(stream.ToClient, 0, emailOf("FETCH"))...)

// exchangeField makes the field for something that an exchange has at most once.
func exchangeField(name string, d stream.Dir, get func(x *Exchange) []byte) app.Field {
	return app.Field{Name: name, Dir: d, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		x, ok := tx.(*Exchange)
		if !ok || i > 0 {
			return nil, false
		}
		b := get(x)
		return b, len(b) > 0
	}}
}
