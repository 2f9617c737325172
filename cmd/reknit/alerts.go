package main

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/websocket"
	"github.com/reknit/reknit/sink/file"
)

// alertForm returns what an output writes of alerts.
func alertForm(l *config.AlertLog) event.AlertOptions {
	return event.AlertOptions{
		Payload: l.Payload, PayloadPrintable: l.PayloadPrintable, PayloadLength: l.PayloadLength, PayloadLimit: int(l.PayloadSize),
		Packet: l.Packet, Verdict: l.Verdict, NoApp: !l.App, NoFlow: !l.Flow, NoMetadata: !l.Metadata,
		RuleText: l.RuleText, References: l.References,
	}
}

// inFull has the record of an alert show bodies of HTTP and payloads of WebSocket, as an output wants it.
func inFull(a *event.Alert, l *config.AlertLog) {
	switch tx := a.App.(type) {
	case *http.Exchange:
		if l.Body || l.BodyPrintable {
			a.App = tx.WithBodies(l.Body, l.BodyPrintable)
		}
	case *websocket.Frame:
		if l.Frame || l.FramePrintable {
			a.App = tx.WithPayload(l.Frame, l.FramePrintable)
		}
	}
}

// fastOutput is a file with a line for each alert.
type fastOutput struct {
	file *file.Output
	line []byte
	mu   sync.Mutex
}

var _ event.ConcurrentSink = (*fastOutput)(nil)

func newFast(f config.Fast, dir string, log *logger) (*fastOutput, error) {
	out, err := file.Open(file.Config{
		Name: within(dir, f.Filename), Truncate: !f.Append,
		Report: func(err error) { log.error("output", "%v", err) },
	})
	if err != nil {
		return nil, err
	}
	return &fastOutput{file: out}, nil
}

// Concurrent reports that Event may be called by several goroutines at once.
func (o *fastOutput) Concurrent() bool { return true }

// Event writes the line of an alert.
func (o *fastOutput) Event(r *event.Record) {
	a, ok := r.Body.(*event.Alert)
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.line = appendFast(o.line[:0], r, a)
	o.file.Write(o.line)
}

// appendFast appends the line of an alert.
func appendFast(b []byte, r *event.Record, a *event.Alert) []byte {
	s := a.Rule
	b = time.Unix(0, r.Time).AppendFormat(b, "01/02/2006-15:04:05.000000")
	switch {
	case a.Blocked && a.Verdict.Action == "drop":
		b = append(b, "  [Drop]"...)
	case a.Blocked:
		b = append(b, "  [wDrop]"...)
	default:
		b = append(b, ' ')
	}
	class := s.Category
	if class == "" {
		class = "(null)"
	}
	b = fmt.Appendf(b, " [**] [%d:%d:%d] %s [**] [Classification: %s] [Priority: %d] ", s.GID, s.ID, s.Rev, s.Message, class, s.Severity)
	if !r.Src.IsValid() {
		b = append(b, "[**] [Raw pkt: "...)
		for i, c := range a.Packet.Data[:min(24, len(a.Packet.Data))] {
			if i > 0 {
				b = append(b, ' ')
			}
			b = fmt.Appendf(b, "%02X", c)
		}
		return append(b, " ]\n"...)
	}
	return fmt.Appendf(b, "{%s} %s -> %s\n", event.ProtocolName(r.Protocol), fastEnd(r, true), fastEnd(r, false))
}

// fastEnd returns an end with its port, or what stands for it with ICMP.
func fastEnd(r *event.Record, source bool) string {
	a, port := r.Dst, r.DstPort
	if source {
		a, port = r.Src, r.SrcPort
	}
	if r.Protocol == 1 || r.Protocol == 58 {
		if port = uint16(r.ICMPCode); source {
			port = uint16(r.ICMPType)
		}
	}
	return fmt.Sprintf("%s:%d", fastAddr(a), port)
}

// fastAddr writes an address as EVE does: IPv6 in full.
func fastAddr(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	return a.StringExpanded()
}

// forwarded has the record of an alert show for whom a proxy asked, as the first section that is enabled says, until the function that
// it returns is called.
func forwarded(r *event.Record, a *event.Alert, sections ...*config.XFF) (done func()) {
	src, dst, app := r.Src, r.Dst, a.App
	done = func() { a.Options, a.XFF, a.App, r.Src, r.Dst = nil, nil, app, src, dst }
	for _, x := range sections {
		if !x.Enabled {
			continue
		}
		text := a.Forwarded(x.Header, x.Deployment == "forward")
		if x.Mode != "overwrite" {
			a.XFF = text
			return done
		}
		if addr, err := netip.ParseAddr(string(text)); err == nil && a.Direction == "to_client" {
			r.Dst = addr
		} else if err == nil {
			r.Src = addr
		}
		return done
	}
	return done
}
