package tftp_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/tftp"
	"github.com/reknit/reknit/stream"
)

// What a Handler is told of a flow.
func ExampleHandler() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{tftp.New(tftp.Config{Handler: &tftp.Handler{
		OnRequest: func(_ *app.Conn, r *tftp.Request) app.Verdict {
			fmt.Println(r.Operation, string(r.File), r.Mode)
			for _, o := range r.Options {
				fmt.Printf("%s: %s\n", o.Name, o.Value)
			}
			return app.Continue
		},
	}})}, nobody{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 69})
	s.Datagram(stream.ToServer, []byte("\x00\x01boot.img\x00octet\x00blksize\x001428\x00"))
	s.Close()
	// Output:
	// read boot.img octet
	// blksize: 1428
}
