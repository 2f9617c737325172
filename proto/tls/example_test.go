package tls_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/stream"
)

// logger takes what a gateway tells: here, the records.
type logger struct{}

func (logger) Transaction(s *app.Session, tx app.Transaction) {
	var o event.Object
	o.Start(nil, nil)
	tx.AppendJSON(&o)
	fmt.Println(string(o.End()))
}
func (logger) Anomaly(s *app.Session, a *app.Anomaly) {}
func (logger) Detected(s *app.Session)                {}

const (
	clientHello = "\x16\x03\x01\x00\x4a\x01\x00\x00\x46\x03\x03rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\x00\x02\x13\x01\x01\x00\x00\x1b" +
		"\x00\x00\x00\x10\x00\x0e\x00\x00\x0bexample.org\x00\x2b\x00\x03\x02\x03\x04"
	serverHello = "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR\x00\x13\x01\x00\x00\x06" +
		"\x00\x2b\x00\x02\x03\x04"
	data = "\x17\x03\x03\x00\x04xxxx"
)

// The parser alone: bytes of both sides go in, and the record comes out.
func Example() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{tls.New(tls.Config{JA4: true})}, logger{})
	if err != nil {
		fmt.Println(err)
		return
	}
	session := g.NewSession(app.Info{Transport: app.TCP, ServerPort: 443})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	store.Push(&pair, stream.ToServer, 0, []byte(clientHello), session)
	store.Push(&pair, stream.ToClient, 0, []byte(serverHello+data), session)
	store.Close(&pair, session)
	session.Close()

	// Output:
	// {"tls":{"sni":"example.org","version":"TLS 1.3","ja4":"t13d010200_0f2cb44170f4_9b00d4eb1ff0"}}
}
