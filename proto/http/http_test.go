package http

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}

func TestLimits(t *testing.T) {
	c := Config{MaxLine: 80, MaxFields: 8, MaxHead: 300, MaxTx: 3, MaxPending: 400, MaxFiles: 2, EVE: EVE{Request: true, Response: true}}
	apptest.Run(t, New(c), "testdata/limits")
}

// A file in either direction ends, truncated, at the limit of its direction or at that of all files.
func TestMaxDownload(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{}, "CLOSED 12"},
		{Config{MaxUpload: 5}, "CLOSED 12"},
		{Config{MaxDownload: 5}, "TRUNCATED 5"},
		{Config{MaxDownload: 12}, "CLOSED 12"},
		{Config{MaxDownload: 5, Files: file.Config{MaxSize: 4}}, "TRUNCATED 4"},
		{Config{MaxDownload: 5, Files: file.Config{MaxSize: 6}}, "TRUNCATED 5"},
	} {
		c, err := apptest.Parse("x", "> GET / HTTP/1.1\n> Host: a\n>\n< HTTP/1.1 200 OK\n< Content-Length: 12\n<\n<| Hello world!\nfin\n")
		if err != nil {
			t.Fatal(err)
		}
		records, err := (&apptest.Suite{Protocol: New(test.config)}).Record(c)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, r := range records {
			state, size, _ := strings.Cut(test.want, " ")
			found = found || strings.Contains(r, `"state":"`+state+`"`) && strings.Contains(r, `"size":`+size+`,`)
		}
		if !found {
			t.Errorf("%+v: want %s in %q", test.config, test.want, records)
		}
	}
}
