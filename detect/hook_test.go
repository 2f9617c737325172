package detect_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// recorder is an end of a connection that notes what is written to it.
type recorder struct {
	net.Conn
	from int
	to   *conversation
}

func (r recorder) Write(b []byte) (int, error) {
	r.to.segment(r.from, psh|ack, string(b)).segment(1-r.from, ack, "")
	return r.Conn.Write(b)
}

// handshake appends a handshake of TLS 1.2 for a name, a segment and its acknowledgement for each flight, and some data. An
// end writes only when it has read what the other wrote, so that the order is always the same.
func (c *conversation) handshake(t *testing.T, name string) *conversation {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	client := tls.Client(recorder{a, 0, c}, &tls.Config{ServerName: name, InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	server := tls.Server(recorder{b, 1, c}, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	done := make(chan error)
	go func() {
		_, err := server.Read(make([]byte, 9))
		done <- err
	}()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Write([]byte("good day!")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return c
}

// verdict returns the verdicts as letters.
func (o *outcome) verdict() string {
	var b strings.Builder
	for _, v := range o.verdicts {
		b.WriteByte(map[packet.Verdict]byte{packet.Pass: 'p', packet.Drop: 'd', packet.Rewritten: 'r'}[v])
	}
	return b.String()
}

// split has packet n, which is of the client, sent in two parts, with an acknowledgement after each.
func (c *conversation) split(n, at int) *conversation {
	whole := c.frames[n-1][40:]
	d := &conversation{seq: [2]uint32{1000, 5000}, ports: c.ports}
	d.open().say(0, string(whole[:at])).say(0, string(whole[at:]))
	d.frames = append(d.frames, c.frames[n+1:]...)
	return d
}

// inline has packets inspected before they go on, and dropped when rules say so.
func inline() engine.Config {
	return engine.Config{Inline: true, Prevent: true}
}

// A rule about the client's hello acts at the packet that completes it, before the server could answer.
func TestHelloInline(t *testing.T) {
	const late = "ppppp" // the handshake of TCP, the first part of the hello and its acknowledgement
	for _, test := range []struct{ rules, alerts, verdicts string }{
		{`drop tls:client_hello_done any any -> any any (tls.sni; content:"bad.example"; sid:1;)`, "6 1", late + "d"},
		{`drop tls any any -> any any (tls.sni; content:"bad.example"; sid:1;)`, "6 1", late + "d"},
		{`pass tls:client_hello_done any any -> any any (tls.sni; content:"good.example"; sid:1;)
		  drop tls:client_hello_done any any -> any any (sid:2;)`, "6 2", late + "d"},
		{`pass tls:client_hello_done any any -> any any (tls.sni; content:"bad.example"; sid:1; alert;)
		  drop tls:client_hello_done any any -> any any (sid:2;)`, "6 1", late + "p"},
		{`alert tls:client_in_progress any any -> any any (sid:1;)`, "4 1", late + "p"},
		{`alert tls any any -> any any (app-layer-state:<client_hello_done; sid:1;)
		  alert tls any any -> any any (app-layer-state:client_hello_done; flow:to_server; sid:2;)
		  alert tls any any -> any any (app-layer-state:>client_hello_done; flow:to_server; sid:3;)`, "4 1, 6 2, 10 3", late + "p"},
	} {
		c := talk(443).open().handshake(t, "bad.example").split(4, 60)
		o := c.play(t, test.rules, inline())
		if o.String() != test.alerts {
			t.Errorf("%s: alerts %q, want %q", test.rules, o, test.alerts)
		}
		if v := o.verdict(); !strings.HasPrefix(v, test.verdicts) || strings.Contains(v, "d") && strings.Trim(v[len(late):], "d") != "" {
			t.Errorf("%s: verdicts %s, want %s and the same to the end", test.rules, v, test.verdicts)
		}
	}
}

// Each rule is evaluated when the transaction comes to its state.
func TestHooks(t *testing.T) {
	web := func() *conversation {
		return talk(80).open().
			say(0, "POST /a?b HTTP/1.1\r\nHost: x.example\r\n").             // 4
			say(0, "Content-Length: 6\r\n\r\n").say(0, "abc").say(0, "def"). // 6, 8, 10
			say(1, "HTTP/1.1 200 fine\r\nContent-Length: 2\r\n\r\n").        // 12
			say(1, "ok")                                                     // 14
	}
	for _, test := range []struct {
		name           string
		c              *conversation
		rule           string
		ids, inPreview string // alerts behind the acknowledgement, and inline
	}{
		{"started", web(), `alert http1:request_started any any -> any any (sid:1;)`, "6 1", "4 1"},
		{"the line", web(), `alert http1:request_line any any -> any any (http.uri; content:"/a"; sid:1;)`, "8 1", "6 1"},
		{"the line, without more", web(), `alert http1:request_line any any -> any any (sid:1;)`, "6 1", "4 1"},
		{"headers", web(), `alert http1:request_headers any any -> any any (http.host; content:"x.example"; sid:1;)`, "8 1", "6 1"},
		{"headers, without more", web(), `alert http1:request_headers any any -> any any (sid:1;)`, "6 1", "4 1"},
		{"a body", web(), `alert http1:request_body any any -> any any (http.request_body; content:"cd"; sid:1;)`, "13 1", "10 1"},
		{"complete", web(), `alert http1:request_complete any any -> any any (http.method; content:"POST"; sid:1;)`, "13 1", "10 1"},
		{"the answer's line", web(), `alert http1:response_line any any -> any any (http.stat_code; content:"200"; sid:1;)`, "14 1", "12 1"},
		{"the answer's headers", web(), `alert http1:response_headers any any -> any any (http.content_len; content:"2"; sid:1;)`, "14 1", "12 1"},
		{"the answer is complete", web(), `alert http1:response_complete any any -> any any (sid:1;)`, "end 1", "14 1"},
		{"not in this state", web(), `alert http1:request_line any any -> any any (http.uri; content:"/b"; sid:1;)`, "", ""},
		{"not there in this state", web(), `alert http1:request_headers any any -> any any (http.host; content:!"x.example"; sid:1;)`, "", ""},

		{"mail", session(), `alert smtp:request_started any any -> any any (sid:1;)`, "9 1", "6 1"},
		{"text of a mail", session(), `alert smtp:request_data any any -> any any (smtp.mail_from; content:"ann"; sid:1;)`, "21 1", "18 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() { slow = false }()
			for _, slow = range []bool{false, true} {
				if o := test.c.play(t, test.rule, engine.Config{}); o.String() != test.ids {
					t.Errorf("%s: alerts %q, want %q", test.rule, o, test.ids)
				}
				if o := test.c.play(t, test.rule, inline()); o.String() != test.inPreview {
					t.Errorf("%s: inline alerts %q, want %q", test.rule, o, test.inPreview)
				}
			}
		})
	}
}

// Rules for packets before the stations are through with them, and what actions are for.
func TestEarlyAndScopes(t *testing.T) {
	for _, test := range []struct{ rules, alerts, verdicts string }{
		{`drop tcp:pre_flow any any -> any 25 (sid:1;)`, "1 1, 3 1, 5 1, 6 1, 9 1", "dpdpddppd"},
		{`drop tcp:pre_stream any any -> any any (flow:to_server; flags:S; sid:1;)`, "1 1", "dpppppppp"},
		{`alert tcp:pre_stream any any -> any any (content:"EHLO"; sid:1;)`, "6 1", "ppppppppp"},
		{`drop udp:pre_flow any any -> any any (sid:1;)`, "", "ppppppppp"},
		{`drop tcp any any -> any any (content:"EHLO"; flow:no_stream; sid:1;)`, "6 1", "pppppdppp"},
		{`drop:flow tcp any any -> any any (content:"EHLO"; flow:no_stream; sid:1;)`, "6 1", "pppppdddd"},
		{`drop smtp:request_started any any -> any any (sid:1;)`, "6 1", "pppppdddd"},
		{`drop:packet smtp:request_started any any -> any any (sid:1;)`, "6 1", "pppppdppp"},
		{`pass:flow tcp any any -> any any (flags:S; sid:1;)
		  drop tcp any any -> any any (content:"EHLO"; flow:no_stream; sid:2;)`, "", "ppppppppp"},
		{`pass:packet smtp:request_started any any -> any any (sid:1;)
		  drop tcp any any -> any any (ack:5018; sid:2;)`, "9 2", "ppppppppd"},
	} {
		c := talk(25).open().say(1, "220 hello\r\n").say(0, "EHLO me\r\n").say(1, "250 \r\n")
		o := c.play(t, test.rules, inline())
		if o.String() != test.alerts || o.verdict() != test.verdicts {
			t.Errorf("%s: alerts %q, verdicts %s, want %q, %s", test.rules, o, o.verdict(), test.alerts, test.verdicts)
		}
	}
}
