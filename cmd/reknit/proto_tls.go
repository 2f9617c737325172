package main

import (
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/tls"
)

// tlsConfig turns the section app-layer.protocols.tls, and what the outputs want, into the parser's settings.
func tlsConfig(t *config.TLS, w wishes) tls.Config {
	return tls.Config{
		Encrypted: tlsHandling[t.Encrypted],
		Keep:      w.rules,
		JA3:       t.JA3.On(w.ja3),
		JA4:       t.JA4.On(w.ja4),
		EVE:       tls.EVE{NoResumed: !w.resumed},
	}
}

var tlsHandling = map[string]tls.Handling{"full": tls.Full, "bypass": tls.Bypass}

// addTLS adds what an output wants of TLS.
func (w *wishes) addTLS(l *config.TLSLog) {
	fields := tlsForm(l).Fields
	custom := len(l.Custom) > 0
	w.ja3 = w.ja3 || custom && fields&(tls.ShowJA3|tls.ShowJA3S) != 0
	w.ja4 = w.ja4 || fields&tls.ShowJA4 != 0
	w.resumed = w.resumed || l.Resumed
}

// tlsForm turns the options of the type tls into a form of records.
func tlsForm(l *config.TLSLog) tls.EVE {
	e := tls.EVE{Fields: tls.Basic, NoResumed: !l.Resumed}
	if l.Extended {
		e.Fields = tls.Extended
	}
	if len(l.Custom) > 0 {
		e.Fields = 0
	}
	for _, name := range l.Custom {
		f, err := tls.ParseField(strings.ToLower(name))
		if err != nil {
			panic("BUG: " + err.Error()) // the configuration knows the same names
		}
		e.Fields |= f
	}
	if !l.JA4 {
		e.Fields &^= tls.ShowJA4
	}
	return e
}

// tls writes the record of a handshake in the form that the output wants.
func (o *eveOutput) tls(r *event.Record, h *tls.Handshake) {
	if r.Type != "tls" {
		o.EVE.Event(r)
		return
	}
	if f := h.As(&o.handshakes); f != nil {
		r.Body = f
		o.EVE.Event(r)
		r.Body = h
	}
}
