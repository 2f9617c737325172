package config

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
)

// HTTP is the section app-layer.protocols.http. Server is libhtp.default-config.
type HTTP struct {
	Enabled string // yes, no or detection-only
	Server  HTTPServer

	Servers []HTTPServerOf // the list libhtp.server-config

	RangeMemory  Size
	RangeTimeout int // seconds
}

// HTTPServer are the settings for a server: libhtp.default-config.
type HTTPServer struct {
	Personality      string
	MetaFieldLimit   Size
	HeadersLimit     int
	MaxTx            int
	DoubleDecodePath bool
	DoubleDecode     bool // of the query
	URIIncludeAll    bool
	PlusSpaceDecode  bool
	DecodeLayers     int
	BombLimit        Size
	RequestBody      Size // that counts as a file; 0: all of it
	ResponseBody     Size
	RequestInspect   Size // request-body-minimal-inspect-size
	ResponseInspect  Size
}

// HTTPServerOf are the settings for servers in some networks.
type HTTPServerOf struct {
	Networks []netip.Prefix
	HTTPServer
}

// serverConfig is the list with the settings for single servers.
const serverConfig = "app-layer.protocols.http.libhtp.server-config"

// servers reads the list server-config.
func (h *HTTP) servers(root *Node, ps *Problems) {
	n := root.Find(serverConfig)
	switch {
	case n == nil || n.Kind == Null:
		return
	case n.Kind != List:
		ps.add(BadValue, n.Pos, serverConfig, "%s: want a list, not %s", serverConfig, n.Kind)
		return
	}
	for _, i := range n.Items {
		name, body := i.titled()
		if body == nil {
			continue
		}
		var s HTTPServerOf
		before := len(*ps)
		if fill(s.table(), body, join(join(serverConfig, i.Name), name), true, ps); len(*ps) == before {
			h.Servers = append(h.Servers, s)
		}
	}
}

func (s *HTTPServerOf) table() []row {
	var words []string
	return append(s.HTTPServer.table(), row{"address", list("a list of networks", &words, func(w string) error {
		p, err := parseNetwork(w)
		s.Networks = append(s.Networks, p)
		return err
	}), "[]", "", "Networks of the servers."})
}

// personalities are those of libhtp, in either case.
var personalities = []string{"minimal", "generic", "ids", "iis_4_0", "iis_5_0", "iis_5_1", "iis_6_0", "iis_7_0", "iis_7_5", "apache",
	"apache_2"}

func (h *HTTP) table() []row {
	at := func(key string) string { return "app-layer.protocols.http." + key }
	rows := []row{
		{at("enabled"), enabled(&h.Enabled), "yes", "", "Find and parse HTTP; detection-only: find it."},
	}
	rows = append(rows,
		row{at("byterange.memcap"), size(&h.RangeMemory), "100 MiB", "",
			"Bytes of files that come in ranges, which are kept until a file is complete."},
		row{at("byterange.timeout"), number(&h.RangeTimeout, 1, math.MaxInt32), "60", "",
			"Seconds that ranges wait for another one of the same file."})
	for _, r := range h.Server.table() {
		r.path = at("libhtp.default-config." + r.path)
		rows = append(rows, r)
	}
	return rows
}

