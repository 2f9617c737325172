package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/stream"
)

// The certificates of a transaction are stored once in each direction, whichever rules want that.
func TestCertificateStore(t *testing.T) {
	const rules = `alert tls any any -> any any (tls.cert_serial; content:"01"; tls.store; sid:1;)
alert tls any any -> any any (flow:to_client; tls.certs; content:"|30|"; tls_store; sid:2;)
alert tls any any -> any any (tls.sni; content:"no.example"; tls.store; sid:3;)
`
	var told []string
	set := compile(t, rules, detect.Config{Certificates: func(r *event.Record, tx app.Transaction, d stream.Dir) {
		told = append(told, fmt.Sprint(r.Number > 0, " ", r.SrcPort, " ", len(tx.(*tls.Handshake).Chain(d).DER), " ", d))
	}})
	o := talk(443).open().handshake(t, "good.example").with(t, set, engine.Config{Protocols: []app.Protocol{tls.New(tls.Config{Keep: true})}})
	if got := strings.Join(told, ","); got != "true 443 1 to_client" || len(o.alerts) != 2 {
		t.Errorf("stored %q, alerts %q", got, o)
	}
}
