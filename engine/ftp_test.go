package engine_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/smtp"
)

// ftpProtocols are those of FTP, and one that could take it for its own.
func ftpProtocols() []app.Protocol {
	c := ftp.Config{Files: file.Config{MD5: true}}
	return []app.Protocol{smtp.New(smtp.Config{}), ftp.New(c), ftp.NewData(c)}
}

var ftpServer = netip.MustParseAddrPort("198.51.100.25:21")

// ftpLogin begins a control connection.
func (s *script) ftpLogin() *talk {
	t := s.talk(client, ftpServer).open()
	t.smtp("< 220 ready", "> USER ann", "< 331 password", "> PASS x", "< 230 ok")
	return t
}

func TestFTPTransfers(t *testing.T) {
	at := func(a netip.AddrPort, port uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), port) }
	const passive, active = "> PASV;< 227 Entering Passive Mode (198,51,100,25,195,80)", "> PORT 192,0,2,1,195,80;< 200 ok"
	for _, test := range []struct {
		name, before, command string
		active                bool   // the server opens the data connection
		sends                 int    // end of the data connection that does: 0 is the one that opened it
		other                 string // host that is connected to; empty: the control connection's
		file                  string
	}{
		{"passive download", passive, "RETR a.txt", false, 1, "", "a.txt"},
		{"passive upload", passive, "STOR dir/a b.txt", false, 0, "", "dir/a b.txt"},
		{"active download", active, "RETR a.txt", true, 0, "", "a.txt"},
		{"active upload", active, "APPE a.txt", true, 1, "", "a.txt"},
		{"extended passive", "> EPSV;< 229 ok (|||50000|)", "STOU", false, 0, "", "<stou>"},
		{"extended active", "> EPRT |1|192.0.2.1|50000|;< 200 ok", "RETR a.txt", true, 0, "", "a.txt"},
		{"passive listing", passive, "LIST -a", false, 1, "", ""},
		{"active listing", active, "MLSD", true, 0, "", ""},
		{"announced anew", passive + ";> EPSV;< 229 ok (|||50000|)", "RETR a", false, 1, "", "a"},
		{"translated address", "> PASV;< 227 (10,0,0,1,195,80)", "RETR a", false, 1, "", "a"},
		{"other host, passive", "> PASV;< 227 (10,0,0,1,195,80)", "RETR a", false, 1, "10.0.0.1", "a"},
		{"other host, active", "> PORT 10,0,0,1,195,80;< 200 ok", "RETR a", true, 0, "10.0.0.1", "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			control := s.ftpLogin()
			control.smtp(strings.Split(test.before, ";")...)
			control.smtp("> "+test.command, "< 150 here it comes")
			from, to := at(client, 41000), at(ftpServer, 50000)
			if test.active {
				from, to = at(ftpServer, 20), at(client, 50000)
			}
			if test.other != "" {
				to = netip.AddrPortFrom(netip.MustParseAddr(test.other), to.Port())
			}
			content := strings.Repeat("some bytes of a file\n", 100)
			data := s.talk(from, to).open()
			for part := content; part != ""; part = part[min(len(part), 700):] {
				data.say(test.sends, part[:min(len(part), 700)])
			}
			data.close()
			control.smtp("< 226 done", "> QUIT", "< 221 bye")
			control.close()

			f := s.play(t, engine.Config{Protocols: ftpProtocols()})
			parent, child := f.all("flow")[0], f.all("flow")[1]
			if parent["app_proto"] != "ftp" {
				parent, child = child, parent
			}
			command := strings.Fields(test.command)[0]
			record := f.one("ftp_data")
			f.check(child, map[string]any{"app_proto": "ftp-data", "parent_id": parent["flow_id"]})
			f.check(record, map[string]any{
				"parent_id": parent["flow_id"], "ftp_data.command": command, "tx_id": 0,
				"src_ip": from.Addr().String(), "dest_port": int(to.Port()),
			})
			if test.file == "" {
				if record.of("ftp_data", "filename") != nil || len(f.all("fileinfo")) != 0 {
					t.Errorf("a listing made a file: %v, %v", record, f.all("fileinfo"))
				}
				return
			}
			sum := md5.Sum([]byte(content))
			sender := from
			if test.sends == 1 {
				sender = to
			}
			f.check(record, map[string]any{"ftp_data.filename": test.file})
			f.check(f.one("fileinfo"), map[string]any{
				"fileinfo.filename": test.file, "fileinfo.size": len(content), "fileinfo.state": "CLOSED",
				"fileinfo.md5": hex.EncodeToString(sum[:]), "ftp_data.command": command, "app_proto": "ftp-data",
				"src_ip": sender.Addr().String(), "src_port": int(sender.Port()),
			})
		})
	}
}

