package dump_test

import (
	"bufio"
	"os"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/stream"
)

func ExamplePrinter() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	p := dump.Printer{Out: out}
	var s dump.Stream
	p.Data(&s, stream.ToClient, 0, []byte("220 mail.example.org ESMTP\r\n"))
	p.Data(&s, stream.ToServer, 0, []byte("EHLO \x1b[2J.exam"))
	p.Data(&s, stream.ToServer, 14, []byte("ple.org\r\nMAIL"))
	p.Lost(&s, stream.ToServer, 712)
	p.Close()
	// Output:
	// < 220 mail.example.org ESMTP
	// > EHLO \x1b[2J.example.org
	// > MAIL
	// >! [712 bytes lost]
}
