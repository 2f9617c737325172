package ftp

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

const (
	requestTooLong app.EventID = iota
	responseTooLong
	tooManyTransactions
	fileBeforePort
	fileWithoutName
)

// events are the names of the anomalies, as Suricata has them.
var events = []app.EventInfo{
	requestTooLong:      {Name: "request_command_too_long"},
	responseTooLong:     {Name: "response_command_too_long"},
	tooManyTransactions: {Name: "too_many_transactions"},
	fileBeforePort:      {Name: "file_before_port"},
	fileWithoutName:     {Name: "file_without_name"},
}

// fields are what rules can inspect of control connections. A number is written in decimal.
var fields = []app.Field{
	{Name: "ftp.command", Dir: stream.ToServer, Get: single(func(x *Exchange) []byte { return []byte(x.Command()) })},
	{Name: "ftp.command_data", Dir: stream.ToServer, Get: single((*Exchange).Argument)},
	{Name: "ftp.reply", Dir: stream.ToClient, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		x := tx.(*Exchange)
		if i >= x.Replies() {
			return nil, false
		}
		_, text := x.Reply(i)
		return text, true
	}},
	{Name: "ftp.completion_code", Dir: stream.ToClient, Get: completionCode},
	{Name: "ftp.dynamic_port", Dir: stream.ToServer, Get: single(dynamicPort)},
	{Name: "ftp.dynamic_port", Dir: stream.ToClient, Get: single(dynamicPort)},
	{Name: "ftpbounce", Dir: stream.ToServer, At: complete, Get: single(func(x *Exchange) []byte {
		if x.command == nil || x.command.verb != port || !x.announced.addr.IsValid() {
			return nil
		}
		return x.announced.addr.AppendTo(nil)
	})},
	{Name: "ftp.mode", Dir: stream.ToClient, Get: single(func(x *Exchange) []byte { return []byte(x.Mode()) })},
	{Name: "ftp.reply_received", Dir: stream.ToClient, Get: single(func(x *Exchange) []byte {
		if x.command == nil { // such as the greeting
			return nil
		}
		return []byte(yesNo(x.received))
	})},
}

// dynamicPort returns the port of the data connection, once it is announced and agreed to.
func dynamicPort(x *Exchange) []byte {
	if x.port == 0 {
		return nil
	}
	return strconv.AppendUint(nil, uint64(x.port), 10)
}

// single makes the getter of something that an exchange has at most once.
func single(get func(x *Exchange) []byte) func(app.Transaction, int) ([]byte, bool) {
	return func(tx app.Transaction, i int) ([]byte, bool) {
		b := get(tx.(*Exchange))
		return b, i == 0 && len(b) > 0
	}
}

// completionCode returns the i-th of the codes in a reply.
func completionCode(tx app.Transaction, i int) ([]byte, bool) {
	x := tx.(*Exchange)
	for k := range x.Replies() {
		code, _ := x.Reply(k)
		if code == nil {
			continue
		}
		if i == 0 {
			return code, true
		}
		i--
	}
	return nil, false
}

// dataFields are what rules can inspect of data connections, besides files.
var dataFields = func() []app.Field {
	var list []app.Field
	for _, d := range []stream.Dir{stream.ToServer, stream.ToClient} {
		list = append(list,
			app.Field{Name: "ftpdata_command", Dir: d, Get: func(tx app.Transaction, i int) ([]byte, bool) {
				return []byte(strings.ToLower(tx.(*Data).Transfer.Command)), i == 0
			}},
			app.Field{Name: "file.name", Dir: d, Get: func(tx app.Transaction, i int) ([]byte, bool) {
				x := tx.(*Data)
				return bytes.Clone(x.Transfer.Name), i == 0 && x.File != nil && x.Transfer.dir == d
			}},
		)
	}
	return list
}()
