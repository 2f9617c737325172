package main

import (
	"strings"
	"time"

	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/http"
)

// httpConfig turns the section app-layer.protocols.http, and what the outputs want, into the parser's settings.
func httpConfig(c *config.Config, w wishes) http.Config {
	h := &c.Protocols.HTTP
	p := httpServer(&h.Server)
	p.MaxTx = h.Server.MaxTx
	p.EVE, p.XFF = w.http, w.xff
	p.EVE.Brief = !w.httpExtended
	p.Ranges = http.Ranges{Memory: int64(h.RangeMemory), Timeout: time.Duration(h.RangeTimeout) * time.Second}
	if p.Ranges.Memory == 0 {
		p.Ranges.Memory = -1
	}
	for i := range h.Servers {
		for _, n := range h.Servers[i].Networks {
			p.Servers = append(p.Servers, http.Server{Network: n, Config: httpServer(&h.Servers[i].HTTPServer)})
		}
	}
	return p
}

// httpServer turns the settings for a server into the parser's.
func httpServer(s *config.HTTPServer) http.Config {
	p := http.Config{
		MaxLine:   int(min(s.MetaFieldLimit, 1<<30)),
		MaxFields: s.HeadersLimit,
		URI:       personality(s.Personality),
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

// addHTTP adds what an output wants of HTTP.
func (w *wishes) addHTTP(e *config.EVE) {
	l := &e.HTTP
	w.httpExtended = w.httpExtended || l.Extended
	for _, name := range l.Custom {
		w.http.Custom = append(w.http.Custom, strings.ToLower(strings.ReplaceAll(name, "_", "-")))
	}
	w.http.Request = w.http.Request || l.Dump == "both" || l.Dump == "request"
	w.http.Response = w.http.Response || l.Dump == "both" || l.Dump == "response"
	for _, x := range []*config.XFF{&e.XFF, &l.XFF} { // that of the type wins
		if x.Enabled {
			w.xff = http.XFF{Enabled: true, Header: x.Header, Forward: x.Deployment == "forward"}
		}
	}
}
