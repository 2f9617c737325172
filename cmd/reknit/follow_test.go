package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the output differs from %s (-update writes it):\n%s", name, text)
	}
}

func TestFollowMail(t *testing.T) {
	for name, args := range map[string]string{
		"follow-list.txt": "--list",
		"follow-6.txt":    "6",
		"follow-6.hex":    "6 --format hex",
		"follow-4.colour": "198.51.100.11:40004 --side server --color always",
	} {
		t.Run(name, func(t *testing.T) {
			got := execute(t, append([]string{"follow", "-r", capture}, strings.Fields(args)...)...)
			if got.code != 0 || got.err != "" {
				t.Fatalf("exit code %d, error output %q", got.code, got.err)
			}
			golden(t, name, got.out)
		})
	}
}

// stamp is the time in a headline.
var stamp = regexp.MustCompile(`, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ===`)

// follow runs the command on a generated capture, and returns its output without the times.
func follow(t *testing.T, make func(*wire), args ...string) result {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pcap")
	x := newWire(t, name)
	make(x)
	x.close()
	got := execute(t, append([]string{"follow", "-k", "none", "-r", name}, args...)...)
	got.out = stamp.ReplaceAllString(got.out, " ===")
	return got
}

const (
	one, two   = "192.0.2.1:1000", "192.0.2.2:25"
	one6, two6 = "[2001:db8::1]:1000", "[2001:db8::2]:25"
	head       = "=== 1: 192.0.2.1:1000 > 192.0.2.2:25 ===\n"
)

func TestFollow(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(*wire)
		args string
		want string
	}{
		{"both sides", func(x *wire) { x.talk(one, two).open().say(1, "hi\r\n").say(0, "ho\r\n").close() }, "",
			head + "< hi\n> ho\n"},
		{"gap", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").lose(0, 712).say(0, "cd\n").close() }, "",
			head + "> ab\n>! [712 bytes lost]\n> cd\n"},
		{"gap at the beginning", func(x *wire) { x.talk(one, two).open().lose(1, 5).say(1, "cd\n").close() }, "",
			head + "<! [5 bytes lost]\n< cd\n"},
		{"gap at the end", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").lose(0, 1).close() }, "",
			head + "> ab\n>! [1 byte lost]\n"},
		{"gap in hexadecimal", func(x *wire) { x.talk(one, two).open().say(0, "ab").lose(0, 14).say(0, "c").close() }, "--format hex",
			head + "> 00000000: 6162                                     ab\n>! [14 bytes lost]\n" +
				"> 00000010: 63                                       c\n"},
		{"one side", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").lose(0, 5).say(1, "x\n").say(0, "c\n").close() }, "--side client",
			head + "> ab\n>! [5 bytes lost]\n> c\n"},
		{"raw", func(x *wire) { x.talk(one, two).open().say(1, "\x1bhi\r\n").lose(0, 5).say(0, "ho\xff").close() }, "--format raw",
			"\x1bhi\r\nho\xff"},
		{"one-sided capture", func(x *wire) {
			k := x.talk(one, two)
			k.packet(0, syn, k.isn[0], 0, "")
			k.packet(0, ack, k.isn[0]+1, k.isn[1]+1, "")
			k.send(0, 0, "ab\n").send(0, 3, "cd\n").send(0, 10, "ef\n")
		}, "", head + "> ab\n> cd\n>! [4 bytes lost]\n> ef\n"},
		{"midstream", func(x *wire) { x.talk(one, two).say(0, "ab\n").say(1, "cd\n").say(0, "ef\n") }, "", head + "> ab\n< cd\n> ef\n"},
		{"out of order", func(x *wire) {
			x.talk(one, two).open().send(0, 3, "cd\n").send(0, 0, "ab\n").say(1, "x\n")
		}, "", head + "> ab\n> cd\n< x\n"},
		{"IPv6", func(x *wire) { x.talk(one6, two6).open().say(0, "ab\n").close() }, "",
			"=== 1: [2001:db8::1]:1000 > [2001:db8::2]:25 ===\n> ab\n"},
		{"ports used again", func(x *wire) {
			x.talk(one, two).open().say(0, "ab\n").close()
			k := x.talk(one, two)
			k.isn = [2]uint32{900000, 800000}
			k.open().say(0, "cd\n").close()
		}, "", head + "> ab\n" + strings.Replace(head, "1", "2", 1) + "> cd\n"},
		{"two streams in order of time", func(x *wire) {
			a, b := x.talk(one, two).open(), x.talk("192.0.2.3:3000", two).open()
			a.say(0, "ab")
			b.say(0, "x\n")
			a.say(0, "cd\n")
			a.close()
			b.close()
		}, "", head + "> ab\n=== 2: 192.0.2.3:3000 > 192.0.2.2:25 ===\n> x\n" + head + ">+ cd\n"},

		{"not acknowledged", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").send(0, 3, "cd\n") }, "", head + "> ab\n> cd\n"},
		{"only what is acknowledged", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").send(0, 3, "cd\n") }, "--acknowledged",
			head + "> ab\n>! [3 bytes not acknowledged]\n"},
		{"a part is acknowledged", func(x *wire) {
			k := x.talk(one, two).open().send(0, 0, "abcd\n")
			k.sent[0] = 2
			k.ack(1)
		}, "--acknowledged", head + "> ab\n>! [3 bytes not acknowledged]\n"},
		{"a gap that is not acknowledged", func(x *wire) { x.talk(one, two).open().say(0, "ab\n").send(0, 13, "cd\n") }, "--acknowledged",
			head + "> ab\n>! [3 bytes not acknowledged]\n"},
		{"acknowledged late", func(x *wire) {
			k := x.talk(one, two).open().send(0, 0, "ab\n").send(1, 0, "x\n")
			k.sent = [2]uint32{3, 2}
			k.ack(0).ack(1)
		}, "--acknowledged", head + "< x\n> ab\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := follow(t, test.make, strings.Fields(test.args)...)
			if got.out != test.want || got.code != 0 || got.err != "" {
				t.Errorf("got  %q\nwant %q\nexit code %d, error output %q", got.out, test.want, got.code, got.err)
			}
		})
	}
}

