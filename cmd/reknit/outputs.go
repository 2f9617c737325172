package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/sink/file"
	"github.com/reknit/reknit/sink/filestore"
	"github.com/reknit/reknit/stats"
)

// eveOutput is an EVE file, or standard output, with the records that it takes.
type eveOutput struct {
	file.EVE
	config     config.EVE
	forms      dns.EVE
	handshakes tls.EVE
	exchanges  httpForm
	alerts     event.AlertOptions
	source     *source        // of the records; nil before there is one
	xff        *filestore.XFF // in the records of files
}

var _ event.Sink = (*eveOutput)(nil)

// Event writes a record if the output logs its kind.
func (o *eveOutput) Event(r *event.Record) {
	if o.takes(r) {
		if o.config.PcapFile {
			r.CaptureFile = o.source.fileOf(r.Number)
		}
		o.write(r)
	}
}

// write writes a record, without what the output does not want of it.
func (o *eveOutput) write(r *event.Record) {
	switch b := r.Body.(type) {
	case *dns.Message:
		o.dns(r, b)
		return
	case *tls.Handshake:
		o.tls(r, b)
		return
	case *http.Exchange:
		o.http(r, b)
		return
	case *event.Anomaly:
		if !o.config.Anomaly.PacketHeader {
			defer func(f *event.Frame) { b.Frame = f }(b.Frame)
			b.Frame = nil
		}
	case *event.Alert:
		b.Options = &o.alerts
		defer forwarded(r, b, &o.config.Alert.XFF, &o.config.XFF)()
		inFull(b, &o.config.Alert)
	case *event.Drop:
		if !o.config.Drop.Alerts {
			defer func(r *event.Signature) { b.Rule = r }(b.Rule)
			b.Rule = nil
		}
		if !o.config.Drop.Verdict {
			defer func(v event.Verdict) { b.Verdict = v }(b.Verdict)
			b.Verdict = event.Verdict{}
		}
	}
	if r.Type == "fileinfo" {
		defer o.xff.Show(r)()
	}
	o.EVE.Event(r)
}

func (o *eveOutput) takes(r *event.Record) bool {
	switch r.Type {
	case "drop":
		d, ok := r.Body.(*event.Drop)
		return o.config.Logs("drop") && (!ok || d.First || o.config.Drop.Flows == "all")
	case "stream_tcp":
		return o.config.Logs("stream") && takesSegment(&o.config.Stream, r.Body)
	case "packet":
		return o.config.Logs("alert") && o.config.Alert.Tagged
	case "fileinfo":
		return o.config.Logs("files")
	case "anomaly":
		if !o.config.Logs("anomaly") {
			return false
		}
		if a, ok := r.Body.(*event.Anomaly); ok {
			switch a.Type {
			case event.AnomalyDecode:
				return o.config.Anomaly.Decode
			case event.AnomalyStream:
				return o.config.Anomaly.Stream
			}
		}
		return o.config.Anomaly.AppLayer
	}
	return o.config.Logs(typeOf(r))
}

// takesSegment reports whether a segment is one of those that the type stream means.
func takesSegment(l *config.StreamLog, body event.Appender) bool {
	s, ok := body.(*event.StreamTCP)
	return ok && (l.All || l.Events && len(s.Events) > 0 || l.Changes && s.Before != "" || l.Spurious && s.Spurious)
}

// typeOf returns the type of the list of types that a record belongs to.
func typeOf(r *event.Record) string {
	if r.Type == "ftp_data" {
		return "ftp"
	}
	return r.Type
}

// stats writes a stats record.
func (o *eveOutput) stats(s *stats.Snapshot) {
	if !o.config.Logs("stats") {
		return
	}
	l := &o.config.Stats
	o.Event(s.Record(stats.Options{NoTotals: !l.Totals, Threads: l.Threads, Deltas: l.Deltas, NoZeros: !l.NullValues || !l.ZeroCounters}))
}

// newEVE opens an output. to is standard output, or nil for the file that the configuration names in dir.
func newEVE(e config.EVE, c *config.Config, dir string, log *logger) (*eveOutput, error) {
	switch e.FileType {
	case "regular", "file":
	default:
		return nil, fmt.Errorf("eve-log: filetype %s is not supported yet", e.FileType)
	}
	if len(e.Types) == 0 {
		log.warning("output", "eve-log: no types are configured, nothing will be logged")
	}
	return openEVE(e, c, log, file.Config{
		Name:     within(dir, e.Filename),
		Truncate: !e.Append,
		Mode:     fs.FileMode(e.FileMode),
		Buffer:   int(min(e.BufferSize, 1<<30)),
	})
}

