package mime_test

import (
	"fmt"
	"strings"

	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// A printer prints what a message is made of.
type printer struct{}

func (printer) Header(p *mime.Part, h *mime.Header) {
	if h.Is("subject") {
		fmt.Printf("subject %s\n", h.Text())
	}
}

func (printer) Begin(p *mime.Part)                   { fmt.Printf("part %d is %s %q\n", p.Index, p.Type, p.FileName()) }
func (printer) Body(p *mime.Part, b []byte)          { fmt.Printf("  %q\n", b) }
func (printer) Lost(p *mime.Part, n int64)           { fmt.Printf("  %d bytes are missing\n", n) }
func (printer) End(p *mime.Part)                     {}
func (printer) Anomaly(a mime.Anomaly, p *mime.Part) { fmt.Println(a) }

func Example() {
	const text = `Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Content-Type: multipart/mixed; boundary=next

--next

Hello
--next
Content-Disposition: attachment; filename*=utf-8''%C3%BCber.txt
Content-Transfer-Encoding: base64

aGVsbG8s
IHdvcmxk
--next--`

	m := mime.NewMessage(nil, printer{})
	for line := range strings.Lines(text) {
		m.Line([]byte(strings.TrimSuffix(line, "\n")), stream.LF)
	}
	m.Close()
	// Output:
	// subject Grüße
	// part 0 is multipart/mixed ""
	// part 1 is text/plain ""
	//   "Hello"
	// part 2 is text/plain "über.txt"
	//   "hello, world"
}

func ExampleParseAddresses() {
	for _, a := range mime.ParseAddresses([]byte(`"Doe, Jane" <jane@example.org>, team: =?iso-8859-1?q?J=F6rg?= <j@example.org>;`)) {
		fmt.Printf("%s: %s\n", a.Name, a.Addr)
	}
	// Output:
	// Doe, Jane: jane@example.org
	// Jörg: j@example.org
}