// A segment that overlaps one held behind a hole: whose bytes are shown depends on the policy.
func TestFollowPolicy(t *testing.T) {
	overlap := func(x *wire) {
		k := x.talk(one, two).open()
		k.send(0, 4, "bbbb").send(0, 2, "AAAA").send(0, 6, "CCCC").send(0, 0, "x\n")
		k.sent[0] = 10
		k.ack(1).close()
	}
	for policy, want := range map[string]string{
		"":          "AAAAbbCC",
		"linux-6":   "AAAAbbCC",
		"bsd":       "AAAAbbCC",
		"linux":     "AAAAbbCC",
		"windows":   "AAAAbbCC",
		"vista":     "AAbbbbCC",
		"solaris":   "AAbbCCCC",
		"old-linux": "AAAAbbCC",
	} {
		for _, args := range []string{"", "--acknowledged"} {
			t.Run(policy+args, func(t *testing.T) {
				a := strings.Fields(args)
				if policy != "" {
					a = append(a, "--policy", policy)
				}
				if got := follow(t, overlap, a...); got.out != head+"> x\n> "+want+"\n" {
					t.Errorf("got %q, want %s", got.out, want)
				}
			})
		}
	}
}

func TestFollowList(t *testing.T) {
	got := follow(t, func(x *wire) {
		x.talk("192.0.2.9:9", two).packet(0, syn, 1, 0, "")
		k := x.talk(one, two).open().say(1, "220 x ESMTP\r\n").say(0, "EHLO a\r\n").say(1, "250 x\r\n").say(0, "NOOP\r\n")
		x.talk("192.0.2.1:2000", two).say(0, "mid\n").say(1, "stream\n")
		six := x.talk(one6, two6).open().lose(0, 5).say(0, "abc").lose(0, 7)
		k.close()
		six.close()
	}, "--list")
	golden(t, "follow-generated.txt", got.out)
	if got.code != 0 || got.err != "" {
		t.Errorf("exit code %d, error output %q", got.code, got.err)
	}
}

