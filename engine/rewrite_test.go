package engine_test

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

const overlapDiffers = "stream.reassembly_overlap_different_data"

// passed decodes the frame that is sent on for packet n of a script, counted from the end, and reports whether its checksums
// are right.
func (f *found) passed(s *script, n int) (payload string, sound bool) {
	x := s.all[len(s.all)-n]
	p := packet.Packet{Link: x.link, Frame: x.data, WireLen: len(x.data)}
	var d packet.Decoder
	for d.Decode(&p); p.Flags.Has(packet.HasInner); {
		if !p.ChecksumOK() {
			return "", false
		}
		outer := p
		p = packet.Packet{}
		d.DecodeInner(&p, &outer)
	}
	return string(p.Payload), p.ChecksumOK()
}

// Inline, what came first is what the receiver gets: a segment that brings other bytes is sent on with those.
func TestRewrite(t *testing.T) {
	const first = "MAIL FROM:<ann@example.net>\r\n"
	six := netip.MustParseAddrPort("[2001:db8::1]:40000")
	sixServer := netip.MustParseAddrPort("[2001:db8::25]:25")
	for _, test := range []struct {
		name string
		ends [2]netip.AddrPort
		play func(a *talk) // ends with the packet in question
		want string        // its payload
	}{
		{"whole", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.segment(0, psh|ack, first)
			a.at(0, psh|ack, 1001, 5001, "MAIL FROM:<bob@example.net>\r\n")
		}, first},
		{"IPv6, odd length", [2]netip.AddrPort{six, sixServer}, func(a *talk) {
			a.segment(0, psh|ack, first)
			a.at(0, psh|ack, 1001, 5001, "MAIL FROM:<bob@exa")
		}, "MAIL FROM:<ann@exa"},
		{"a part, and more", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.segment(0, psh|ack, first)
			a.at(0, psh|ack, 1012, 5001, "bob@example.net>\r\nRCPT")
		}, "ann@example.net>\r\nRCPT"},
		{"around what waits", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.at(0, psh|ack, 1012, 5001, "ann")
			a.at(0, psh|ack, 1024, 5001, "net")
			a.at(0, psh|ack, 1001, 5001, "MAIL FROM:<bob@example.org>\r\n")
		}, "MAIL FROM:<ann@example.net>\r\n"},
		{"after the end", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.segment(0, fin|psh|ack, first)
			a.at(0, psh|ack, 1001, 5001, "MAIL FROM:<bob@example.net>\r\n")
		}, first},
		{"acknowledged", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.say(0, first)
			a.at(0, psh|ack, 1001, 5001, "MAIL FROM:<bob@example.net>\r\n")
		}, ""},
		{"the same", [2]netip.AddrPort{client, server}, func(a *talk) {
			a.segment(0, psh|ack, first)
			a.at(0, psh|ack, 1001, 5001, first)
		}, ""},
	} {
		for _, inline := range []bool{false, true} {
			a := newScript().talk(test.ends[0], test.ends[1]).open()
			test.play(a)
			sent := slices.Clone(a.last())
			f := a.start(t, engine.Config{Inline: inline, Prevent: inline, StreamEvents: true, Streams: new(reads),
				Checksums: engine.ChecksumVerify, Stream: stream.Config{CheckOverlap: true}})
			want := packet.Pass
			if inline && test.want != "" {
				want = packet.Rewritten
			}
			for i, v := range f.verdicts {
				if last := i == len(f.verdicts)-1; last && v != want || !last && v != packet.Pass {
					t.Errorf("%s, inline %v: verdict on packet %d is %v", test.name, inline, i+1, v)
				}
			}
			if want == packet.Pass {
				if !slices.Equal(a.last(), sent) {
					t.Errorf("%s, inline %v: the frame was changed", test.name, inline)
				}
				continue
			}
			if text, sound := f.passed(a.script, 1); text != test.want || !sound {
				t.Errorf("%s: %q passes, checksum right %v, want %q", test.name, text, sound, test.want)
			}
			if told := f.all("anomaly"); len(told) == 0 || told[len(told)-1].of("anomaly", "event") != overlapDiffers {
				t.Errorf("%s: told is %v, want %s", test.name, told, overlapDiffers)
			}
			if n, others, differ := f.counter("ips.replaced"), f.counter("ips.accepted"), f.counter("tcp.overlap_diff_data"); n != 1 ||
				others != uint64(len(a.all)-1) || differ != 1 {
				t.Errorf("%s: %d replaced, %d accepted, %d differ", test.name, n, others, differ)
			}
			f.engine.Close()
		}
	}
}

