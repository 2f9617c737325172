package engine_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/proto/http"
	tee "github.com/reknit/reknit/sink"
	"github.com/reknit/reknit/sink/filestore"
	"github.com/reknit/reknit/stats"
)

// Files of a connection are numbered, and the record in the store may show for whom a proxy asked, whatever others do.
func TestFileStore(t *testing.T) {
	s := newScript()
	v := s.talk(client, netip.AddrPortFrom(server.Addr(), 80)).open()
	for _, body := range []string{"one", "two", "one"} {
		v.say(0, "GET /"+body+" HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 192.0.2.8, 192.0.2.9\r\n\r\n")
		v.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"+body)
	}
	v.close()
	dir := t.TempDir()
	store, err := filestore.Open(filestore.Config{Dir: dir, Fileinfo: true, XFF: &filestore.XFF{Header: "X-Forwarded-For", First: true}})
	if err != nil {
		t.Fatal(err)
	}
	var seen lines
	e, err := engine.New(engine.Config{
		Protocols: []app.Protocol{http.New(http.Config{
			Files: file.Config{SHA256: true, Store: store},
			XFF:   http.XFF{Enabled: true},
		})},
		Stats: stats.Config{Extensions: true},
		Sink:  tee.Tee{store, &seen},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context(), &frames{all: s.all}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "??", "*"))
	if err != nil || len(names) != 2+3 {
		t.Fatalf("files %q, %v", names, err)
	}
	ids := ""
	for _, name := range names {
		text, err := os.ReadFile(name)
		switch {
		case err != nil:
			t.Fatal(err)
		case filepath.Ext(name) != ".json":
			if string(text) != "one" && string(text) != "two" {
				t.Errorf("%s holds %q", name, text)
			}
		case !strings.HasSuffix(string(text), `},"xff":"192.0.2.8"}`+"\n") || strings.Count(string(text), `"xff":`) != 2:
			t.Errorf("record %s", text)
		default:
			_, id, _ := strings.Cut(string(text), `"stored":true,"file_id":`)
			ids += id[:1]
		}
	}
	if len(ids) != 3 || !strings.Contains(ids, "1") || !strings.Contains(ids, "2") || !strings.Contains(ids, "3") {
		t.Errorf("numbers of files: %s", ids)
	}
	for _, l := range seen.all {
		if n := strings.Count(l, `"xff":"192.0.2.`); strings.Contains(l, `"event_type":"fileinfo"`) && strings.Contains(l, `"xff":"192.0.2.8"}`) ||
			strings.Contains(l, `"event_type":"http"`) && (n != 2 || !strings.HasSuffix(l, `"xff":"192.0.2.9"}`)) {
			t.Errorf("record %s", l)
		}
	}
	if n := e.Stats(0, 0).Total.Value("reknit.file_store.stored"); n != 2 {
		t.Errorf("reknit.file_store.stored is %d, want 2", n)
	}
}
