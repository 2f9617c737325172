package main

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/sink/certstore"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
)

// openCertificates opens the output tls-store, if there is one.
func (j *job) openCertificates() error {
	if len(j.conf.TLSStores) == 0 || j.dir == "" {
		return nil
	}
	s, err := certstore.Open(certstore.Config{
		Dir:    within(j.dir, j.conf.TLSStores[0].Dir),
		Report: func(err error) { j.log.error("log-tlsstore", "%v", err) },
	})
	switch {
	case err == nil:
		j.certificates = s
	case j.initFatal:
		return err
	default:
		j.log.warning("log-tlsstore", "%v; going on without", err)
	}
	return nil
}

// keepChain keeps the certificates that were sent in a direction.
func (j *job) keepChain(r *event.Record, tx app.Transaction, d stream.Dir) {
	h, ok := tx.(*tls.Handshake)
	if !ok || j.certificates == nil {
		return
	}
	if c := h.Chain(d); c.First != nil {
		j.certificates.Put(r, &certstore.Chain{
			Client: d == stream.ToServer, DER: c.DER, Subject: c.First.Subject, Issuer: c.First.Issuer, Fingerprint: c.First.Fingerprint,
		})
	}
}

// counted has the counters of an output that takes no records be among those of the engine.
type counted struct{ stats.Lister }

var _ event.ConcurrentSink = counted{}

// Event does nothing.
func (counted) Event(*event.Record) {}

// Concurrent reports that Event may be called by several goroutines at once.
func (counted) Concurrent() bool { return true }
