package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/imap"
	"github.com/reknit/reknit/proto/pop3"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/proto/ssh"
	"github.com/reknit/reknit/proto/tls"
)

// summary is a Sink that tells people what was found: mails as they are complete, and in the end flows, anomalies and
// totals.
type summary struct {
	out       *terminal
	zone      *time.Location
	maxMails  int // that are shown
	maxFlows  int
	maxErrors int  // kinds of anomalies
	unordered bool // records may come in any order, as from several workers

	mu        sync.Mutex
	mails     uint64
	early     []mailText // the earliest of them, in order, if they come in any
	files     uint64
	transfers transfers
	names     names
	hosts     hosts
	peers     peers
	flows     largest
	anomalies map[anomalyKind]uint64
	odd       uint64 // anomalies
	from, to  int64  // time of the first and last packet of all flows
}

// anomalyKind is what anomalies are counted by.
type anomalyKind struct{ of, name string }

// newSummary returns a summary. verbose: of everything.
func newSummary(out *terminal, verbose bool) *summary {
	s := &summary{out: out, zone: time.Local, maxMails: 100, maxFlows: 20, maxErrors: 20, anomalies: map[anomalyKind]uint64{}}
	if verbose {
		s.maxMails, s.maxFlows, s.maxErrors = 1<<30, 1<<20, 1<<20
	}
	s.flows.limit, s.transfers.limit = s.maxFlows, s.maxFlows
	s.names.limit, s.peers.limit, s.hosts.limit = maxShownNames, maxShownPeers, maxShownHosts
	if verbose {
		s.hosts.limit = maxHosts
		s.names.limit, s.peers.limit = maxNames, maxPeers
	}
	return s
}

var _ event.Sink = (*summary)(nil)

// Event takes a record.
func (s *summary) Event(r *event.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch b := r.Body.(type) {
	case *smtp.Mail:
		s.mail(r, b)
	case *ftp.Data:
		s.transfers.take(r, b)
	case *imap.Mail:
		s.transfers.takeIMAP(r, b)
	case *pop3.Exchange:
		s.transfers.takePOP3(r, b)
	case *http.Exchange:
		if r.Type == "http" {
			s.hosts.take(r, b)
		}
	case *dns.Message:
		s.names.message(r.Time, b)
	case *tls.Handshake:
		if r.Type == "tls" {
			s.peers.tls(r, b)
		}
	case *ssh.Exchange:
		if r.Type == "ssh" {
			s.peers.ssh(r, b)
		}
	case *event.Flow:
		s.flow(r, b)
	case *app.Anomaly:
		s.anomaly(b.Protocol, b.EVE)
	case *event.Anomaly:
		s.anomaly(b.Type.String(), b.Event)
	}
	if r.Type == "fileinfo" {
		s.files++
	}
}

func (s *summary) anomaly(of, name string) {
	s.odd++
	s.anomalies[anomalyKind{of, name}]++
}

// print prints the parts that stand at the end.
func (s *summary) print() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	s.printMails(&b)
	if more := s.mails - min(s.mails, uint64(s.maxMails)); more > 0 {
		fmt.Fprintf(&b, "%s more; -v shows all.\n\n", plural(more, "mail"))
	}
	s.printTransfers(&b)
	s.hosts.print(&b, func(text string) string { return s.out.style(bold, text) })
	s.names.print(&b, func(text string) string { return s.out.style(bold, text) })
	s.peers.print(&b, func(text string) string { return s.out.style(bold, text) })
	s.printFlows(&b)
	s.printAnomalies(&b)
	fmt.Fprint(s.out, b.String())
}

func (s *summary) printAnomalies(b *strings.Builder) {
	if s.odd == 0 {
		return
	}
	kinds := make([]anomalyKind, 0, len(s.anomalies))
	for k := range s.anomalies {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(x, y anomalyKind) int {
		return cmp.Or(cmp.Compare(s.anomalies[y], s.anomalies[x]), cmp.Compare(x.of, y.of), cmp.Compare(x.name, y.name))
	})
	fmt.Fprintf(b, "%s\n", s.out.style(bold, "Anomalies"))
	var t columns
	for _, k := range kinds[:min(len(kinds), s.maxErrors)] {
		t.add(right(count(s.anomalies[k])), left(k.of), left(printable(k.name)))
	}
	t.write(b)
	if more := len(kinds) - s.maxErrors; more > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(more, "kind"))
	}
	b.WriteByte('\n')
}

// totals is the line at the end.
func (s *summary) totals(packets, bytes uint64, took time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf("%s, %s", plural(packets, "packet"), bytesOf(bytes))
	if s.to > s.from {
		line += " over " + span(time.Duration(s.to-s.from))
	}
	line += fmt.Sprintf(": %s, %s, %s, %s.", plural(s.flows.seen, "flow"), plural(s.mails, "mail"), plural(s.files, "file"),
		plural(s.odd, "anomaly"))
	if seconds := took.Seconds(); seconds > 0 {
		line += fmt.Sprintf(" Read in %s (%s packets/s, %s/s).", span(took), count(uint64(float64(packets)/seconds)),
			bytesOf(float64(bytes)/seconds))
	}
	return line
}
