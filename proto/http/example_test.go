package http_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/stream"
)

// nobody is a Logger that is not interested.
type nobody struct{}

func (nobody) Transaction(*app.Session, app.Transaction) {}
func (nobody) Anomaly(*app.Session, *app.Anomaly)        {}
func (nobody) Detected(*app.Session)                     {}

// The parser alone: bytes of both sides go in, and the handler is told what they mean.
func ExampleHandler() {
	h := &http.Handler{
		OnHead: func(at http.At) app.Verdict {
			if at.Dir == stream.ToServer {
				fmt.Printf("%s %s of %s\n", at.Exchange.Method(), at.Exchange.URI(), at.Exchange.Host)
			} else {
				fmt.Printf("%d, %s\n", at.Exchange.Status(), at.Message.Header("content-type"))
			}
			return app.Continue
		},
		OnBody: func(at http.At, b []byte) app.Verdict {
			fmt.Printf("body: %s\n", b)
			return app.Continue
		},
		OnEnd: func(at http.At, whole bool) app.Verdict {
			fmt.Println("end", at.Dir, whole)
			return app.Continue
		},
	}
	g, err := app.NewGateway(app.Config{}, []app.Protocol{http.New(http.Config{Handler: h})}, nobody{})
	if err != nil {
		fmt.Println(err)
		return
	}
	session := g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	store.Push(&pair, stream.ToServer, 0, []byte("GET /a/%2e%2e/caf%65 HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), session)
	store.Push(&pair, stream.ToClient, 0, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"4\r\ntea,\r\n7\r\n coffee\r\n0\r\n\r\n"), session)
	store.Close(&pair, session)
	session.Close()

	// Output:
	// GET /cafe of www.example.org
	// end to_server true
	// 200, text/plain
	// body: tea,
	// body:  coffee
	// end to_client true
}
