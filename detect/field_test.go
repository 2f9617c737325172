package detect_test

import (
	"testing"

	"github.com/reknit/reknit/engine"
)

// Fields that are compared with values, of FTP.
func TestValues(t *testing.T) {
	c := func() *conversation {
		return talk(21).open().
			say(1, "220 hello\r\n").                                            // 4
			say(0, "USER x\r\n").say(1, "230 ok\r\n").                          // 6, 8
			say(0, "PORT 192,0,2,1,4,1\r\n").say(1, "200 ok\r\n").              // 10, 12
			say(0, "PORT 192,0,2,9,0,80\r\n").say(1, "200 ok\r\n").             // 14, 16
			say(0, "PASV\r\n").say(1, "227 ok (198,51,100,25,4,2)\r\n").        // 18, 20
			segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "") // 22
	}
	for _, test := range []struct{ options, want string }{
		{"ftpbounce;", "17 1"},
		{"flow:to_server; ftp.dynamic_port:1026;", "21 1"},
		{"flow:to_client; ftp.dynamic_port:1026;", "23 1"},
		{"flow:to_server; ftp.dynamic_port:<100;", "17 1"},
		{"ftp.reply_received:yes;", "11 1, 15 1, 19 1, 23 1"},
		{"ftp.reply_received:on;", "11 1, 15 1, 19 1, 23 1"},
		{"ftp.reply_received:off;", ""},
	} {
		if o := c().play(t, "alert tcp any any -> any any ("+test.options+" sid:1;)", engine.Config{}); o.String() != test.want {
			t.Errorf("%s alerts %q, want %q", test.options, o, test.want)
		}
	}
}
