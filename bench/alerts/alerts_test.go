package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a/one.pcap": "1", "b/same.pcap": "1", "b/two.pcapng": "2", "b/rules.txt": "3", "c/other.pcap": "4",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := find([]string{dir}, regexp.MustCompile("one|same|two"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range found {
		names = append(names, filepath.Base(c.path))
	}
	if got := strings.Join(names, " "); got != "one.pcap two.pcapng" {
		t.Errorf("find = %s, want one.pcap two.pcapng", got)
	}
}

// line is an alert record.
func line(sid, port string) string {
	return `{"event_type":"alert","proto":"TCP","src_ip":"192.0.2.1","src_port":` + port +
		`,"dest_ip":"192.0.2.2","dest_port":80,"alert":{"signature_id":` + sid + `,"signature":"S` + sid + `"}}` + "\n"
}

func parsed(t *testing.T, text string) *findings {
	t.Helper()
	f, err := parseEVE(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTally(t *testing.T) {
	flow := `{"event_type":"flow","app_proto":"sip"}` + "\n"
	sum := tally{without: []string{"sip"}}
	var out strings.Builder
	sum.add(&out, "equal", parsed(t, line("1", "1000")+line("2", "1000")), parsed(t, line("2", "1000")+line("1", "1000")))
	if out.Len() != 0 {
		t.Errorf("equal captures: %s", out.String())
	}
	sum.add(&out, "different", parsed(t, line("1", "1000")+line("1", "1000")+line("2", "1000")+flow),
		parsed(t, line("1", "1000")+line("2", "1001")))
	want := `different (sip)
  -1 of 2  1 TCP 192.0.2.1:1000 -> 192.0.2.2:80  S1
  -1 of 1  2 TCP 192.0.2.1:1000 -> 192.0.2.2:80  S2
  +1 of 0  2 TCP 192.0.2.1:1001 -> 192.0.2.2:80  S2
`
	if out.String() != want {
		t.Errorf("difference:\n%swant:\n%s", out.String(), want)
	}
	out.Reset()
	sum.print(&out)
	want = `
signature  captures  missing  extra
        1         1        1      0  S1
        2         1        1      1  S2
2 captures, 2 of them with alerts, 5 alerts: 1 equal (50.0 %), 1 different
1 captures without sip: 1 equal (100.0 %), 0 different
`
	if out.String() != want {
		t.Errorf("sums:\n%swant:\n%s", out.String(), want)
	}
}

func TestTallyOfMany(t *testing.T) {
	var theirs string
	for i := range shown + 2 {
		theirs += line("1", strconv.Itoa(1000+i))
	}
	var sum tally
	var out strings.Builder
	sum.add(&out, "many", parsed(t, theirs+line("2", "1000")), parsed(t, ""))
	if n := strings.Count(out.String(), " 1 TCP "); n != shown || !strings.HasSuffix(out.String(), "S2\n  and 2 more of 1\n") {
		t.Errorf("%d are printed:\n%s", n, out.String())
	}
	if sum.signatures[1].missing != shown+2 {
		t.Errorf("%d are missing, want %d", sum.signatures[1].missing, shown+2)
	}
}

func TestExplained(t *testing.T) {
	list, err := readExplanations(strings.NewReader("# comment\n\n1,3 * of another version\n* ^mail  no parser of mail\n"))
	if err != nil {
		t.Fatal(err)
	}
	sum := tally{explanations: list}
	none := parsed(t, "")
	var out strings.Builder
	sum.add(&out, "web/1", parsed(t, line("1", "1000")), none)
	sum.add(&out, "web/2", parsed(t, line("1", "1000")+line("2", "1000")), none)
	sum.add(&out, "mail/1", parsed(t, line("2", "1000")), none)
	if sum.explained != 2 || sum.reasons["of another version"] != 2 || sum.reasons["no parser of mail"] != 1 {
		t.Errorf("%d captures are explained, by %v", sum.explained, sum.reasons)
	}
	out.Reset()
	if sum.print(&out); !strings.Contains(out.String(), "\n2 of those that are different are explained, 1 are not\n") {
		t.Errorf("sums:\n%s", out.String())
	}
	for _, bad := range []string{"1 *\n", "x * reason\n", "1 ( reason\n"} {
		if _, err := readExplanations(strings.NewReader(bad)); err == nil {
			t.Errorf("readExplanations(%q) gives no error", bad)
		}
	}
	if f, err := os.Open("explained.txt"); err != nil {
		t.Error(err)
	} else if _, err := readExplanations(f); err != nil {
		t.Error(err)
	}
}

func TestParseEVE(t *testing.T) {
	if _, err := parseEVE(strings.NewReader(line("1", "1000") + "{")); err == nil {
		t.Error("parseEVE of a record that is cut off gives no error")
	}
}

// TestControl speaks to a socket that answers as Suricata's does.
func TestControl(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 8)
	go func() {
		defer close(asked)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := json.NewDecoder(conn)
		for _, a := range []string{`{"return":"OK"}`, `{"return":"OK","message":"added"}`, `{"return":"NOK","message":"no such file"}`,
			`{"return":"OK","message":0}`, `{"return":"OK","message":"None"}`} {
			var q json.RawMessage
			if in.Decode(&q) != nil {
				return
			}
			asked <- string(q)
			conn.Write([]byte(a + "\n"))
		}
	}()
	c, err := dial(socket, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := c.ask("pcap-file", map[string]any{"filename": "a"}); err != nil || said != `"added"` {
		t.Errorf("ask = %s, %v, want added", said, err)
	}
	if _, err := c.ask("pcap-file", map[string]any{"filename": "b"}); err == nil {
		t.Error("an answer that is not OK gives no error")
	}
	if err := c.wait(); err != nil {
		t.Error(err)
	}
	c.conn.Close()
	l.Close()
	var all []string
	for q := range asked {
		all = append(all, q)
	}
	want := `{"version":"0.2"} {"arguments":{"filename":"a"},"command":"pcap-file"} {"arguments":{"filename":"b"},"command":"pcap-file"} ` +
		`{"command":"pcap-file-number"} {"command":"pcap-current"}`
	if got := strings.Join(all, " "); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}
