package smtp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// The anomalies. Those of mime follow in the order of mime.Anomaly.
const (
	invalidReply app.EventID = iota
	unableToMatch
	maxCommandLine
	maxReplyLine
	invalidPipelinedSequence
	bdatChunkLenExceeded
	invalidBDAT
	noServerWelcomeMessage
	tlsRejected
	dataCommandRejected
	failedProtocolChange
	duplicateFields
	unparsableContent
	truncatedLine
	tooManyTransactions
	firstMIME
)

// events are their names. Suricata has all but too_many_transactions and the last three of mime; neither it nor we raise
// max_command_line_len_exceeded, max_reply_line_len_exceeded, bdat_chunk_len_exceeded or unparsable_content: the first
// two are truncated_line, a chunk ends where it says, and text behind DATA is text.
var events = func() []app.EventInfo {
	list := []app.EventInfo{
		invalidReply:             {Name: "invalid_reply"},
		unableToMatch:            {Name: "unable_to_match_reply_with_request"},
		maxCommandLine:           {Name: "max_command_line_len_exceeded"},
		maxReplyLine:             {Name: "max_reply_line_len_exceeded"},
		invalidPipelinedSequence: {Name: "invalid_pipelined_sequence"},
		bdatChunkLenExceeded:     {Name: "bdat_chunk_len_exceeded"},
		invalidBDAT:              {Name: "invalid_bdat"},
		noServerWelcomeMessage:   {Name: "no_server_welcome_message"},
		tlsRejected:              {Name: "tls_rejected"},
		dataCommandRejected:      {Name: "data_command_rejected"},
		failedProtocolChange:     {Name: "failed_protocol_change"},
		duplicateFields:          {Name: "duplicate_fields"},
		unparsableContent:        {Name: "unparsable_content"},
		truncatedLine:            {Name: "truncated_line"},
		tooManyTransactions:      {Name: "too_many_transactions"},
	}
	for a := range mime.Anomaly(mime.NumAnomalies) {
		list = append(list, app.EventInfo{Name: a.String()})
	}
	for i := range list {
		list[i].EVE = upper(list[i].Name)
	}
	return list
}()

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// fields are what rules can inspect.
var fields = append([]app.Field{
	{Name: "smtp.helo", Dir: stream.ToServer, Get: single((*Mail).Helo)},
	{Name: "smtp.mail_from", Dir: stream.ToServer, Get: single(func(m *Mail) string { return m.From.Text })},
	{Name: "smtp.rcpt_to", Dir: stream.ToServer, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		m := tx.(*Mail)
		if i >= len(m.Recipients) {
			return nil, false
		}
		return []byte(m.Recipients[i].Text), true
	}},
}, mail.Fields(stream.ToServer, requestData, func(tx app.Transaction) *mime.Email { return tx.(*Mail).email() })...)

// single makes the getter of a text that a mail has once.
func single(get func(m *Mail) string) func(app.Transaction, int) ([]byte, bool) {
	return func(tx app.Transaction, i int) ([]byte, bool) {
		text := get(tx.(*Mail))
		return []byte(text), i == 0 && text != ""
	}
}
