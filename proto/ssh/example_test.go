package ssh_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/ssh"
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

// The parser alone: bytes of both sides go in, and the record comes out.
func Example() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{ssh.New(ssh.Config{})}, logger{})
	if err != nil {
		fmt.Println(err)
		return
	}
	session := g.NewSession(app.Info{Transport: app.TCP, ServerPort: 22})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	store.Push(&pair, stream.ToClient, 0, []byte("SSH-2.0-OpenSSH_9.6\r\n"), session)
	store.Push(&pair, stream.ToServer, 0, []byte("SSH-2.0-PuTTY_0.81\r\n"), session)
	store.Close(&pair, session)
	session.Close()

	// Output:
	// {"ssh":{"client":{"proto_version":"2.0","software_version":"PuTTY_0.81"},"server":{"proto_version":"2.0","software_version":"OpenSSH_9.6"}}}
}
