package config

import (
	"fmt"
	"slices"
	"strings"
)

// Markdown returns docs/configuration.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Generated from the tables in internal/config by "go test ./internal/config -update". Do not edit. -->

A configuration is a YAML file in the vocabulary of suricata.yaml, given with ` + "`-c FILE`" + `. None is needed.

- With a file, a key that it leaves out has the default in the column *with a file*: the one Suricata builds in. Without
  a file the values are those of the configuration that Suricata ships, with a few that serve somebody who wants to look
  into a capture; where they differ, the column *without* says so.
- ` + "`--include FILE`" + ` reads another file after it, and ` + "`include:`" + ` in a file one or more others, at any place; a
  relative name is relative to the file. What comes later replaces what came before.
- ` + "`--set KEY=VALUE`" + ` changes one value, after all files. An element of a list is named by its index or its key:
  ` + "`--set outputs.1.eve-log.types.0.alert.payload=yes`" + `.
- The YAML is read as version 1.1: ` + "`yes`, `no`, `on` and `off`" + ` are booleans, and a leading 0 makes a number octal.
- A size is a number of bytes, or has a unit: kb, mb, gb, KiB, MiB, GiB. All are powers of 1024.
- An unknown key is reported with its place and the nearest key that there is. ` + "`reknit -T -c FILE`" + ` tests a configuration:
  it reports everything that is wrong, and an unknown key is then an error. A key that Suricata has and that has no effect
  here yet is reported as that.

`)
	var c Config
	table(&b, "General", "", c.own())
	table(&b, "Streams", "How TCP connections are followed and put together.", c.Stream.table())
	table(&b, "Target systems", "How hosts treat overlapping data. The longest prefix that holds an address counts.", c.hostOSTable())
	table(&b, "Tunnels", "Packets in packets have flows of their own. Ports are given as a number, a list, `any`, or `$NAME` for a "+
		"variable of `vars.port-groups`.", c.Decoder.table())
	table(&b, "Fragments", "", c.Defrag.table())
	table(&b, "Flows", "", append(c.Flow.table(), c.Timeouts.table()...))
	table(&b, "Exception policies", "", c.Policies.table())
	table(&b, "SMTP", "", c.Protocols.SMTP.table())
	table(&b, "HTTP", "", c.Protocols.HTTP.table())
	table(&b, "WebSocket", "", c.Protocols.WebSocket.table())
	table(&b, "POP3", "Messages are taken apart as `app-layer.protocols.smtp.mime` says.", c.Protocols.POP3.table())
	table(&b, "DNS", "", append(c.Protocols.DNS.table(), c.Protocols.mdns()...))
	table(&b, "FTP", "", c.Protocols.FTP.table())
	table(&b, "TFTP", "", c.Protocols.tftp())
	table(&b, "NTP", "", c.Protocols.ntp())
	table(&b, "SMB", "", c.Protocols.smb())
	table(&b, "IMAP", "", c.Protocols.IMAP.table())
	table(&b, "TLS", "", c.Protocols.TLS.table())
	table(&b, "SSH", "", c.Protocols.SSH.table())
	table(&b, "Rules", "The variables that rules name "+
		"with `$` are the keys of `vars.address-groups` and `vars.port-groups`.", c.Rules.table())
	table(&b, "Lists", "Other keys of the section `datasets` name sets; see below.", c.Lists.table())
	table(&b, "Sets", "Each set is a key below `datasets`.", prefixed("datasets.NAME.", new(Dataset).table()))
	table(&b, "Counters", "", c.Stats.table())
	table(&b, "Threads", "", c.Threads.table())
	var e EVE
	table(&b, "EVE output", "Elements of the list `outputs` that are called `eve-log`. Without a configuration there is one, "+
		"and it is written when `-l` or `-o` asks for it.", prefixed("eve-log.", e.table()))
	b.WriteString("The list `eve-log.types` says what is logged: " + code(loggedTypes) + ", and only when it is named " +
		code(typesOnRequest) + ". Options of the types:\n\n")
	var types []row
	for _, t := range slices.Concat(loggedTypes, typesOnRequest) {
		types = append(types, prefixed(t+".", e.typeTable(t))...)
	}
	table(&b, "", "", types)
	table(&b, "Alerts in a file", "Elements of the list `outputs` that are called `fast`: a line for each alert.",
		prefixed("fast.", new(Fast).table()))
	table(&b, "Counters in a file", "Elements of the list `outputs` that are called `stats`.",
		prefixed("stats.", new(StatsFile).table()))
	table(&b, "Files", "An element of the list `outputs` that is called `file-store`: the contents of files found in streams, in the "+
		"directories and under the names of version 2 of Suricata's.", prefixed("file-store.", new(FileStore).table()))
	table(&b, "", "An element `pcap-log` writes packets:", prefixed("pcap-log.", new(PcapLog).table()))
	table(&b, "", "An element `tls-store` writes certificates:", prefixed("tls-store.", new(TLSStore).table()))
	table(&b, "Streams in files", "Elements of the list `outputs` that are called `tcp-data`. Only what was delivered is written: "+
		"lost bytes are left out.", prefixed("tcp-data.", new(TCPData).table()))
	table(&b, "Messages", "", c.Logging.table())
	table(&b, "", "The elements `console` and `file` of the list `logging.outputs`:", c.Logging.Console.table())
	b.WriteString("## Keys without effect so far\n\nThey are known, and reported when a configuration asks for something with them.\n\n")
	for _, v := range vocabulary {
		if v.status == notYet {
			name := v.section
			if name == "" {
				name = "at the top"
			}
			fmt.Fprintf(&b, "- %s: %s\n", name, code(strings.Fields(v.keys)))
		}
	}
	return b.String()
}

func table(b *strings.Builder, title, text string, rows []row) {
	if title != "" {
		fmt.Fprintf(b, "## %s\n\n", title)
	}
	if text != "" {
		fmt.Fprintf(b, "%s\n\n", text)
	}
	b.WriteString("| Key | Takes | With a file | Without | Meaning |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", r.path, r.field.takes, r.builtin, r.without, r.doc)
	}
	b.WriteByte('\n')
}

func prefixed(prefix string, rows []row) []row {
	for i := range rows {
		rows[i].path = prefix + rows[i].path
	}
	return rows
}

func code(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }
