package rule

import (
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/packet"
)

// Config says what a Language is made of. The zero value is a language without application protocols, variables and classes.
type Config struct {
	// Protocols have the sticky buffers (their Fields) and the events that rules can name.
	Protocols []app.Protocol
	// StreamEvents are the names that stream-event takes, without "stream.".
	StreamEvents []string
	Vars         Vars
	Classes      *Classes
	References   *References
	// Version is the one of Suricata that "requires" compares with. When empty, it is 8.0.7.
	Version string
	// Features are the names that "requires: feature" finds.
	Features []string
	// ReadFile reads a file that a rule names. When nil, such rules are not supported.
	ReadFile func(name string) ([]byte, error)
	// Lists are what rules look addresses and buffers up in.
	Lists Lists
	// StrictClasses and StrictReferences make what the companion files do not have an error.
	StrictClasses, StrictReferences bool
	// StrictEvents makes an event that nothing raises any more an error.
	StrictEvents bool
	// Suggest returns the name that a misspelt word most likely means, or "". When nil, nothing is suggested.
	Suggest func(word string, names []string) string
}

// Language is the vocabulary of rules. It is made once; loading rules fills its caches, so it serves one Set at a time.
type Language struct {
	keywords  map[string]*keyword
	buffers   map[string]*Buffer
	protocols map[string]*Protocol
	parsed    map[string]*app.Protocol // by the name of EVE
	events    map[string]map[string]bool

	vars       Vars
	classes    *Classes
	classified bool
	references *References
	version    version
	features   []string

	lists        Lists
	readFile     func(name string) ([]byte, error)
	suggestion   func(word string, names []string) string
	streamEvents []string
	decodeEvents []string

	strict map[Kind]bool // warnings that are errors

	addressCache map[string]*Addresses
	portCache    map[string]*Ports
}

// New makes a language.
func New(c Config) *Language {
	l := &Language{
		vars: c.Vars, classes: c.Classes, references: c.References, features: c.Features, streamEvents: c.StreamEvents,
		suggestion: c.Suggest, readFile: c.ReadFile, lists: c.Lists,
		strict: map[Kind]bool{UnknownClass: c.StrictClasses, UnknownReference: c.StrictReferences,
			RetiredEvent: c.StrictEvents},
		addressCache: map[string]*Addresses{}, portCache: map[string]*Ports{},
	}
	l.classified = l.classes != nil
	if l.classes == nil {
		l.classes = &Classes{}
	}
	if l.references == nil {
		l.references = &References{}
	}
	if c.Version == "" {
		c.Version = "8.0.7"
	}
	l.version, _ = parseVersion(c.Version)
	for e := range packet.NumEvents {
		l.decodeEvents = append(l.decodeEvents, packet.Event(e).String())
	}
	l.learnProtocols(c.Protocols)
	l.learnKeywords()
	l.learnBuffers(c.Protocols)
	l.learnEvents(c.Protocols)
	return l
}

// learnEvents makes the table of what app-layer-event takes.
func (l *Language) learnEvents(list []app.Protocol) {
	l.events = map[string]map[string]bool{}
	for _, p := range list {
		names := map[string]bool{}
		for _, e := range p.Events {
			names[e.Name] = true
		}
		l.events[p.Name] = names
	}
}

// Keyword describes a keyword of the language.
type Keyword struct {
	Name      string
	Supported bool
	Buffer    *Buffer // of a sticky buffer or a modifier; else nil
}

// Keywords lists what a rule may use, by name.
func (l *Language) Keywords() []Keyword {
	var list []Keyword
	for name, k := range l.keywords {
		list = append(list, Keyword{name, k.read != nil, k.buffer})
	}
	slices.SortFunc(list, func(a, b Keyword) int { return strings.Compare(a.Name, b.Name) })
	return list
}
