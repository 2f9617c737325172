package main

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/proto/tftp"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// wishes are what the outputs want to know.
type wishes struct {
	decode, stream bool // anomalies of packets and of connections
	header         bool // of packets with anomalies
	flows          bool
	netflows       bool
	drops          bool // packets that are dropped
	arp            bool
	segments       bool
	ethernet       bool // link-layer addresses
	md5, sha1      bool // of files
	sha256, magic  bool
	store          file.Store        // of all files; nil: none
	stores         *config.FileStore // nil: none
	bodyMD5        bool
	bodyDigest     bool // rules look at that
	subjectMD5     bool
	imapPasswords  bool
	messages       bool // what mails say, and their files
	extensions     bool // the object reknit
	passwords      bool // in it
	mailFields     []mime.Field
	pop3Passwords  bool
	ja3, ja4       bool
	keep           int  // bytes of bodies and files for rules
	bodies         bool // alerts show those of HTTP
	hassh          bool
	overlaps       bool       // data that overlaps is compared
	demanded       file.Store // of files that rules want stored; nil: none
	onDemand       bool       // rules say which files are stored
	early          [2]bool    // they look at packets before there is a flow, and before connections take them
	rules          bool       // rules look at transactions
	silences       bool       // and may want them not told
	streams        bool       // alerts show streams
	resumed        bool       // sessions of TLS
	frames         bool       // all that parsers name
	frameSize      int        // bytes that are shown of one
	rulesFrames    map[string][]string

	// What parsers of all flows share, also of those whose settings changed; nil: nothing.
	ranges    *http.RangeTable
	ftpMemory *ftp.Memory
}

