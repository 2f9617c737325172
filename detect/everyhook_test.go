package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/rule"
)

// end appends both ends of a connection.
func (c *conversation) end() *conversation {
	return c.segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
}

// between has the conversation be one of other ports: the client's and the server's.
func (c *conversation) between(client, server uint16) *conversation {
	c.ports = [2]uint16{client, server}
	return c
}

// Each hook that there is comes, in a conversation in which everything happens.
func TestEveryHook(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	const (
		question = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01"
		answer   = "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"
	)
	kex := "\x14" + zeros(16) + strings.Repeat(zeros(4), 10) + "\x00" + zeros(4)
	packet := string([]byte{0, 0, 0, byte(len(kex) + 5), 4}) + kex + zeros(4)
	ftp := talk(21).open().say(1, "220 hello\r\n").say(0, "USER ann\r\n").say(1, "331 and?\r\n").say(0, "PASS x\r\n").say(1, "230 in\r\n").
		say(0, "PASV\r\n").say(1, "227 here (198,51,100,25,156,65)\r\n").say(0, "RETR a.txt\r\n").say(1, "150 here it comes\r\n")
	ftp.frames = append(ftp.frames, talk(0).between(40001, 156<<8+65).open().say(1, "contents").end().frames...)
	ftp.say(1, "226 done\r\n")
	conversations := map[string]*conversation{
		"smtp": session(),
		"http1": talk(80).open().
			say(0, "POST /a?b HTTP/1.1\r\nHost: x.example\r\nContent-Length: 6\r\n\r\nabcdef").
			say(1, "HTTP/1.1 200 fine\r\nContent-Length: 2\r\n\r\nok"),
		"websocket": talk(80).open().
			say(0, "GET / HTTP/1.1\r\nHost: x.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").
			say(1, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n").
			say(0, "\x81\x82\x00\x00\x00\x00hi").say(1, "\x81\x02ho"),
		"dns":      talk(53).datagram(0, question).datagram(1, answer),
		"mdns":     talk(5353).between(5353, 5353).datagram(0, "\x00\x00\x00\x00"+question[4:]).datagram(1, "\x00\x00\x84\x00"+answer[4:]),
		"pop3":     talk(110).open().say(1, "+OK hello\r\n").say(0, "USER ann\r\n").say(1, "+OK\r\n"),
		"ftp":      ftp,
		"ftp-data": ftp,
		"tftp":     talk(69).datagram(0, "\x00\x01a.txt\x00octet\x00").datagram(1, "\x00\x03\x00\x01abc").datagram(0, "\x00\x04\x00\x01"),
		"ntp":      talk(123).datagram(0, "\x23"+zeros(47)).datagram(1, "\x24"+zeros(47)),
		"imap":     talk(143).open().say(1, "* OK hello\r\n").say(0, "a NOOP\r\n").say(1, "a OK\r\n"),
		"tls":      talk(443).open().handshake(t, "x.example").end(),
		"ssh": talk(22).open().say(1, "SSH-2.0-server\r\n").say(0, "SSH-2.0-client\r\n").say(1, packet).say(0, packet).
			say(0, "\x00\x00\x00\x0c\x0a\x15"+zeros(10)).say(1, "\x00\x00\x00\x0c\x0a\x15"+zeros(10)).end(),
	}
	protocols := all.Protocols(all.Config{})
	for _, hook := range rule.AppHooks(protocols) {
		protocol, _, _ := strings.Cut(hook, ":")
		c := conversations[protocol]
		if c == nil {
			t.Errorf("no conversation of %s", protocol)
			continue
		}
		s := rule.New(rule.Config{Protocols: protocols}).NewSet()
		s.Load("test.rules", fmt.Sprintf("alert %s any any -> any any (sid:1;)", hook))
		set, refused := detect.New(detect.Config{Rules: s.Rules, Protocols: protocols})
		if len(s.Problems)+len(refused) > 0 {
			t.Fatal(hook, s.Problems, refused)
		}
		for _, conf := range []engine.Config{{}, inline()} {
			conf.Protocols = protocols
			if o := c.with(t, set, conf); len(o.alerts) == 0 {
				t.Errorf("%s, inline %v: no alert\n%s", hook, conf.Inline, strings.Join(o.records, "\n"))
			}
		}
	}
}

// Of single messages, an alert that guesses its transaction takes the one of its direction.
func TestGuessedMessage(t *testing.T) {
	const (
		question = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01"
		answer   = "\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01"
	)
	protocols := all.Protocols(all.Config{})
	s := rule.New(rule.Config{Protocols: protocols}).NewSet()
	s.Load("test.rules", `alert dns any any -> any any (content:"example"; flow:to_server; sid:1;)
		alert dns any any -> any any (content:"example"; flow:to_client; sid:2;)`)
	set, refused := detect.New(detect.Config{Rules: s.Rules, Protocols: protocols, GuessTx: true})
	if len(s.Problems)+len(refused) > 0 {
		t.Fatal(s.Problems, refused)
	}
	c := talk(53).open().say(0, "\x00\x1b"+question).segment(1, psh|ack, "\x00\x1b"+answer).segment(0, ack, "").end()
	o := c.with(t, set, engine.Config{Protocols: protocols})
	var got []string
	for _, r := range o.records {
		if _, id, ok := strings.Cut(r, `"tx_id":`); ok && strings.Contains(r, `"event_type":"alert"`) {
			got = append(got, id[:1]+fmt.Sprint(" guessed ", strings.Contains(r, `"tx_guessed":true`)))
		}
	}
	if want := "0 guessed true, 1 guessed true"; strings.Join(got, ", ") != want {
		t.Errorf("transactions %q, want %q\n%s", got, want, strings.Join(o.records, "\n"))
	}
}
