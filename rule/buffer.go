package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/stream"
)

// Source says where the bytes of a buffer come from.
type Source uint8

const (
	FromPayload Source = iota // packets and streams, as they are
	FromField                 // an app.Field
	FromFile                  // a file or a body in a stream, or what is known of it
	FromHeader                // a header of the packet
	FromDecoded               // what base64_decode made
	FromFrame                 // a frame that a parser names
)

// Buffer is what payload keywords can look at. Its name is the keyword that selects it.
type Buffer struct {
	Name   string
	Dirs   Dirs // that it exists in
	Source Source
	Multi  bool     // there can be several; the tests of one section must be true for the same one
	Low    bool     // hardly ever worth a fast pattern
	App    []string // protocols that have it; nil: any
	Fields []Field  // of FromField: where it comes from
	Frames []Frame  // of FromFrame: likewise
}

// IsAddress reports whether the buffer is an address of the packet, which its flow has, too.
func (b *Buffer) IsAddress() bool { return b.Name == "ip.src" || b.Name == "ip.dst" }

// Field is a protocol's field.
type Field struct {
	Protocol string
	*app.Field
}

// payloadBuffer is the name of the buffer that is looked at when no other is named.
const payloadBuffer = "pkt_data"

// bufferRow is what the language says about a buffer.
type bufferRow struct {
	name   string
	old    string // other names as a sticky buffer
	mod    string // names of the modifier that moves the previous content into it
	dirs   Dirs
	flags  bufferFlags
	source Source
	app    string // protocols
}

type bufferFlags uint8

const (
	multi bufferFlags = 1 << iota
	low
)

// bufferRows are the buffers for which the language knows more than a name. Those that come from a protocol's field exist as
// soon as the protocol has the field; a field that is not here is a buffer, too.
var bufferRows = []bufferRow{
	{name: payloadBuffer, dirs: Both},
	{name: "base64_data", dirs: Both, source: FromDecoded},
	{name: "file.data", old: "file_data", dirs: Both, source: FromFile, flags: multi, app: "http http2 smtp ftp-data nfs smb"},
	{name: "file.name", dirs: Both, source: FromFile, flags: multi, app: "http http2 smtp ftp-data nfs smb"},
	{name: "file.magic", dirs: Both, source: FromFile, flags: multi, app: "http http2 smtp ftp-data nfs smb"},
	{name: "ether.hdr", dirs: Both, source: FromHeader},
	{name: "ip.src", dirs: Both, source: FromHeader}, {name: "ip.dst", dirs: Both, source: FromHeader},
	{name: "ipv4.hdr", dirs: Both, source: FromHeader}, {name: "ipv6.hdr", dirs: Both, source: FromHeader},
	{name: "tcp.hdr", dirs: Both, source: FromHeader}, {name: "udp.hdr", dirs: Both, source: FromHeader},
	{name: "icmpv4.hdr", dirs: Both, source: FromHeader}, {name: "icmpv6.hdr", dirs: Both, source: FromHeader},

	{name: "http.method", mod: "http_method", dirs: ToServer, flags: low, source: FromField, app: "http http2"},
	{name: "http.uri", mod: "http_uri", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.uri.raw", mod: "http_raw_uri", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.host", mod: "http_host", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.host.raw", mod: "http_raw_host", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.user_agent", mod: "http_user_agent", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.referer", old: "http_referer", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.accept", old: "http_accept", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.accept_enc", old: "http_accept_enc", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.accept_lang", old: "http_accept_lang", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.protocol", old: "http_protocol", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.request_line", old: "http_request_line", dirs: ToServer, source: FromField, app: "http http2"},
	{name: "http.response_line", old: "http_response_line", dirs: ToClient, source: FromField, app: "http http2"},
	{name: "http.stat_code", mod: "http_stat_code", dirs: ToClient, flags: low, source: FromField, app: "http http2"},
	{name: "http.stat_msg", mod: "http_stat_msg", dirs: ToClient, flags: low, source: FromField, app: "http http2"},
	{name: "http.header", mod: "http_header", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.header.raw", mod: "http_raw_header", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.header_names", old: "http_header_names", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.request_header", dirs: ToServer, flags: multi, source: FromField, app: "http http2"},
	{name: "http.response_header", dirs: ToClient, flags: multi, source: FromField, app: "http http2"},
	{name: "http.cookie", mod: "http_cookie", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.content_type", old: "http_content_type", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.content_len", old: "http_content_len", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.connection", old: "http_connection", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.location", old: "http_location", dirs: ToClient, source: FromField, app: "http http2"},
	{name: "http.server", old: "http_server", dirs: ToClient, source: FromField, app: "http http2"},
	{name: "http.start", old: "http_start", dirs: Both, source: FromField, app: "http http2"},
	{name: "http.request_body", mod: "http_client_body", dirs: ToServer, source: FromFile, app: "http http2"},
	{name: "http.response_body", mod: "http_server_body", dirs: ToClient, source: FromFile, app: "http http2"},

	{name: "smtp.rcpt_to", dirs: ToServer, flags: multi, source: FromField, app: "smtp"},
	{name: "email.url", dirs: ToServer, flags: multi, source: FromField, app: "smtp"},
	{name: "email.received", dirs: ToServer, flags: multi, source: FromField, app: "smtp"},

	{name: "tls.sni", old: "tls_sni", dirs: ToServer, source: FromField, app: "tls"},
	{name: "tls.cert_subject", old: "tls_cert_subject", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.cert_issuer", old: "tls_cert_issuer", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.cert_serial", old: "tls_cert_serial", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.cert_fingerprint", old: "tls_cert_fingerprint", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.subjectaltname", dirs: ToClient, flags: multi, source: FromField, app: "tls"},
	{name: "tls.certs", dirs: Both, flags: multi, source: FromField, app: "tls"},
	{name: "tls.alpn", dirs: Both, flags: multi, source: FromField, app: "tls"},
	{name: "tls.random", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.random_time", dirs: Both, source: FromField, app: "tls"},
	{name: "tls.random_bytes", dirs: Both, source: FromField, app: "tls"},
	{name: "ja3.hash", old: "ja3_hash", dirs: ToServer, source: FromField, app: "tls quic"},
	{name: "ja3.string", old: "ja3_string", dirs: ToServer, source: FromField, app: "tls quic"},
	{name: "ja3s.hash", dirs: ToClient, source: FromField, app: "tls quic"},
	{name: "ja3s.string", dirs: ToClient, source: FromField, app: "tls quic"},
	{name: "ja4.hash", dirs: ToServer, source: FromField, app: "tls quic"},

	{name: "dns.query", old: "dns_query", dirs: ToServer, flags: multi, source: FromField, app: "dns doh2"},
	{name: "dns.queries.rrname", dirs: Both, flags: multi, source: FromField, app: "dns doh2"},
	{name: "dns.answers.rrname", dirs: Both, flags: multi, source: FromField, app: "dns doh2"},
	{name: "dns.authorities.rrname", dirs: Both, flags: multi, source: FromField, app: "dns doh2"},
	{name: "dns.additionals.rrname", dirs: Both, flags: multi, source: FromField, app: "dns doh2"},
	{name: "dns.response.rrname", dirs: Both, flags: multi, source: FromField, app: "dns doh2"},

	{name: "ssh.proto", old: "ssh_proto", dirs: Both, source: FromField, app: "ssh"},
	{name: "ssh.software", old: "ssh_software", dirs: Both, source: FromField, app: "ssh"},
	{name: "ssh.hassh", dirs: ToServer, source: FromField, app: "ssh"},
	{name: "ssh.hassh.string", dirs: ToServer, source: FromField, app: "ssh"},
	{name: "ssh.hassh.server", dirs: ToClient, source: FromField, app: "ssh"},
	{name: "ssh.hassh.server.string", dirs: ToClient, source: FromField, app: "ssh"},

	{name: "mqtt.subscribe.topic", dirs: ToServer, flags: multi, source: FromField, app: "mqtt"},
	{name: "mqtt.unsubscribe.topic", dirs: ToServer, flags: multi, source: FromField, app: "mqtt"},
	{name: "smb.named_pipe", old: "smb_named_pipe", dirs: ToServer, source: FromField, app: "smb"},
	{name: "smb.share", old: "smb_share", dirs: ToServer, source: FromField, app: "smb"},
	{name: "dcerpc.stub_data", old: "dce_stub_data", dirs: Both, source: FromField, app: "dcerpc smb"},
	{name: "krb5.cname", old: "krb5_cname", dirs: ToClient, flags: multi, source: FromField, app: "krb5"},
	{name: "krb5.sname", old: "krb5_sname", dirs: ToClient, flags: multi, source: FromField, app: "krb5"},
	{name: "snmp.community", dirs: Both, source: FromField, app: "snmp"},
	{name: "ike.vendor", dirs: Both, flags: multi, source: FromField, app: "ike"},
	{name: "quic.cyu.hash", dirs: ToServer, flags: multi, source: FromField, app: "quic"},
	{name: "quic.cyu.string", dirs: ToServer, flags: multi, source: FromField, app: "quic"},
}

// learnBuffers makes the table of buffers, and their keywords.
func (l *Language) learnBuffers(list []app.Protocol) {
	l.buffers = map[string]*Buffer{}
	fields := map[string][]Field{}
	for i := range list {
		for j := range list[i].Fields {
			f := &list[i].Fields[j]
			fields[f.Name] = append(fields[f.Name], Field{list[i].Name, f})
		}
	}
	for _, r := range bufferRows {
		l.learnBuffer(r, fields[r.name])
		delete(fields, r.name)
	}
	for name, from := range fields {
		row := bufferRow{name: name, source: FromField}
		if strings.HasSuffix(name, ".rrname") {
			row.flags = multi
		}
		l.learnBuffer(row, from)
		l.learnValue(name)
	}
}

// learnBuffer adds a buffer. One that comes from a field of no protocol is a keyword that is not supported yet.
func (l *Language) learnBuffer(r bufferRow, from []Field) {
	b := &Buffer{Name: r.name, Dirs: r.dirs, Source: r.source, Multi: r.flags&multi != 0, Low: r.flags&low != 0,
		App: strings.Fields(r.app)}
	if r.source == FromField && len(from) > 0 {
		b.addFields(from, r.dirs == 0)
	}
	missing := r.source == FromField && len(from) == 0
	k := &keyword{name: r.name, old: r.old, value: mayHaveValue, buffer: b}
	m := &keyword{name: r.mod, value: noValue, buffer: b}
	if missing {
		k.from = first(b.App)
		m.from = k.from
	} else {
		k.read = func(c *compiler, value string) error { return c.selects(b, value) }
		m.read = func(c *compiler, _ string) error { return c.moves(b) }
		l.buffers[r.name] = b
	}
	switch r.source {
	case FromField, FromFile:
		k.traits, m.traits = needsTx, needsTx
	case FromHeader:
		k.traits = needsPacket
		if b.IsAddress() {
			k.traits |= needsAddress
		}
	}
	l.learn(k)
	if r.mod != "" {
		l.learn(m)
	}
}

// addFields says where a buffer comes from.
func (b *Buffer) addFields(from []Field, dirs bool) {
	b.Fields = from
	b.App = nil
	for _, f := range from {
		if !slices.Contains(b.App, f.Protocol) {
			b.App = append(b.App, f.Protocol)
		}
		if dirs && f.Dir == stream.ToServer {
			b.Dirs |= ToServer
		} else if dirs {
			b.Dirs |= ToClient
		}
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// selects makes b the buffer that payload keywords refer to. A buffer that exists in both directions can be asked for in one.
func (c *compiler) selects(b *Buffer, value string) error {
	c.content, c.home, c.previous = nil, nil, nil
	if b.Source == FromPayload && value == "" {
		c.sticky = nil
		return nil
	}
	var dirs Dirs
	switch {
	case value == "":
		c.sticky = c.section(b)
		return nil
	case b.Dirs != Both || b.Source == FromPayload:
		return fmt.Errorf("the keyword takes no value")
	case value == "to_server":
		dirs = ToServer
	case value == "to_client":
		dirs = ToClient
	default:
		return fmt.Errorf("want to_server or to_client, not %q", value)
	}
	c.sticky = &Section{Buffer: b, Dirs: dirs}
	c.rule.Sections = append(c.rule.Sections, c.sticky)
	return nil
}

// moves puts the last content into b.
func (c *compiler) moves(b *Buffer) error {
	payloadSection := c.lang.buffers[payloadBuffer]
	switch {
	case c.content == nil:
		return conflict("there is no content before it")
	case c.sticky != nil || c.home.Buffer != payloadSection:
		return conflict("the content is in another buffer already, %s", c.home.Buffer.Name)
	}
	moved := payload.Test(c.content)
	c.home.Tests = slices.DeleteFunc(c.home.Tests, func(t payload.Test) bool { return t == moved })
	to := c.section(b)
	to.Tests = append(to.Tests, c.content)
	c.home = to
	return nil
}