// engineConfig turns a configuration into the engine's.
func engineConfig(c *config.Config, o *options, w wishes) engine.Config {
	inline := c.Stream.Inline.On(o.inline)
	e := engine.Config{
		Protocols:    all.Protocols(protocols(c, w)),
		Inline:       inline,
		Prevent:      o.inline,
		KeepInvalid:  !c.Stream.DropInvalid,
		Drops:        w.drops,
		Exceptions:   exceptions(c, o),
		Faults:       o.faults,
		Checksums:    checksums(c, o),
		DecodeEvents: w.decode,
		StreamEvents: w.stream,
		NoFlows:      !w.flows,
		Netflows:     w.netflows,
		ARP:          w.arp,
		Segments:     w.segments,
		PacketHeader: w.header,
		Elephants:    engine.Elephants{Bytes: uint64(c.Flow.RateBytes), Seconds: int(c.Flow.RateInterval)},
		Ethernet:     w.ethernet,
		Flow: flow.Config{
			Memory:            int64(c.Flow.Memcap),
			IgnoreVLAN:        !c.TrackVLAN,
			IgnoreRecursion:   !c.Decoder.TrackRecursion,
			Timeouts:          timeouts(c, func(t config.Timeout) config.Ages { return t.Normal }),
			Emergency:         timeouts(c, func(t config.Timeout) config.Ages { return t.Emergency }),
			EmergencyRecovery: c.Flow.EmergencyRecovery,
		},
		Tunnels: packet.Tunnels{
			VXLAN:       tunnelPorts(&c.Decoder.VXLAN),
			Geneve:      tunnelPorts(&c.Decoder.Geneve),
			Teredo:      tunnelPorts(&c.Decoder.Teredo),
			GTP:         tunnelPorts(&c.Decoder.GTP),
			StrictVXLAN: c.Decoder.VXLANReserved == "strict",
		},
		MaxLayers: c.Decoder.MaxLayers,
		Defrag: defrag.Config{
			Memory:       int64(c.Defrag.Memcap),
			MaxTrackers:  c.Defrag.Trackers,
			MaxFragments: c.Defrag.MaxFrags,
			Timeout:      time.Duration(c.Defrag.Timeout) * time.Second,
			TimeoutOf:    fragmentTimeouts(c.Defrag.HostTimes),
		},
		Stream: stream.Config{
			Depth:        int64(c.Stream.Reassembly.Depth),
			MemoryCap:    int64(c.Stream.Reassembly.Memcap),
			CheckOverlap: c.Stream.Reassembly.CheckOverlap || inline || w.overlaps,
			GracePackets: c.Stream.Reassembly.GracePackets,
			Raw:          rawConfig(c, o.chance),
		},
		TCP: tcp.Config{
			Midstream:        c.Stream.Midstream,
			AsyncOneSide:     c.Stream.AsyncOneside.On(true),
			StrictTimestamps: !c.Stream.LiberalTimestamps,
			TrustAfterLoss:   !inline, // inline everything is seen
			MaxSYNs:          queued(c.Stream.MaxSYNQueued),
			MaxSYNACKs:       queued(c.Stream.MaxSYNACKQueued),
			Urgent:           urgent(c.Stream.Reassembly.Urgent),
			UrgentLimit:      urgent(c.Stream.Reassembly.UrgentLimit),
		},
		App: app.Config{Protocols: map[string]app.Settings{
			"smtp": {
				Mode: mode(c.Protocols.SMTP.Enabled), MaxTx: c.Protocols.SMTP.MaxTx,
				Ports: detectionPorts(app.TCP, c.Protocols.SMTP.DetectOn),
			},
			"websocket": {Mode: mode(c.Protocols.WebSocket.Enabled)},
			"http":      {Mode: mode(c.Protocols.HTTP.Enabled), MaxTx: c.Protocols.HTTP.Server.MaxTx},
			"pop3": {
				Mode: mode(c.Protocols.POP3.Enabled), MaxTx: c.Protocols.POP3.MaxTx,
				Ports: detectionPorts(app.TCP, c.Protocols.POP3.DetectOn),
			},
			"dns":  {Ports: dnsPorts(&c.Protocols.DNS)},
			"mdns": {Mode: mode(c.Protocols.MDNS.Enabled), Ports: detectionPorts(app.UDP, c.Protocols.MDNS.DetectOn)},
			"ftp": {
				Mode: mode(c.Protocols.FTP.Enabled), Ports: detectionPorts(app.TCP, c.Protocols.FTP.DetectOn),
			},
			"ssh": {
				Mode: mode(c.Protocols.SSH.Enabled), Ports: detectionPorts(app.TCP, c.Protocols.SSH.DetectOn),
			},
			"tls": {
				Mode: mode(c.Protocols.TLS.Enabled), Ports: detectionPorts(app.TCP, c.Protocols.TLS.DetectOn),
			},
			"tftp":     {Mode: mode(c.Protocols.TFTP.Enabled), Ports: detectionPorts(app.UDP, c.Protocols.TFTP.DetectOn)},
			"ntp":      {Mode: mode(c.Protocols.NTP.Enabled), Ports: detectionPorts(app.UDP, c.Protocols.NTP.DetectOn)},
			"smb":      {Mode: mode(c.Protocols.SMB.Enabled), Ports: detectionPorts(app.TCP, c.Protocols.SMB.DetectOn)},
			"ftp-data": {Mode: mode(c.Protocols.FTP.DataEnabled)},
			"imap": {
				Mode: mode(c.Protocols.IMAP.Enabled), Ports: detectionPorts(app.TCP, c.Protocols.IMAP.DetectOn),
			},
		}, Faults: o.parserFaults, Frames: app.FrameConfig{Tell: w.frames, Payload: w.frameSize, Wanted: w.rulesFrames}, KeepForRules: w.rules, TellAfterRules: w.silences},
		RawPackets:       !c.Stream.Reassembly.Raw,
		BypassDeep:       c.Stream.Bypass,
		ConnectionMemory: int64(c.Stream.Memcap),
		Stats: stats.Config{
			EventPrefix:     c.Stats.DecoderEventsPrefix,
			NoDecoderEvents: !c.Stats.DecoderEvents,
			StreamEvents:    c.Stats.StreamEvents,
		},
		Policy: systems(c.HostOS),
	}
	if e.Stream.MemoryCap == 0 {
		e.Stream.MemoryCap = 1 << 62 // here 0 is no limit
	}
	return e
}

