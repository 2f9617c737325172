package main

import (
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/http"
)

// httpConfig turns the section app-layer.protocols.http into the parser's settings.
func httpConfig(c *config.Config, w wishes) http.Config {
	h := &c.Protocols.HTTP
	p := httpServer(&h.Server)
	if w.streams {
		p.Inspect = [2]int{int(min(h.Server.RequestInspect, 1<<20)), int(min(h.Server.ResponseInspect, 1<<20))}
	}
	p.MaxTx = h.Server.MaxTx
	p.Ranges, p.RangeTable = rangesOf(h), w.ranges
	for i := range h.Servers {
		for _, n := range h.Servers[i].Networks {
			p.Servers = append(p.Servers, http.Server{Network: n, Config: httpServer(&h.Servers[i].HTTPServer)})
		}
	}
	return p
}

// rangesOf says how files that come in ranges are put together.
func rangesOf(h *config.HTTP) http.Ranges {
	r := http.Ranges{Memory: int64(h.RangeMemory), Timeout: time.Duration(h.RangeTimeout) * time.Second}
	if r.Memory == 0 {
		r.Memory = -1
	}
	return r
}

// httpServer turns the settings for a server into the parser's.
func httpServer(s *config.HTTPServer) http.Config {
	p := http.Config{
		MaxLine:   int(min(s.MetaFieldLimit, 1<<30)),
		MaxFields: s.HeadersLimit,

		RequestBody:  bodyLimit(s.RequestBody),
		ResponseBody: bodyLimit(s.ResponseBody),

		URI: personality(s.Personality),

		MaxUpload:   int64(min(s.RequestBody, math.MaxInt64)),
		MaxDownload: int64(min(s.ResponseBody, math.MaxInt64)),
	}
	if p.MaxCodings = s.DecodeLayers; s.DecodeLayers == 0 {
		p.MaxCodings = -1
	}
	p.Coding.BombSize = int64(s.BombLimit)
	p.URI.DoublePath = s.DoubleDecodePath
	p.URI.DoubleQuery = s.DoubleDecode
	p.URI.All = s.URIIncludeAll
	p.URI.PlusIsSpace = s.PlusSpaceDecode
	return p
}

// maxBody is the number of bytes of a body that are kept for rules at most.
const maxBody = 16 << 20

// bodyLimit returns how many bytes of bodies are kept for rules.
func bodyLimit(s config.Size) int {
	if s == 0 {
		return keptForRules
	}
	return int(min(s, maxBody))
}

// personality returns how a kind of server reads request targets.
func personality(name string) http.URI {
	switch name {
	case "minimal":
		return http.URI{KeepBackslash: true, KeepSeparators: true, KeepRepeated: true, KeepUnicode: true, KeepUTF8: true}
	case "generic", "iis_5_1":
		return http.URI{KeepUnicode: true, KeepUTF8: true}
	case "apache", "apache_2":
		return http.URI{KeepBackslash: true, KeepSeparators: true, KeepUnicode: true, KeepUTF8: true}
	case "iis_4_0", "iis_5_0", "iis_6_0", "iis_7_0", "iis_7_5":
		return http.URI{KeepUTF8: true}
	}
	return http.URI{} // ids
}

// httpForm is the form that an output wants records of HTTP in.
type httpForm struct {
	eve       http.EVE
	xff       http.XFF
	overwrite bool // the source of a record is the client that a proxy names
}

// formOfHTTP turns the options of the type http, and those of the output, into a form.
func formOfHTTP(e *config.EVE) httpForm {
	l := &e.HTTP
	f := httpForm{eve: http.EVE{
		Brief:    !l.Extended,
		Request:  l.Dump == "both" || l.Dump == "request",
		Response: l.Dump == "both" || l.Dump == "response",
	}}
	for _, name := range l.Custom {
		f.eve.Custom = append(f.eve.Custom, strings.ToLower(strings.ReplaceAll(name, "_", "-")))
	}
	for _, x := range []*config.XFF{&e.XFF, &l.XFF} { // that of the type wins
		if x.Enabled {
			f.overwrite = x.Mode == "overwrite"
			f.xff = http.XFF{Enabled: true, Header: x.Header, Forward: x.Deployment == "forward"}
		}
	}
	return f
}

// http writes the record of an exchange in the form that the output wants.
func (o *eveOutput) http(r *event.Record, x *http.Exchange) {
	f := &o.exchanges
	if r.Type != "http" {
		o.EVE.Event(r)
		return
	}
	xff := f.xff
	if f.overwrite {
		xff.Enabled = false
		if a, err := netip.ParseAddr(string(x.Forwarded(f.xff.Header, f.xff.Forward))); err == nil {
			defer func(src netip.Addr) { r.Src = src }(r.Src)
			r.Src = a
		}
	}
	r.Body = x.As(&f.eve, &xff)
	o.EVE.Event(r)
	r.Body = x
}
