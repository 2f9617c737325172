package tftp_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/tftp"
	"github.com/reknit/reknit/stream"
)

func TestConversations(t *testing.T) { apptest.Run(t, tftp.New(tftp.Config{}), "testdata") }

func TestExtensions(t *testing.T) {
	apptest.Run(t, tftp.New(tftp.Config{MaxFile: 8, Extensions: true}), "testdata/extensions")
}

// asked returns the requests in datagrams of a client.
func asked(t testing.TB, c tftp.Config, datagrams ...string) (list []*tftp.Request) {
	c.Handler = &tftp.Handler{OnRequest: func(_ *app.Conn, r *tftp.Request) app.Verdict {
		list = append(list, r)
		return app.Continue
	}}
	g, err := app.NewGateway(app.Config{}, []app.Protocol{tftp.New(c)}, nobody{})
	if err != nil {
		t.Fatal(err)
	}
	s := g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 69})
	for _, d := range datagrams {
		s.Datagram(stream.ToServer, []byte(d))
	}
	s.Close()
	return list
}

func TestRequest(t *testing.T) {
	for _, test := range []struct{ name, datagram, want string }{
		{"read", "\x00\x01a.txt\x00octet\x00", "read a.txt octet"},
		{"write", "\x00\x02a.txt\x00netascii\x00", "write a.txt netascii"},
		{"case of the mode", "\x00\x01A.txt\x00OcTeT\x00", "read A.txt octet"},
		{"mail", "\x00\x02ann\x00mail\x00", "write ann mail"},
		{"options", "\x00\x01a\x00octet\x00blksize\x001428\x00tsize\x000\x00", "read a octet blksize=1428 tsize=0"},
		{"an option cut off", "\x00\x01a\x00octet\x00blksize\x001428\x00tsize\x000", "read a octet blksize=1428"},
		{"no name", "\x00\x01\x00octet\x00", "read  octet"},
		{"unknown mode", "\x00\x01a\x00octets\x00", ""},
		{"empty mode", "\x00\x01a\x00\x00", ""},
		{"mode without an end", "\x00\x01a\x00octet", ""},
		{"name without an end", "\x00\x01abc", ""},
		{"data", "\x00\x03\x00\x01abc\x00octet\x00", ""},
		{"an operation of two bytes", "\x01\x01a\x00octet\x00", ""},
	} {
		got := ""
		for _, r := range asked(t, tftp.Config{}, test.datagram) {
			got = fmt.Sprintf("%v %s %s", r.Operation, r.File, r.Mode)
			for _, o := range r.Options {
				got += fmt.Sprintf(" %s=%s", o.Name, o.Value)
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestLimits sends what is as long as it may be, and longer.
func TestLimits(t *testing.T) {
	request := func(name int, options ...string) string {
		return "\x00\x01" + strings.Repeat("n", name) + "\x00octet\x00" + strings.Join(options, "")
	}
	option := "a\x00" + strings.Repeat("v", 255) + "\x00" // counts as 256 bytes
	for _, test := range []struct {
		name             string
		datagram         string
		file, options    int
		fileCut, optsCut bool
	}{
		{"name", request(10), 10, 0, false, false},
		{"longer name", request(11), 10, 0, true, false},
		{"options", request(1, slices.Repeat([]string{"a\x00b\x00"}, 16)...), 1, 16, false, false},
		{"more options", request(1, slices.Repeat([]string{"a\x00b\x00"}, 17)...), 1, 16, false, true},
		{"long options", request(1, option, option), 1, 2, false, false},
		{"longer options", request(1, option, option, "a\x00\x00"), 1, 2, false, true},
	} {
		list := asked(t, tftp.Config{MaxFile: 10}, test.datagram)
		if len(list) != 1 {
			t.Fatalf("%s: %d requests", test.name, len(list))
		}
		r := list[0]
		if len(r.File) != test.file || len(r.Options) != test.options || r.FileCut != test.fileCut || r.OptionsCut != test.optsCut {
			t.Errorf("%s: %d bytes of name, %d options, cut: %v, %v", test.name, len(r.File), len(r.Options), r.FileCut, r.OptionsCut)
		}
	}
}

// TestKept changes the datagram after it was read.
func TestKept(t *testing.T) {
	b := []byte("\x00\x01a.txt\x00octet\x00tsize\x000\x00")
	var kept *tftp.Request
	g, err := app.NewGateway(app.Config{}, []app.Protocol{tftp.New(tftp.Config{Handler: &tftp.Handler{
		OnRequest: func(_ *app.Conn, r *tftp.Request) app.Verdict { kept = r; return app.Continue },
	}})}, nobody{})
	if err != nil {
		t.Fatal(err)
	}
	g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 69}).Datagram(stream.ToServer, b)
	clear(b)
	if !bytes.Equal(kept.File, []byte("a.txt")) || !bytes.Equal(kept.Options[0].Name, []byte("tsize")) {
		t.Errorf("%q, %q", kept.File, kept.Options)
	}
}

type nobody struct{}

func (nobody) Transaction(*app.Session, app.Transaction) {}
func (nobody) Anomaly(*app.Session, *app.Anomaly)        {}
func (nobody) Detected(*app.Session)                     {}
