package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// The output tcp-data has what reknit follow --split has, under Suricata's names, with any number of workers.
func TestTCPData(t *testing.T) {
	for _, runmode := range []string{"single", "autofp"} {
		t.Run(runmode, func(t *testing.T) { playTCPData(t, runmode) })
	}
}

func playTCPData(t *testing.T, runmode string) {
	mail := files(t, map[string]string{"split/.keep": "", "log/.keep": "", "c.yaml": `
outputs:
- tcp-data:
    enabled: yes
    type: both
    filename: text.log
- tcp-data:
    enabled: yes
- tcp-data:
    type: dir
- eve-log:
    enabled: yes
    types: [stats: {null-values: no}]
`})
	if got := execute(t, "-r", mail, "-c", "c.yaml", "-l", "log", "--runmode", runmode); got.code != 0 {
		t.Fatal(got)
	}
	if got := execute(t, "follow", "-r", mail, "--split", "split"); got.code != 0 {
		t.Fatal(got)
	}
	split, err := filepath.Glob("split/1*.to*")
	if err != nil || len(split) < 10 {
		t.Fatal(split, err)
	}
	for _, name := range split {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// 198.51.100.10.40001-198.51.100.25.25.toserver
		ends, side, _ := strings.Cut(filepath.Base(name), ".to")
		side = map[string]string{"server": "ts", "client": "tc"}[side]
		client, server, _ := strings.Cut(ends, "-")
		of := func(end string) string { i := strings.LastIndex(end, "."); return end[:i] + "_" + end[i+1:] }
		data := "log/tcp/" + of(client) + "-" + of(server) + "--" + side + ".data"
		if got, err := os.ReadFile(data); string(got) != string(want) {
			t.Errorf("%s, %s: %d bytes, %v, want %d", runmode, data, len(got), err, len(want))
		}
	}
	if six, _ := filepath.Glob("log/tcp/2001:0db8:0000:*_25--tc.data"); len(six) != 1 {
		t.Errorf("%d files of IPv6", len(six))
	}
	const begin = `198.51.100.10_40001-198.51.100.25_25-tc:
 0000  32 32 30 20 6D 78 2E 65  78 61 6D 70 6C 65 2E 6F   220 mx.e xample.o
 0010  72 67 20 45 53 4D 54 50  0D 0A                     rg ESMTP ..
`
	for _, name := range []string{"log/text.log", "log/tcp-data.log"} {
		if text, err := os.ReadFile(name); !strings.Contains(string(text), begin) {
			t.Errorf("%s, %s: %v, %.500s", runmode, name, err, text)
		}
	}
}

// What cannot be written is told once, and the run goes on.
func TestTCPDataErrors(t *testing.T) {
	const config = "outputs:\n- tcp-data:\n    enabled: yes\n    type: dir\n"
	t.Run("directory", func(t *testing.T) {
		mail := files(t, map[string]string{"c.yaml": config, "log/tcp": "a file"})
		got := execute(t, "-r", mail, "-c", "c.yaml", "-l", "log")
		if got.code != 0 || !strings.Contains(got.out, "tcp-data: ") || !strings.Contains(got.out, "going on without") {
			t.Errorf("a file is in its place: %+v", got)
		}
		if got = execute(t, "-r", mail, "-c", "c.yaml", "-l", "log", "--init-errors-fatal"); got.code == 0 {
			t.Errorf("a file is in its place, and that is fatal: %+v", got)
		}
	})
	t.Run("file", func(t *testing.T) {
		const blocked = "198.51.100.10_40001-198.51.100.25_25--tc.data"
		mail := files(t, map[string]string{"c.yaml": config, "log/tcp/" + blocked + "/x": ""})
		got := execute(t, "-r", mail, "-c", "c.yaml", "-l", "log")
		if got.code == 0 || strings.Count(got.err, blocked) != 1 || !strings.Contains(got.err, "1 of the streams could not be written whole") {
			t.Errorf("a directory is in its place: %+v", got)
		}
		if others, _ := filepath.Glob("log/tcp/*.data"); len(others) < 10 {
			t.Errorf("%d files", len(others))
		}
	})
}

func TestDataName(t *testing.T) {
	client, server := netip.MustParseAddrPort("[2001:db8::1]:40000"), netip.MustParseAddrPort("192.0.2.2:25")
	const ends = "2001:0db8:0000:0000:0000:0000:0000:0001_40000-192.0.2.2_25"
	for n, want := range map[uint32]string{1: ends + "--ts.data", 3: ends + "-3-ts.data"} {
		if got := dataName(client, server, n, stream.ToServer); got != want {
			t.Errorf("dataName(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestAppendDump(t *testing.T) {
	got := string(appendDump(nil, []byte("0123456789abcdef\x00~\x7f\xffhello")))
	want := " 0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66   01234567 89abcdef\n" +
		" 0010  00 7E 7F FF 68 65 6C 6C  6F                        .~..hell o\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
