package mime

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
)

func emailOf(c *EmailConfig, text string) *Email {
	e := NewEmail(c)
	m := NewMessage(&Config{BodyMD5: c != nil && c.BodyMD5}, e)
	feed(m, text)
	m.Close()
	return e
}

func object(a event.Appender) string {
	var o event.Object
	o.Start(nil, nil)
	a.AppendJSON(&o)
	return string(o.End())
}

func TestSubject(t *testing.T) {
	for _, test := range []struct{ mail, want string }{
		{"\n", ""},
		{"Subject: plain\n\n", "plain"},
		{"Subject: two\r\n words\r\n\tand more\r\nFrom: x\r\n\r\n", "two words\tand more"},
		{"Subject: =?utf-8?q?=C3=84?= 1\r\n =?utf-8?q?=C3=96?=\r\n =?utf-8?q?=C3=9C?=\r\n\r\n", "Ä 1 ÖÜ"},
		{"Subject: first\nSubject: second\n\n", "first"},
	} {
		if got := emailOf(nil, test.mail).Subject(); got != test.want {
			t.Errorf("subject of %q is %q, want %q", test.mail, got, test.want)
		}
	}
}

func TestEmailJSON(t *testing.T) {
	tests := []struct {
		name   string
		config *EmailConfig
		mail   string
		want   string
	}{
		{"no header", nil, "\n", `{"status":"PARSE_DONE"}`},
		{"addresses", nil,
			"From: \"Doe, Jane\" <jane@example.org>\nTO: a@example.org,  \"b, c\" <b@example.org>,,\nCc:  d@example.org\n\n",
			`{"from":"\"Doe, Jane\" <jane@example.org>","to":["a@example.org","\"b, c\" <b@example.org>"],"cc":["d@example.org"],` +
				`"status":"PARSE_DONE"}`},
		{"empty fields", nil, "To: \nFrom:\nSubject: s\n\n", `{"status":"PARSE_DONE"}`},
		{"first of a name", nil, "From: a\nFrom: b\n\n", `{"from":"a","status":"PARSE_DONE"}`},
		{"folded", nil, "From: one\r\n two\r\n\tthree\r\n\r\n", `{"from":"onetwothree","status":"PARSE_DONE"}`},
		{"encoded words stay", nil, "From: =?utf-8?q?=C3=84?= <a@example.org>\n\n",
			`{"from":"=?utf-8?q?=C3=84?= <a@example.org>","status":"PARSE_DONE"}`},
		{"custom fields in the order of the table", &EmailConfig{Custom: []Field{Date, Subject, Received, Bcc}},
			"Received: by one\nReceived: by two\nDate: now\nSubject: words\nBcc: x, y\n\n",
			`{"status":"PARSE_DONE","bcc":["x","y"],"subject":"words","received":["by one","by two"],"date":"now"}`},
		{"inner headers do not count", nil,
			"From: outer\nContent-Type: message/rfc822\n\nFrom: inner\nTo: inner\n\ntext\n", `{"from":"outer","status":"PARSE_DONE"}`},
		{"attachments", nil,
			"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=\"one.txt\"\n\n1\n--b\n" +
				"Content-Disposition: attachment; filename=two.txt\nContent-Type: text/plain; name=other\n\n2\n--b\n\n3\n--b--\n",
			`{"status":"PARSE_DONE","attachment":["one.txt","two.txt"]}`},
		{"urls", nil, "\nsee http://example.org/a, HTTP://example.org/b> and https://example.org/c\nhttp://example.org/d\n",
			`{"status":"PARSE_DONE","url":["example.org/d","example.org/b","example.org/a,"]}`},
		{"urls with schemes", &EmailConfig{URLSchemes: []string{"https", "ftp"}, LogURLScheme: true},
			"\nftp://one \"HTTPS://two\" http://three\n", `{"status":"PARSE_DONE","url":["HTTPS://two","ftp://one"]}`},
		{"no urls", &EmailConfig{NoURLs: true}, "\nhttp://one\n", `{"status":"PARSE_DONE"}`},
		{"url in quoted-printable over a soft line break", nil,
			"Content-Transfer-Encoding: quoted-printable\n\nht=\ntp=3A//exam=\nple.org/=3Fa\nb\n",
			`{"status":"PARSE_DONE","url":["example.org/?a"]}`},
		{"url in base64 cut by a line", nil, "Content-Transfer-Encoding: base64\nContent-Type: text/html\n\nPGEgaHJlZj0iaHR0\ncDovL2V4YW1wbGUub3JnLyI+\n",
			`{"status":"PARSE_DONE","url":["example.org/"]}`},
		{"no urls in images", nil, "Content-Type: image/png\n\nhttp://one\n", `{"status":"PARSE_DONE"}`},
		{"urls in attachments", nil, "Content-Type: image/png; name=a.png\n\nhttp://one\n",
			`{"status":"PARSE_DONE","attachment":["a.png"],"url":["one"]}`},
		{"digests", &EmailConfig{SubjectMD5: true, BodyMD5: true}, "Subject: abc\r\n\r\nabc",
			`{"status":"PARSE_DONE","subject_md5":"900150983cd24fb0d6963f7d28e17f72","body_md5":"900150983cd24fb0d6963f7d28e17f72"}`},
		{"digest of the body with its line ends", &EmailConfig{BodyMD5: true},
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\n", // printf '--b\r\n\r\nx\r\n--b--\n' | md5sum
			`{"status":"PARSE_DONE","body_md5":"698a0d86e3390389981075fbb6eeba9d"}`},
	}
	for _, tt := range tests {
		e := emailOf(tt.config, tt.mail)
		if got := object(e); got != `{"email":`+tt.want+`}` {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestEmailLimits(t *testing.T) {
	mail := strings.Repeat("Received: "+strings.Repeat("x", 90)+"\n", 50) + "Subject: last\n\n" + strings.Repeat("http://example.org\n", 50)
	e := emailOf(&EmailConfig{MaxItems: 10}, mail)
	if len(e.Received()) != 10 || len(e.URLs()) != 10 {
		t.Errorf("%d Received fields and %d URLs, want 10", len(e.Received()), len(e.URLs()))
	}
	e = emailOf(&EmailConfig{MaxBytes: 1000}, mail)
	if len(e.text) > 1000 || len(e.Received()) != 11 {
		t.Errorf("%d bytes and %d Received fields, want at most 1000 and 11", len(e.text), len(e.Received()))
	}
}

func TestParseField(t *testing.T) {
	for _, name := range []string{"message-id", "message_id", "Message-ID"} {
		if f, err := ParseField(name); f != MessageID || err != nil {
			t.Errorf("ParseField(%q) = %v, %v", name, f, err)
		}
	}
	if _, err := ParseField("message id"); err == nil {
		t.Error("ParseField takes a field that there is not")
	}
}

func TestSplitList(t *testing.T) {
	tests := []struct{ value, want string }{
		{"", ""},
		{"a", "a"},
		{"a,b", "a|b"},
		{" a ,\t b", "a |b"},
		{`"a,b" <c>,d`, `"a,b" <c>|d`},
		{`"a,b`, `"a,b`},
		{",,", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, item := range splitList([]byte(tt.value)) {
			got = append(got, string(item))
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("splitList(%q) = %q, want %q", tt.value, g, tt.want)
		}
	}
}
