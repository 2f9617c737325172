package mime

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMessage checks that any text gives the same however its lines are cut, that no more comes out of it than went in,
// and that parts begin and end in order.
func FuzzMessage(f *testing.F) {
	names, mail, _ := mails(f)
	for _, name := range names {
		f.Add(mail[name], uint64(1))
	}
	f.Add("Content-Type: multipart/mixed; boundary=\"\"\n\n--\n--\n", uint64(2))
	f.Add("Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n\n=\n =", uint64(3))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		config := &Config{MaxHeader: 200, MaxHeaders: 20, MaxParts: 20, MaxDepth: 5}
		want := traceOf(t, config, text, whole)
		r := rand.New(rand.NewPCG(seed, 0))
		if got := traceOf(t, config, text, pieces(r, 1+int(seed%50))); got != want {
			t.Errorf("in pieces:\n%s\nwant\n%s", got, want)
		}
		text = strings.ReplaceAll(text, "\n", "\r\n")
		want = traceOf(t, config, text, whole)
		if got := traceBy(t, config, text, func(m *Message) { inBlocks(m, text, r, 1<<(seed%13)) }); got != want {
			t.Errorf("in blocks:\n%s\nwant\n%s", got, want)
		}
		emailOf(&EmailConfig{BodyMD5: true, MaxBytes: 100}, text)

		tr := &trace{t: t}
		m := NewMessage(config, tr)
		give := pieces(r, 20)
		for _, line := range lines(text) {
			if r.IntN(4) == 0 {
				m.Lost(r.Int64N(1000))
			}
			line, e := cutEnding(line)
			give(m, []byte(line), e)
		}
		m.Close()
		if len(tr.open) > 0 {
			t.Errorf("part %d does not end", tr.open[0].Index)
		}
	})
}

// FuzzDecodeHeader checks that what is made for people is valid UTF-8.
func FuzzDecodeHeader(f *testing.F) {
	for _, s := range []string{"=?utf-8?q?=C3=A4?= =?utf-8?b?w6Q=?=", "a; n*0*=iso-8859-1''%E4; n*1=%E4", "\"a\\\"b\" <a@b> (c), d: e;",
		"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "=?hz-gb-2312?q?~{?="} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s := DecodeHeader(raw); !utf8.ValidString(s) {
			t.Errorf("DecodeHeader(%q) = %q, which is not UTF-8", raw, s)
		}
		text, params := ParseParams(raw)
		if !utf8.ValidString(text) {
			t.Errorf("ParseParams(%q) = %q, which is not UTF-8", raw, text)
		}
		for _, p := range params {
			if !utf8.ValidString(p.Value) {
				t.Errorf("ParseParams(%q) gives %q, which is not UTF-8", raw, p.Value)
			}
		}
		for _, a := range ParseAddresses(raw) {
			if !utf8.ValidString(a.String()) || a.Addr == "" {
				t.Errorf("ParseAddresses(%q) gives %q", raw, a)
			}
		}
	})
}
