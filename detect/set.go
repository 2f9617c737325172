package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// Config says what a Set is made of.
type Config struct {
	// Rules are evaluated in this order; their alerts come in it.
	Rules []*rule.Rule
	// Overrides are the limits of threshold.config.
	Overrides []rule.Override
	// Protocols are those of the engine.
	Protocols []app.Protocol
	// MaxAlerts is the number of alerts that a packet can have. When zero, it is 15.
	MaxAlerts int
	// GuessTx gives alerts of rules that look at no transaction that of their flow, if there is just one.
	GuessTx bool
	// MaxGuesses is the number of alerts that are given the same transaction so. When zero, it is 4.
	MaxGuesses int
	// Payload is how many bytes of a stream the alerts show. When zero, none. It takes engine.Config.ShowStreams.
	Payload int
	// Certificates is told of the transactions whose certificates rules have stored, with the direction in which those were sent. r is
	// the header of a record, and valid during the call. Several workers call it at once. When nil, nobody is.
	Certificates func(r *event.Record, tx app.Transaction, d stream.Dir)
	// Prevent says that drop and reject are carried out.
	Prevent bool
	// Notice, if set, is told of what people should know, such as a rule that costs too much. It is called by all workers.
	Notice func(text string)
	// Before is the set that this one takes the place of; nil: none. What was kept of hosts, and how often rules and limits that
	// are the same in both matched, goes on.
	Before *Set
}

const (
	defaultMaxAlerts  = 15
	defaultMaxGuesses = 4
)

// Set is a compiled set of rules, which all workers share. It is read-only but for what rules keep of hosts, and for patterns that are
// made ready when they are first needed.
type Set struct {
	config     Config
	signatures []*signature
	ipOnly     addressed                 // by addresses alone: the first packet of a direction
	packets    [numClasses]place         // for each packet, by what it is
	early      early                     // for packets before the stations are through with them
	streams    [2]place                  // for chunks of streams, by direction
	detected   []*signature              // once the protocol of a flow is known
	speaking   []*signature              // about flows of a protocol: also where a flow ends, or goes on as something else
	oddities   []*signature              // for events that are of no transaction
	tx         map[string]*[2]rules      // for transactions, by protocol and direction
	either     map[string]*[2]rules      // those of them that are looked at when the other direction came further, too
	protocols  map[string]int            // their numbers, by name
	events     map[string]map[string]int // numbers of the events of a protocol
	hosts      *hosts
	stores     bool // a rule has files stored
	tagged     *taggedHosts
	keeps      bool // transactions are kept until they were inspected
	marks      marks
	decoding   *section // while a rule is compiled: the one with base64_decode

	frames map[rule.Frame]*[2]frameRules // for frames, by direction
}

// class is what a packet is, as far as rules for packets tell them apart.
type class uint8

const (
	ofTCP class = iota
	ofUDP
	ofICMP
	ofSCTP
	ofOther // IP with something else
	ofNone  // no valid IP header
	numClasses
)

// hasPorts reports whether packets of the class have ports.
func (c class) hasPorts() bool { return c <= ofUDP || c == ofSCTP }

// signature is a compiled rule.
type signature struct {
	*rule.Rule
	index    uint32
	classes  uint8  // of packets that it may be about: a bit for each
	mark     uint32 // see marks
	told     event.Signature
	checks   []check    // of the packet and its flow
	txChecks []check    // of the transaction
	raw      []*section // what is looked for in payloads or streams
	headers  []*section // in headers of the packet
	fields   []*section // in transactions
	framed   []*section // in a frame
	start    bool       // it wants a frame from its beginning on
	end      bool       // … up to its end
	effects  []check
	odd      []*rule.AppEvent // events that may be of no transaction
	need     [2]app.Progress  // of a transaction, by direction, before it is evaluated
	states   *rule.States     // of a transaction, in which alone it is evaluated; nil: in all
	tags     []*rule.Tag
	limits   []*rule.Threshold
	flow     bool // its action is for the flow
	either   bool // see Set.either
	stores   bool // it has files stored
	silences bool // it has transactions leave no record
	ofFiles  bool // it is about files: it alerts for each
	tells    bool // it alerts although its action does not
	always   bool // action of the flow even if no stream was looked at
	toldCost atomic.Bool
}

// Refusal is a rule that cannot be evaluated yet.
type Refusal struct {
	*rule.Rule
	Problem rule.Problem
}

