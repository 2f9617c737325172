package config

// vocabulary holds the keys of suricata.yaml that the engine does not heed, by section. "[]" stands for the elements of
// a list, "*" for a name of the author's own, "**" for anything. Some are in a table as well: they are read, and wait for
// the engine.
var vocabulary = []struct {
	section string
	status  status
	keys    string // separated by blanks
}{
	{"", notYet, `suricata-version max-pending-packets autofp-scheduler default-packet-size
		host-mode asn1-max-frames pid-file daemon-directory umask
		mpm-algo spm-algo delayed-detect plugins ldap-server heartbeat.output-flush-interval
		sensor-id magic-file interfaces include max-packet-size`},

	{"livedev", notYet, "use-for-tracking"},

	// Flows and streams.
	{"flow", moot, "hash-size prealloc managers recyclers prune-flows"},
	{"flow-timeouts.udp", moot, "closed emergency-closed"},
	{"flow-timeouts.icmp", moot, "closed emergency-closed"},
	{"stream", moot, "prealloc-sessions reassembly.segment-prealloc reassembly.zero-copy-size reassembly.segments.[].size " +
		"reassembly.segments.[].prealloc reassembly.chunk-prealloc"},
	{"stream", obsolete, "max-sessions"},
	{"stream", moot, "reassembly.max-regions"}, // runs are indexed, however many there are
	{"defrag", moot, "hash-size prealloc"},
	{"defrag", notYet, "default-config.timeout"},
	{"host", notYet, "memcap hash-size prealloc"},
	{"ippair", notYet, "memcap hash-size prealloc"},
	{"decoder", moot, "vntag.enabled ieee8021ah.enabled"}, // always on
	{"decoder", notYet, `ipv4.ipip.enabled ipv4.ipip.track-parent-flow ipv4.ipip-ipv6.enabled ipv4.ipip-ipv6.track-parent-flow
		ipv6.ipip-ipv4.enabled ipv6.ipip-ipv4.track-parent-flow ipv6.ipip-ipv6.enabled
		ipv6.ipip-ipv6.track-parent-flow`},

	// Where packets come from.
	{"pcap-file", notYet, "tenant-id delete-when-done recursive buffer-size bpf-filter"},
	{"capture", notYet, "checksum-validation disable-offloading"},
	{"pcap.[]", notYet, "interface threads buffer-size bpf-filter checksum-checks promisc snaplen disable-promisc"},
	{"af-packet.[]", notYet, `interface threads cluster-id cluster-type defrag use-mmap mmap-locked tpacket-v3 ring-size
		block-size block-timeout use-emergency-flush buffer-size disable-promisc checksum-checks bpf-filter
		copy-mode copy-iface rollover bypass ebpf-lb-file ebpf-filter-file xdp-filter-file xdp-mode
		xdp-cpu-redirect pinned-maps pinned-maps-name no-percpu-hash gpu-bypass default-vlan v4-map-name
		v6-map-name`},
	{"af-xdp.[]", notYet, `interface threads disable-promisc force-xdp-mode force-bind-mode mem-unaligned
		enable-busy-poll busy-poll-time busy-poll-budget gro-flush-timeout napi-defer-hard-irq checksum-checks
		bpf-filter`},
	{"dpdk", notYet, "eal-params.**"},
	{"dpdk.interfaces.[]", notYet, `interface threads interrupt-mode promisc multicast checksum-checks
		checksum-checks-offload mtu vlan-strip-offload rss-hash-functions linkup-timeout mempool-size
		mempool-cache-size rx-descriptors tx-descriptors copy-mode copy-iface auto`},
	{"netmap.[]", notYet, `interface threads copy-mode copy-iface disable-promisc checksum-checks bpf-filter
		buffer-size`},
	{"pfring.[]", notYet, "interface threads cluster-id cluster-type bpf-filter bypass checksum-checks"},
	{"nfq", notYet, `mode repeat-mark repeat-mask bypass-mark bypass-mask route-queue batchcount fail-open queue-size`},
	{"nflog.[]", notYet, "group buffer-size qthreshold qtimeout max-size"},
	{"ipfw", notYet, "ipfw-reinjection-rule-number"},
	{"napatech", notYet, `hba use-all-streams streams enable-stream-stats auto-config hardware-bypass inline ports
		hashmode`},
	{"endace", notYet, "**"},
	{"mpipe", obsolete, "**"},
	{"cuda", obsolete, "**"},
	{"ips.[]", notYet, "**"},

	// Protocols.
	{"app-layer.protocols.http", notYet, "detection-ports.dp detection-ports.sp memcap"},
	{"app-layer.protocols.http.libhtp.default-config", notYet, libhtp},
	{"app-layer.protocols.http.libhtp.server-config.[].*", notYet, libhtp},
	{"app-layer.protocols.http.byterange", notYet, "max-queued"},
	{"app-layer.protocols.http2", notYet, `enabled http1-rules max-streams max-table-size max-frames
		max-reassembly-size detection-ports.dp detection-ports.sp`},
	{"app-layer.protocols.doh2", notYet, "enabled"},
	{"app-layer.protocols.tls", notYet, "encrypt-handling no-reassemble subjectaltname"},
	{"app-layer.protocols.quic", notYet, "enabled ja3-fingerprints ja4-fingerprints encryption-handling"},
	{"app-layer.protocols.smtp", notYet, `mime.header-value-depth
		inspected-tracker.content-limit inspected-tracker.content-inspect-min-size
		inspected-tracker.content-inspect-window`},
	{"app-layer.protocols.msn", obsolete, "enabled"},
	{"app-layer.protocols.telnet", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.dns", obsolete, "global-memcap state-memcap request-flood"},
	{"app-layer.protocols.llmnr", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.smb", notYet, `stream-depth max-tx max-read-size max-write-size max-read-queue-size max-read-queue-cnt max-write-queue-size
		max-write-queue-cnt max-guid-cache-size max-rec-offset-cache-size max-tree-cache-size
		max-dcerpc-frag-cache-size max-session-cache-size`},
	{"app-layer.protocols.dcerpc", notYet, `enabled max-tx max-stub-size
		tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.nfs", notYet, `enabled max-tx tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.krb5", notYet, `enabled tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.ldap", notYet, `enabled max-tx tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.sip", notYet, `enabled max-tx detection-ports.dp detection-ports.sp
		tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.mqtt", notYet, `enabled max-msg-length max-tx subscribe-topic-match-limit
		unsubscribe-topic-match-limit detection-ports.dp detection-ports.sp`},
	{"app-layer.protocols.snmp", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.ike", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.ikev2", obsolete, "enabled"},
	{"app-layer.protocols.dhcp", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.rdp", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.rfb", notYet, "enabled detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.bittorrent-dht", notYet, "enabled"},
	{"app-layer.protocols.pgsql", notYet, "enabled stream-depth max-tx detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.modbus", notYet, `enabled request-flood stream-depth detection-ports.dp
		detection-ports.sp`},
	{"app-layer.protocols.dnp3", notYet, "enabled max-tx detection-ports.dp detection-ports.sp"},
	{"app-layer.protocols.enip", notYet, `enabled detection-ports.dp detection-ports.sp
		tcp.enabled tcp.detection-ports.dp tcp.detection-ports.sp
		udp.enabled udp.detection-ports.dp udp.detection-ports.sp`},
	{"app-layer.protocols.template", notYet, "enabled detection-ports.dp detection-ports.sp"},

	// Outputs.
	{"outputs.[].fast", notYet, "filetype"},
	{"outputs.[].eve-log", notYet, `threaded rotate-interval type level identity facility
		json.preserve-order json.compact json.ensure-ascii json.escape-slash`},
	{"outputs.[].eve-log.redis", notYet, `server port username password async mode key stream-maxlen
		stream-trim-exact pipelining.enabled pipelining.batch-size`},
	{"outputs.[].eve-log.types.[].alert", notYet, "reference suricata-version"},
	{"outputs.[].eve-log.types.[].alert", obsolete, "http tls ssh smtp dnp3 vars flow"},
	{"outputs.[].eve-log.types.[].anomaly", obsolete, "types.packethdr"},
	{"outputs.[].eve-log.types.[].http", obsolete, "tagged-packets"},
	{"outputs.[].eve-log.types.[].dns", obsolete, "query answer custom"},
	{"outputs.[].eve-log.types.[].tls", notYet, "session-resumed"},
	{"outputs.[].eve-log.types.[].files", obsolete, "force-md5"},
	{"outputs.[].eve-log.types.[].smb", notYet, "enabled types"},
	{"outputs.[].eve-log.types.[].dhcp", notYet, "enabled extended"},
	{"outputs.[].eve-log.types.[].mqtt", notYet, "enabled passwords string-log-limit"},
	{"outputs.[].eve-log.types.[].pgsql", notYet, "enabled passwords"},
	{"outputs.[].eve-log.types.[].quic", notYet, "enabled ja4"},
	{"outputs.[].eve-log.types.[].flow", moot, "exception-policy"}, // always written
	{"outputs.[].eve-log.types.[].metadata", notYet, "enabled"},
	{"outputs.[].eve-log.types.[]", notYet, `llmnr.enabled  rdp.enabled
		nfs.enabled ike.enabled dcerpc.enabled krb5.enabled bittorrent-dht.enabled snmp.enabled
		rfb.enabled sip.enabled ldap.enabled  http2.enabled doh2.enabled
		modbus.enabled dnp3.enabled enip.enabled template.enabled igmp.enabled sctp.enabled
		telnet.enabled`},
	{"outputs.[].eve-log.types.[]", obsolete, "ikev2.enabled vars.enabled"},
	{"outputs.[].file-store", notYet, "force-magic"},
	{"outputs.[].file-store", obsolete, "log-dir force-md5 write-meta waldo include-pid"},
	{"outputs.[].pcap-log", notYet, "sguil-base-dir"},
	{"outputs.[].alert-debug", notYet, "enabled filename append filetype"},
	{"outputs.[].stats", notYet, "filetype"},
	{"outputs.[].http-body-data", notYet, "enabled type filename"},
	{"outputs.[].lua", notYet, "enabled scripts scripts-dir path cpath"},
	{"outputs.[].syslog", notYet, "enabled facility identity level"},
	{"outputs.[].http-log", notYet, "enabled filename append extended custom customformat filetype"},
	{"outputs.[].tls-log", notYet, `enabled filename append extended custom customformat filetype
		session-resumption`},
	{"outputs.[]", obsolete, "unified2-alert.** alert-prelude.** dns-log.** drop.** file-log.** eve.**"},

	// What the program says.
	{"logging", notYet, "default-log-format default-output-filter stacktrace-on-signal"},
	{"logging.outputs.[].console", notYet, "format filter"},
	{"logging.outputs.[].file", notYet, "format filter"},
	{"logging.outputs.[].syslog", notYet, "enabled facility format level type filter identity"},

	// Rules.
	{"detect", notYet, `profile custom-values.toclient-groups custom-values.toserver-groups sgh-mpm-context
		sgh-mpm-caching sgh-mpm-caching-path sgh-mpm-caching-max-age inspection-recursion-limit
		delayed-detect flowbits.max-per-signature
		prefilter.default grouping.tcp-whitelist grouping.udp-whitelist grouping.tcp-priority-ports
		grouping.udp-priority-ports thresholds.hash-size thresholds.memcap
		profiling.grouping.include-mpm-stats profiling.inspect-logging-threshold firewall.**`},
	{"detect-engine", obsolete, "**"},
	{"firewall", notYet, "enabled rule-path rule-files policies.**"},
	{"threshold", notYet, "hash-size memcap"},
	{"multi-detect", notYet, `enabled selector loaders default config-path mappings.[].tenant-id mappings.[].vlan-id
		mappings.[].device mappings.[].vlan mappings.[].tenant-id-secondary tenants.[].id tenants.[].yaml
		tenants.[].tenant *.**`},
	{"datasets", moot, "enabled save-directory"},
	{"pcre", notYet, "match-limit match-limit-recursion"},
	{"engine-analysis", notYet, "rules-fast-pattern rules"},
	{"luajit", obsolete, "states"},
	{"lua", notYet, "max-instructions max-bytes allow-restricted-functions"},
	{"legacy", obsolete, "uricontent"},

	// The process.
	{"threading", notYet, `set-cpu-affinity autopin stack-size
		cpu-affinity.[].*.cpu cpu-affinity.[].*.mode cpu-affinity.[].*.threads cpu-affinity.[].*.prio.*
		cpu-affinity.*.cpu cpu-affinity.*.mode cpu-affinity.*.threads cpu-affinity.*.prio.*
		cpu-affinity.*.interface-specific-cpu-set.**`},
	{"security", notYet, `limit-noproc landlock.enabled landlock.directories.** lua.allow-rules
		lua.allow-restricted-functions lua.max-bytes lua.max-instructions`},
	{"run-as", notYet, "user group"},
	{"coredump", notYet, "max-dump"},
	{"unix-command", notYet, "enabled filename mode"},
	{"profiling", notYet, `sample-rate
		rules.enabled rules.filename rules.append rules.sort rules.limit rules.json rules.active
		keywords.enabled keywords.filename keywords.append
		prefilter.enabled prefilter.filename prefilter.append
		rulegroups.enabled rulegroups.filename rulegroups.append
		packets.enabled packets.filename packets.append packets.csv.enabled packets.csv.filename
		locks.enabled locks.filename locks.append pcap-log.enabled pcap-log.filename pcap-log.append`},
}

// libhtp are the keys of an HTTP personality.
const libhtp = `request-body-inspect-window response-body-inspect-window
	http-body-inline swf-decompression.enabled swf-decompression.type
	swf-decompression.compress-depth swf-decompression.decompress-depth
	randomize-inspection-sizes randomize-inspection-range decompression-time-limit lzma-enabled lzma-memlimit
	path-convert-backslash-separators
	path-separators-compress path-control-chars-handling path-separators-decode path-nul-encoded-terminates
	path-nul-raw-terminates path-u-encode-decode set-path-convert-u-encode
	u-encode-decode convert-lowercase path-convert-lowercase url-encoding-invalid-handling
	path-url-encoding-invalid-handling set-path-decode-u-encoding decode-path`
