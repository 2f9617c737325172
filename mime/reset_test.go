package mime

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestReset reads all mails with one Message, some of them not to their end, and wants of each what a new one gives.
func TestReset(t *testing.T) {
	names, mail, want := mails(t)
	r := rand.New(rand.NewPCG(1, 2))
	m := NewMessage(nil, &count{})
	for range 20 {
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names {
			tr := &trace{t: t}
			m.Reset(nil, tr)
			feed(m, mail[name])
			m.Close()
			if got := tr.out.String(); got != want[name] {
				t.Fatalf("%s, after others:\n%s\nwant\n%s", name, got, want[name])
			}
			m.Reset(&Config{BodyMD5: true}, &count{})
			text := lines(mail[names[r.IntN(len(names))]])
			for _, line := range text[:r.IntN(len(text)+1)] {
				text, e := cutEnding(line)
				m.Line([]byte(text), e)
				if r.IntN(10) == 0 {
					m.Lost(5)
				}
			}
		}
	}
}

// TestResetFrees checks that Reset does not keep what a message with much in it needed.
func TestResetFrees(t *testing.T) {
	m := NewMessage(nil, &count{})
	long := strings.Repeat("x", 60000)
	feed(m, "Subject: "+long+"\n\t"+long+"\nContent-Type: multipart/mixed; boundary=b; name="+long+"\n"+strings.Repeat("\tx=y;\n", 3000)+
		"Content-Disposition: inline; filename="+long+"\n\n"+strings.Repeat("--b\nContent-Type: text/plain; name="+long+"\n\ntext\n", 50)+
		"--b\nContent-Transfer-Encoding: quoted-printable\n\n"+long)
	m.Reset(nil, &count{})
	kept := cap(m.field.buf) + cap(m.field.folds) + cap(m.header.value) + cap(m.header.eve) + cap(m.line) + cap(m.out)
	for _, p := range m.made {
		kept += cap(p.contentType) + cap(p.disposition) + cap(p.typeName) + cap(p.dispName) + cap(p.quoted.tail) + len(p.Name) + len(p.boundary)
	}
	if kept > 16<<10 || len(m.made) > 8 {
		t.Errorf("%d bytes in %d parts kept, want at most 16 KiB in 8", kept, len(m.made))
	}
	for _, p := range m.open[:cap(m.open)][1:] {
		if p != nil {
			t.Error("a part of the last message is kept")
		}
	}
}
