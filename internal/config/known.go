package config

import (
	"slices"
	"strings"
	"sync"
)

// status says what a key that is known does.
type status uint8

const (
	supported status = iota
	notYet           // Suricata has it
	moot             // Suricata has it, and this engine has no need of it
	obsolete         // old versions of Suricata had it
)

// word is a key in the tree of all that are known. The name "*" stands for any, "**" for any and all below, "[]" for
// the elements of a list.
type word struct {
	name   string
	status status
	leaf   bool     // the key itself is in a table or in the vocabulary
	usual  []string // defaults: asking for one of them asks for nothing
	below  []*word
}

// known returns the tree of all keys.
var known = sync.OnceValue(func() *word {
	root := &word{}
	var c Config
	for _, r := range append(c.table(), c.Logging.table()...) {
		root.learn(r.path, supported).usual = []string{r.builtin, r.without}
	}
	var e EVE
	const eve = "outputs.[].eve-log."
	for _, r := range e.table() {
		root.learn(eve+r.path, supported).usual = []string{r.builtin}
	}
	for _, r := range new(Fast).table() {
		root.learn("outputs.[].fast."+r.path, supported).usual = []string{r.builtin}
	}
	root.learn(eve+"types.[].alert.metadata", supported)
	for _, r := range new(StatsFile).table() {
		root.learn("outputs.[].stats."+r.path, supported).usual = []string{r.builtin}
	}
	for _, r := range new(FileStore).table() {
		root.learn("outputs.[].file-store."+r.path, supported).usual = []string{r.builtin}
	}
	for _, r := range new(PcapLog).table() {
		root.learn("outputs.[].pcap-log."+r.path, supported).usual = []string{r.builtin}
	}
	for _, r := range new(TLSStore).table() {
		root.learn("outputs.[].tls-store."+r.path, supported).usual = []string{r.builtin}
	}
	for _, r := range new(TCPData).table() {
		root.learn("outputs.[].tcp-data."+r.path, supported).usual = []string{r.builtin}
	}
	for _, t := range slices.Concat(loggedTypes, typesOnRequest) {
		root.learn(eve+"types.[]."+t+".enabled", supported)
		for _, r := range e.typeTable(t) {
			root.learn(eve+"types.[]."+t+"."+r.path, supported).usual = []string{r.builtin}
		}
	}
	for _, k := range []string{"timeout", "address"} {
		root.learn("defrag.host-config.[].*."+k, supported)
	}
	for _, r := range new(HTTPServerOf).table() {
		root.learn(serverConfig+".[].*."+r.path, supported).usual = []string{r.builtin}
	}
	for _, o := range []string{"console", "file"} {
		for _, r := range c.Logging.Console.table() {
			root.learn("logging.outputs.[]."+o+"."+r.path, supported)
		}
	}
	for _, r := range new(Dataset).table() {
		root.learn(datasets+".*."+r.path, supported).usual = []string{r.builtin}
	}
	for _, v := range []string{addressVars, portVars} {
		root.learn(v+".*", supported)
	}
	for _, v := range vocabulary {
		for k := range strings.FieldsSeq(v.keys) {
			root.learn(join(v.section, k), v.status)
		}
	}
	root.settle()
	return root
})

// learn adds a path and returns its word. The vocabulary wins over a table: a key in both is read, but not heeded yet.
func (w *word) learn(path string, s status) *word {
	for name := range strings.SplitSeq(path, ".") {
		i := slices.IndexFunc(w.below, func(b *word) bool { return b.name == name })
		if i < 0 {
			i = len(w.below)
			w.below = append(w.below, &word{name: name, status: s})
		}
		w = w.below[i]
	}
	w.status, w.leaf = s, true
	return w
}

// settle gives a section the status of what is in it: supported when something is, and so on in the order of the
// constants.
func (w *word) settle() status {
	if len(w.below) == 0 {
		return w.status
	}
	best := obsolete
	if w.leaf {
		best = w.status
	}
	for _, b := range w.below {
		best = min(best, b.settle())
	}
	w.status = best
	return best
}

// find returns the word for a key below w, or nil.
func (w *word) find(name string) *word {
	var any *word
	for _, b := range w.below {
		switch b.name {
		case name:
			return b
		case "*":
			any = b
		case "**":
			any = &word{name: name, status: b.status, leaf: true, below: []*word{b}}
		}
	}
	return any
}

