package config

// TLSStore is the output of the name tls-store: certificates that the keyword tls.store means.
type TLSStore struct {
	Enabled bool
	Dir     string // relative to the log directory; empty: that
}

func (s *TLSStore) table() []row {
	return []row{
		{"enabled", boolean(&s.Enabled), "no", "", "Write this output: the certificates that the keyword `tls.store` means, each chain in a file " +
			"of its own in PEM, with another that says where it was seen."},
		{"certs-log-dir", text(&s.Dir), "", "", "Name of the directory, relative to the log directory."},
	}
}