// A connection that was announced to nobody, or to a command that was refused before it could be, is none of FTP.
func TestFTPNotAnnounced(t *testing.T) {
	for name, lines := range map[string]string{
		"no transfer":  "> PASV|< 227 (198,51,100,25,195,80)",
		"refused PORT": "> PORT 192,0,2,1,195,80|< 500 no|> RETR a|< 425 no",
		"refused PASV": "> PASV|< 421 no|> RETR a|< 425 no",
		"no port":      "> RETR a|< 425 no",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript()
			s.ftpLogin().smtp(strings.Split(lines, "|")...)
			data := s.talk(netip.AddrPortFrom(client.Addr(), 41000), netip.AddrPortFrom(ftpServer.Addr(), 50000)).open()
			data.say(1, "some bytes that tell nothing")
			data.close()
			f := s.play(t, engine.Config{Protocols: ftpProtocols()})
			if n := len(f.all("ftp_data")); n != 0 {
				t.Errorf("%d records of a data connection", n)
			}
		})
	}
}

// Bytes that are lost on a data connection leave a gap in the file; those that are cut off leave it at that.
func TestFTPGap(t *testing.T) {
	s := newScript()
	control := s.ftpLogin()
	control.smtp("> PASV", "< 227 (198,51,100,25,195,80)", "> REST 100", "< 350 ok", "> RETR a", "< 150 ok")
	data := s.talk(netip.AddrPortFrom(client.Addr(), 41000), netip.AddrPortFrom(ftpServer.Addr(), 50000)).open()
	data.say(1, "first part, ")
	data.seq[1] += 500
	data.say(1, "third part")
	data.close()
	f := s.play(t, engine.Config{Protocols: ftpProtocols()})
	f.check(f.one("fileinfo"), map[string]any{"fileinfo.size": 522, "fileinfo.gaps": true, "fileinfo.state": "CLOSED"})
	if n := f.counter("app_layer.flow.ftp-data"); n != 1 {
		t.Errorf("app_layer.flow.ftp-data is %d", n)
	}
	if n := f.counter("app_layer.tx.ftp"); n != 6 {
		t.Errorf("app_layer.tx.ftp is %d, want 6", n)
	}
}

// What is announced to one worker is known to all of them in time: the records are the same however many there are.
func TestFTPWorkers(t *testing.T) {
	const clients, rounds = 12, 8
	s := newScript()
	var controls []*talk
	for n := range clients {
		host := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 40000)
		c := s.talk(host, ftpServer).open()
		c.smtp("< 220 ready", "> USER ann", "< 230 ok")
		controls = append(controls, c)
	}
	for round := range rounds {
		for n, c := range controls {
			port := 50000 + round*clients + n
			c.smtp("> EPSV", fmt.Sprintf("< 229 ok (|||%d|)", port))
			data := s.talk(addPort(c.ends[0], 1+round), netip.AddrPortFrom(ftpServer.Addr(), uint16(port))).open()
			if round%2 == 0 {
				c.smtp(fmt.Sprintf("> RETR %d", port))
				data.say(1, "some bytes that tell nothing")
			} else { // too early: nobody can know
				data.say(1, "some bytes that tell nothing")
				c.smtp(fmt.Sprintf("> RETR %d", port))
			}
			data.close()
			c.smtp("< 150 here it comes", "< 226 done")
		}
	}
	for _, c := range controls {
		c.close()
	}
	var want []string
	for _, workers := range []int{1, 2, 3, 8} {
		var sink lines
		e, err := engine.New(engine.Config{Protocols: ftpProtocols(), Sink: &sink, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(context.Background(), s.source()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(sink.all)
		if workers == 1 {
			want = sink.all
			n := len(slices.DeleteFunc(slices.Clone(want), func(l string) bool {
				return !strings.Contains(l, `"event_type":"ftp_data"`)
			}))
			if n != clients*rounds/2 {
				t.Fatalf("%d data connections, want %d", n, clients*rounds/2)
			}
			continue
		}
		if !slices.Equal(sink.all, want) {
			t.Errorf("%d workers tell something else than one: %d records, want %d", workers, len(sink.all), len(want))
		}
	}
}
