package pcre

// Regexp is a regular expression. It is made ready to match when it is first used.
type Regexp struct {
	text   string
	flags  Flags
	groups []string
}

// Parse reads an expression, and keeps only its text.
func Parse(text string, flags Flags) (*Regexp, error) {
	_, groups, err := parse(text, flags)
	if err != nil {
		return nil, err
	}
	return &Regexp{text: text, flags: flags, groups: groups}, nil
}

// String returns the expression.
func (r *Regexp) String() string { return r.text }

// Groups returns the names of the groups, from the first one on; "" for those without.
func (r *Regexp) Groups() []string { return r.groups }