func TestFollowCommandLine(t *testing.T) {
	mail := files(t, map[string]string{"file": "", "text.pcap": "this is no capture", "dir/x": ""})
	list := execute(t, "follow", "-r", mail, "--list", "-v")
	id := regexp.MustCompile(`\d{10,}`).FindString(list.out)
	for _, test := range []struct {
		args     string
		code     int
		out, err string // expressions that must match; empty: nothing is printed
	}{
		{"-r CAPTURE", 0, `(?s)=== 1: .*=== 8: `, ""},
		{"-r CAPTURE 3", 0, `^=== 3: 198.51.100.10:40003 > 198.51.100.25:25, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ===\n< 220 `, ""},
		{"3 -r CAPTURE", 0, `^=== 3: `, ""},
		{"-r CAPTURE ID", 0, `^=== 1: `, ""},
		{"-r CAPTURE -r CAPTURE --list", 0, "198.51.100.10:40001", ""},
		{"-r CAPTURE 198.51.100.25:25-198.51.100.10:40003", 0, `^=== 3: `, ""},
		{"-r CAPTURE 198.51.100.10:40003-198.51.100.25:25", 0, `^=== 3: `, ""},
		{"-r CAPTURE 198.51.100.10:40003", 0, `^=== 3: `, ""},
		{"-r CAPTURE :40003", 0, `^=== 3: `, ""},
		{"-r CAPTURE :40003-:25", 0, `^=== 3: `, ""},
		{"-r CAPTURE 198.51.100.10-:40003", 1, "", "no stream is 198.51.100.10-:40003; there are 8"},
		{"-r CAPTURE 2001:db8::10", 0, `^=== 6: `, ""},
		{"-r CAPTURE [2001:db8::10]", 0, `^=== 6: `, ""},
		{"-r CAPTURE [2001:db8:0:0::10]:40006-[2001:db8::25]:25", 0, `^=== 6: `, ""},
		{"-r CAPTURE 198.51.100.11 --list", 0, `(?s)^  #.*\n  4 .*\n  5 [^\n]*\n$`, ""},
		{"-r CAPTURE 3 --side server --format raw", 0, `^220 `, ""},
		{"-r CAPTURE 3 -k all --policy windows --acknowledged --color never", 0, `^=== 3: `, ""},
		{"--help", 0, "--acknowledged", ""},
		{"-h", 0, "FLOW is the number", ""},

		{"-r CAPTURE 9", 1, "", `^reknit: no stream is 9; there are 8 \(--list\)\n$`},
		{"-r CAPTURE 192.0.2.1 --split .", 1, `0 files`, "no stream is 192.0.2.1"},
		{"-r CAPTURE --format raw", 1, ".", "raw output takes one stream, not 1 and 2"},
		{"-r CAPTURE 198.51.100.11 --format raw", 1, ".", "raw output takes one stream, not 4 and 5"},
		{"-r no.pcap", 1, "", `^reknit: no.pcap: no such file or directory\n$`},
		{"-r text.pcap", 1, "", "text.pcap: not a capture file"},
		{"-r dir", 1, "", "no capture file|not a capture|empty"},
		{"-r CAPTURE --split nowhere", 1, "", `^reknit: nowhere: no such file or directory\n$`},
		{"-r CAPTURE --split file", 1, "", `^reknit: file: not a directory\n$`},

		{"", 2, "", `^reknit: nothing to read: give a capture file with -r\nreknit follow --help lists the options.\n$`},
		{"CAPTURE", 2, "", "to read .*mail.pcap, say reknit follow -r .*mail.pcap"},
		{"-r CAPTURE 1 2", 2, "", "one FLOW, not 1 2"},
		{"-r CAPTURE 0", 2, "", "numbered from 1"},
		{"-r CAPTURE x", 2, "", `FLOW is a number, .*, not "x"`},
		{"-r CAPTURE 192.0.2.1:70000", 2, "", "FLOW is a number"},
		{"-r CAPTURE 192.0.2:25-", 2, "", "FLOW is a number"},
		{"-r CAPTURE a-b-c", 2, "", "FLOW is a number"},
		{"-r CAPTURE --format hx", 2, "", `--format wants text, hex or raw, not "hx"; did you mean hex\?`},
		{"-r CAPTURE --color sometimes", 2, "", "--color wants auto, always or never"},
		{"-r CAPTURE --side sever", 2, "", `did you mean server\?`},
		{"-r CAPTURE -k some", 2, "", `-k wants auto, all or none`},
		{"-r CAPTURE --policy solari", 2, "", `there is no policy "solari"; did you mean solaris\?`},
		{"-r CAPTURE --list --split .", 2, "", "exclude each other"},
		{"-r CAPTURE --list --format hex", 2, "", "--format is for printing"},
		{"-r CAPTURE --acknowleged", 2, "", `unknown option --acknowleged; did you mean --acknowledged\?`},
		{"-read CAPTURE", 2, "", `unknown option -read; did you mean --read\?`},
		{"-r CAPTURE -x", 2, "", "unknown option -x"},
		{"-r", 2, "", "option -r wants FILE"},
		{"--split", 2, "", "option --split wants DIR"},
	} {
		t.Run(test.args, func(t *testing.T) {
			args := strings.NewReplacer("CAPTURE", mail, "ID", id).Replace(test.args)
			got := execute(t, append([]string{"follow"}, strings.Fields(args)...)...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d", got.code, test.code)
			}
			for _, x := range []struct{ name, got, want string }{{"output", got.out, test.out}, {"error output", got.err, test.err}} {
				if x.want == "" && x.got != "" || !regexp.MustCompile(x.want).MatchString(x.got) {
					t.Errorf("%s is %q, want %q", x.name, x.got, x.want)
				}
			}
		})
	}
}

