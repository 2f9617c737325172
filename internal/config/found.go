package config

// Found is the section of a protocol that is looked for on its ports, and has no other options.
type Found struct {
	Enabled  string // yes, no or detection-only
	DetectOn DetectionPorts
}

// table returns the keys of the section app-layer.protocols.name: what enables the protocol, and its ports, which are usual when
// none are given.
func (f *Found) table(name, enables, usual string) []row {
	at := "app-layer.protocols." + name + "."
	return append([]row{{at + "enabled", enabled(&f.Enabled), "yes", "", enables}}, detectionRows(at, &f.DetectOn, usual)...)
}

func (p *Protocols) mdns() []row {
	return p.MDNS.table("mdns", "Find and parse mDNS; detection-only: find it.", "5353")
}

func (p *Protocols) tftp() []row {
	return p.TFTP.table("tftp", "Find and parse TFTP; detection-only: find it.", "69")
}

func (p *Protocols) ntp() []row {
	return p.NTP.table("ntp", "Find and parse NTP; detection-only: find it.", "123")
}

func (p *Protocols) smb() []row {
	return p.SMB.table("smb", "Find SMB; it has no parser.", "139 and 445")
}

// detectionRows returns the keys for the ports of a protocol.
func detectionRows(at string, p *DetectionPorts, usual string) []row {
	return []row{
		{at + "detection-ports.dp", detectionPorts(&p.Destination, &p.Given), "", "",
			"Ports of the server on which what the client says first is looked at; without dp and sp: " + usual + "."},
		{at + "detection-ports.sp", detectionPorts(&p.Source, &p.Given), "", "", "The same for what the server says first."},
	}
}