func openEVE(e config.EVE, c *config.Config, log *logger, f file.Config) (*eveOutput, error) {
	f.Report = func(err error) { log.error("output", "%v", err) }
	out, err := file.Open(f)
	if err != nil {
		return nil, err
	}
	o := &eveOutput{xff: xff(&e.Files.XFF), config: e, forms: dnsForms(&e.DNS, os.Getenv), handshakes: tlsForm(&e.TLS), exchanges: formOfHTTP(&e)}
	o.Output, o.Prefix = out, e.Prefix
	o.alerts = alertForm(&e.Alert)
	o.Options = &event.Options{
		CompressIPv6:    e.IPv6Compress,
		SensorID:        uint64(e.SensorID),
		HasSensorID:     e.SensorID != 0,
		SensorName:      e.SensorName,
		Ethernet:        e.Ethernet,
		CommunityID:     e.CommunityID,
		CommunityIDSeed: e.CommunityIDSeed,
		CaptureFile:     e.PcapFile,
		NoVariables:     !e.Metadata,
	}
	if o.Options.SensorName == "" {
		o.Options.SensorName = c.SensorName
	}
	if e.SuricataVersion {
		o.Options.Version = claimed
	}
	return o, nil
}

// within returns a file's name as it is when dir is the directory for log files.
func within(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// checkLogDir says why no log files can be made in a directory.
func checkLogDir(dir string) error {
	info, err := os.Stat(dir)
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return path.Err // without the name, which the caller gives
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("not a directory")
	}
	return writable(dir)
}

// maxFrameSize is how many bytes of a frame can be shown: so many are held of each.
const maxFrameSize = 1 << 20

// add adds what an output wants.
func (w *wishes) add(e *config.EVE) {
	if e.Logs("anomaly") {
		w.decode = w.decode || e.Anomaly.Decode
		w.stream = w.stream || e.Anomaly.Stream
		w.header = w.header || e.Anomaly.PacketHeader
	}
	w.flows = w.flows || e.Logs("flow")
	w.netflows = w.netflows || e.Logs("netflow")
	w.drops = w.drops || e.Logs("drop")
	w.segments = w.segments || e.Logs("stream")
	w.arp = w.arp || e.Logs("arp")
	w.frames = w.frames || e.Logs("frame")
	w.frameSize = max(w.frameSize, int(min(e.Frame.PayloadSize, maxFrameSize)))
	w.ethernet = w.ethernet || e.Ethernet
	w.bodies = w.bodies || e.Logs("alert") && e.Alert.App && (e.Alert.Body || e.Alert.BodyPrintable)
	if e.Logs("files") {
		w.addHashes(e.Files.ForceHash)
		w.extensions = w.extensions || e.Extensions
		w.magic = w.magic || e.Files.ForceMagic
	}
	if e.Logs("tls") {
		w.addTLS(&e.TLS)
	}
	w.extensions = w.extensions || e.Extensions
	w.imapPasswords = w.imapPasswords || e.Logs("imap") && e.IMAP.Passwords
	w.pop3Passwords = w.pop3Passwords || e.Logs("pop3") && e.POP3.Passwords
	w.messages = w.messages || e.Logs("smtp") || e.Logs("pop3") || e.Logs("imap") || e.Logs("files")
	if e.Logs("smtp") {
		for _, name := range e.SMTP.Custom {
			if f, err := mime.ParseField(name); err == nil && !slices.Contains(w.mailFields, f) {
				w.mailFields = append(w.mailFields, f)
			}
		}
		w.passwords = w.passwords || e.Extensions && e.SMTP.Passwords
		w.bodyMD5 = w.bodyMD5 || slices.Contains(e.SMTP.MD5, "body")
		w.subjectMD5 = w.subjectMD5 || slices.Contains(e.SMTP.MD5, "subject")
	}
}

// sinks gives each record to several sinks, which all may be called by several goroutines at once.
type sinks []event.Sink

var (
	_ event.ConcurrentSink = sinks(nil)
	_ stats.Lister         = sinks(nil)
)

// Concurrent reports that Event may be called by several goroutines at once.
func (s sinks) Concurrent() bool { return true }

// Each calls yield for each counter of a sink.
func (s sinks) Each(yield func(name string, value uint64)) {
	for _, to := range s {
		if l, ok := to.(stats.Lister); ok {
			l.Each(yield)
		}
	}
}

// Event passes r on.
func (s sinks) Event(r *event.Record) {
	for _, to := range s {
		to.Event(r)
	}
}