// protocols returns the settings of all protocols.
func protocols(c *config.Config, w wishes) all.Config {
	files := filesConfig(w)
	return all.Config{
		SMTP:      smtpConfig(c, w),
		HTTP:      bodiesFor(httpConfig(c, w), w.keep > 0 || w.bodies),
		WebSocket: websocketConfig(&c.Protocols.WebSocket, w),
		DNS:       dnsConfig(&c.Protocols.DNS),
		POP3:      pop3Config(c, w),
		FTP:       ftpConfig(c, w),
		TFTP:      tftp.Config{Extensions: w.extensions},
		IMAP:      imapConfig(&c.Protocols.IMAP, w),
		TLS:       tlsConfig(&c.Protocols.TLS, w),
		SSH:       hasshFor(sshConfig(&c.Protocols.SSH), c.Protocols.SSH.HASSH.On(w.hassh)),
		Files:     &files,
		FileDepth: fileDepth(c, w),
	}
}

// rawDepth is how many bytes of a direction are inspected without a configuration, in which parsers have no limit.
const rawDepth = 1 << 20

// rawConfig returns how streams are inspected. The sizes of chunks change by chance if that is wanted: chance returns a
// number below n, and is rand.IntN when nil.
func rawConfig(c *config.Config, chance func(n int) int) stream.RawConfig {
	if chance == nil {
		chance = rand.IntN
	}
	r := &c.Stream.Reassembly
	change := func(size config.Size) int {
		n := int(size)
		if span := n * r.RandomizeRange / 100; r.RandomizeChunkSize && span > 0 {
			n += chance(span+1) - span/2
		}
		return max(n, 1)
	}
	raw := stream.RawConfig{Apart: true, Chunk: [2]int{change(r.ToServerChunk), change(r.ToClientChunk)}}
	if !c.FromFile && r.Depth == 0 {
		raw.Depth = rawDepth
	}
	return raw
}

// exceptions returns what becomes of traffic that cannot be followed.
func exceptions(c *config.Config, o *options) engine.Exceptions {
	p, _ := c.Policies.Resolve(o.inline, c.Stream.Midstream)
	return engine.Exceptions{
		Connection:  exceptionOf[p.Stream],
		Midstream:   exceptionOf[p.Midstream],
		Data:        exceptionOf[p.Reassembly],
		Flow:        exceptionOf[p.Flow],
		Fragment:    exceptionOf[p.Defrag],
		Parser:      exceptionOf[p.ParserErrors],
		Overload:    exceptionOf[p.Overload],
		PerProtocol: c.Stats.PolicyPerProtocol,
		Uncounted:   !c.Stats.PolicyTotals,
	}
}

var exceptionOf = map[config.Policy]engine.Exception{
	config.PolicyIgnore:     engine.Ignore,
	config.PolicyPassPacket: engine.PassPacket,
	config.PolicyPassFlow:   engine.PassFlow,
	config.PolicyBypass:     engine.BypassFlow,
	config.PolicyDropPacket: engine.DropPacket,
	config.PolicyDropFlow:   engine.DropFlow,
	config.PolicyReject:     engine.Reject,
	config.PolicyRejectBoth: engine.RejectBoth,
}

func checksums(c *config.Config, o *options) engine.Checksums {
	switch {
	case o.checksums == "none":
		return engine.ChecksumIgnore
	case o.checksums == "all":
		return engine.ChecksumVerify
	case o.checksums == "" && !c.Stream.ChecksumValidation:
		return engine.ChecksumIgnore
	case o.checksums == "auto":
		return engine.ChecksumAuto
	}
	switch c.PcapFile.ChecksumChecks {
	case config.Yes:
		return engine.ChecksumVerify
	case config.No:
		return engine.ChecksumIgnore
	}
	return engine.ChecksumAuto
}

// detectionPorts returns where a protocol's probe runs, or nil where the protocol says that.
func detectionPorts(t app.Transport, p config.DetectionPorts) []app.Port {
	if !p.Given {
		return nil
	}
	ports := make([]app.Port, 0, len(p.Destination)+len(p.Source))
	for _, n := range p.Destination {
		ports = append(ports, app.Port{Transport: t, Number: n, Dir: stream.ToServer})
	}
	for _, n := range p.Source {
		ports = append(ports, app.Port{Transport: t, Number: n, Dir: stream.ToClient})
	}
	return ports
}

