package config

// Config is a configuration with everything that was left out filled in.
type Config struct {
	FromFile   bool   // a configuration file was given
	LogDir     string // default-log-dir
	SensorName string // added to records as host; empty: not

	Stream   Stream
	HostOS   []HostOS // the longest prefix that holds an address wins
	Decoder  Decoder
	Defrag   Defrag
	Flow     Flow
	Timeouts Timeouts
	Policies Policies
	Threads  Threads

	TrackVLAN bool // VLAN identifiers are part of a flow's key
	PcapFile  PcapFile
	Protocols Protocols
	Rules     Rules
	Lists     Lists
	Stats     Stats
	Logging   Logging

	EVE        []EVE // enabled eve-log outputs
	Fast       []Fast
	StatsFiles []StatsFile
	TCPData    []TCPData
	FileStores []FileStore // one is enough
	TLSStores  []TLSStore  // one is enough
	PcapLogs   []PcapLog   // one is enough

	Root *Node // the whole tree, for those who print it
}

// PcapFile is the section pcap-file.
type PcapFile struct {
	ChecksumChecks Switch // auto: believe checksums unless most of the first packets have a bad one
}

// Protocols is the section app-layer.protocols.
type Protocols struct {
	FTP       FTP
	IMAP      IMAP
	SMTP      SMTP
	HTTP      HTTP
	WebSocket WebSocket
	DNS       DNS
	MDNS      Found
	TFTP      Found
	NTP       Found
	SMB       Found
	POP3      POP3
	TLS       TLS
	SSH       SSH
}

// Options say where a configuration comes from.
type Options struct {
	File     string   // empty: no file
	Includes []string // files read after it
	Set      []string // KEY=VALUE, applied last
}

// Load reads a configuration. It always returns one: what could not be used has its default, and the problems say why.
func Load(o Options) (*Config, Problems) {
	var ps Problems
	root := &Node{Kind: Map}
	r := reader{problems: &ps}
	if o.File != "" {
		r.file(o.File, root, "", Pos{})
	}
	for _, name := range o.Includes {
		before := root.Items
		root.Items = nil
		r.file(name, root, "", Pos{})
		r.replace(before, root)
	}
	for _, s := range o.Set {
		if err := set(root, s); err != nil {
			ps.add(BadValue, Pos{}, "", "%v", err)
		}
	}
	known().check(root, "", &ps)
	c := &Config{FromFile: o.File != "", Root: root}
	fill(c.table(), root, "", c.FromFile, &ps)
	c.Decoder.resolve(root, &ps)
	c.Defrag.hosts(root, &ps)
	c.Protocols.HTTP.servers(root, &ps)
	c.Rules.vars(root, c.FromFile, &ps)
	c.Lists.sets(root, &ps)
	c.outputs(root, &ps)
	c.logging(root, &ps)
	c.Timeouts.limit(root, &ps)
	return c, ps.order()
}

// table returns the rows of all keys that stand once in a configuration.
func (c *Config) table() []row {
	rows := c.own()
	rows = append(rows, c.Stream.table()...)
	rows = append(rows, c.hostOSTable()...)
	rows = append(rows, c.Decoder.table()...)
	rows = append(rows, c.Defrag.table()...)
	rows = append(rows, c.Flow.table()...)
	rows = append(rows, c.Timeouts.table()...)
	rows = append(rows, c.Policies.table()...)
	rows = append(rows, c.Protocols.SMTP.table()...)
	rows = append(rows, c.Protocols.HTTP.table()...)
	rows = append(rows, c.Protocols.WebSocket.table()...)
	rows = append(rows, c.Protocols.DNS.table()...)
	rows = append(rows, c.Protocols.mdns()...)
	rows = append(rows, c.Protocols.tftp()...)
	rows = append(rows, c.Protocols.ntp()...)
	rows = append(rows, c.Protocols.smb()...)
	rows = append(rows, c.Protocols.POP3.table()...)
	rows = append(rows, c.Protocols.FTP.table()...)
	rows = append(rows, c.Protocols.IMAP.table()...)
	rows = append(rows, c.Protocols.TLS.table()...)
	rows = append(rows, c.Protocols.SSH.table()...)
	rows = append(rows, c.Rules.table()...)
	rows = append(rows, c.Lists.table()...)
	rows = append(rows, c.Stats.table()...)
	rows = append(rows, c.Threads.table()...)
	return rows
}

// own returns the rows of keys that belong to no larger section.
func (c *Config) own() []row {
	return []row{
		{"default-log-dir", text(&c.LogDir), "/var/log/suricata", ".",
			"Directory of log files whose names are not absolute. The option -l wins."},
		{"sensor-name", text(&c.SensorName), "", "", "Name of this sensor; records carry it as host."},
		{"vlan.use-for-tracking", boolean(&c.TrackVLAN), "yes", "",
			"Packets of different VLANs belong to different flows."},
		{"pcap-file.checksum-checks", tristate(&c.PcapFile.ChecksumChecks), "auto", "",
			"Believe checksums when reading capture files. auto: unless most of the first packets have a bad one, " +
				"as captures made on a sending host do."},
	}
}
