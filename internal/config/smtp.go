package config

import (
	"fmt"
	"math"
)

// SMTP is the section app-layer.protocols.smtp.
type SMTP struct {
	Enabled       string // yes, no or detection-only
	RawExtraction bool   // the whole message is a file
	MaxTx         int
	DetectOn      DetectionPorts
	MIME          MIME

	ContentLimit     Size // of a file that is inspected
	ContentMinInspec Size
	ContentWindow    Size
}

// MIME is the section app-layer.protocols.smtp.mime.
type MIME struct {
	Decode                bool
	DecodeBase64          bool
	DecodeQuotedPrintable bool
	HeaderValueDepth      Size
	ExtractURLs           bool
	URLSchemes            []string
	LogURLScheme          bool
	BodyMD5               Switch
}

func (s *SMTP) table() []row {
	m := &s.MIME
	at := func(key string) string { return "app-layer.protocols.smtp." + key }
	return []row{
		{at("enabled"), enabled(&s.Enabled), "yes", "", "Find and parse SMTP; detection-only: find it."},
		{at("detection-ports.dp"), detectionPorts(&s.DetectOn.Destination, &s.DetectOn.Given), "", "",
			"Ports of the server on which what the client says first is looked at. Without dp and sp: those of the protocol."},
		{at("detection-ports.sp"), detectionPorts(&s.DetectOn.Source, &s.DetectOn.Given), "", "",
			"The same for what the server says first; without dp and sp: 25 and 465."},
		{at("raw-extraction"), boolean(&s.RawExtraction), "no", "",
			"Make each message, as it was sent, a file named rawmsg. Only without decode-mime."},
		{at("max-tx"), number(&s.MaxTx, 1, math.MaxInt32), "256", "",
			"Transactions of a connection that may be open at once."},
		{at("mime.decode-mime"), boolean(&m.Decode), "yes", "", "Take messages apart."},
		{at("mime.decode-base64"), boolean(&m.DecodeBase64), "yes", "", "Decode parts in base64."},
		{at("mime.decode-quoted-printable"), boolean(&m.DecodeQuotedPrintable), "yes", "",
			"Decode parts in quoted-printable."},
		{at("mime.header-value-depth"), size(&m.HeaderValueDepth), "2000", "", "Bytes of a header that are kept."},
		{at("mime.extract-urls"), boolean(&m.ExtractURLs), "yes", "", "Collect URLs from texts."},
		{at("mime.extract-urls-schemes"), list("a list of schemes", &m.URLSchemes, checkScheme), "[http]", "",
			"Schemes of URLs to collect."},
		{at("mime.log-url-scheme"), boolean(&m.LogURLScheme), "no", "", "Log URLs with their scheme."},
		{at("mime.body-md5"), tristate(&m.BodyMD5), "auto", "",
			"Compute the MD5 of message bodies. auto: when something logs or matches it."},
		{at("inspected-tracker.content-limit"), size(&s.ContentLimit), "100000", "",
			"Bytes of a file that rules inspect; 0: no limit."},
		{at("inspected-tracker.content-inspect-min-size"), size(&s.ContentMinInspec), "32768", "",
			"Inspection starts when that many bytes are there."},
		{at("inspected-tracker.content-inspect-window"), size(&s.ContentWindow), "4096", "",
			"Bytes before new ones that are inspected again."},
	}
}

// enabled is for keys that switch a protocol on.
func enabled(to *string) binding {
	return scalar("yes, no or detection-only", func(t string) error {
		if t == "detection-only" {
			*to = t
			return nil
		}
		on, err := parseBool(t)
		if err != nil {
			return fmt.Errorf("want yes, no or detection-only, not %q", t)
		}
		*to = "no"
		if on {
			*to = "yes"
		}
		return nil
	})
}

func checkScheme(word string) error {
	for _, c := range []byte(word) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return fmt.Errorf("want schemes such as http, not %q", word)
		}
	}
	return nil
}