// New compiles rules. Those that cannot be evaluated yet are refused.
func New(c Config) (*Set, []Refusal) {
	if c.MaxAlerts == 0 {
		c.MaxAlerts = defaultMaxAlerts
	}
	if c.MaxGuesses == 0 {
		c.MaxGuesses = defaultMaxGuesses
	}
	s := &Set{config: c, tx: map[string]*[2]rules{}, either: map[string]*[2]rules{}, protocols: map[string]int{}, events: map[string]map[string]int{}, marks: marksAfter(c.Before)}
	if b := c.Before; b != nil {
		s.hosts, s.tagged = b.hosts, b.tagged
	} else {
		s.hosts, s.tagged = newHosts(), &taggedHosts{}
	}
	for i := range c.Protocols {
		p := &c.Protocols[i]
		names := map[string]int{}
		for id, e := range p.Events {
			names[e.Name] = id
		}
		s.events[p.Name], s.protocols[p.Name] = names, i
	}
	var refused []Refusal
	for _, r := range c.Rules {
		sig := &signature{Rule: r, index: uint32(len(s.signatures)), mark: s.marks.number(mark{ofRule, r.Text})}
		if what, err := sig.compile(s); err != nil {
			refused = append(refused, Refusal{r, rule.Problem{Kind: rule.NotYet, Pos: r.Pos, SID: r.SID, What: what, Text: err.Error()}})
			continue
		}
		s.signatures = append(s.signatures, sig)
		s.place(sig)
	}
	s.keeps, s.stores = s.UsesTransactions() || c.Before != nil && c.Before.keeps, s.Stores()
	s.ready()
	s.config.Before, s.marks.past = nil, nil // it is not held
	return s, refused
}

// Len returns the number of rules.
func (s *Set) Len() int { return len(s.signatures) }

// UsesTransactions reports whether transactions have to be kept for the rules (app.Config.KeepForRules).
func (s *Set) UsesTransactions() bool {
	return len(s.tx)+len(s.frames) > 0 || s.config.GuessTx || slices.ContainsFunc(s.signatures, func(g *signature) bool { return g.Protocol.App != nil })
}

// ShowsStreams reports whether alerts show what streams held (engine.Config.ShowStreams).
func (s *Set) ShowsStreams() bool { return s.config.Payload > 0 }

// Uses reports whether a rule looks into a buffer whose name begins so.
func (s *Set) Uses(prefix string) bool {
	for _, g := range s.signatures {
		for _, sec := range g.Sections {
			if strings.HasPrefix(sec.Buffer.Name, prefix) {
				return true
			}
		}
	}
	return false
}

// UsesStreamEvent reports whether a rule is about an event of connections.
func (s *Set) UsesStreamEvent(name string) bool {
	for _, g := range s.signatures {
		for _, t := range g.Tests {
			if e, ok := t.(*rule.Event); ok && e.Stream && e.Name == name {
				return true
			}
		}
	}
	return false
}

// Hashes reports whether a rule looks hashes of files up: filemd5, filesha1 or filesha256.
func (s *Set) Hashes(keyword string) bool {
	for _, g := range s.signatures {
		for _, t := range g.Tests {
			if h, ok := t.(*rule.FileHash); ok && h.Name == keyword {
				return true
			}
		}
	}
	return false
}

// Stores reports whether a rule has files stored.
func (s *Set) Stores() bool {
	return slices.ContainsFunc(s.signatures, func(g *signature) bool { return g.stores })
}

// Silences reports whether a rule has transactions leave no record (app.Config.TellAfterRules).
func (s *Set) Silences() bool {
	return slices.ContainsFunc(s.signatures, func(g *signature) bool { return g.silences })
}

// place puts a rule where it is looked for.
func (s *Set) place(g *signature) {
	if len(g.odd) > 0 && len(g.fields) == 0 {
		s.oddities = append(s.oddities, g)
	}
	switch g.Type {
	case rule.Transaction:
		if len(g.framed) > 0 {
			s.placeFrame(g)
			return
		}
		s.placeTx(g)
		if len(g.raw) > 0 {
			s.placeStream(g)
		}
		return
	case rule.IPOnly:
		s.ipOnly.add(g)
		return
	case rule.DetectionOnly:
		s.detected = append(s.detected, g)
		return
	}
	if s.early.place(g) {
		return
	}
	switch {
	case g.Type == rule.StreamRule, g.Type == rule.PacketStream:
		s.placeStream(g)
	case g.Type == rule.AppLayer && !g.Flow.Established && !g.Flow.NotYet:
		s.speaking = append(s.speaking, g)
	}
	for c := range numClasses {
		if g.classes&(1<<c) != 0 {
			s.packets[c].all = append(s.packets[c].all, g)
		}
	}
}

