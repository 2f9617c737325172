package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// framer is a protocol whose lines, and what stands between BEGIN and END, are frames.
func framer() app.Protocol {
	return app.Protocol{
		Name: "framer", Frames: []string{"line", "block"},
		Probe:     func(stream.Dir, []byte) app.Guess { return app.Yes },
		Ports:     []app.Port{{Transport: app.TCP, Number: 7777, Dir: stream.ToServer}},
		NewStream: func(c *app.Conn) app.StreamParser { return &framing{conn: c} },
	}
}

type framing struct{ conn *app.Conn }

func (f *framing) Client(in *stream.Cursor) error { return f.read(stream.ToServer, in) }
func (f *framing) Server(in *stream.Cursor) error { return f.read(stream.ToClient, in) }

func (f *framing) read(d stream.Dir, in *stream.Cursor) error {
	for {
		at := in.Offset()
		line, ok := in.Line(1 << 16)
		if !ok {
			return nil
		}
		f.conn.Frame(d, 0, at, in.Offset()-at, nil)
		switch string(line) {
		case "BEGIN":
			f.conn.Frame(d, 1, in.Offset(), -1, nil)
		case "END":
			f.conn.EndFrame(d, 1, at)
		case "MAYBE":
			f.conn.Frame(d, 1, in.Offset(), -1, nil)
			f.conn.AwaitTx(d, 1)
		case "NO":
			f.conn.DropFrame(d, 1)
		}
	}
}

// framed is a connection of a framer, and what was told of its frames.
type framed struct {
	*line
	frames []string
}

func (f *framed) Frame(s *app.Session, d stream.Dir, x *app.Frame) {
	var r event.Record
	app.FrameRecord(&r, s, d, x)
	text := string(r.AppendJSON(nil, nil))
	f.frames = append(f.frames, text[strings.Index(text, `"frame":{`)+len(`"frame":`):])
}

// told is the Logger of a framed.
type told struct {
	*notes
	*framed
}

func watch(t testing.TB, c app.Config) *framed {
	f := &framed{line: &line{t: t}}
	g, err := app.NewGateway(c, []app.Protocol{framer()}, told{&f.notes, f})
	if err != nil {
		t.Fatal(err)
	}
	f.gateway, f.store = g, stream.NewStore(stream.Config{Immediate: true})
	f.session = g.NewSession(app.Info{Transport: app.TCP, ServerPort: 7777})
	return f
}

// give sends bytes of the client, which are logged; and seen, if rules look.
func (f *framed) give(text string, look bool) {
	f.pair[0].HoldLog()
	f.client(text)
	f.store.Log(&f.pair[0], stream.ToServer, false, f.session)
	if look {
		f.session.FramesSeen(stream.ToServer, f.pair[0].App())
	}
}

func (f *framed) close() {
	f.store.Close(&f.pair, f.session)
	f.session.FramesSeen(stream.ToServer, 1<<62)
	f.session.FramesSeen(stream.ToClient, 1<<62)
	f.session.Close()
}

func TestFrames(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"lines", "one\r\ntwo\r\n", `line 2 at 0 "one\r\n" true, line 3 at 5 "two\r\n" true, stream 1 at 0 "one\r\ntwo\r\n" true`},
		{"a block", "BEGIN\nx\nEND\n", `line 2 at 0 "BEGIN\n" true, line 4 at 6 "x\n" true, block 3 at 6 "x\n" true, line 5 at 8 "END\n" true, stream 1 at 0 "BEGIN\nx\nEND\n" true`},
		{"a block without an end", "BEGIN\nx\n", `line 2 at 0 "BEGIN\n" true, line 4 at 6 "x\n" true, stream 1 at 0 "BEGIN\nx\n" true, block 3 at 6 "x\n" false`},
		{"an end without a block", "END\n", `line 2 at 0 "END\n" true, stream 1 at 0 "END\n" true`},
		{"none after all", "MAYBE\nNO\n", `line 2 at 0 "MAYBE\n" true, line 4 at 6 "NO\n" true, stream 1 at 0 "MAYBE\nNO\n" true`},
		{"a record that waits", "MAYBE\nx\nEND\n", `line 2 at 0 "MAYBE\n" true, line 4 at 6 "x\n" true, line 5 at 8 "END\n" true, stream 1 at 0 "MAYBE\nx\nEND\n" true, block 3 at 6 "x\n" true`},
	} {
		f := watch(t, app.Config{Inline: true, Frames: app.FrameConfig{Tell: true}})
		for _, b := range []byte(test.text) {
			f.give(string(b), true)
		}
		f.close()
		var got []string
		for _, x := range f.frames {
			var r struct {
				Type      string
				ID        int
				Offset    int    `json:"stream_offset"`
				Printable string `json:"payload_printable"`
				Complete  bool
			}
			if err := json.NewDecoder(strings.NewReader(x)).Decode(&r); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %d at %d %q %v", r.Type, r.ID, r.Offset, r.Printable, r.Complete))
		}
		if g := strings.Join(got, ", "); g != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, g, test.want)
		}
	}
}

