package config

import (
	"errors"
	"fmt"
	"math"
)

// FTP is the section app-layer.protocols.ftp.
type FTP struct {
	Enabled  string // yes, no or detection-only
	DetectOn DetectionPorts
	Memcap   Size
	MaxTx    int
	MaxLine  Size

	DataEnabled string // of app-layer.protocols.ftp-data
}

func (f *FTP) table() []row {
	at := func(key string) string { return "app-layer.protocols.ftp." + key }
	return []row{
		{at("enabled"), enabled(&f.Enabled), "yes", "", "Find and parse FTP; detection-only: find it."},
		{at("detection-ports.dp"), detectionPorts(&f.DetectOn.Destination, &f.DetectOn.Given), "", "",
			"Ports of the server on which what the client says first is looked at. Without dp and sp: 21."},
		{at("detection-ports.sp"), detectionPorts(&f.DetectOn.Source, &f.DetectOn.Given), "", "",
			"The same for what the server says first; without dp and sp: 21."},
		{at("memcap"), lenient("ftp.memcap", size(&f.Memcap)), "0", "", "Memory for commands that wait for their replies, and for these, of all connections; 0: no limit. A command with which there would be more ends parsing."},
		{at("max-tx"), lenient("ftp.max-tx", number(&f.MaxTx, 1, math.MaxInt32)), "1024", "",
			"Commands of a connection that may be without a reply at once. With one more, parsing ends."},
		{at("max-line-length"), lenient("ftp.max-line-length", sizeUpTo(&f.MaxLine, 1<<20)), "4096", "",
			"Bytes of a command or reply line that are looked at."},
		{"app-layer.protocols.ftp-data.enabled", enabled(&f.DataEnabled), "yes", "",
			"Follow the data connections of FTP, and the files in them; detection-only: find them."},
	}
}

// lenient is for keys whose bad values Suricata only warns of; the default is used then. name is what Suricata calls the
// key.
func lenient(name string, b binding) binding {
	read := b.read
	b.read = func(n *Node) error {
		if err := read(n); err != nil {
			return mild{fmt.Errorf("Invalid value for %s: %w; the default is used", name, err)} //lint:ignore ST1005 Suricata's words, which tools look for
		}
		return nil
	}
	return b
}

// mild is an error about a value that can be done without.
type mild struct{ error }

func (m mild) Unwrap() error { return m.error }

// problemOf returns how bad it is that a value cannot be used.
func problemOf(err error) ProblemKind {
	if errors.As(err, new(mild)) {
		return Adjusted
	}
	return BadValue
}
