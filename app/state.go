package app

import "github.com/reknit/reknit/stream"

// State is a stretch of a transaction's progress in one direction, under the name that rules have for it.
type State struct {
	Name string
	// From is the progress with which the state begins.
	From Progress
	// Until is the progress at which all that belongs to the state is there. When less than From, it is From.
	Until Progress
}

// Names of the states that transactions of every protocol have, without their direction.
const (
	stateStarted  = "started"
	stateComplete = "complete"
)

// AllStates returns the states of direction d: Protocol.States, and those that transactions of every protocol have. What is not
// parsed has none.
func (p *Protocol) AllStates(d stream.Dir) []State {
	if !p.Parsed() {
		return nil
	}
	side := [...]string{"request_", "response_"}[d]
	end := max(p.Complete[d], 1)
	list := []State{{Name: side + stateStarted}}
	list = append(list, p.States[d]...)
	return append(list, State{Name: side + stateComplete, From: end})
}

// State returns the state of a name, and the direction that it is of.
func (p *Protocol) State(name string) (s State, d stream.Dir, ok bool) {
	for _, d := range directions {
		for _, s := range p.AllStates(d) {
			if s.Name == name {
				return s, d, true
			}
		}
	}
	return State{}, 0, false
}

// At reports whether direction d is in the state s, or has been in it since rules last saw the transaction, or all that
// belongs to s has come since then.
func (t *Tx) At(d stream.Dir, s State) bool {
	seen := t.seen[d]
	return t.progress[d] >= s.From && (seen == 0 || seen-1 < max(s.From, s.Until))
}
