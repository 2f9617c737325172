package config

import "github.com/reknit/reknit/capture/filter"

// PcapLog is the output of the name pcap-log: packets in capture files.
type PcapLog struct {
	Enabled     bool
	Filename    string // relative to Dir
	Dir         string // empty: the log directory
	Limit       Size
	MaxFiles    int
	Mode        string // normal or multi
	Times       string // sec or usec
	Compression string // none or lz4
	Checksum    bool   // of lz4
	Level       int    // of lz4
	StreamDepth bool   // leave out what comes when the depth of a stream is reached
	HonorPass   bool   // leave out what comes of a flow that a rule had pass
	Conditional string // all, alerts or tag
	Filter      *filter.Filter
}

func (l *PcapLog) table() []row {
	return []row{
		{"enabled", boolean(&l.Enabled), "no", "", "Write this output."},
		{"filename", text(&l.Filename), "log.pcap", "", "Name of the files, behind which the time of the first packet stands, in seconds since 1970; " +
			"or where the name has %t. A number tells files of the same time apart."},
		{"dir", text(&l.Dir), "", "", "Directory of the files; without it the log directory."},
		{"limit", size(&l.Limit), "1000mb", "", "Size of a file with which another one begins; 0: no limit."},
		{"max-files", number(&l.MaxFiles, 0, 1<<20), "2000", "", "Files that are kept of a run, the latest; 0: all."},
		{"mode", oneOf(&l.Mode, "normal", "multi"), "normal", "", "normal: all threads write one series of files. multi: each one writes its own, with its " +
			"number where the name has %n, or behind it."},
		{"ts-format", oneOf(&l.Times, "sec", "usec"), "sec", "", "usec: microseconds are part of the time in the name."},
		{"compression", oneOf(&l.Compression, "none", "lz4"), "none", "", "lz4: files are compressed, their names end with .lz4, and `limit` is that of what is in them."},
		{"lz4-checksum", boolean(&l.Checksum), "no", "", "Put a checksum of the contents at the end of a compressed file."},
		{"lz4-level", number(&l.Level, 0, 16), "0", "", "From 0, fast, to 9, small; above, as 9."},
		{"bpf-filter", scalar("a capture filter", func(t string) (err error) {
			l.Filter, err = filter.Parse(t)
			return err
		}), "", "", "Leave out packets that this filter, such as `tcp port 25`, does not match."},
		{"use-stream-depth", boolean(&l.StreamDepth), "no", "", "Leave out packets of connections of which a direction has reached `stream.reassembly.depth`."},
		{"honor-pass-rules", boolean(&l.HonorPass), "no", "", "Leave out what comes of a flow after the packet for which a rule has it pass."},
		{"conditional", oneOf(&l.Conditional, "all", "alerts", "tag"), "all", "", "alerts: packets that rules told of, and the flows of these from then on, " +
			"with the packets before that carried something in a TCP flow, as far as 16 MiB for all flows have them. tag: packets that the keyword " +
			"`tag` means, that of the alert included, and such packets before the first."},
	}
}
