package config

import (
	"fmt"
	"slices"
	"strings"
)

// EVE is an eve-log output.
type EVE struct {
	Enabled         bool
	FileType        string // regular
	Filename        string // relative to the log directory
	Append          bool
	FileMode        uint32 // permissions; 0: what the umask leaves
	BufferSize      Size
	Prefix          string // before each record
	Metadata        bool
	SuricataVersion bool
	PcapFile        bool // name the capture file in each record
	IPv6Compress    bool
	Ethernet        bool
	CommunityID     bool
	CommunityIDSeed uint16
	SensorID        uint32 // 0: none
	SensorName      string // written as host; empty: that of the configuration
	Extensions      bool   // add the object reknit
	XFF             XFF    // unless the type has its own

	Types   []string // what is logged, in the order of the list
	SMTP    SMTPLog
	HTTP    HTTPLog
	DNS     DNSLog
	POP3    POP3Log
	TLS     TLSLog
	IMAP    IMAPLog
	Files   FilesLog
	Anomaly AnomalyLog
	Stats   StatsLog
	Drop    DropLog
	Alert   AlertLog
	Stream  StreamLog
	Frame   FrameLog
}

// Logs reports whether a type of the list is logged.
func (e *EVE) Logs(typ string) bool { return slices.Contains(e.Types, typ) }

// SMTPLog are the options of the type smtp.
type SMTPLog struct {
	Extended bool
	Custom   []string // more headers to log
	MD5      []string // body, subject
	// Passwords logs the passwords of AUTH, with Extensions.
	Passwords bool
}

// FilesLog are the options of the type files.
type FilesLog struct {
	ForceMagic     bool
	ForceHash      []string // md5, sha1, sha256
	XFF            XFF
	ForceFilestore bool // if there is a file-store: store all files
}

// AnomalyLog are the options of the type anomaly.
type AnomalyLog struct {
	Decode, Stream, AppLayer bool
	PacketHeader             bool
}

// DropLog are the options of the type drop.
type DropLog struct {
	Flows   string // start: only the first packet of a flow in each direction; all
	Verdict bool
	Alerts  bool // add the rule that it was dropped for
}

// FrameLog are the options of the type frame.
type FrameLog struct {
	PayloadSize Size
}

// StatsLog are the options of the type stats.
type StatsLog struct {
	Totals, Threads, Deltas  bool
	NullValues, ZeroCounters bool // counters that are 0 are written if both are set
}

func (e *EVE) table() []row {
	return append([]row{
		{"enabled", boolean(&e.Enabled), "no", "yes", "Write this output."},
		{"filetype", oneOf(&e.FileType, "regular", "file", "unix_dgram", "unix_stream", "syslog", "redis", "null"),
			"regular", "", "Where to; so far regular (the same as file)."},
		{"filename", text(&e.Filename), "eve.json", "",
			"Name of the file, relative to the log directory."},
		{"append", boolean(&e.Append), "yes", "", "Append to a file that is there; otherwise it is emptied."},
		{"filemode", scalar("permissions, in octal", func(t string) error {
			n, err := parseInt("0"+strings.TrimPrefix(t, "0"), 0, 0o7777)
			e.FileMode = uint32(n)
			return err
		}), "0", "", "Permissions of the file, in octal; 0: what the umask leaves."},
		{"buffer-size", size(&e.BufferSize), "0", "", "Bytes that are collected before they are written."},
		{"prefix", text(&e.Prefix), "", "", "Text before each record."},
		{"metadata", boolean(&e.Metadata), "yes", "", "Add variables of the flow, such as flowbits."},
		{"suricata-version", boolean(&e.SuricataVersion), "no", "", "Add the version of Suricata that is claimed."},
		{"pcap-file", boolean(&e.PcapFile), "no", "", "Add the name of the capture file."},
		{"ipv6-compress", boolean(&e.IPv6Compress), "no", "", "Write IPv6 addresses in their short form."},
		{"ethernet", boolean(&e.Ethernet), "no", "", "Add Ethernet addresses."},
		{"community-id", boolean(&e.CommunityID), "no", "", "Add the Community ID of the flow."},
		{"community-id-seed", number(&e.CommunityIDSeed, 0, 65535), "0", "", "Seed of the Community ID."},
		{"sensor-id", number(&e.SensorID, 0, 1<<32-1), "0", "", "Number of this sensor, added as sensor_id; 0: none."},
		{"sensor-name", text(&e.SensorName), "", "", "Name of this sensor, added as host."},
		{"extensions", boolean(&e.Extensions), "no", "", "Add the object reknit, with what Suricata does not log."},
	}, e.XFF.table("xff.")...)
}

