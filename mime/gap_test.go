package mime

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// gapTrace feeds a text in which <lost> stands for 100 lost bytes, and returns the trace.
func gapTrace(t *testing.T, text string) string {
	t.Helper()
	tr := &trace{t: t}
	m := NewMessage(nil, tr)
	for {
		before, rest, ok := strings.Cut(text, "<lost>")
		list := lines(before)
		for _, line := range list {
			text, e := cutEnding(line)
			m.Line([]byte(text), e)
		}
		if !ok {
			break
		}
		m.Lost(100)
		text = rest
	}
	m.Close()
	return tr.out.String()
}

func TestGaps(t *testing.T) {
	tests := []struct{ name, mail, want string }{
		{"inside a field", "Subject: on<lost>wo\nTo: x\n\nbody\n", `
lost 100 after 0
Subject: "on"
  lost
To: "x"
part 0: leaf text/plain
body: "body"
end 0, 100 lost
`},
		{"over the name of a field", "Subj<lost>: two\nTo: x\n\nbody\n", `
lost 100 after 0
To: "x"
part 0: leaf text/plain
body: "body"
end 0, 100 lost
`},
		{"whole fields", "Subject: one\n<lost>To: x\n folded\n\nbody\n", `
lost 100 after 0
Subject: "one"
  lost
To: "xfolded"
  unfolded: "x folded"
  lost
part 0: leaf text/plain
body: "body"
end 0, 100 lost
`},
		{"over the empty line", "Content-Transfer-Encoding: base64\nSubj<lost>wwww\nUUJD\nQUJD\n", `
Content-Transfer-Encoding: "base64"
lost 100 after 0
part 0: leaf text/plain, base64
body: "QBCABC"
end 0, 100 lost
`},
		{"over the empty line, to the end of a line", "Subject: x\n<lost>\nSome text, then: a colon\nTo: y\n", `
lost 100 after 0
Subject: "x"
  lost
part 0: leaf text/plain
body: "Some text, then: a colon\nTo: y"
end 0, 100 lost
`},
		{"in text", "\none\ntw<lost>ee\nfour\n", `
part 0: leaf text/plain
lost 100 after 6
body: "one\ntwee\nfour"
end 0, 100 lost
`},
		{"in text, at the start of a line", "\none\n<lost>ee\nfour\n", `
part 0: leaf text/plain
lost 100 after 4
body: "one\nee\nfour"
end 0, 100 lost
`},
		{"in base64", "Content-Transfer-Encoding: base64\n\nQUJDRE<lost>FGQUJD\nQUJD\n", `
Content-Transfer-Encoding: "base64"
part 0: leaf text/plain, base64
lost 100 after 4
body: "ABCDABC"
end 0, 100 lost
`},
		{"in quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\na=3<lost>D=3D\nb\n", `
Content-Transfer-Encoding: "quoted-printable"
part 0: leaf text/plain, quoted-printable
lost 100 after 3
body: "a=3D=\nb"
anomalies: mime_invalid_qp
end 0, 100 lost
`},
		{"a boundary behind the gap", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none<lost>--b\n\ntwo\n--b--\n", `
Content-Type: "multipart/mixed; boundary=b"
part 0: multipart multipart/mixed
  part 1: leaf text/plain
  lost 100 after 3
  body: "one"
  end 1, 100 lost
  part 2: leaf text/plain
  body: "two"
  end 2
end 0
`},
		{"half a boundary before the gap", "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--b<lost>b\n\ntwo\n--bb--\n", `
Content-Type: "multipart/mixed; boundary=bb"
part 0: multipart multipart/mixed
  part 1: leaf text/plain
  lost 100 after 7
  body: "one\n--bb\n\ntwo"
  end 1, 100 lost
end 0
`},
		{"in the preamble", "Content-Type: multipart/mixed; boundary=b\n\npre<lost>amble\n--b\n\none\n--b--\nepi<lost>logue", `
Content-Type: "multipart/mixed; boundary=b"
part 0: multipart multipart/mixed
lost 100 after 0
  part 1: leaf text/plain
  body: "one"
  end 1
end 0, 100 lost
`},
		{"before everything", "<lost>ject: x\nTo: y\n\nbody\n", `
lost 100 after 0
ject: "x"
  lost
To: "y"
part 0: leaf text/plain
body: "body"
end 0, 100 lost
`},
		{"everything", "<lost>", `
lost 100 after 0
part 0: leaf text/plain
body: ""
end 0, 100 lost
`},
	}
	for _, tt := range tests {
		if got := gapTrace(t, tt.mail); got != tt.want[1:] {
			t.Errorf("gap %s:\n%s\nwant%s", tt.name, got, tt.want)
		}
	}
}

// TestGapAtEveryLine loses each line of each mail, and each half of it. All parts begin and end as they should (the
// trace checks it), and what is lost is counted once.
func TestGapAtEveryLine(t *testing.T) {
	names, mail, _ := mails(t)
	for _, name := range names {
		list := lines(mail[name])
		for lost := range list {
			for half := range 3 {
				tr := &trace{t: t}
				m := NewMessage(&Config{BodyMD5: true}, tr)
				for i, line := range list {
					text, e := cutEnding(line)
					if i != lost {
						m.Line([]byte(text), e)
						continue
					}
					middle := len(text) / 2
					switch half {
					case 0: // the first
						m.Lost(int64(middle) + 1)
						m.Line([]byte(text[middle:]), e)
					case 1: // the second
						m.Line([]byte(text[:middle]), stream.None)
						m.Lost(int64(middle) + 1)
					case 2: // both
						m.Lost(int64(middle) + 1)
					}
				}
				m.Close()
				if len(tr.open) > 0 {
					t.Errorf("%s without line %d: part %d does not end", name, lost, tr.open[0].Index)
				}
				if want := int64(len(cutText(list[lost])))/2 + 1; m.LostBytes() != want {
					t.Errorf("%s without line %d: %d bytes lost, want %d", name, lost, m.LostBytes(), want)
				}
			}
		}
	}
}

func cutText(line string) string {
	text, _ := cutEnding(line)
	return text
}