func TestFollowSplit(t *testing.T) {
	t.Chdir(t.TempDir())
	got := follow(t, func(x *wire) {
		x.talk(one, two).open().say(0, "first").lose(0, 5).say(0, "!").say(1, "answer").close()
		k := x.talk(one, two)
		k.isn = [2]uint32{900000, 800000}
		k.open().say(0, "second").close()
		x.talk(one6, two6).open().say(1, "six").close()
		x.talk("192.0.2.3:3000", two).open().close()
	}, "--split", ".")
	if got.code != 0 || got.err != "" || got.out != "4 files, 21 B; 5 bytes lost in 1 gap.\n" {
		t.Errorf("exit code %d, output %q, error output %q", got.code, got.out, got.err)
	}
	want := map[string]string{
		"192.0.2.1.1000-192.0.2.2.25.toserver":     "first!",
		"192.0.2.1.1000-192.0.2.2.25.toclient":     "answer",
		"192.0.2.1.1000-192.0.2.2.25-2.toserver":   "second",
		"2001_db8__1.1000-2001_db8__2.25.toclient": "six",
	}
	entries, err := os.ReadDir(".")
	if err != nil || len(entries) != len(want) {
		t.Errorf("%v, %v", entries, err)
	}
	for name, text := range want {
		if b, err := os.ReadFile(name); string(b) != text {
			t.Errorf("%s holds %q, %v, want %q", name, b, err, text)
		}
	}
}

// More streams at once than files may be open.
func TestFollowSplitMany(t *testing.T) {
	t.Chdir(t.TempDir())
	const n = 200
	got := follow(t, func(x *wire) {
		var all []*talk
		for i := range n {
			all = append(all, x.talk("192.0.2.1:"+strconv.Itoa(1000+i), two).open())
		}
		for round := range 3 {
			for i, k := range all {
				k.say(0, fmt.Sprintf("%d %d;", i, round))
			}
		}
	}, "--split", ".")
	if got.code != 0 || !strings.HasPrefix(got.out, "200 files, ") {
		t.Errorf("exit code %d, output %q, error output %q", got.code, got.out, got.err)
	}
	for i := range n {
		name := fmt.Sprintf("192.0.2.1.%d-192.0.2.2.25.toserver", 1000+i)
		want := fmt.Sprintf("%d 0;%d 1;%d 2;", i, i, i)
		if b, err := os.ReadFile(name); string(b) != want {
			t.Errorf("%s holds %q, %v, want %q", name, b, err, want)
		}
	}
}

// meteredWriter hashes what is written, and looks at the heap now and then.
type meteredWriter struct {
	io.Writer
	n, heap uint64
}

func (w *meteredWriter) Write(b []byte) (int, error) {
	if before := w.n >> 22; (w.n+uint64(len(b)))>>22 != before {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		w.heap = max(w.heap, m.HeapAlloc)
	}
	w.n += uint64(len(b))
	return w.Writer.Write(b)
}

// A long stream is printed in constant memory, and whole.
func TestFollowLongStream(t *testing.T) {
	const size = 32 << 20
	name := filepath.Join(t.TempDir(), "x.pcap")
	x := newWire(t, name)
	k := x.talk(one, two).open()
	sent := sha256.New()
	block := bytes.Repeat([]byte("no line end; "), 100)
	for n := 0; n < size; n += len(block) {
		k.say(0, string(block))
		sent.Write(block)
	}
	k.close()
	x.close()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, format := range []string{"raw", "text", "hex"} {
		got := sha256.New()
		out := &meteredWriter{Writer: got}
		code := run(context.Background(), []string{"follow", "-k", "none", "-r", name, "--format", format}, stdio{nil, out, io.Discard, func(string) string { return "" }})
		if code != 0 || out.n < size || out.heap > before.HeapAlloc+8<<20 {
			t.Errorf("%s: exit code %d, %d bytes, heap of %d, before %d", format, code, out.n, out.heap, before.HeapAlloc)
		}
		if format == "raw" && !bytes.Equal(got.Sum(nil), sent.Sum(nil)) {
			t.Error("the stream differs")
		}
	}
}

