package dns_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/stream"
)

// A message alone, as it is in a datagram.
func ExampleParse() {
	m, err := dns.Parse([]byte("\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x03www\x07example\x03org\x00\x00\x01\x00\x01" +
		"\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x06\x03web\xc0\x10" +
		"\xc0\x2d\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x01"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Questions[0].Type, string(m.Questions[0].Name.Text), m.Flags.Rcode())
	for i := range m.Answers {
		r := &m.Answers[i]
		fmt.Println(string(r.Name.Text), r.Type, r.TTL, string(r.Host.Text), r.Addr())
	}
	// Output:
	// A www.example.org NOERROR
	// www.example.org CNAME 300 web.example.org invalid IP
	// web.example.org A 300  192.0.2.1
}

// What a Handler is told of a flow.
func ExampleHandler() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{dns.New(dns.Config{Handler: &dns.Handler{
		OnMessage: func(at dns.At, m *dns.Message) app.Verdict {
			fmt.Println(at.Dir, m.MessageID, string(m.Questions[0].Name.Text), len(m.Answers))
			return app.Continue
		},
	}})}, nobody{})
	if err != nil {
		fmt.Println(err)
		return
	}
	request, response := exchange()
	s := g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 53})
	s.Datagram(stream.ToServer, request)
	s.Datagram(stream.ToClient, response)
	s.Close()
	// Output:
	// to_server 4660 www.example.org 0
	// to_client 4660 www.example.org 3
}
