package config

import (
	"fmt"
	"net/netip"
)

// Stream is the section stream: how TCP connections are followed and put together.
type Stream struct {
	Memcap             Size
	ChecksumValidation bool
	Midstream          bool   // connections whose start was not seen are followed
	AsyncOneside       Switch // connections of which one side is seen are followed; auto: when the capture is like that
	Inline             Switch // data is read before it is acknowledged; auto: in inline mode
	DropInvalid        bool
	MaxSYNQueued       int
	MaxSYNACKQueued    int
	LiberalTimestamps  bool
	Bypass             bool
	Reassembly         Reassembly
}

// Reassembly is the section stream.reassembly.
type Reassembly struct {
	Memcap             Size
	Depth              Size // per direction; 0: no limit
	ToServerChunk      Size // raw inspection runs when that many bytes are there
	ToClientChunk      Size
	RandomizeChunkSize bool
	RandomizeRange     int // percent
	Raw                bool
	CheckOverlap       bool // overlapping data is compared
	MaxRegions         int
	GracePackets       int    // segments that a hole waits for after it was acknowledged
	Urgent             string // inline, oob, drop or gap
	UrgentLimit        string
}

func (s *Stream) table() []row {
	r := &s.Reassembly
	return []row{
		{"stream.memcap", size(&s.Memcap), "64 MiB", "512 MiB", "Memory for TCP connections; 0: no limit."},
		{"stream.checksum-validation", boolean(&s.ChecksumValidation), "yes", "",
			"Packets with a wrong TCP checksum are not taken. The option -k wins."},
		{"stream.midstream", boolean(&s.Midstream), "no", "", "Follow connections whose start was not seen."},
		{"stream.async-oneside", tristate(&s.AsyncOneside), "no", "auto",
			"Follow connections of which only one side is seen. auto: when the capture turns out to be like that."},
		{"stream.inline", tristate(&s.Inline), "auto", "",
			"Read data when it passes, not when it is acknowledged. auto: in inline mode."},
		{"stream.drop-invalid", boolean(&s.DropInvalid), "yes", "",
			"Inline: drop packets that do not fit the state of their connection."},
		{"stream.max-syn-queued", number(&s.MaxSYNQueued, 0, 255), "10", "",
			"Different SYN packets of one connection that are remembered until one is answered."},
		{"stream.max-synack-queued", number(&s.MaxSYNACKQueued, 0, 255), "5", "",
			"Different SYN/ACK packets of one connection that are remembered until one is acknowledged."},
		{"stream.liberal-timestamps", boolean(&s.LiberalTimestamps), "yes", "",
			"Accept TCP timestamps that are off by one whatever the host's system."},
		{"stream.bypass", boolean(&s.Bypass), "no", "", "Ignore the rest of a flow that reached reassembly.depth."},
		{"stream.reassembly.memcap", size(&r.Memcap), "256 MiB", "", "Memory for data that is held; 0: no limit."},
		{"stream.reassembly.depth", size(&r.Depth), "0", "",
			"Bytes of a direction that are put together; what follows is ignored. 0: no limit. " +
				"The configuration that Suricata ships says 1mb."},
		{"stream.reassembly.toserver-chunk-size", sizeUpTo(&r.ToServerChunk, 65535), "2560", "",
			"Data of the client is inspected in pieces of this size."},
		{"stream.reassembly.toclient-chunk-size", sizeUpTo(&r.ToClientChunk, 65535), "2560", "",
			"Data of the server is inspected in pieces of this size."},
		{"stream.reassembly.randomize-chunk-size", boolean(&r.RandomizeChunkSize), "yes", "no",
			"Change both sizes by chance, once, at the start."},
		{"stream.reassembly.randomize-chunk-range", number(&r.RandomizeRange, 0, 99), "10", "",
			"By how many percent they change, from half of it less to half of it more."},
		{"stream.reassembly.raw", boolean(&r.Raw), "yes", "", "Inspect streams as they are, apart from their protocols."},
		{"stream.reassembly.check-overlap-different-data", boolean(&r.CheckOverlap), "no", "",
			"Compare data that arrives twice. Always on in inline mode, and when a rule is about data that differs."},
		{"stream.reassembly.max-regions", number(&r.MaxRegions, 0, 65535), "8", "",
			"Separate pieces of a direction that are held; 0: no limit."},
		{"stream.reassembly.grace-packets", number(&r.GracePackets, 0, 65535), "0", "8",
			"Missing data that is acknowledged is given up after so many further packets of its direction: a capture may " +
				"have packets in another order than the receiver. Suricata gives it up at once."},
		{"stream.reassembly.urgent.policy", oneOf(&r.Urgent, "inline", "oob", "drop", "gap"), "inline", "oob",
			"What becomes of urgent data: read with the rest, left out, its packet dropped (inline mode), or a gap."},
		{"stream.reassembly.urgent.oob-limit-policy", oneOf(&r.UrgentLimit, "inline", "drop", "gap"), "drop", "",
			"The same once a connection has had 64 KiB of urgent data left out."},
	}
}

// HostOS says how the hosts of a network treat overlapping data.
type HostOS struct {
	Network netip.Prefix
	System  string // "linux-6", "windows", …
}

// systems are the target policies; linux-6 is not Suricata's.
var systems = []string{"linux-6", "bsd", "bsd-right", "old-linux", "linux", "old-solaris", "solaris", "hpux10", "hpux11",
	"irix", "macos", "windows", "vista", "windows2k3"}

func (c *Config) hostOSTable() []row {
	var rows []row
	for _, s := range systems {
		r := row{"host-os-policy." + s, c.networks(s), "[]", "", "Networks whose hosts treat overlapping data as " + s + " does."}
		if s == "linux-6" {
			r.without = "[0.0.0.0/0, ::/0]"
			r.doc = "Networks whose hosts treat overlapping data as current Linux kernels do. " +
				"A host that no key names is taken for bsd."
		}
		rows = append(rows, r)
	}
	return rows
}

// networks is for lists of networks with one system.
func (c *Config) networks(system string) binding {
	const takes = "a list of networks"
	var words []string
	return binding{takes, func(n *Node) error {
		words = nil
		var found []HostOS
		err := list(takes, &words, func(w string) error {
			p, err := parseNetwork(w)
			found = append(found, HostOS{p, system})
			return err
		}).read(n)
		if err == nil {
			c.HostOS = append(c.HostOS, found...)
		}
		return err
	}}
}

// parseNetwork reads an address or a network in CIDR notation.
func parseNetwork(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("want networks such as 10.0.0.0/8, not %q", text)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
