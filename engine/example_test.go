package engine_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
)

// All of it: a capture goes in, records come out.
func Example() {
	src, err := pcapfile.Open("../testdata/mail.pcap", pcapfile.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	e, err := engine.New(engine.Config{
		Protocols: []app.Protocol{smtp.New(smtp.Config{})}, // or all.Protocols(all.Config{})
		Sink:      &senders{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := e.Run(context.Background(), src); err != nil {
		fmt.Println(err)
	}
	fmt.Println(e.Totals().Flows, "flows")
	// Output:
	// mail from <alice@example.net>
	// mail from <zoe@example.net>
	// mail from <list@example.com>
	// mail from <>
	// mail from <dora@example.org>
	// mail from <alice@example.net>
	// mail from <alice@example.net>
	// mail from <zoe@example.net>
	// 9 flows
}

// senders is a Sink that prints who sends mail. Other sinks write records to files: (*event.Record).AppendJSON.
type senders struct{}

func (senders) Event(r *event.Record) {
	if m, ok := r.Body.(*smtp.Mail); ok && m.HasFrom() {
		fmt.Printf("mail from <%s>\n", m.From.Address())
	}
}

// In the path of the packets, an engine says of each whether it may pass. Here mail of a sender who is not wanted is
// stopped at the packet that completes the command, before any byte of a message.
func ExampleWorker_Packet() {
	refuse := &smtp.Handler{OnMailFrom: func(at smtp.At, p *smtp.Path) app.Verdict {
		if strings.HasSuffix(string(p.Address()), "@spam.example") {
			return app.Block
		}
		return app.Continue
	}}
	e, err := engine.New(engine.Config{
		Inline:    true,
		Protocols: []app.Protocol{smtp.New(smtp.Config{Handler: refuse})},
		Sink:      &actions{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	src := spam()
	for p := new(packet.Packet); src.Next(p) == nil; {
		what := "passes"
		if e.Worker().Packet(p) == packet.Drop {
			what = "is dropped"
		}
		if len(p.Payload) > 0 {
			fmt.Printf("%-11s %.40q\n", what, p.Payload)
		}
	}
	e.Close()
	// Output:
	// passes      "220 mx.example.org ESMTP\r\n"
	// passes      "HELO client.spam.example\r\n"
	// passes      "250 mx.example.org\r\n"
	// passes      "MAIL FROM:<offers@"
	// is dropped  "spam.example>\r\n"
	// is dropped  "250 ok\r\n"
	// is dropped  "RCPT TO:<bob@example.org>\r\n"
	// is dropped  "250 ok\r\n"
	// is dropped  "DATA\r\n"
	// is dropped  "354 go on\r\n"
	// is dropped  "Subject: buy\r\n"
	// is dropped  ".\r\n"
	// action: drop
}

// spam is a Source: somebody sends a mail.
func spam() engine.Source {
	t := newScript().talk(client, server).open()
	t.smtp("< 220 mx.example.org ESMTP", "> HELO client.spam.example", "< 250 mx.example.org")
	t.segment(0, ack, "MAIL FROM:<offers@")
	t.segment(0, psh|ack, "spam.example>\r\n")
	t.smtp("< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok", "> DATA", "< 354 go on", "> Subject: buy", "> .")
	return t.source()
}

// actions is a Sink that prints what was done with flows.
type actions struct{}

func (actions) Event(r *event.Record) {
	if f, ok := r.Body.(*event.Flow); ok {
		fmt.Println("action:", f.Action)
	}
}
