package rule

import (
	"slices"
	"strings"
)

// keyword is a row of the table of keywords.
type keyword struct {
	name   string
	old    string // other names, separated by blanks
	value  arity
	traits traits
	// read takes the value and adds to the rule. It is nil for keywords that the language has and that are not supported yet.
	read func(c *compiler, value string) error

	buffer *Buffer // of sticky buffers and modifiers
	from   string  // of keywords that are not supported: the protocol they belong to, or empty
}

// arity says whether a keyword has a value.
type arity uint8

const (
	needsValue arity = iota
	noValue
	mayHaveValue
)

// learnKeywords makes the table of keywords, without buffers.
func (l *Language) learnKeywords() {
	l.keywords = make(map[string]*keyword, 512)
	for _, table := range [][]keyword{metaKeywords, payloadKeywords, headerKeywords, flowKeywords, stateKeywords, eventKeywords,
		fileKeywords, transformKeywords, tlsKeywords, legacyKeywords, listKeywords, frameKeywords} {
		for i := range table {
			l.learn(&table[i])
		}
	}
	for _, s := range later {
		for name := range strings.FieldsSeq(s.names) {
			if l.keywords[name] == nil {
				l.keywords[name] = &keyword{name: name, value: mayHaveValue, from: s.protocol}
			}
		}
	}
}

// learn adds a keyword under all of its names.
func (l *Language) learn(k *keyword) {
	l.keywords[k.name] = k
	for name := range strings.FieldsSeq(k.old) {
		l.keywords[name] = k
	}
}

// find returns a keyword, or why there is none.
func (l *Language) find(name string) (*keyword, error) {
	lower := strings.ToLower(name)
	k := l.keywords[lower]
	switch {
	case k == nil:
		return nil, &fault{kind: UnknownKeyword, what: lower, text: "unknown keyword" + l.suggest(lower)}
	case k.read != nil:
		return k, nil
	case k.from != "" && l.parsed[k.from] == nil:
		return nil, notYet(k.name, "the keyword is not supported yet: the protocol %s has no parser", k.from)
	}
	return nil, notYet(k.name, "the keyword is not supported yet")
}

// suggest says what a misspelt keyword probably means.
func (l *Language) suggest(name string) string {
	if l.suggestion == nil {
		return ""
	}
	names := make([]string, 0, len(l.keywords))
	for n := range l.keywords {
		names = append(names, n)
	}
	slices.Sort(names)
	if near := l.suggestion(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
