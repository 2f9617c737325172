package app_test

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// A file is released once, however it and its transaction end.
func TestFilesAreReleased(t *testing.T) {
	for _, test := range []struct {
		name   string
		client string
		server string
		note   noteConfig
		want   []int // whether each file was released before the end of the flow
	}{
		{"closed", "BODY 1\r\nxBODY 2\r\nxy", "NOTE x\r\n", noteConfig{}, []int{1, 1}},
		{"told with its transaction", "BODY 2\r\nx", "NOTE x\r\n", noteConfig{}, []int{0}},
		{"one of too many transactions", "BODY 1\r\nxBODY 9\r\nx", "NOTE x\r\n", noteConfig{maxTx: 1}, []int{1, 0}},
	} {
		l := dial(t, app.Config{}, app.Info{}, note(test.note))
		l.server(test.server)
		l.client(test.client)
		if len(l.notes.files) != len(test.want) {
			t.Errorf("%s: %d files, want %d", test.name, len(l.notes.files), len(test.want))
			continue
		}
		for i, f := range l.notes.files {
			if f.released != test.want[i] {
				t.Errorf("%s: file %d was released %d times, want %d", test.name, i+1, f.released, test.want[i])
			}
		}
		l.close()
		for i, f := range l.notes.files {
			if f.released != 1 {
				t.Errorf("%s: file %d was released %d times in the end", test.name, i+1, f.released)
			}
		}
	}
}

// A file is forgotten once, when rules have seen the end of its transaction in both directions, or nobody will look at it any more.
func TestFilesAreForgotten(t *testing.T) {
	for _, ends := range []struct {
		name string
		end  func(l *line)
	}{
		{"inspected", func(l *line) {
			l.session.Inspected(stream.ToServer)
			l.session.Inspected(stream.ToClient)
		}},
		{"closed", func(l *line) { l.close() }},
		{"dropped", func(l *line) { l.session.Forget() }},
	} {
		l := dial(t, app.Config{KeepForRules: true}, app.Info{}, note(noteConfig{}))
		l.server("NOTE x\r\n")
		l.client("BODY 2\r\nxy")
		l.session.Inspected(stream.ToServer)
		l.server("OK\r\n")
		f := l.notes.files[0]
		if f.forgotten != 0 {
			t.Errorf("%s: forgotten before rules have seen the response", ends.name)
		}
		if ends.end(l); f.forgotten != 1 {
			t.Errorf("%s: forgotten %d times", ends.name, f.forgotten)
		}
	}
}