// names returns the keys below w, without wildcards.
func (w *word) names() []string {
	var names []string
	for _, b := range w.below {
		if !strings.ContainsAny(b.name, "*[") {
			names = append(names, b.name)
		}
	}
	return names
}

// anyName reports whether names below path are the author's own.
func anyName(path string) bool {
	w := known()
	if path == "" {
		return false
	}
	for name := range strings.SplitSeq(path, ".") {
		next := w.find(name)
		if next == nil {
			if next = w.find("[]"); next == nil {
				return false
			}
		}
		w = next
	}
	return slices.ContainsFunc(w.below, func(b *word) bool { return strings.HasPrefix(b.name, "*") })
}

// check reports the keys below n that are unknown or have no effect. w is the word for n.
func (w *word) check(n *Node, path string, ps *Problems) {
	if elements := w.find("[]"); elements != nil && (n.Kind == List || w.leaf && n.Kind == Scalar) {
		for _, i := range n.Items {
			elements.checkElement(i, join(path, i.Name), ps)
		}
		return
	}
	if len(w.below) == 0 {
		return // a value; whether it is right its table says
	}
	for _, i := range n.Items {
		if n.Kind == Scalar && i.Name == n.Text {
			continue
		}
		w.checkKey(i, false, path, ps)
	}
}

// checkElement checks an element of a list. Its first key, or its only word, is its title; where elements have titles,
// other keys of it are where they should not be.
func (w *word) checkElement(n *Node, path string, ps *Problems) {
	title, body := n.titled()
	if title == "" || len(w.below) == 0 {
		return
	}
	if body == nil {
		body = &Node{Name: title, Key: n.Key, Pos: n.Pos}
	}
	w.checkKey(body, true, path, ps)
	own := w.find(title)
	for _, i := range n.Items {
		if i == body {
			continue
		}
		if w.find(i.Name) == nil && own != nil && own.find(i.Name) != nil {
			ps.add(Misplaced, i.Key, join(path, i.Name), "%s stands beside %s and has no effect there: indent it", i.Name, title)
			continue
		}
		w.checkKey(i, false, path, ps)
	}
}

// checkKey checks one key. wanted: it asks for something even if nothing is below it.
func (w *word) checkKey(n *Node, wanted bool, path string, ps *Problems) {
	path = join(path, n.Name)
	own := w.find(n.Name)
	switch {
	case own == nil:
		ps.add(UnknownKey, n.Key, path, "unknown key %s%s", path, w.suggest(n.Name, path))
	case own.status == supported:
		own.check(n, path, ps)
	case n.Kind == Null && !wanted || n.Off() || own.isUsual(n):
		// Nothing is asked for.
	case own.status == notYet:
		ps.add(NotYet, n.Key, path, "%s has no effect yet", path)
		own.checkNames(n, path, ps)
	case own.status == obsolete:
		ps.add(Obsolete, n.Key, path, "%s is obsolete and has no effect", path)
	}
}

// isUsual reports whether a value is a default.
func (w *word) isUsual(n *Node) bool {
	if n.Kind != Scalar {
		return false
	}
	for _, u := range w.usual {
		a, errA := parseSize(u)
		b, errB := parseSize(n.Text)
		x, errX := parseBool(u)
		y, errY := parseBool(n.Text)
		if strings.EqualFold(u, n.Text) || errA == nil && errB == nil && a == b || errX == nil && errY == nil && x == y {
			return true
		}
	}
	return false
}

// checkNames reports only unknown keys: that the whole section has no effect was said.
func (w *word) checkNames(n *Node, path string, ps *Problems) {
	var all Problems
	w.check(n, path, &all)
	for _, p := range all {
		if p.Kind == UnknownKey || p.Kind == Misplaced {
			*ps = append(*ps, p)
		}
	}
}

// suggest returns the key that was probably meant: the nearest one beside it, or one of the same name elsewhere.
func (w *word) suggest(name, path string) string {
	if near := Nearest(name, w.names()); near != "" {
		return "; did you mean " + strings.TrimSuffix(path, name) + near + "?"
	}
	if other := known().elsewhere(name, ""); other != "" {
		return "; there is " + other
	}
	return ""
}

// elsewhere returns the path of a key of that name that is supported.
func (w *word) elsewhere(name, path string) string {
	for _, b := range w.below {
		if b.status != supported {
			continue
		}
		at := join(path, b.name)
		if b.name == name {
			return at
		}
		if found := b.elsewhere(name, at); found != "" {
			return found
		}
	}
	return ""
}
