package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/pop3"
)

func TestTransfers(t *testing.T) {
	s, out := newTestSummary(false)
	s.zone, s.transfers.limit = time.UTC, 2
	for i, name := range []string{"third", "first", "second\x1b[2J"} {
		f := file.New(nil, []byte(name))
		f.Write(make([]byte, 1000))
		s.Event(&event.Record{
			Type: "ftp_data", Time: int64([]int{3, 1, 2}[i]) * 1e9, Src: netip.MustParseAddr("192.0.2.1"), SrcPort: 41000,
			Dst: netip.MustParseAddr("198.51.100.25"), DstPort: 50000,
			Body: &ftp.Data{Transfer: &ftp.Transfer{Command: "RETR", Name: []byte(name)}, File: f},
		})
	}
	s.Event(&event.Record{Type: "ftp_data", Body: &ftp.Data{Transfer: &ftp.Transfer{Command: "LIST"}}})
	s.print()
	const want = `Transfers
  00:00:01  FTP  RETR  first            1000 B  192.0.2.1:41000 → 198.51.100.25:50000
  00:00:02  FTP  RETR  second\x1b[2J  1000 B  192.0.2.1:41000 → 198.51.100.25:50000
  1 transfer more; -v shows all.
`
	if got := out.String(); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("the summary is\n%s, want\n%s", got, want)
	}
}

// Of POP3 only commands that bring a mail are worth a line.
func TestTransfersOfPOP3(t *testing.T) {
	s, out := newTestSummary(false)
	s.zone = time.UTC
	mail := &mail.Message{Email: read("Subject: caf\x1b\n\ntext"), Size: 2000, Lost: 1}
	for _, x := range []*pop3.Exchange{{Command: "STAT"}, {Command: "RETR", Message: mail}} {
		s.Event(&event.Record{
			Type: "pop3", Time: 1e9, Src: netip.MustParseAddr("192.0.2.1"), SrcPort: 41000,
			Dst: netip.MustParseAddr("198.51.100.25"), DstPort: 110, Body: x,
		})
	}
	s.print()
	const want = `Transfers
  00:00:01  POP3  RETR  caf\x1b  2.0 KiB  198.51.100.25:110 → 192.0.2.1:41000  with gaps
`
	if got := out.String(); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("the summary is\n%s, want\n%s", got, want)
	}
}
