package detect_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/smtp"
)

// mail is a connection with a mail that has two files.
func mail() *conversation {
	return talk(25).open().say(1, "220 hello\r\n").
		say(0, "EHLO me\r\n").say(1, "250 hi\r\n").
		say(0, "MAIL FROM:<ann@example.net>\r\n").say(1, "250 ok\r\n").
		say(0, "RCPT TO:<bob@example.org>\r\n").say(1, "250 ok\r\n").
		say(0, "DATA\r\n").say(1, "354 go on\r\n").
		say(0, "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+
			"--b\r\nContent-Disposition: attachment; filename=one.txt\r\n\r\nsecret text\r\n"+
			"--b\r\nContent-Disposition: attachment; filename=two.txt\r\n\r\nsomething else\r\n--b--\r\n.\r\n").
		say(1, "250 queued\r\n").say(0, "QUIT\r\n").say(1, "221 bye\r\n").
		segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
}

// kept is a file.Store in memory.
type kept struct{ names []string }

type keptFile struct{ store *kept }

func (k *kept) Open(*file.File) file.Writer { return &keptFile{k} }

func (w *keptFile) Write([]byte) {}
func (w *keptFile) Lost(int64)   {}
func (w *keptFile) Close(f *file.File) bool {
	if !f.Wanted() {
		return false
	}
	w.store.names = append(w.store.names, string(f.Name))
	return true
}

// oneMD5 is the hash of "secret text".
const oneMD5 = "f6d86c00ecc4d51fe0da3f8abdb79938"

// Rules look into files, and say which are stored.
func TestFiles(t *testing.T) {
	for _, test := range []struct {
		rule   string
		alerts int
		stored string
	}{
		{`alert smtp any any -> any any (file.data; content:"secret"; sid:1;)`, 1, ""},
		{`alert smtp any any -> any any (file.data; content:"nothing of it"; filestore; sid:1;)`, 0, ""},
		{`alert smtp any any -> any any (file.data; content:"secret"; filestore; sid:1;)`, 1, "one.txt two.txt"},
		{`alert smtp any any -> any any (smtp.mail_from; content:"ann"; filestore:request,tx; sid:1;)`, 1, "one.txt two.txt"},
		{`alert smtp any any -> any any (file.name; content:"two"; sid:1;)`, 1, ""},
		{`alert smtp any any -> any any (file.name; content:".txt"; sid:1;)`, 2, ""},
		{`alert smtp any any -> any any (filesize:>3; file.name; content:".txt"; filestore; sid:1;)`, 2, "one.txt two.txt"},
		{`alert smtp any any -> any any (file.data; content:!"secret"; content:!"else"; sid:1;)`, 0, ""},
		{`alert smtp any any -> any any (filesize:11; file.name; content:"one"; sid:1;)`, 1, ""},
		{`alert smtp any any -> any any (filemd5:list; sid:1;)`, 1, ""},
		{`alert smtp any any -> any any (filemd5:list; filesize:>100; sid:1;)`, 0, ""},
		{`alert smtp any any -> any any (filesize:>100; sid:1;)`, 0, ""},
		{`alert smtp any any -> any any (file.data; content:"c2VjcmV0"; sid:1;)`, 0, ""},
	} {
		store := &kept{}
		conf := engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{
			Files: file.Config{Store: store, OnDemand: true, Keep: 1 << 10, MD5: true},
		})}}
		o := mail().with(t, compile(t, test.rule, detect.Config{}), conf)
		if len(o.alerts) != test.alerts {
			t.Errorf("%s: alerts %q, want %d", test.rule, o, test.alerts)
		}
		if got := strings.Join(store.names, " "); got != test.stored {
			t.Errorf("%s: stored %q, want %q", test.rule, got, test.stored)
		}
		n := 0
		for _, r := range o.records {
			if strings.Contains(r, `"event_type":"fileinfo"`) {
				n++
				if stored := strings.Contains(r, `"stored":true`); stored != (test.stored != "") {
					t.Errorf("%s: %s", test.rule, r)
				}
			}
		}
		if n != 2 {
			t.Errorf("%s: %d records of files, want 2", test.rule, n)
		}
	}
}

// A rule for all files of a flow has none stored that began before it matched.
func TestFilesOfFlow(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
	c := talk(80).open().say(0, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n").say(1, ok+"a").
		say(0, "GET /two HTTP/1.1\r\nHost: x\r\n\r\nGET /three HTTP/1.1\r\nHost: x\r\n\r\n").say(1, "bcd"+ok+"efgh").say(1, ok+"ijkl").
		segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	for _, test := range []struct{ scope, stored string }{
		{"both,flow", "/two /three"}, {"response,tx", "/two"}, {"request,flow", ""},
	} {
		store := &kept{}
		conf := engine.Config{Protocols: []app.Protocol{http.New(http.Config{Files: file.Config{Store: store, OnDemand: true}})}}
		o := c.with(t, compile(t, `alert http any any -> any any (http.uri; content:"two"; filestore:`+test.scope+`; sid:1;)`, detect.Config{}), conf)
		if got := strings.Join(store.names, " "); got != test.stored || len(o.alerts) != 1 {
			t.Errorf("%s: stored %q, want %q; alerts %q", test.scope, got, test.stored, o)
		}
	}
}

// Buffers that have the same bytes are looked into at once, each for its own rules, with its own transforms.
func TestSameBytes(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer"
	const rules = `alert http any any -> any any (http.request_body; content:"question"; sid:1;)
		alert http any any -> any any (file.data; content:"question"; sid:2;)
		alert http any any -> any any (file.data; content:"ques"; startswith; sid:3;)
		alert http any any -> any any (http.request_body; to_uppercase; content:"QUEST"; sid:4;)
		alert http any any -> any any (file.data; to_uppercase; content:"QUEST"; sid:5;)
		alert http any any -> any any (http.request_body; content:"nothing"; sid:6;)
		alert http any any -> any any (file.data; content:"QUEST"; sid:7;)
		alert http any any -> any any (http.response_body; content:"answer"; sid:8;)
		alert http any any -> any any (file.data; content:"answer"; sid:9;)`
	c := talk(80).open().say(0, "POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nquestion").say(1, ok).
		segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	conf := engine.Config{Protocols: []app.Protocol{http.New(http.Config{RequestBody: 100, ResponseBody: 100})}}
	o := c.with(t, compile(t, rules, detect.Config{}), conf)
	if got, want := o.String(), "7 1, 7 2, 7 3, 7 4, 7 5, 9 8, 9 9"; got != want {
		t.Errorf("alerts %q, want %q", got, want)
	}
}
