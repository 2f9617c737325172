package tls

import (
	"bytes"
	"strconv"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// The anomalies, in Suricata's order.
const (
	invalidSSL2Header app.EventID = iota
	invalidTLSHeader
	invalidRecordVersion
	invalidRecordType
	invalidRecordLength
	invalidHandshake
	heartbeatMessage
	invalidHeartbeat
	overflowHeartbeat
	dataleakHeartbeat
	handshakeInvalidLength
	multipleSNI
	invalidSNIType
	invalidSNILength
	tooManyRecords
	invalidAlert
	invalidCertificate
	certificateLength
	certificateVersion
	certificateSerial
	certificateAlgorithm
	certificateName
	certificateDate
	certificateExtensions
	certificateDER
	certificateSubject
	certificateIssuer
	certificateValidity
	errorMessage
	invalidSSLRecord
)

// events are their names. too_many_records_in_packet is not raised, since what a packet holds does not matter here, nor
// are certificate_invalid_x509name and invalid_ssl_record, for which there are closer names, nor, as
// in Suricata, heartbeat_message for a heartbeat that is in order.
var events = func() []app.EventInfo {
	list := []app.EventInfo{
		invalidSSL2Header:      {Name: "invalid_sslv2_header"},
		invalidTLSHeader:       {Name: "invalid_tls_header"},
		invalidRecordVersion:   {Name: "invalid_record_version"},
		invalidRecordType:      {Name: "invalid_record_type"},
		invalidRecordLength:    {Name: "invalid_record_length"},
		invalidHandshake:       {Name: "invalid_handshake_message"},
		heartbeatMessage:       {Name: "heartbeat_message"},
		invalidHeartbeat:       {Name: "invalid_heartbeat_message"},
		overflowHeartbeat:      {Name: "overflow_heartbeat_message"},
		dataleakHeartbeat:      {Name: "dataleak_heartbeat_mismatch"},
		handshakeInvalidLength: {Name: "handshake_invalid_length"},
		multipleSNI:            {Name: "multiple_sni_extensions"},
		invalidSNIType:         {Name: "invalid_sni_type"},
		invalidSNILength:       {Name: "invalid_sni_length"},
		tooManyRecords:         {Name: "too_many_records_in_packet"},
		invalidAlert:           {Name: "invalid_alert_message"},
		invalidCertificate:     {Name: "invalid_certificate"},
		certificateLength:      {Name: "certificate_invalid_length"},
		certificateVersion:     {Name: "certificate_invalid_version"},
		certificateSerial:      {Name: "certificate_invalid_serial"},
		certificateAlgorithm:   {Name: "certificate_invalid_algorithmidentifier"},
		certificateName:        {Name: "certificate_invalid_x509name"},
		certificateDate:        {Name: "certificate_invalid_date"},
		certificateExtensions:  {Name: "certificate_invalid_extensions"},
		certificateDER:         {Name: "certificate_invalid_der"},
		certificateSubject:     {Name: "certificate_invalid_subject"},
		certificateIssuer:      {Name: "certificate_invalid_issuer"},
		certificateValidity:    {Name: "certificate_invalid_validity"},
		errorMessage:           {Name: "error_message_encountered"},
		invalidSSLRecord:       {Name: "invalid_ssl_record"},
	}
	for i := range list {
		list[i].EVE = string(bytes.ToUpper([]byte(list[i].Name)))
	}
	return list
}()

// certificateEvents are the anomalies of certificates.
var certificateEvents = map[certificateFault]app.EventID{
	badCertificate: invalidCertificate,
	badDER:         certificateDER,
	badVersion:     certificateVersion,
	badSerial:      certificateSerial,
	badAlgorithm:   certificateAlgorithm,
	badIssuer:      certificateIssuer,
	badValidity:    certificateValidity,
	badDate:        certificateDate,
	badSubject:     certificateSubject,
	badExtensions:  certificateExtensions,
}

// Progress of the client.
const (
	clientHelloDone app.Progress = iota + 1
	clientCertDone
	clientHandshakeDone
	clientFinished
)

// Progress of the server.
const (
	serverHello app.Progress = iota + 1
	serverCertDone
	serverHelloDone
	serverHandshakeDone
	serverFinished
)

// handshakeDone is when a side protects what it sends: it has nothing more to say in clear.
var handshakeDone = [2]app.Progress{clientHandshakeDone, serverHandshakeDone}

// states are their names in rules.
var states = [2][]app.State{
	toServer: {
		{Name: "client_in_progress"},
		{Name: "client_hello_done", From: clientHelloDone},
		{Name: "client_cert_done", From: clientCertDone},
		{Name: "client_handshake_done", From: clientHandshakeDone},
		{Name: "client_finished", From: clientFinished},
	},
	toClient: {
		{Name: "server_in_progress"},
		{Name: "server_hello", From: serverHello},
		{Name: "server_cert_done", From: serverCertDone},
		{Name: "server_hello_done", From: serverHelloDone},
		{Name: "server_handshake_done", From: serverHandshakeDone},
		{Name: "server_finished", From: serverFinished},
	},
}

const (
	toServer = stream.ToServer
	toClient = stream.ToClient
)

// fields are what rules can inspect. A certificate has two of the same name: the server's and the client's.
var fields = []app.Field{
	text("tls.sni", toServer, clientHelloDone, func(h *Handshake) string { return h.SNI() }),
	list("tls.alpn", toServer, clientHelloDone, func(h *Handshake) []string { return hello(h.Client).ALPN }),
	list("tls.alpn", toClient, serverHello, func(h *Handshake) []string { return hello(h.Server).ALPN }),
	random("tls.random", toServer, clientHelloDone, 0, 32),
	random("tls.random", toClient, serverHello, 0, 32),
	random("tls.random_time", toServer, clientHelloDone, 0, 4),
	random("tls.random_time", toClient, serverHello, 0, 4),
	random("tls.random_bytes", toServer, clientHelloDone, 4, 32),
	random("tls.random_bytes", toClient, serverHello, 4, 32),
	of("tls.cert_subject", toClient, func(c *Certificate) string { return c.Subject }),
	of("tls.cert_subject", toServer, func(c *Certificate) string { return c.Subject }),
	of("tls.cert_issuer", toClient, func(c *Certificate) string { return c.Issuer }),
	of("tls.cert_issuer", toServer, func(c *Certificate) string { return c.Issuer }),
	of("tls.cert_serial", toClient, func(c *Certificate) string { return c.Serial }),
	of("tls.cert_serial", toServer, func(c *Certificate) string { return c.Serial }),
	of("tls.cert_fingerprint", toClient, func(c *Certificate) string { return c.Fingerprint }),
	of("tls.cert_fingerprint", toServer, func(c *Certificate) string { return c.Fingerprint }),
	list("tls.subjectaltname", toClient, serverCertDone, func(h *Handshake) []string { return h.certificate(toClient).Names }),
	list("tls.version", toServer, clientHelloDone, func(h *Handshake) []string { return versions(hello(h.Client).Version) }),
	list("tls.version", toClient, serverHello, func(h *Handshake) []string { return versions(hello(h.Server).Version) }),
	lastSaid(toServer), lastSaid(toClient),
	text("ssl_version", toServer, clientHelloDone, func(h *Handshake) string { return ssl(hello(h.Client).Version) }),
	text("ssl_version", toClient, serverHello, func(h *Handshake) string { return ssl(hello(h.Server).Version) }),
	text("tls.cert_chain_len", toClient, serverCertDone, func(h *Handshake) string {
		return count(len(h.chain[toClient].DER))
	}),
	of("tls_cert_notbefore", toClient, func(c *Certificate) string { return seconds(c.NotBefore) }),
	of("tls_cert_notafter", toClient, func(c *Certificate) string { return seconds(c.NotAfter) }),
	of("tls_cert_valid", toClient, period),
	of("tls_cert_expired", toClient, period),
	certs(toClient, serverCertDone),
	certs(toServer, clientCertDone),
	text("ja3.hash", toServer, clientHelloDone, func(h *Handshake) string { return h.JA3().Hash }),
	text("ja3.string", toServer, clientHelloDone, func(h *Handshake) string { return h.JA3().Text }),
	text("ja3s.hash", toClient, serverHello, func(h *Handshake) string { return h.JA3S().Hash }),
	text("ja3s.string", toClient, serverHello, func(h *Handshake) string { return h.JA3S().Text }),
	text("ja4.hash", toServer, clientHelloDone, func(h *Handshake) string { return h.JA4() }),
}

// count returns a number of things, if there are any.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// versions returns a version as a number; of a draft of TLS 1.3 its own, and that of TLS 1.3.
func versions(v Version) []string {
	switch {
	case v == 0:
		return nil
	case v.is13() && v != TLS13:
		return []string{strconv.Itoa(int(v)), strconv.Itoa(int(TLS13))}
	}
	return []string{strconv.Itoa(int(v))}
}

// ssl returns how the keyword ssl_version calls a version.
func ssl(v Version) string {
	switch {
	case v == SSL20:
		return "sslv2"
	case v == SSL30:
		return "sslv3"
	case v >= TLS10 && v < TLS13:
		return "tls1." + strconv.Itoa(int(v-TLS10))
	case v.is13():
		return "tls1.3"
	}
	return ""
}

// seconds returns a time as seconds since the Unix epoch, which is the earliest; nothing if there is none.
func seconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(max(t.Unix(), 0), 10)
}

