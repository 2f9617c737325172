package mail

import (
	"encoding/hex"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Events returns the anomalies of messages, in the order of mime.Anomaly.
func Events() []app.EventInfo {
	var list []app.EventInfo
	for a := range mime.Anomaly(mime.NumAnomalies) {
		list = append(list, app.EventInfo{Name: a.String()})
	}
	return list
}

// Fields returns what rules can inspect in messages. email returns that of a transaction, or nil; at is the progress from
// which on it may be there.
func Fields(d stream.Dir, at app.Progress, email func(tx app.Transaction) *mime.Email) []app.Field {
	header := func(name string, f mime.Field) app.Field {
		return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
			e := email(tx)
			if e == nil || i > 0 {
				return nil, false
			}
			value := e.Field(f)
			return value, value != nil
		}}
	}
	list := func(name string, get func(*mime.Email) [][]byte) app.Field {
		return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
			e := email(tx)
			if e == nil {
				return nil, false
			}
			items := get(e)
			if i >= len(items) {
				return nil, false
			}
			return items[i], true
		}}
	}
	return []app.Field{
		header("email.from", mime.From),
		header("email.subject", mime.Subject),
		header("email.to", mime.To),
		header("email.cc", mime.Cc),
		header("email.date", mime.Date),
		header("email.message_id", mime.MessageID),
		header("email.x_mailer", mime.XMailer),
		{Name: "email.body_md5", Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
			e := email(tx)
			if e == nil || i > 0 || e.BodyMD5() == nil {
				return nil, false
			}
			return hex.AppendEncode(nil, e.BodyMD5()), true
		}},
		list("email.url", (*mime.Email).URLs),
		list("email.received", (*mime.Email).Received),
		list("email.attachment", (*mime.Email).Attachments),
	}
}