// typeTable returns the options of a type.
func (e *EVE) typeTable(typ string) []row {
	switch typ {
	case "imap":
		return e.IMAP.table()
	case "smtp":
		l := &e.SMTP
		return []row{
			{"extended", boolean(&l.Extended), "no", "", "Has no effect, as in Suricata; use custom."},
			{"custom", list("a list of headers", &l.Custom, checkMailField), "[]", "",
				"More headers to log: " + strings.Join(mailFields, ", ") + "."},
			{"md5", list("a list of body and subject", &l.MD5, func(w string) error {
				return oneWord(w, "body", "subject")
			}), "[]", "", "Log the MD5 of the body, the subject or both."},
			{"passwords", boolean(&l.Passwords), "no", "", "With extensions: log the passwords of AUTH."},
		}
	case "alert":
		return e.Alert.table()
	case "http":
		return e.HTTP.table()
	case "dns":
		return e.DNS.table()
	case "pop3":
		return e.POP3.table()
	case "tls":
		return e.TLS.table()
	case "files":
		l := &e.Files
		return append([]row{
			{"force-magic", boolean(&l.ForceMagic), "no", "", "With extensions: log the type of each file by its content, as " +
				"reknit.content_type. The text of libmagic, fileinfo.magic, is not written."},
			{"force-hash", hashes(&l.ForceHash), "[]", "", "Log these hashes of each file: md5, sha1, sha256."},
			{"force-filestore", boolean(&l.ForceFilestore), "no", "",
				"The same as file-store.force-filestore, which need not be set then."},
		}, l.XFF.table("xff.")...)
	case "anomaly":
		l := &e.Anomaly
		return []row{
			{"types.decode", boolean(&l.Decode), "no", "", "Log oddities of packets."},
			{"types.stream", boolean(&l.Stream), "no", "", "Log oddities of TCP connections."},
			{"types.applayer", boolean(&l.AppLayer), "yes", "", "Log oddities of protocols."},
			{"packethdr", boolean(&l.PacketHeader), "no", "", "Add the packet's first 32 bytes."},
		}
	case "stream":
		return e.Stream.table()
	case "drop":
		l := &e.Drop
		return []row{
			{"flows", oneOf(&l.Flows, "start", "all"), "start", "",
				"Log all packets that are dropped, or of a flow only the first in each direction."},
			{"verdict", boolean(&l.Verdict), "no", "", "Add what was done with the packet."},
			{"alerts", boolean(&l.Alerts), "no", "", "Add the alert of the rule that it was dropped for."},
		}
	case "frame":
		return []row{
			{"payload-buffer-size", size(&e.Frame.PayloadSize), "4kb", "", "How much of a frame is added, here and in alerts."},
		}
	case "stats":
		l := &e.Stats
		return []row{
			{"totals", boolean(&l.Totals), "yes", "", "Write the sum of all threads."},
			{"threads", boolean(&l.Threads), "no", "", "Write the counters of each thread."},
			{"deltas", boolean(&l.Deltas), "no", "", "Write what was added since the last record."},
			{"null-values", boolean(&l.NullValues), "yes", "", "Write counters that are 0."},
			{"zero-valued-counters", boolean(&l.ZeroCounters), "yes", "", "The same, under its newer name."},
		}
	}
	return nil
}

// types with options, or that are logged so far.
var loggedTypes = []string{"alert", "smtp", "http", "websocket", "dns", "mdns", "pop3", "tls", "ssh", "ftp", "tftp", "imap", "files", "flow", "anomaly", "stats"}

// typesOnRequest are logged only when a configuration names them.
var typesOnRequest = []string{"drop", "netflow", "arp", "stream", "frame", "ntp"}

// StatsFile is an output of the name stats: a table of counters, now and then.
type StatsFile struct {
	Enabled    bool
	Filename   string // relative to the log directory
	Append     bool
	Totals     bool
	Threads    bool
	NullValues bool
}

func (s *StatsFile) table() []row {
	return []row{
		{"enabled", boolean(&s.Enabled), "no", "", "Write this output."},
		{"filename", text(&s.Filename), "stats.log", "", "Name of the file, relative to the log directory."},
		{"append", boolean(&s.Append), "yes", "", "Append to a file that is there; otherwise it is emptied."},
		{"totals", boolean(&s.Totals), "yes", "", "Write the sum of all threads."},
		{"threads", boolean(&s.Threads), "no", "", "Write the counters of each thread."},
		{"null-values", boolean(&s.NullValues), "no", "", "Write counters that are 0."},
	}
}