func TestFollowNothing(t *testing.T) {
	got := follow(t, func(x *wire) {})
	if got.code != 0 || got.out != "" || got.err != "Warning: reknit: there are no TCP connections\n" {
		t.Errorf("%+v", got)
	}
	got = follow(t, func(x *wire) {}, "1")
	if got.code != 1 || !strings.HasSuffix(got.err, "reknit: no stream is 1; there are 0 (--list)\n") {
		t.Errorf("%+v", got)
	}
}

// A capture that is cut off, or corrupt, gives what there is of it.
func TestFollowBrokenCapture(t *testing.T) {
	whole, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	cut := whole[:3000]
	corrupt := bytes.Clone(cut)
	for i := 24; i+16 <= len(corrupt); {
		n := int(binary.LittleEndian.Uint32(corrupt[i+8:]))
		if i += 16 + n; i > 2000 {
			binary.LittleEndian.PutUint32(corrupt[i+8:], 1<<31)
			break
		}
	}
	for _, test := range []struct {
		name string
		data []byte
		code int
		err  string
	}{
		{"cut.pcap", cut, 0, "^Warning: pcap: cut.pcap: .*\n$"},
		{"corrupt.pcap", corrupt, 1, "^Error: pcap: corrupt.pcap: .*\n$"},
	} {
		if err := os.WriteFile(test.name, test.data, 0o666); err != nil {
			t.Fatal(err)
		}
		got := execute(t, "follow", "-r", test.name)
		if got.code != test.code || !strings.Contains(got.out, "> EHLO ") || !regexp.MustCompile(test.err).MatchString(got.err) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

func TestFollowInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	args := []string{"follow"}
	for range 9 {
		args = append(args, "-r", capture)
	}
	var out, errs bytes.Buffer
	code := run(ctx, args, stdio{strings.NewReader(""), &out, &errs, func(string) string { return "" }})
	if code != 0 || !strings.Contains(errs.String(), "interrupted") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("exit code %d, error output %q", code, errs.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "x", Err: io.ErrShortWrite}
}

func TestFollowFullDisk(t *testing.T) {
	var errs bytes.Buffer
	code := run(context.Background(), []string{"follow", "-r", capture}, stdio{nil, fullDisk{}, &errs, func(string) string { return "" }})
	if code != 1 || errs.String() != "reknit: standard output: write x: short write\n" {
		t.Errorf("exit code %d, error output %q", code, errs.String())
	}
}

// Progress does not disturb a line of results that has no end yet.
func TestProgressWaitsForLineEnd(t *testing.T) {
	var out, errs bytes.Buffer
	term := &terminal{out: &out, err: &errs, live: true, shared: true}
	for _, step := range []struct {
		text  string
		shown bool
	}{{"", true}, {"ab", false}, {"", false}, {"c\n", true}, {"d\ne", false}} {
		io.WriteString(term, step.text)
		errs.Reset()
		if term.progress("50 %"); strings.Contains(errs.String(), "50 %") != step.shown {
			t.Errorf("after %q: %q", step.text, errs.String())
		}
	}
}

func TestSubcommands(t *testing.T) {
	for _, test := range []struct {
		args     string
		code     int
		out, err string
	}{
		{"folow -r x", 2, "", `unknown command folow; did you mean follow\?\nreknit --help`},
		{"flolow --list", 2, "", `unknown command flolow; did you mean follow\?`},
		{"-r x foll", 2, "", `unknown command foll; did you mean follow\?`},
		{"help follow", 0, "reknit follow -r FILE", ""},
		{"--help", 0, "reknit follow --help", ""},
		{"-r " + capture + " follow 3", 0, "^=== 3: ", ""},
	} {
		t.Run(test.args, func(t *testing.T) {
			got := execute(t, strings.Fields(test.args)...)
			if got.code != test.code || !regexp.MustCompile(test.out).MatchString(got.out) || !regexp.MustCompile(test.err).MatchString(got.err) {
				t.Errorf("exit code %d, output %q, error output %q", got.code, got.out, got.err)
			}
		})
	}
}
