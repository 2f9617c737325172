package config

import "math"

// IMAP is the section app-layer.protocols.imap.
type IMAP struct {
	Enabled  string // yes, no or detection-only
	DetectOn DetectionPorts
	MaxTx    int
}

func (i *IMAP) table() []row {
	at := func(key string) string { return "app-layer.protocols.imap." + key }
	return []row{
		{at("enabled"), enabled(&i.Enabled), "yes", "", "Find and parse IMAP; detection-only: find it."},
		{at("detection-ports.dp"), detectionPorts(&i.DetectOn.Destination, &i.DetectOn.Given), "", "",
			"Ports of the server on which what the client says first is looked at. Without dp and sp: 143."},
		{at("detection-ports.sp"), detectionPorts(&i.DetectOn.Source, &i.DetectOn.Given), "", "",
			"The same for what the server says first; without dp and sp: 143."},
		{at("max-tx"), number(&i.MaxTx, 1, math.MaxInt32), "256", "", "Commands of a connection that may be without an end at once."},
	}
}

// IMAPLog are the options of the type imap.
type IMAPLog struct {
	Passwords bool // log the passwords of LOGIN and AUTHENTICATE
}

func (l *IMAPLog) table() []row {
	return []row{{"passwords", boolean(&l.Passwords), "no", "", "Log the passwords of LOGIN and AUTHENTICATE."}}
}
