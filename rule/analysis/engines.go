package analysis

import (
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// engine is where a rule looks in transactions, of one protocol in one direction.
type engine struct {
	Name       string  `json:"name"`
	Direction  string  `json:"direction"`
	IsMPM      bool    `json:"is_mpm"` // the fast pattern is looked for in it
	AppProto   string  `json:"app_proto"`
	Progress   int     `json:"progress"` // from which on it is there
	Transforms []match `json:"transforms,omitempty"`
	Matches    []match `json:"matches"`
}

// packetEngine is where a rule looks in packets.
type packetEngine struct {
	Name    string  `json:"name"`
	IsMPM   bool    `json:"is_mpm"`
	Matches []match `json:"matches,omitempty"`
}

// names are those that Suricata has for buffers inside, where they are not those of the keywords.
var names = map[string]string{
	"pkt_data": "payload", "file.data": "file_data", "dns.query": "dns_query", "ssh.software": "ssh_software",
	"http.location": "http.location", "http.server": "http.server", "http.request_body": "http_client_body",
	"http.response_body": "file_data", "http.header.raw": "http_raw_header", "http.host.raw": "http_raw_host",
	"http.uri.raw": "http_raw_uri",
}

// nameOf returns the name of a buffer.
func nameOf(b *rule.Buffer) string {
	if n, ok := names[b.Name]; ok {
		return n
	}
	if rest, ok := strings.CutPrefix(b.Name, "http."); ok {
		return "http_" + rest
	}
	return b.Name
}

var directionNames = [...]string{stream.ToServer: "toserver", stream.ToClient: "toclient"}

// engines returns where a rule looks in transactions, first where its fast pattern is.
func engines(r *rule.Rule, known map[string]*app.Protocol) []engine {
	var all []engine
	for _, s := range r.Sections {
		all = append(all, ofSection(r, s)...)
	}
	for _, t := range r.Tests {
		all = join(all, ofTest(r, t, known))
	}
	slices.SortStableFunc(all, func(a, b engine) int {
		switch {
		case a.IsMPM == b.IsMPM:
			return 0
		case a.IsMPM:
			return -1
		}
		return 1
	})
	return all
}

// kind says of what a test is.
type kind uint8

const (
	ofPackets kind = iota
	ofEvents       // of transactions
	ofFiles
	ofProgress
	ofField
)

func kindOf(t rule.Test) kind {
	switch t := t.(type) {
	case *rule.AppEvent:
		if t.Protocol != "" {
			return ofEvents
		}
	case *rule.FileSize, *rule.FileHash:
		return ofFiles
	case *rule.AppState:
		return ofProgress
	}
	if rule.FieldOf(t) != nil {
		return ofField
	}
	return ofPackets
}

// ofTest returns the engines of a test of transactions that is of no buffer.
func ofTest(r *rule.Rule, t rule.Test, known map[string]*app.Protocol) (all []engine) {
	e := engine{AppProto: "unknown", Matches: []match{matchOf(t)}}
	switch kindOf(t) {
	case ofEvents:
		e.Name = "app-layer-events"
		return each(r.Dirs, e)
	case ofFiles, ofProgress:
		e.Name = map[kind]string{ofFiles: "files", ofProgress: "generic"}[kindOf(t)]
		for _, p := range r.App {
			e.AppProto = p
			all = append(all, each(r.Dirs, e)...)
		}
	case ofField:
		b := rule.FieldOf(t)
		all = ofBuffer(r, b, b.Dirs, e)
		for i := range all {
			all[i].Name = generic(&all[i], known)
		}
	}
	return all
}

// generic returns the name of an engine for tests that are of no buffer: where they are made.
func generic(e *engine, known map[string]*app.Protocol) string {
	d := stream.Dir(slices.Index(directionNames[:], e.Direction))
	name := ""
	for _, s := range known[e.AppProto].AllStates(d) {
		if int(max(s.From, s.Until)) <= e.Progress {
			name = s.Name
		}
	}
	return e.AppProto + ":" + name + ":generic"
}

// join adds engines, whose tests become those of engines for the same buffer.
func join(all, more []engine) []engine {
	for _, e := range more {
		i := slices.IndexFunc(all, func(o engine) bool {
			return o.Name == e.Name && o.Direction == e.Direction && o.AppProto == e.AppProto && len(o.Transforms) == 0
		})
		if i >= 0 {
			all[i].Matches = append(slices.Clip(all[i].Matches), e.Matches...)
			continue
		}
		all = append(all, e)
	}
	return all
}

// ofSection returns the engines of a section; none if it is of packets.
func ofSection(r *rule.Rule, s *rule.Section) []engine {
	e := engine{IsMPM: r.Fast != nil && r.Fast.Section == s, Matches: sectionOf(r, s)}
	for _, t := range s.Transforms {
		e.Transforms = append(e.Transforms, match{"name": t.Name})
	}
	switch s.Buffer.Source {
	case rule.FromField, rule.FromFile:
		return ofBuffer(r, s.Buffer, s.Dirs, e)
	case rule.FromPayload:
		if r.Type == rule.Transaction {
			e.Name, e.AppProto = "stream", "unknown"
			return each(r.Dirs, e)
		}
	}
	return nil
}

// ofBuffer returns the engines of a buffer, like e: one for each protocol that has it, and direction.
func ofBuffer(r *rule.Rule, b *rule.Buffer, dirs rule.Dirs, e engine) (all []engine) {
	e.Name = nameOf(b)
	if !r.Transactional {
		dirs &= r.Dirs
	}
	for _, f := range b.Fields {
		if slices.Contains(r.App, f.Protocol) && dirs&(rule.ToServer<<f.Dir) != 0 {
			e.Direction, e.AppProto, e.Progress = directionNames[f.Dir], f.Protocol, int(f.At)
			all = append(all, e)
		}
	}
	if b.Source == rule.FromFile {
		for _, p := range r.App {
			e.AppProto = p
			all = append(all, each(dirs, e)...)
		}
	}
	return all
}

// each returns e for each direction.
func each(dirs rule.Dirs, e engine) (all []engine) {
	for d := stream.ToServer; d <= stream.ToClient; d++ {
		if dirs&(rule.ToServer<<d) != 0 {
			e.Direction = directionNames[d]
			all = append(all, e)
		}
	}
	return all
}

// packetEngines returns where a rule looks in packets and streams.
func packetEngines(r *rule.Rule, lists map[string]matches) []packetEngine {
	all := []packetEngine{}
	isMPM := func(s *rule.Section) bool { return r.Fast != nil && r.Fast.Section == s }
	for _, s := range r.Sections {
		if s.Buffer.Source == rule.FromPayload && r.Type != rule.Transaction {
			all = append(all, packetEngine{Name: "payload", IsMPM: isMPM(s)})
		}
	}
	if len(lists["packet"].List) > 0 {
		all = append(all, packetEngine{Name: "packet"})
	}
	for _, s := range r.Sections {
		if s.Buffer.Source == rule.FromHeader {
			all = append(all, packetEngine{nameOf(s.Buffer), isMPM(s), sectionOf(r, s)})
		}
	}
	return all
}
