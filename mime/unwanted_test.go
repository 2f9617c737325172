package mime

import (
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// An Email that nobody wants is nil, and takes all that a Message tells.
func TestUnwanted(t *testing.T) {
	e := NewEmail(&EmailConfig{Unwanted: true})
	if e != nil {
		t.Fatal("there is an Email")
	}
	m := NewMessage(nil, e)
	for _, line := range []string{"Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; name=a",
		"Content-Transfer-Encoding: base64", "", "aHR0cDovL2V4YW1wbGUub3JnLw==", "=QUJD"} {
		m.Line([]byte(line), stream.CRLF)
	}
	m.Lost(3)
	m.Close()
	var o event.Object
	o.Start(nil, &event.Options{})
	e.AppendJSON(&o)
	if got := string(o.End()); got != "{}\n" && got != "{}" {
		t.Errorf("it writes %s", got)
	}
}
