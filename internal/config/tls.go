package config

import (
	"strings"
)

// TLS is the section app-layer.protocols.tls.
type TLS struct {
	Enabled   string // yes, no or detection-only
	DetectOn  DetectionPorts
	JA3, JA4  Switch
	Encrypted string // track-only, full or bypass
}

func (t *TLS) table() []row {
	at := func(key string) string { return "app-layer.protocols.tls." + key }
	rows := []row{{at("enabled"), enabled(&t.Enabled), "yes", "", "Find and parse TLS; detection-only: find it."}}
	rows = append(rows, detectionRows(at(""), &t.DetectOn, "443")...)
	return append(rows,
		row{at("ja3-fingerprints"), tristate(&t.JA3), "auto", "",
			"Compute JA3 and JA3S. auto: when custom fields of an output name them."},
		row{at("ja4-fingerprints"), tristate(&t.JA4), "auto", "",
			"Compute JA4. auto: when an output logs it."},
		row{at("encryption-handling"), encryptionHandling(&t.Encrypted), "track-only", "", encryptionText})
}

// encryptionText says what the words of encryption-handling mean.
const encryptionText = "What becomes of a flow once it is encrypted. track-only (or default): its records are followed, but nothing is " +
	"searched for in them. full: it is. bypass: nothing more is seen of the flow."

// encryptionHandling is for keys that say what becomes of encrypted flows.
func encryptionHandling(to *string) binding {
	words := oneOf(to, "track-only", "full", "bypass", "default")
	read := words.read
	words.read = func(n *Node) error {
		err := read(n)
		if *to == "default" {
			*to = "track-only"
		}
		return err
	}
	return words
}

// TLSLog are the options of the type tls.
type TLSLog struct {
	Extended bool
	Resumed  bool     // log sessions that are resumed
	Custom   []string // the fields of a record, in place of the usual ones
	JA4      bool
}

// tlsFields are the fields that custom may name.
var tlsFields = []string{"subject", "issuer", "subjectaltname", "session_resumed", "serial", "fingerprint", "sni", "version",
	"not_before", "not_after", "certificate", "chain", "ja3", "ja3s", "ja4", "client_alpns", "server_alpns",
	"client_handshake", "server_handshake", "client", "client_certificate", "client_chain"}

func (l *TLSLog) table() []row {
	return []row{
		{"extended", boolean(&l.Extended), "no", "yes", "Log serial number, fingerprints, name of the server, version, validity, ALPN " +
			"and the client's certificate, too."},
		{"session-resumption", boolean(&l.Resumed), "yes", "", "Log sessions that are resumed, and show no certificate; not if " +
			"the type has no options at all."},
		{"custom", list("a list of fields", &l.Custom, func(w string) error { return oneWord(w, tlsFields...) }), "[]", "",
			"The fields of a record, in place of the usual ones: " + strings.Join(tlsFields, ", ") + "."},
		{"ja4", boolean(&l.JA4), "yes", "", "no: leave JA4 out, whatever else asks for it."},
	}
}