// fits reports whether the rule is one for packets of class c.
func (g *signature) fits(c class) bool {
	t := g.Protocol.Transports
	switch {
	case g.Protocol.Headers, g.Protocol.Ethernet:
		return true
	case g.Protocol.ARP:
		return c == ofNone
	}
	switch c {
	case ofTCP:
		return t == 0 || t&rule.TCP != 0
	case ofUDP:
		return t == 0 || t&rule.UDP != 0
	case ofICMP:
		return t == 0 || t&(rule.ICMPv4|rule.ICMPv6) != 0
	case ofSCTP:
		return t == 0 || t&rule.SCTP != 0
	}
	return t == 0 && c == ofOther
}

// placeStream puts a rule where those for streams are.
func (s *Set) placeStream(g *signature) {
	for d := range s.streams {
		if g.Dirs&(rule.ToServer<<d) != 0 {
			s.streams[d].all = append(s.streams[d].all, g)
		}
	}
}

// placeTx puts a rule where those for transactions are.
func (s *Set) placeTx(g *signature) {
	names := g.App
	if len(names) == 0 && len(g.odd) == 0 { // about files, of whatever protocol
		for i := range s.config.Protocols {
			names = append(names, s.config.Protocols[i].Name)
		}
	}
	for _, p := range names {
		g.among(s, s.tx, p)
		if g.either {
			g.among(s, s.either, p)
		}
	}
}

// among adds a rule for transactions of a protocol to a table of them.
func (g *signature) among(s *Set, table map[string]*[2]rules, protocol string) {
	n, ok := s.protocols[protocol]
	if !ok {
		return
	}
	lists := table[protocol]
	if lists == nil {
		lists = new([2]rules)
		table[protocol] = lists
	}
	for d := range lists {
		if g.Dirs&(rule.ToServer<<d) != 0 || g.Transactional {
			lists[d].addTx(g, g.txFast(), n, stream.Dir(d))
		}
	}
}

// txFast returns the fast pattern of a rule for transactions, or nil: it is not in one. What is in streams is looked for there.
func (g *signature) txFast() *rule.Fast {
	if g.Fast == nil || g.Transactional {
		return nil
	}
	switch g.Fast.Section.Buffer.Source {
	case rule.FromPayload, rule.FromHeader:
		return nil
	}
	return g.Fast
}

// rawFast returns the fast pattern of a rule for packets or streams, or nil.
func (g *signature) rawFast() *rule.Fast {
	if g.Fast == nil {
		return nil
	}
	return g.RawFast()
}

// ready makes all patterns ready to be looked for: those of packets and streams when they are first needed.
func (s *Set) ready() {
	ports := portKindsOf(s.signatures)
	for c := range s.packets {
		s.packets[c].class, s.packets[c].ports = class(c), ports
	}
	for d := range s.streams {
		s.streams[d].class, s.streams[d].ports, s.streams[d].streams = ofTCP, ports, true
	}
	s.early.ready()
	s.ipOnly.ready()
	for _, table := range []map[string]*[2]rules{s.tx, s.either} {
		for _, lists := range table {
			lists[0].ready()
			lists[1].ready()
		}
	}
	for _, lists := range s.frames {
		for d := range lists {
			lists[d].growing.ready()
			lists[d].whole.ready()
		}
	}
}

// signatureOf makes what records tell of a rule.
func signatureOf(r *rule.Rule) event.Signature {
	s := event.Signature{GID: r.GID, ID: r.SID, Rev: r.Rev, Message: r.Msg, Severity: r.Priority, Text: r.Text}
	if r.Class != nil {
		s.Category = r.Class.Description
	}
	for _, ref := range r.References {
		s.References = append(s.References, ref.String())
	}
	at := map[string]int{}
	for _, m := range r.Metadata {
		i, ok := at[m.Key]
		if !ok {
			i = len(s.Metadata)
			at[m.Key] = i
			s.Metadata = append(s.Metadata, event.SignatureKey{Key: m.Key})
		}
		s.Metadata[i].Values = append(s.Metadata[i].Values, m.Value)
	}
	return s
}

// unsupported says what cannot be evaluated yet.
func unsupported(what string) (string, error) {
	return what, fmt.Errorf("%s is not evaluated yet", what)
}