// Nothing is kept that nobody wants.
func TestFramesUnwanted(t *testing.T) {
	for _, test := range []struct {
		name   string
		wanted map[string][]string
		kept   uint64
	}{
		{"nobody", nil, 0},
		{"of another protocol", map[string][]string{"other": {"line"}}, 0},
		{"another frame", map[string][]string{"framer": {"block"}}, 0},
		{"this one", map[string][]string{"framer": {"line"}}, 2},
		{"and the stream", map[string][]string{"framer": {"line", app.StreamFrame}}, 3},
	} {
		f := watch(t, app.Config{Frames: app.FrameConfig{Wanted: test.wanted}})
		f.give("one\ntwo\n", false)
		if n := f.gateway.Counters().Frames; n != test.kept {
			t.Errorf("%s: %d frames are kept, want %d", test.name, n, test.kept)
		}
		if test.kept == 0 && f.session.Framed() != (test.name == "another frame") {
			t.Errorf("%s: Framed() = %v", test.name, f.session.Framed())
		}
		if f.close(); f.session.Framed() {
			t.Errorf("%s: frames are left", test.name)
		}
	}
}

func TestFrameLimits(t *testing.T) {
	f := watch(t, app.Config{Frames: app.FrameConfig{Tell: true, Most: 3}})
	f.give("1\n2\n3\n4\n", false)
	if k := f.gateway.Counters(); k.Frames != 3 || k.FramesRefused != 2 {
		t.Errorf("%d frames are kept and %d refused, want 3 and 2", k.Frames, k.FramesRefused)
	}
	f.give("", true)
	f.give("5\n", true)
	if k := f.gateway.Counters(); k.Frames != 4 {
		t.Errorf("%d frames are kept once there is room, want 4", k.Frames)
	}

	f = watch(t, app.Config{Frames: app.FrameConfig{Tell: true, Held: 64, Whole: 16, Payload: 8, Chunk: 8}})
	f.give("BEGIN\n"+strings.Repeat("x", 100)+"\n", false)
	if n := f.gateway.Counters().FrameBytesLost; n != 107-64 {
		t.Errorf("%d bytes were let go of, want %d", n, 107-64)
	}
	// What was looked at of a frame that goes on is let go of, but for what a chunk has.
	f.give("", true)
	for range 1000 {
		f.give("yyyyyyyyy\n", true)
	}
	parts := 0
	for p := range f.session.FrameParts(stream.ToServer) {
		if parts++; len(p.Data) > 64 {
			t.Errorf("%d bytes are held", len(p.Data))
		}
	}
	if n := f.gateway.Counters().FrameBytesLost; n != 107-64 {
		t.Errorf("%d bytes were let go of although they were looked at", n-(107-64))
	}
}

// A frame that grows is shown in chunks, each of which begins with what a chunk has of the one before.
func TestFrameParts(t *testing.T) {
	f := watch(t, app.Config{Frames: app.FrameConfig{Wanted: map[string][]string{"framer": {"block"}}, Chunk: 10, Whole: 1000}})
	f.give("BEGIN\n", true)
	look := func() (list []string) {
		for p := range f.session.FrameParts(stream.ToServer) {
			list = append(list, fmt.Sprint(p.Offset, " ", len(p.Data), " ", p.Seen, " ", p.Ends))
		}
		f.session.FramesSeen(stream.ToServer, f.pair[0].App())
		return list
	}
	for i, want := range []string{"[]", "[0 12 0 false]", "[]", "[2 22 10 false]"} {
		f.give("12345\n", false)
		if got := fmt.Sprint(look()); got != want {
			t.Errorf("step %d: %s, want %s", i, got, want)
		}
	}
	f.give("END\n", false)
	if got, want := fmt.Sprint(look()), "[0 24 24 true]"; got != want {
		t.Errorf("at the end: %s, want %s", got, want)
	}
	if got := fmt.Sprint(look()); got != "[]" {
		t.Errorf("behind the end: %s", got)
	}
}
