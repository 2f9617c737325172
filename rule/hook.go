package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Hook is a point at which rules are evaluated: ip:flow_start, tls:client_hello_done.
type Hook uint8

const (
	NoHook    Hook = iota
	PreFlow        // with each packet, before it is looked for its flow
	PreStream      // with each TCP packet, before its connection takes it
	FlowStart      // with the first packet of each direction of a flow
	AllHook        // with each packet
	StateHook      // with transactions that come to a state
)

// packetHooks are the hooks of protocols that are no application protocols.
var packetHooks = map[string]Hook{"pre_flow": PreFlow, "pre_stream": PreStream, "flow_start": FlowStart, "all": AllHook}

// States are the progress that a name stands for, by application protocol, as EVE names it.
type States struct {
	Name string
	Of   map[string]app.State
	Dir  stream.Dir // that they are of
}

// dirs returns their direction as a set.
func (s *States) dirs() Dirs { return ToServer << s.Dir }

// AppHooks lists the hooks of application protocols, as rules write them: in the order of the protocols and of their states.
func AppHooks(protocols []app.Protocol) (list []string) {
	for i := range protocols {
		p := &protocols[i]
		name := p.Name
		if name == "http" {
			name = "http1" // http is of any version
		}
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			for _, s := range p.AllStates(d) {
				list = append(list, name+":"+s.Name)
			}
		}
	}
	return list
}

// hooked returns the protocol p with the hook of the name, which is told as the rule writes both.
func (l *Language) hooked(p *Protocol, hook, whole string) (*Protocol, error) {
	h := *p
	h.Name = whole
	if p.App != nil {
		states, err := l.states(p.App, hook)
		if err != nil {
			return nil, err
		}
		h.Hook, h.States, h.App = StateHook, states, nil
		for _, name := range p.App {
			if _, ok := states.Of[name]; ok {
				h.App = append(h.App, name)
			}
		}
		return &h, nil
	}
	h.Packets, h.Hook = true, packetHooks[hook]
	switch {
	case h.Hook == NoHook:
		names := make([]string, 0, len(packetHooks))
		for n := range packetHooks {
			names = append(names, n)
		}
		return nil, l.noState(hook, p.Name, names)
	case p.Stream:
		return nil, conflict("%s is about the stream, and the hook %s about packets", p.Name, hook)
	case h.Hook == PreStream && p.Transports != 0 && p.Transports&TCP == 0:
		return nil, conflict("%s has no streams that the hook %s could come before", p.Name, hook)
	}
	return &h, nil
}

// states finds the state of a name in the protocols that have it.
func (l *Language) states(protocols []string, name string) (*States, error) {
	s := &States{Name: name, Of: map[string]app.State{}}
	var names []string
	for _, p := range protocols {
		if st, d, ok := l.parsed[p].State(name); ok {
			s.Of[p], s.Dir = st, d
		}
		for d := stream.ToServer; d <= stream.ToClient; d++ {
			for _, st := range l.parsed[p].AllStates(d) {
				names = append(names, st.Name)
			}
		}
	}
	switch {
	case len(s.Of) > 0:
		return s, nil
	case strings.HasPrefix(name, "<"):
		return nil, notYet("hook "+name, "the hook %s, with those before it, is for firewall rules, which are not supported yet", name)
	}
	return nil, l.noState(name, strings.Join(protocols, " and "), names)
}

// noState says that there is no hook of a name, and which one may be meant.
func (l *Language) noState(name, protocol string, names []string) error {
	slices.Sort(names)
	names = slices.Compact(names)
	text := fmt.Sprintf("%s has no hook %s", protocol, name)
	if l.suggestion != nil {
		if near := l.suggestion(name, names); near != "" {
			return &fault{kind: BadValue, text: text + "; did you mean " + near + "?"}
		}
	}
	return &fault{kind: BadValue, text: text + "; it has " + strings.Join(names, ", ")}
}

// checkHook looks for what can never be seen at the rule's hook.
func (c *compiler) checkHook() error {
	r := c.rule
	p := r.Protocol
	switch p.Hook {
	case NoHook:
		return nil
	case StateHook:
		return c.checkStateHook()
	case PreFlow:
		if r.Flow.Given || r.traits&(needsState|needsDetected) != 0 || slices.ContainsFunc(r.Tests, ofFlow) || slices.ContainsFunc(r.Effects, setsFlow) {
			return conflict("%s comes before there is a flow, and the rule looks at one", p.Name)
		}
	case PreStream:
		if r.Flow.Stream == OnlyIt {
			return conflict("%s comes before the stream, and the rule looks at it", p.Name)
		}
	}
	if r.inTx() {
		return conflict("%s is about packets, and the rule looks at transactions", p.Name)
	}
	return nil
}

// checkStateHook looks for buffers that are not there yet at the state at which the rule is evaluated.
func (c *compiler) checkStateHook() error {
	r := c.rule
	states := r.Protocol.States
	if r.Transactional {
		return conflict("=> looks at both directions, and the hook %s is of one", states.Name)
	}
	late := func(b *Buffer) error {
		for _, f := range b.Fields {
			s, ok := states.Of[f.Protocol]
			if ok && f.Dir == states.Dir && f.At > max(s.From, s.Until) {
				return conflict("%s is not there yet at %s", b.Name, r.Protocol.Name)
			}
		}
		return nil
	}
	for _, s := range r.Sections {
		if err := late(s.Buffer); err != nil {
			return err
		}
	}
	for _, t := range r.Tests {
		if b := FieldOf(t); b != nil {
			if err := late(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofFlow reports whether a test is of what rules keep of a flow, or of its connection.
func ofFlow(t Test) bool {
	switch t := t.(type) {
	case *Flowbits, *Flowint, *AppProtocol, *AppEvent:
		return true
	case *Event:
		return t.Stream
	}
	return false
}

// setsFlow reports whether an effect is on what is kept of a flow.
func setsFlow(e Effect) bool {
	switch e.(type) {
	case *Flowbits, *Flowint, Bypass:
		return true
	}
	return false
}

// AppState compares how far a transaction is.
type AppState struct {
	*States
	Op byte // '<', '>' or '='
}

// String returns the test as a rule writes it.
func (s *AppState) String() string {
	return "app-layer-state:" + strings.Trim(string(s.Op), "=") + s.Name + ";"
}

// Match reports whether a transaction of the protocol that came to progress is there.
func (s *AppState) Match(protocol string, progress app.Progress) bool {
	state, ok := s.Of[protocol]
	switch {
	case !ok:
		return false
	case s.Op == '<':
		return progress < state.From
	case s.Op == '>':
		return progress > state.From
	}
	return progress == state.From
}

func readAppState(c *compiler, value string) error {
	p := c.rule.Protocol
	switch {
	case p == nil:
		return nil // which is told
	case p.App == nil:
		return conflict("%s has no transactions: the rule must name an application protocol", p.Name)
	}
	t := &AppState{Op: '='}
	name := strings.ToLower(value)
	if name != "" && (name[0] == '<' || name[0] == '>') {
		t.Op, name = name[0], strings.TrimSpace(name[1:])
	}
	var err error
	if t.States, err = c.lang.states(p.App, name); err == nil {
		c.test(t)
	}
	return err
}