// queued turns a number into one of tcp.Config, where zero stands for a default.
func queued(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

func urgent(policy string) tcp.Urgent {
	u, err := tcp.ParseUrgent(policy)
	if err != nil {
		panic("BUG: " + err.Error()) // the configuration knows the same names
	}
	return u
}

func mode(enabled string) app.Mode {
	switch enabled {
	case "no":
		return app.Off
	case "detection-only":
		return app.DetectOnly
	}
	return app.Parse
}

func tunnelPorts(t *config.Tunnel) packet.Ports {
	return packet.Ports{Off: !t.Enabled, Any: t.Any, List: t.Ports}
}

// fragmentTimeouts returns the time of the longest network that holds an address, which stands first.
func fragmentTimeouts(hosts []config.HostTimeout) func(netip.Addr) time.Duration {
	if len(hosts) == 0 {
		return nil
	}
	return func(a netip.Addr) time.Duration {
		for _, h := range hosts {
			if h.Network.Contains(a) {
				return time.Duration(h.Timeout) * time.Second
			}
		}
		return 0
	}
}

// timeouts turns seconds into the flow table's times, where zero stands for a default and a negative time for none.
func timeouts(c *config.Config, ages func(config.Timeout) config.Ages) flow.Timeouts {
	duration := func(seconds int64) time.Duration {
		if seconds == 0 {
			return -1
		}
		return time.Duration(seconds) * time.Second
	}
	of := func(t config.Timeout) flow.StateTimeouts {
		a := ages(t)
		return flow.StateTimeouts{
			New:         duration(a.New),
			Established: duration(a.Established),
			Closed:      duration(a.Closed),
			Bypassed:    duration(a.Bypassed),
		}
	}
	t := &c.Timeouts
	return flow.Timeouts{TCP: of(t.TCP), UDP: of(t.UDP), ICMP: of(t.ICMP), Default: of(t.Default)}
}

// systems returns the policy of the longest network that holds an address. A host that none holds is like bsd.
func systems(hosts []config.HostOS) func(netip.Addr) stream.Policy {
	type network struct {
		netip.Prefix
		policy stream.Policy
	}
	var networks []network
	for _, h := range hosts {
		p, err := stream.ParsePolicy(h.System)
		if err != nil {
			panic("BUG: " + err.Error()) // the configuration knows the same names
		}
		networks = append(networks, network{h.Network, p})
	}
	slices.SortStableFunc(networks, func(a, b network) int { return cmp.Compare(b.Bits(), a.Bits()) })
	return func(a netip.Addr) stream.Policy {
		for _, n := range networks {
			if n.Contains(a) {
				return n.policy
			}
		}
		return stream.BSD
	}
}

// smtpConfig turns the section app-layer.protocols.smtp, and what the outputs want, into the parser's settings.
func smtpConfig(c *config.Config, w wishes) smtp.Config {
	s := &c.Protocols.SMTP
	m := &s.MIME
	var p smtp.Config
	p.MaxTx = s.MaxTx
	p.NoMIME = !m.Decode
	p.RawExtraction = s.RawExtraction && !m.Decode
	p.MIME.RawBase64 = !m.DecodeBase64
	p.MIME.RawQuotedPrintable = !m.DecodeQuotedPrintable
	p.MIME.BodyMD5 = m.BodyMD5.On(w.bodyMD5 || w.bodyDigest)
	p.Email.Unwanted = !w.messages
	p.Email.NoURLs = !m.ExtractURLs
	p.Email.URLSchemes = m.URLSchemes
	p.Email.LogURLScheme = m.LogURLScheme
	p.Email.Custom = w.mailFields
	p.Email.SubjectMD5 = w.subjectMD5
	p.Email.BodyMD5 = w.bodyMD5
	p.EVE = smtp.EVE{Extensions: w.extensions, Passwords: w.passwords}
	return p
}
