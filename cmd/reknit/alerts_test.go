package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// Alerts show bodies of HTTP and payloads of WebSocket if the output wants it, and only alerts do.
func TestAlertsInFull(t *testing.T) {
	const rules = `alert http any any -> any any (http.stat_code; content:"200"; sid:1;)
alert websocket any any -> any any (websocket.payload; content:"hi"; sid:2;)
`
	for _, test := range []struct{ options, body, frame string }{
		{"metadata: yes", "[<nil> <nil> <nil> <nil>]", "[<nil> <nil>]"},
		{"http-body: yes, websocket-payload: yes", "[<nil> <nil> YWJjAA== b2s=]", "[<nil> aGk=]"},
		{"http-body-printable: yes, websocket-payload-printable: yes", "[abc. ok <nil> <nil>]", "[hi <nil>]"},
		{"http-body: yes, http-body-printable: yes, metadata: no", "[<nil> <nil> <nil> <nil>]", "[<nil> <nil>]"},
	} {
		files(t, map[string]string{"r.rules": rules, "c.yaml": "outputs:\n- eve-log:\n    enabled: yes\n    types:\n    - alert: {" + test.options +
			"}\n    - http\n    - websocket\n"})
		x := newWire(t, "in.pcap")
		k := x.talk("192.0.2.1:40000", "192.0.2.2:80").open()
		k.say(0, "POST / HTTP/1.1\r\nHost: x.example\r\nContent-Length: 4\r\n\r\nabc\x00").say(1, "HTTP/1.1 200 fine\r\nContent-Length: 2\r\n\r\nok")
		k.say(0, "GET / HTTP/1.1\r\nHost: x.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
		k.say(1, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		k.say(0, "\x81\x82\x00\x00\x00\x00hi").close()
		x.close()
		got := execute(t, "-r", "in.pcap", "-c", "c.yaml", "-l", ".", "-S", "r.rules", "-k", "none")
		eve, err := os.ReadFile("eve.json")
		if got.code != 0 || err != nil {
			t.Fatal(got, err)
		}
		alerts := 0
		for line := range bytes.Lines(eve) {
			var r struct {
				Type      string         `json:"event_type"`
				HTTP      map[string]any `json:"http"`
				WebSocket map[string]any `json:"websocket"`
				Alert     struct {
					SID int `json:"signature_id"`
				} `json:"alert"`
			}
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			h, w := r.HTTP, r.WebSocket
			body := fmt.Sprint([]any{h["http_request_body_printable"], h["http_response_body_printable"], h["http_request_body"], h["http_response_body"]})
			frame := fmt.Sprint([]any{w["payload_printable"], w["payload_base64"]})
			wantBody, wantFrame := "[<nil> <nil> <nil> <nil>]", "[<nil> <nil>]"
			switch r.Alert.SID {
			case 1:
				wantBody = test.body
				alerts++
			case 2:
				wantFrame = test.frame
				alerts++
			}
			if body != wantBody || frame != wantFrame {
				t.Errorf("%s: %s: bodies %s, payload %s, want %s, %s", test.options, line, body, frame, wantBody, wantFrame)
			}
		}
		if alerts != 2 {
			t.Errorf("%s: %d alerts\n%s", test.options, alerts, eve)
		}
	}
}