func (s *HTTPServer) table() []row {
	return []row{
		{"personality", oneOf(&s.Personality, personalities...), "ids", "",
			"The server whose way of reading a request target is followed. The list `libhtp.server-config` has elements of any " +
				"name, with these keys and an `address` or a list of addresses and networks of servers that they are for."},
		{"meta-field-limit", size(&s.MetaFieldLimit), "18000", "",
			"Bytes of a start line or a header field; of a longer one the beginning counts."},
		{"headers-limit", number(&s.HeadersLimit, 1, math.MaxInt32), "1024", "", "Header fields of a message that are read."},
		{"max-tx", number(&s.MaxTx, 1, math.MaxInt32), "512", "", "Transactions of a connection that may be open at once."},
		{"response-body-decompress-layer-limit", number(&s.DecodeLayers, 0, 8), "2", "",
			"Content codings of a body that are undone; 0: bodies stay as they are."},
		{"compression-bomb-limit", size(&s.BombLimit), "1 MiB", "",
			"Decoded bytes of a body from which on they may be at most 2048 times as many as those that were sent."},
		{"request-body-limit", size(&s.RequestBody), "0", "", "Bytes after which a file in a request is truncated; 0: no limit, and none " +
			"in what is not given, unlike Suricata (4096)."},
		{"response-body-limit", size(&s.ResponseBody), "0", "", "The same for responses."},
		{"request-body-minimal-inspect-size", size(&s.RequestInspect), "32 KiB", "", "How much of what a client sent stays at hand for the payload " +
			"of alerts. That of `default-config` counts."},
		{"response-body-minimal-inspect-size", size(&s.ResponseInspect), "32 KiB", "40 KiB", "The same for servers."},
		{"double-decode-path", boolean(&s.DoubleDecodePath), "no", "", "Decode the path of a target twice."},
		{"double-decode-query", boolean(&s.DoubleDecode), "no", "", "Decode the query of a target twice."},
		{"uri-include-all", boolean(&s.URIIncludeAll), "no", "", "Keep scheme, user, host and port in the normalised target."},
		{"query-plusspace-decode", boolean(&s.PlusSpaceDecode), "no", "", "Decode + in the query as a blank."},
	}
}

// HTTPLog are the options of the type http.
type HTTPLog struct {
	Extended bool
	Custom   []string // header fields to list
	Dump     string   // none, both, request or response
	XFF      XFF
}

// XFF says how the address of a client behind a proxy is found.
type XFF struct {
	Enabled    bool
	Mode       string // extra-data or overwrite
	Deployment string // reverse or forward
	Header     string
}

func (l *HTTPLog) table() []row {
	return append([]row{
		{"extended", boolean(&l.Extended), "no", "yes", "Log method, protocol, status, referer, redirect and length, too."},
		{"custom", list("a list of header fields", &l.Custom, checkHTTPField), "[]", "",
			"Header fields to list: " + strings.Join(httpFields, ", ") + "."},
		{"dump-all-headers", oneOf(&l.Dump, "none", "both", "request", "response"), "none", "",
			"List all header fields of requests, responses or both."},
	}, l.XFF.table("xff.")...)
}

func (x *XFF) table(prefix string) []row {
	return []row{
		{prefix + "enabled", boolean(&x.Enabled), "no", "", "Log the address of the client that a proxy names."},
		{prefix + "mode", oneOf(&x.Mode, "extra-data", "overwrite"), "extra-data", "",
			"How: extra-data, as the member xff; overwrite, in place of the client's address, in records of HTTP and alerts."},
		{prefix + "deployment", oneOf(&x.Deployment, "reverse", "forward"), "reverse", "",
			"reverse: the last address counts, as with a proxy before servers; forward: the first."},
		{prefix + "header", text(&x.Header), "X-Forwarded-For", "", "Header field with the address."},
	}
}

// httpFields are the header fields that custom may name.
var httpFields = []string{"accept", "accept-charset", "accept-encoding", "accept-language", "accept-datetime", "authorization",
	"cache-control", "cookie", "from", "max-forwards", "origin", "pragma", "proxy-authorization", "range", "te", "via",
	"x-requested-with", "dnt", "x-forwarded-proto", "x-authenticated-user", "x-flash-version", "accept-range", "age", "allow",
	"connection", "content-encoding", "content-language", "content-length", "content-location", "content-md5", "content-range",
	"content-type", "date", "etags", "expires", "last-modified", "link", "location", "proxy-authenticate", "referer", "refresh",
	"retry-after", "server", "set-cookie", "trailer", "transfer-encoding", "upgrade", "vary", "warning", "www-authenticate",
	"true-client-ip", "org-src-ip", "x-bluecoat-via"}

func checkHTTPField(word string) error {
	w := strings.ToLower(strings.ReplaceAll(word, "_", "-"))
	if err := oneWord(w, httpFields...); err != nil {
		return fmt.Errorf("custom: %w", err)
	}
	return nil
}