// TCPData is an output of the name tcp-data: what the ends of TCP connections said.
type TCPData struct {
	Enabled  bool
	Type     string // file, dir or both
	Filename string // relative to the log directory
}

func (d *TCPData) table() []row {
	return []row{
		{"enabled", boolean(&d.Enabled), "no", "", "Write this output."},
		{"type", oneOf(&d.Type, "file", "dir", "both"), "file", "", "file: all streams in one file, in hexadecimal, as they were " +
			"delivered. dir: a file for each direction of a connection, as it is, in the directory `tcp` of the log directory."},
		{"filename", text(&d.Filename), "tcp-data.log", "", "Name of the file, relative to the log directory."},
	}
}

// mailFields are the headers that custom may name.
var mailFields = []string{"reply-to", "bcc", "message-id", "subject", "x-mailer", "user-agent", "received",
	"x-originating-ip", "in-reply-to", "references", "importance", "priority", "sensitivity", "organization",
	"content-md5", "date"}

func checkMailField(word string) error {
	w := strings.ToLower(strings.ReplaceAll(word, "_", "-"))
	if w == "relays" { // in the comments of the configuration that Suricata ships
		return nil
	}
	return oneWord(w, mailFields...)
}

func oneWord(word string, words ...string) error {
	if slices.Contains(words, strings.ToLower(word)) {
		return nil
	}
	return fmt.Errorf("want %s, not %q%s", enumerate(words), word, didYouMean(word, words))
}

// outputs reads the list of outputs.
func (c *Config) outputs(root *Node, ps *Problems) {
	n := root.Find("outputs")
	switch {
	case n == nil || n.Kind == Null:
		if !c.FromFile {
			c.EVE = append(c.EVE, defaultEVE(ps))
		}
		return
	case n.Kind != List:
		ps.add(BadValue, n.Pos, "outputs", "outputs: want a list, not %s", n.Kind)
		return
	}
	for _, i := range n.Items {
		name, body := i.titled()
		if body == nil {
			continue
		}
		switch path := "outputs." + i.Name + "." + name; name {
		case "eve-log":
			if e := newEVE(body, path, ps); e.Enabled {
				c.EVE = append(c.EVE, e)
			}
		case "fast":
			var f Fast
			if fill(f.table(), body, path, true, ps); f.Enabled {
				c.Fast = append(c.Fast, f)
			}
		case "stats":
			var s StatsFile
			if fill(s.table(), body, path, true, ps); s.Enabled {
				c.StatsFiles = append(c.StatsFiles, s)
			}
		case "file-store":
			var s FileStore
			if fill(s.table(), body, path, true, ps); s.Enabled {
				c.FileStores = append(c.FileStores, s)
			}
		case "pcap-log":
			var l PcapLog
			if fill(l.table(), body, path, true, ps); l.Enabled {
				c.PcapLogs = append(c.PcapLogs, l)
			}
		case "tls-store":
			var s TLSStore
			if fill(s.table(), body, path, true, ps); s.Enabled {
				c.TLSStores = append(c.TLSStores, s)
			}
		case "tcp-data":
			var d TCPData
			if fill(d.table(), body, path, true, ps); d.Enabled {
				c.TCPData = append(c.TCPData, d)
			}
		}
	}
}

// defaultEVE is the output without a configuration.
func defaultEVE(ps *Problems) EVE {
	var e EVE
	fill(e.table(), nil, "", false, ps)
	e.Types = slices.Clone(loggedTypes)
	for _, t := range e.Types {
		fill(e.typeTable(t), nil, "", false, ps)
	}
	return e
}

// newEVE reads an eve-log output.
func newEVE(n *Node, path string, ps *Problems) EVE {
	var e EVE
	fill(e.table(), n, path, true, ps)
	for _, t := range slices.Concat(loggedTypes, typesOnRequest) {
		fill(e.typeTable(t), nil, "", true, ps)
	}
	types := n.Find("types")
	if types == nil || types.Kind == Null {
		return e
	}
	if types.Kind != List {
		ps.add(BadValue, types.Pos, path+".types", "%s.types: want a list, not %s", path, types.Kind)
		return e
	}
	for _, i := range types.Items {
		name, body := i.titled()
		if name == "" || body != nil && body.Off() {
			continue
		}
		if !e.Logs(name) {
			e.Types = append(e.Types, name)
		}
		fill(e.typeTable(name), body, path+".types."+i.Name+"."+name, true, ps)
		if name == "alert" {
			e.Alert.shorten(body)
		}
		if name == "tls" && body == nil {
			e.TLS.Resumed = false // as with Suricata, which asks for options only where there are some
		}
	}
	return e
}