// In a tunnel the checksums around the segment stay right; in fragments, of which some have passed, nothing can be rewritten.
func TestRewriteWrapped(t *testing.T) {
	for _, test := range []struct {
		name string
		wrap func(b []byte) [][]byte
		want packet.Verdict
	}{
		{"VXLAN", func(b []byte) [][]byte {
			return [][]byte{withChecksum(in4(17, inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, ethernet(b))))}
		}, packet.Rewritten},
		{"fragments", func(b []byte) [][]byte { return fragmented(b, 24) }, packet.Drop},
	} {
		a := newScript().talk(client, server).open()
		a.segment(0, psh|ack, "GET /a HTTP/1.1\r\n")
		a.at(0, psh|ack, 1001, 5001, "GET /b HTTP/1.1\r\n")
		s := newScript()
		for _, x := range rewrite(a.all, test.wrap) {
			s.all = append(s.all, x)
			s.wire = append(s.wire, 0)
		}
		f := s.start(t, engine.Config{Inline: true, Prevent: true, Streams: new(reads), Checksums: engine.ChecksumVerify})
		if v := f.verdicts[len(f.verdicts)-1]; v != test.want {
			t.Errorf("%s: verdict %v, want %v", test.name, v, test.want)
		}
		if test.want == packet.Rewritten {
			if text, sound := f.passed(s, 1); text != "GET /a HTTP/1.1\r\n" || !sound {
				t.Errorf("%s: %q passes, checksums right %v", test.name, text, sound)
			}
		}
		f.engine.Close()
	}
}

// A source is told what to send on, also when another worker than that of the tunnel rewrote it.
func TestRewriteWorkers(t *testing.T) {
	a := newScript().talk(client, server).open()
	for n := range 50 {
		a.segment(0, psh|ack, fmt.Sprintf("GET /%02d HTTP/1.1\r\n", n))
		a.at(0, psh|ack, a.seq[0]-18, 5001, "POST /a HTTP/1.1\r\n")
	}
	for name, wrap := range map[string]func(b []byte) [][]byte{
		"plain":  func(b []byte) [][]byte { return [][]byte{b} },
		"tunnel": func(b []byte) [][]byte { return [][]byte{in4(47, inGRE(b))} },
	} {
		all := rewrite(a.all, wrap)
		var want map[uint64]string
		for _, workers := range []int{1, 2, 3, 8} {
			e, err := engine.New(engine.Config{Workers: workers, Inline: true, Prevent: true})
			if err != nil {
				t.Fatal(err)
			}
			frames := frames{all: slices.Clone(all)}
			for i := range frames.all {
				frames.all[i].data = slices.Clone(all[i].data)
			}
			src := &deciding{Source: &frames, verdicts: map[uint64]packet.Verdict{}, frames: map[uint64]string{}}
			if err := e.Run(context.Background(), src); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = src.frames
			}
			if len(src.frames) != 50 || !maps.Equal(src.frames, want) {
				t.Errorf("%s, %d workers: %d frames are other ones than captured, want %d", name, workers, len(src.frames), len(want))
			}
			for n := range src.frames {
				if src.verdicts[n] != packet.Rewritten {
					t.Errorf("%s, %d workers: verdict on packet %d is %v", name, workers, n, src.verdicts[n])
				}
			}
			if n := e.Stats(0, 0).Total; n.Value("ips.replaced") != 50 || n.Value("ips.accepted")+50 != uint64(len(a.all)) {
				t.Errorf("%s, %d workers: %d replaced, %d accepted", name, workers, n.Value("ips.replaced"), n.Value("ips.accepted"))
			}
		}
	}
}

// withChecksum fills in the checksums of a UDP datagram over IPv4.
func withChecksum(b []byte) []byte {
	b[10], b[11] = 0, 0
	h := checksum(b[:20])
	b[10], b[11] = byte(h>>8), byte(h)
	udp := b[20:]
	src, dst := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	c := checksum(pseudo(src, dst, 17, len(udp)), udp)
	udp[6], udp[7] = byte(c>>8), byte(c)
	return b
}

// reads is a handler that reads everything.
type reads struct{ text [2]string }

func (r *reads) Read(_ *engine.Flow, d stream.Dir, in *stream.Cursor) {
	for {
		p, ok := in.Piece(1 << 20)
		if !ok {
			return
		}
		r.text[d] += string(p.Data)
	}
}

func (r *reads) Gap(*engine.Flow, stream.Dir, stream.Loss) {}
func (r *reads) End(*engine.Flow, stream.Dir, []byte)      {}
