package detect_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/engine"
)

// handshake is a record with a handshake message.
func handshake(typ byte, body string) string {
	m := string([]byte{typ, 0, 0, byte(len(body))}) + body
	return "\x16\x03\x01\x00" + string([]byte{byte(len(m))}) + m
}

// What a side said is looked at in both directions, until the other one says something.
func TestStateOfTLS(t *testing.T) {
	random := strings.Repeat("r", 32)
	c := talk(443).open().
		say(0, handshake(1, "\x03\x03"+random+"\x00"+"\x00\x02\x00\x2f"+"\x01\x00")). // 4, 5
		say(1, handshake(2, "\x03\x03"+random+"\x00"+"\x00\x2f"+"\x00")).             // 6, 7
		say(0, handshake(16, "key"))                                                  // 8, 9
	for _, test := range []struct{ options, want string }{
		{"ssl_state:client_hello;", "5 1"},
		{"ssl_state:server_hello;", "7 1"},
		{"ssl_state:client_keyx;", "9 1, end 1"},
		{"ssl_state:client_hello|server_hello;", "5 1, 7 1"},
		{"ssl_state:!client_hello;", "7 1, 9 1"},
		{"flow:to_client; ssl_state:client_hello,client_keyx;", "5 1"},
	} {
		if o := c.play(t, "alert tls any any -> any any ("+test.options+" sid:1;)", engine.Config{}); o.String() != test.want {
			t.Errorf("%s alerts %q, want %q", test.options, o, test.want)
		}
	}
}
