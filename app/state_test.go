package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// at returns the states of the client's side in which the transactions of l are, for rules.
func at(l *line, states []app.State) string {
	var list []string
	for tx := range l.session.Transactions() {
		for _, s := range states {
			if tx.Head().At(stream.ToServer, s) {
				list = append(list, fmt.Sprint(tx.Head().ID, s.Name))
			}
		}
	}
	l.session.Inspected(stream.ToServer)
	return strings.Join(list, " ")
}

// Rules see a state when a transaction is in it or came past it, and once more when all of it is there.
func TestStates(t *testing.T) {
	states := []app.State{
		{Name: "a"}, {Name: "b", From: 1, Until: 2}, {Name: "c", From: 2}, {Name: "d", From: 4, Until: 5}, {Name: "e", From: 5},
	}
	l := dial(t, app.Config{KeepForRules: true}, app.Info{}, steps())
	for _, step := range []struct{ say, want string }{
		{"=0\r\n", "0a"}, {"=1\r\n", "0b"}, {"=1\r\n", "0b"}, {"=2\r\n", "0b 0c"}, {"=3\r\n", ""}, {"=4\r\n", "0d"}, {"=9\r\n", "0d 0e"},
	} {
		l.client(step.say)
		if got := at(l, states); got != step.want {
			t.Errorf("after %q: %s, want %s", step.say, got, step.want)
		}
	}
	l.close()

	l = dial(t, app.Config{KeepForRules: true}, app.Info{}, steps())
	l.client("=5\r\n")
	if got, want := at(l, states), "0a 0b 0c 0d 0e"; got != want {
		t.Errorf("at once: %s, want %s", got, want)
	}
	l.close()
}

// stepper has one transaction, whose progress the client says.
type stepper struct {
	conn *app.Conn
	tx   *shouted
}

func steps() app.Protocol {
	return app.Protocol{
		Name: "steps", Complete: [2]app.Progress{9, 1}, Patterns: []app.Pattern{{Dir: stream.ToServer, Text: "="}},
		NewStream: func(c *app.Conn) app.StreamParser { return &stepper{conn: c} },
	}
}

func (s *stepper) Client(in *stream.Cursor) error {
	for {
		line, ok := in.Line(80)
		if !ok {
			return nil
		}
		if s.tx == nil {
			s.tx = &shouted{}
			s.conn.Begin(s.tx)
		}
		s.tx.Advance(stream.ToServer, app.Progress(line[1]-'0'))
	}
}

func (s *stepper) Server(in *stream.Cursor) error { return nil }

// Every protocol that is parsed has states by the names that all have, and its own.
func TestStateNames(t *testing.T) {
	p := app.Protocol{
		NewStream: func(*app.Conn) app.StreamParser { return nil },
		Complete:  [2]app.Progress{5, 0}, States: [2][]app.State{{{Name: "half", From: 2, Until: 5}}, {{Name: "said", From: 1}}},
	}
	for _, test := range []struct{ name, want string }{
		{"request_started", "{request_started 0 0} to_server true"},
		{"request_complete", "{request_complete 5 0} to_server true"},
		{"response_started", "{response_started 0 0} to_client true"},
		{"response_complete", "{response_complete 1 0} to_client true"},
		{"half", "{half 2 5} to_server true"},
		{"said", "{said 1 0} to_client true"},
		{"", "{ 0 0} to_server false"},
	} {
		s, d, ok := p.State(test.name)
		if got := fmt.Sprint(s, " ", d, " ", ok); got != test.want {
			t.Errorf("State(%q) = %s, want %s", test.name, got, test.want)
		}
	}
	p.NewStream = nil
	if list := p.AllStates(stream.ToServer); list != nil {
		t.Errorf("not parsed, and has %v", list)
	}
}
