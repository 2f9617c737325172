package reknit_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// The first example of the README.
func Example() {
	for line, err := range reknit.Lines("testdata/mail.pcap") {
		if err != nil {
			log.Fatal(err)
		}
		if bytes.HasPrefix(line.Text, []byte("Subject: ")) {
			fmt.Printf("%v %s\n", line.Flow.Client(), line.Text)
		}
	}
	// Output:
	// 198.51.100.10:40001 Subject: Minutes of Monday
	// 198.51.100.10:40002 Subject: =?utf-8?B?UXVhcnRlcmx5IHJlcG9ydCDigJMg?=
	// 198.51.100.10:40003 Subject: =?ISO-2022-JP?B?GyRCMnE1RCRONUQ7dk8/GyhC?=
	// 198.51.100.10:40003 Subject: Undelivered mail
	// 198.51.100.11:40004 Subject: =?iso-8859-1?Q?Caf=E9_menu?=
	// 198.51.100.11:40005 Subject: In two chunks
	// 198.51.100.10:40008 Subject: Cut short
}

// The second example of the README.
func ExampleAssembler_Packet() {
	a := reknit.Assembler{OnStream: func(f *reknit.Flow, d stream.Dir, in *stream.Cursor) {
		for line, ok := in.Line(1000); ok; line, ok = in.Line(1000) {
			if d == stream.ToServer && bytes.HasPrefix(line, []byte("RCPT TO:")) {
				fmt.Printf("%v %s\n", f.Client(), line)
			}
		}
	}}
	for when, frame := range frames("testdata/mail.pcap") { // wherever they come from
		a.Packet(when, packet.LinkEthernet, frame)
	}
	a.Close()
	// Output:
	// 198.51.100.10:40001 RCPT TO:<bob@example.org>
	// 198.51.100.10:40002 RCPT TO:<wei@example.org>
	// 198.51.100.10:40002 RCPT TO:<bob@example.org>
	// 198.51.100.10:40002 RCPT TO:<nobody@example.org>
	// 198.51.100.10:40003 RCPT TO:<bob@example.org>
	// 198.51.100.10:40003 RCPT TO:<carol@example.org>
	// 198.51.100.10:40003 RCPT TO:<carol@example.org>
	// 198.51.100.11:40004 RCPT TO:<carol@example.org>
	// 198.51.100.11:40005 RCPT TO:<bob@example.org>
	// [2001:db8::10]:40006 RCPT TO:<someone@example.com>
	// 198.51.100.10:40008 RCPT TO:<wei@example.org>
}

// frames returns the packets of an Ethernet capture.
func frames(name string) func(yield func(time.Time, []byte) bool) {
	return func(yield func(time.Time, []byte) bool) {
		r, err := pcapfile.Open(name, pcapfile.Options{})
		if err != nil {
			return
		}
		defer r.Close()
		for p := new(packet.Packet); r.Next(p) == nil; {
			if !yield(time.Unix(0, p.Time), p.Frame) {
				return
			}
		}
	}
}

// TestReadme wants the README to show code of this file.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```go\n")[1:]
	if len(blocks) != 2 {
		t.Errorf("%d pieces of code in the README, want 2", len(blocks))
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(string(source), "\t"+strings.TrimSpace(strings.ReplaceAll(code, "\n", "\n\t"))) {
			t.Errorf("not in readme_test.go:\n%s", code)
		}
	}
}