// period returns how long a certificate is valid.
func period(c *Certificate) string {
	from, to := seconds(c.NotBefore), seconds(c.NotAfter)
	if from == "" || to == "" {
		return ""
	}
	return from + "-" + to
}

// text makes the field for a text that a handshake has once.
func text(name string, d stream.Dir, at app.Progress, get func(*Handshake) string) app.Field {
	return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		t := get(tx.(*Handshake))
		return []byte(t), i == 0 && t != ""
	}}
}

// list makes the field for texts of which a handshake has several.
func list(name string, d stream.Dir, at app.Progress, get func(*Handshake) []string) app.Field {
	return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		items := get(tx.(*Handshake))
		if i >= len(items) {
			return nil, false
		}
		return []byte(items[i]), true
	}}
}

// of makes the field for a text of a side's own certificate.
func of(name string, d stream.Dir, get func(*Certificate) string) app.Field {
	at := serverCertDone
	if d == toServer {
		at = clientCertDone
	}
	return text(name, d, at, func(h *Handshake) string { return get(h.certificate(d)) })
}

// certs makes the field for the certificates of a side, as they were sent.
func certs(d stream.Dir, at app.Progress) app.Field {
	return app.Field{Name: "tls.certs", Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		chain := tx.(*Handshake).chain[d].DER
		if i >= len(chain) {
			return nil, false
		}
		return chain[i], true
	}}
}

// lastSaid makes the field for what was said last, by whichever side.
func lastSaid(d stream.Dir) app.Field {
	return app.Field{Name: "ssl_state", Dir: d, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		name, ok := tx.(*Handshake).state(i)
		return []byte(name), ok
	}}
}

// random makes the field for a part of a hello's random.
func random(name string, d stream.Dir, at app.Progress, from, to int) app.Field {
	return app.Field{Name: name, Dir: d, At: at, Get: func(tx app.Transaction, i int) ([]byte, bool) {
		h := tx.(*Handshake).Client
		if d == toClient {
			h = tx.(*Handshake).Server
		}
		if h == nil || i > 0 {
			return nil, false
		}
		return h.Random[from:to], true
	}}
}
