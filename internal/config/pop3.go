package config

import "math"

// POP3 is the section app-layer.protocols.pop3.
type POP3 struct {
	Enabled  string // yes, no or detection-only
	DetectOn DetectionPorts
	Depth    Size // 0: no limit
	MaxTx    int
}

func (p *POP3) table() []row {
	at := func(key string) string { return "app-layer.protocols.pop3." + key }
	rows := append([]row{{at("enabled"), enabled(&p.Enabled), "yes", "", "Find and parse POP3; detection-only: find it."}},
		detectionRows(at(""), &p.DetectOn, "110")...)
	return append(rows,
		row{at("stream-depth"), size(&p.Depth), "0", "", "Bytes of each direction that are read; 0: all."},
		row{at("max-tx"), number(&p.MaxTx, 1, math.MaxInt32), "256", "", "Commands of a connection that may be without a response at once."})
}

// POP3Log are the options of the type pop3.
type POP3Log struct{ Passwords bool }

func (l *POP3Log) table() []row {
	return []row{{"passwords", boolean(&l.Passwords), "no", "", "Log the arguments of PASS, APOP and AUTH that tell a password."}}
}
