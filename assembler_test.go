package reknit_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

const mailCapture = "testdata/mail.pcap"

// captured is a frame of a capture.
type captured struct {
	when  time.Time
	frame []byte
}

func readAll(t *testing.T, name string) (all []captured) {
	t.Helper()
	r, err := pcapfile.Open(name, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for p := new(packet.Packet); r.Next(p) == nil; {
		all = append(all, captured{time.Unix(0, p.Time), slices.Clone(p.Frame)})
	}
	return all
}

// write writes a capture file.
func write(t *testing.T, all []captured) (name string) {
	t.Helper()
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint32(b, 1<<18)
	b = le.AppendUint32(b, 1)
	for _, c := range all {
		b = le.AppendUint32(b, uint32(c.when.Unix()))
		b = le.AppendUint32(b, uint32(c.when.Nanosecond()/1000))
		b = le.AppendUint32(b, uint32(len(c.frame)))
		b = le.AppendUint32(b, uint32(len(c.frame)))
		b = append(b, c.frame...)
	}
	name = filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// without leaves out the frames that hold text.
func without(all []captured, text string) []captured {
	return slices.DeleteFunc(slices.Clone(all), func(c captured) bool { return bytes.Contains(c.frame, []byte(text)) })
}

// bytesOf reads all streams with an Assembler, and adds up what is there, lost and left.
func bytesOf(a *reknit.Assembler, all []captured) (got, lost, ends int64) {
	a.OnStream = func(f *reknit.Flow, d stream.Dir, in *stream.Cursor) {
		for line, ok := in.Line(1 << 16); ok; line, ok = in.Line(1 << 16) {
			got += int64(len(line)) + int64(in.Ending()) // LF and CRLF are 1 and 2
		}
	}
	a.OnGap = func(f *reknit.Flow, d stream.Dir, l stream.Loss) { got, lost = got+int64(len(l.Held)), lost+l.Lost }
	a.OnEnd = func(f *reknit.Flow, d stream.Dir, rest []byte) { got, ends = got+int64(len(rest)), ends+1 }
	for _, c := range all {
		a.Packet(c.when, packet.LinkEthernet, c.frame)
	}
	a.Close()
	return got, lost, ends
}

func TestAssembler(t *testing.T) {
	plain := readAll(t, mailCapture)
	for _, acknowledged := range []bool{false, true} {
		a := reknit.Assembler{Acknowledged: acknowledged}
		whole, lost, ends := bytesOf(&a, plain)
		if whole == 0 || lost != 0 || ends != 16 {
			t.Errorf("acknowledged %v: %d octets, %d lost, %d ends, want 0 lost and 16 ends", acknowledged, whole, lost, ends)
		}
		got, lost, ends := bytesOf(&a, without(plain, "Subject:")) // the Assembler is used anew
		if lost == 0 || got+lost != whole || ends != 16 {
			t.Errorf("acknowledged %v: %d octets and %d lost of %d, %d ends", acknowledged, got, lost, whole, ends)
		}
	}
}

func TestAssemblerDrop(t *testing.T) {
	seen := map[string]bool{}
	a := reknit.Assembler{OnStream: func(f *reknit.Flow, d stream.Dir, in *stream.Cursor) {
		if seen[f.String()] {
			t.Error("a flow that was given up is read on")
		}
		seen[f.String()] = true
		f.Drop()
	}}
	dropped := 0
	for _, c := range readAll(t, mailCapture) {
		if a.Packet(c.when, packet.LinkEthernet, c.frame) == packet.Drop {
			dropped++
		}
	}
	s := a.Stats()
	if n := s.Total.Value("decoder.pkts"); len(seen) != 8 || dropped < int(n)/2 {
		t.Errorf("%d flows, %d of %d packets dropped", len(seen), dropped, n)
	}
	a.Close()
	a.Close()
}

func TestLines(t *testing.T) {
	plain := readAll(t, mailCapture)
	collect := func(name string, limit int) (texts []string, lost int64) {
		for l, err := range reknit.Lines(name) {
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(l.Text))
			if lost += l.Lost; len(texts) == limit {
				break
			}
		}
		return texts, lost
	}
	whole, lost := collect(mailCapture, 0)
	if len(whole) < 100 || lost != 0 {
		t.Fatalf("%d lines, %d octets lost", len(whole), lost)
	}
	if some, _ := collect(mailCapture, 5); !slices.Equal(some, whole[:5]) {
		t.Errorf("the first lines are %q, want %q", some, whole[:5])
	}
	holey, lost := collect(write(t, without(plain, "Subject:")), 0)
	if len(holey) >= len(whole) || lost == 0 {
		t.Errorf("%d lines of a capture with losses, %d of the whole one; %d octets lost", len(holey), len(whole), lost)
	}
	everything := strings.Join(whole, "\n")
	for _, l := range holey { // also parts of lines, where a loss cut them
		if !strings.Contains(everything, l) {
			t.Errorf("%q is not in the whole capture", l)
		}
	}
}

func TestLinesFail(t *testing.T) {
	cut := write(t, readAll(t, mailCapture))
	b, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(b[24+8:], 1<<30) // the length of the first frame
	if err := os.WriteFile(cut, b, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"testdata/no such file", cut} {
		n, failed := 0, false
		for _, err := range reknit.Lines(name) {
			n++
			failed = err != nil
		}
		if n != 1 || !failed {
			t.Errorf("%s: %d lines, failed %v, want one error", name, n, failed)
		}
	}
}
