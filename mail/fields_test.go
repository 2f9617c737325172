package mail_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Fields of a message, before and behind its end.
func TestFields(t *testing.T) {
	e := mime.NewEmail(&mime.EmailConfig{})
	m := mime.NewMessage(&mime.Config{BodyMD5: true}, e)
	get := func(name string) string {
		for _, f := range mail.Fields(stream.ToServer, 0, func(app.Transaction) *mime.Email { return e }) {
			if f.Name != name {
				continue
			}
			var all []string
			for i := 0; ; i++ {
				b, ok := f.Get(nil, i)
				if !ok {
					return strings.Join(all, ",")
				}
				all = append(all, string(b))
			}
		}
		t.Fatalf("there is no field %s", name)
		return ""
	}
	for _, line := range []string{"Subject: x", "", "abc"} {
		m.Line([]byte(line), stream.CRLF)
	}
	if v := get("email.body_md5"); v != "" {
		t.Errorf("email.body_md5 = %q before the end", v)
	}
	m.Close()
	for name, want := range map[string]string{
		"email.subject": "x", "email.body_md5": "c13b6afecf97ea6b38d21a8f5167fa1e", "email.to": "",
	} {
		if v := get(name); v != want {
			t.Errorf("%s = %q, want %q", name, v, want)
		}
	}
}
