package config

// SSH is the section app-layer.protocols.ssh.
type SSH struct {
	Enabled   string // yes, no or detection-only
	DetectOn  DetectionPorts
	HASSH     Switch
	Encrypted string // track-only, full or bypass
}

func (s *SSH) table() []row {
	at := func(key string) string { return "app-layer.protocols.ssh." + key }
	rows := []row{{at("enabled"), enabled(&s.Enabled), "yes", "", "Find and parse SSH; detection-only: find it."}}
	rows = append(rows, detectionRows(at(""), &s.DetectOn, "none, it is found on any port")...)
	return append(rows,
		row{at("hassh"), tristate(&s.HASSH), "auto", "", "Compute HASSH. auto: when a rule wants it, so not yet."},
		row{at("encryption-handling"), encryptionHandling(&s.Encrypted), "track-only", "", encryptionText})
}
