package engine_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// The rows of docs/evasions.md that concern more than the tracking of connections; those are scenarios of package tcp.

var bothModes = map[string]bool{"IDS": false, "inline": true}

// Fragments in ways that made others lose them, or take other bytes: the mails of the capture are read as without.
func TestEvasionFragments(t *testing.T) {
	plain := load(t, mailCapture)
	raw := rewrite(plain, func(b []byte) [][]byte { return [][]byte{b} })
	for _, test := range []struct {
		name   string
		policy stream.Policy
		wrap   func(b []byte) [][]byte
	}{
		{"evasion 11: fragments of one unit each", stream.Linux6, func(b []byte) [][]byte { return fragmented(b, 8) }},
		{"evasion 11: an empty fragment between two", stream.BSD, func(b []byte) [][]byte {
			all := fragmented(b, 16)
			if len(all) < 2 {
				return all
			}
			return slices.Insert(all, 1, emptied(all[1]))
		}},
		{"evasion 12: one identification for all datagrams", stream.Linux6, func(b []byte) [][]byte {
			return identified(fragmented(b, 24), 7)
		}},
		{"evasion 13: the last fragment first", stream.Linux6, func(b []byte) [][]byte {
			all := fragmented(b, 16)
			return append([][]byte{all[len(all)-1]}, all[:len(all)-1]...)
		}},
		{"evasion 13: every fragment twice", stream.Linux6, func(b []byte) [][]byte {
			var all [][]byte
			f := fragmented(b, 16)
			for _, x := range f[:len(f)-1] {
				all = append(all, x, x)
			}
			return append(all, f[len(f)-1])
		}},
		{"evasion 14: fragments with different hop limits", stream.Linux6, func(b []byte) [][]byte {
			all := fragmented(b, 16)
			for i, f := range all {
				if f[0]>>4 == 4 {
					f[8] = byte(1 + i*50)
				} else {
					f[7] = byte(1 + i*50)
				}
			}
			return all
		}},
		{"evasion 27: IPv6 fragments that are whole datagrams", stream.Linux6, func(b []byte) [][]byte {
			if b[0]>>4 == 4 {
				return [][]byte{b}
			}
			f := slices.Concat(b[:40], []byte{b[6], 0, 0, 0, 0, 0, 0, 1}, b[40:])
			f[6] = 44
			binary.BigEndian.PutUint16(f[4:], uint16(len(b)-40+8))
			return [][]byte{f}
		}},
		{"evasion 36: fragments of others with the same identification", stream.Linux6, func(b []byte) [][]byte {
			var all [][]byte
			for _, f := range identified(fragmented(b, 16), 9) {
				other := slices.Clone(f)
				if f[0]>>4 == 4 {
					other[15] ^= 0x80 // the source
				} else {
					other[23] ^= 0x80
				}
				for i := len(other) - 4; i < len(other); i++ {
					other[i] ^= 0x55
				}
				all = append(all, other, f)
			}
			return all
		}},
	} {
		for mode, inline := range bothModes {
			t.Run(test.name+"/"+mode, func(t *testing.T) {
				want, _ := run(t, inline, raw)
				k := &records{t: t}
				e, err := engine.New(engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Sink: k, Inline: inline,
					Checksums: engine.ChecksumIgnore, Policy: func(netip.Addr) stream.Policy { return test.policy }})
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Run(t.Context(), &frames{all: rewrite(plain, test.wrap)}); err != nil {
					t.Fatal(err)
				}
				got := slices.DeleteFunc(ofTCP(k.all), func(r string) bool { return strings.Contains(r, `"event_type":"flow"`) })
				want = slices.DeleteFunc(ofTCP(want), func(r string) bool { return strings.Contains(r, `"event_type":"flow"`) })
				if len(want) < 10 {
					t.Fatalf("%d records", len(want))
				}
				diff(t, got, want)
			})
		}
	}
}

// emptied returns a fragment without its data.
func emptied(f []byte) []byte {
	if f[0]>>4 == 4 {
		n := int(f[0]&15) * 4
		b := slices.Clone(f[:n])
		binary.BigEndian.PutUint16(b[2:], uint16(n))
		b[6] |= 0x20
		return b
	}
	b := slices.Clone(f[:48])
	binary.BigEndian.PutUint16(b[4:], 8)
	b[43] |= 1
	return b
}

// identified gives fragments an identification.
func identified(all [][]byte, id byte) [][]byte {
	for _, f := range all {
		if f[0]>>4 == 4 {
			f[4], f[5] = 0, id
		} else if f[6] == 44 {
			f[44], f[45], f[46], f[47] = 0, 0, 0, id
		}
	}
	return all
}

// startNumbers are pairs of initial sequence numbers, of which some wrap.
var startNumbers = [][2]uint32{{1000, 5000}, {1<<32 - 3, 1<<32 - 2}, {1<<31 - 2, 1<<32 - 1}}

// evade plays a script in both modes, with all startNumbers, and wants what the receivers read of its streams.
func evade(t *testing.T, name string, c engine.Config, play func(s *script), ids, inline string) {
	for mode, is := range bothModes {
		t.Run(name+"/"+mode, func(t *testing.T) {
			for _, isn := range startNumbers {
				s := newScript()
				s.isn = isn
				play(s)
				n := &spoken{}
				c := c
				c.Streams, c.Inline, c.Checksums, c.StreamEvents = n, is, engine.ChecksumVerify, true
				c.Stream.CheckOverlap = is
				f := s.play(t, c)
				var events []string
				for _, r := range f.all("anomaly") {
					events = append(events, r.of("anomaly", "event").(string))
				}
				got := strings.Join(append(n.all, events...), ", ")
				want := ids
				if is {
					want = inline
				}
				if got != want {
					t.Errorf("initial numbers %d: got  %s\nwant %s", isn, got, want)
				}
			}
		})
	}
}

// spoken is a StreamHandler that notes what each end said, a line for every turn.
type spoken struct {
	all  []string
	last string
}

func (n *spoken) add(f *engine.Flow, d stream.Dir, what string) {
	who := fmt.Sprintf("%d %s ", f.Client().Port(), map[stream.Dir]string{stream.ToServer: "client", stream.ToClient: "server"}[d])
	if k := len(n.all); k > 0 && n.last == who {
		n.all[k-1] += what
		return
	}
	n.all, n.last = append(n.all, who+what), who
}

func (n *spoken) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	if b, ok := in.Next(in.Len()); ok && len(b) > 0 {
		n.add(f, d, string(b))
	}
}

func (n *spoken) Gap(f *engine.Flow, d stream.Dir, l stream.Loss) {
	n.add(f, d, fmt.Sprintf("[%d lost]", l.Lost))
}

func (n *spoken) End(f *engine.Flow, d stream.Dir, rest []byte) {}

// options puts TCP options, a multiple of four bytes, into the last packet, which is one of IPv4.
func (t *talk) options(opts ...byte) {
	f := &t.all[len(t.all)-1]
	const ip, tcp = 14, 34
	b := slices.Insert(f.data, tcp+20, opts...)
	binary.BigEndian.PutUint16(b[ip+2:], uint16(len(b)-ip))
	b[tcp+12] = byte(5+len(opts)/4) << 4
	b[ip+10], b[ip+11], b[tcp+16], b[tcp+17] = 0, 0, 0, 0
	binary.BigEndian.PutUint16(b[ip+10:], checksum(b[ip:tcp]))
	src, dst := netip.AddrFrom4([4]byte(b[ip+12:])), netip.AddrFrom4([4]byte(b[ip+16:]))
	binary.BigEndian.PutUint16(b[tcp+16:], checksum(pseudo(src, dst, 6, len(b)-tcp), b[tcp:]))
	f.data = b
}

// ipOptions puts IPv4 options into the last packet.
func (t *talk) ipOptions(opts ...byte) {
	f := &t.all[len(t.all)-1]
	const ip = 14
	b := slices.Insert(f.data, ip+20, opts...)
	binary.BigEndian.PutUint16(b[ip+2:], uint16(len(b)-ip))
	b[ip] = 0x40 | byte(5+len(opts)/4)
	b[ip+10], b[ip+11] = 0, 0
	binary.BigEndian.PutUint16(b[ip+10:], checksum(b[ip:ip+20+len(opts)]))
	f.data = b
}

func TestEvasionFlows(t *testing.T) {
	evade(t, "evasion 10: an ICMP error first (CVE-2016-10728)", engine.Config{}, func(s *script) {
		quoted := s.talk(client, server)
		quoted.at(0, syn, 1000, 0, "")
		syn := s.all[0].data[14 : 14+28] // with eight bytes of the TCP header
		s.all, s.wire = nil, nil
		s.icmp(server.Addr(), client.Addr(), 3, 3, syn)
		s.icmp(client.Addr(), server.Addr(), 3, 3, syn)
		a := s.talk(client, server).open()
		a.say(0, "request")
		a.say(1, "response")
		a.close()
	}, "40000 client request, 40000 server response", "40000 client request, 40000 server response")

	evade(t, "evasion 10: an ICMP error about a segment of the server first", engine.Config{}, func(s *script) {
		quoted := s.talk(server, client)
		quoted.at(0, ack, 1000, 0, "")
		segment := s.all[0].data[14 : 14+28]
		s.all, s.wire = nil, nil
		s.icmp(client.Addr(), server.Addr(), 3, 1, segment)
		a := s.talk(client, server).open()
		a.say(0, "request")
		a.say(1, "response")
		a.close()
	}, "40000 client request, 40000 server response", "40000 client request, 40000 server response")

	evade(t, "evasion 17: data before the answer", engine.Config{}, func(s *script) {
		a := s.talk(client, server)
		a.segment(0, syn, "")
		a.at(0, psh|ack, a.seq[0], 1, "not read by anybody")
		a.segment(1, syn|ack, "")
		a.segment(0, ack, "")
		a.say(0, "request")
		a.close()
	}, "40000 client request", "40000 client request")

	evade(t, "evasion 18: payload in a Fast Open SYN", engine.Config{}, func(s *script) {
		a := s.talk(client, server)
		a.segment(0, syn, "request")
		a.options(34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1)
		a.segment(1, syn|ack, "")
		a.segment(0, ack, "")
		a.say(1, "response")
		a.close()
	}, "40000 client request, 40000 server response", "40000 client request, 40000 server response")

	evade(t, "evasion 26: the same bytes as IPv4 and as IPv6 addresses", engine.Config{}, func(s *script) {
		six := func(a netip.AddrPort) netip.AddrPort {
			var b [16]byte
			copy(b[:], a.Addr().AsSlice())
			return netip.AddrPortFrom(netip.AddrFrom16(b), a.Port())
		}
		a := s.talk(client, server).open()
		b := s.talk(six(client), six(server))
		b.seq = [2]uint32{90000, 80000}
		b.open()
		a.say(0, "four")
		b.say(0, "six")
		a.close()
		b.close()
	}, "40000 client foursix", "40000 client foursix")

	evade(t, "evasion 27: a malformed IP option", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		a.at(0, psh|ack, a.seq[0], a.seq[1], "xxxxxxx")
		a.ipOptions(131, 40, 4, 0) // a source route that is longer than the header
		a.say(0, "request")
		a.close()
	}, "40000 client request", "40000 client request")

	evade(t, "evasion 32: a wrong checksum", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		a.at(0, psh|ack, a.seq[0], a.seq[1], "xxxxxxx")
		s.last()[14+20+16] ^= 0xff
		a.at(0, rst, a.seq[0], 0, "")
		s.last()[14+20+16] ^= 0xff
		a.say(0, "request")
		a.close()
	}, "40000 client request", "40000 client request")

	evade(t, "evasion 32: a header that is longer than the segment", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		a.at(0, psh|ack, a.seq[0], a.seq[1], "xxxxxxx")
		s.last()[14+20+12] = 15 << 4
		a.say(0, "request")
		a.close()
	}, "40000 client request", "40000 client request")

	evade(t, "evasion 34: more segments wait than others keep", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		for i := 999; i > 0; i-- {
			a.at(0, psh|ack, a.seq[0]+uint32(i), a.seq[1], "y")
		}
		a.at(0, psh|ack, a.seq[0], a.seq[1], "x")
		a.seq[0] += 1000
		a.segment(1, ack, "")
		a.close()
	}, "40000 client x"+strings.Repeat("y", 999), "40000 client x"+strings.Repeat("y", 999))

	evade(t, "evasion 34: sequence numbers wrap", engine.Config{}, func(s *script) {
		a := s.talk(client, server)
		a.seq = [2]uint32{1<<32 - 4, 1<<32 - 2}
		a.open()
		a.at(0, psh|ack, a.seq[0]+2, a.seq[1], "cdef")
		a.at(0, psh|ack, a.seq[0], a.seq[1], "ab")
		a.seq[0] += 6
		a.segment(1, ack, "")
		a.say(1, "ghi")
		a.close()
	}, "40000 client abcdef, 40000 server ghi", "40000 client abcdef, 40000 server ghi")

	evade(t, "a second connection on the same ports", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		a.say(0, "first")
		a.close()
		b := s.talk(client, server)
		b.seq = [2]uint32{900000, 800000}
		b.open()
		b.say(0, "second")
		b.close()
	}, "40000 client firstsecond", "40000 client firstsecond")

	evade(t, "a second connection from the other end", engine.Config{}, func(s *script) {
		a := s.talk(client, server).open()
		a.say(0, "first")
		a.close()
		b := s.talk(server, client)
		b.seq = [2]uint32{900000, 800000}
		b.open()
		b.say(0, "second")
		b.close()
	}, "40000 client first, 25 client second", "40000 client first, 25 client second")
}

// A flow of a single packet that is not wanted is dropped with it.
func TestEvasionFirstPacket(t *testing.T) {
	t.Run("evasion 20: the first packet of a flow that is picked up", func(t *testing.T) {
		s := newScript()
		s.talk(client, server).segment(0, psh|ack, "drop\n")
		f := s.play(t, engine.Config{Streams: &notes{}, Inline: true, Prevent: true, TCP: tcp.Config{Midstream: true}})
		if got := f.judged(); got != "d" {
			t.Errorf("verdicts %s, want d", got)
		}
	})
	t.Run("evasion 20: the first packet of a flow with Fast Open", func(t *testing.T) {
		s := newScript()
		a := s.talk(client, server)
		a.segment(0, syn, "drop\n")
		a.options(34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1)
		f := s.play(t, engine.Config{Streams: &notes{}, Inline: true, Prevent: true})
		if got := f.judged(); got != "d" {
			t.Errorf("verdicts %s, want d", got)
		}
	})
	t.Run("evasion 17: unknown connections can be refused", func(t *testing.T) {
		s := newScript()
		s.talk(client, server).say(0, "data of no connection")
		f := s.play(t, engine.Config{Inline: true, Prevent: true, Exceptions: engine.Exceptions{Midstream: engine.DropFlow}})
		if got := f.judged(); got != "dd" {
			t.Errorf("verdicts %s, want dd", got)
		}
	})
}

// What decides the protocol is cut into single bytes, in any order, repeated, and among bytes that no receiver takes.
func TestEvasionDetection(t *testing.T) {
	for _, test := range []struct {
		name string
		send func(a *talk, d int, text string, r *rand.Rand)
	}{
		{"evasion 21: single bytes", func(a *talk, d int, text string, r *rand.Rand) {
			for i := range text {
				a.segment(d, psh|ack, text[i:i+1])
			}
		}},
		{"evasion 21: single bytes, each acknowledged", func(a *talk, d int, text string, r *rand.Rand) {
			for i := range text {
				a.say(d, text[i:i+1])
			}
		}},
		{"evasion 21: single bytes, shuffled", func(a *talk, d int, text string, r *rand.Rand) {
			for _, i := range r.Perm(len(text)) {
				a.at(d, psh|ack, a.seq[d]+uint32(i), a.seq[1-d], text[i:i+1])
			}
			a.seq[d] += uint32(len(text))
		}},
		{"evasion 38: the first segment last", func(a *talk, d int, text string, r *rand.Rand) {
			at := a.seq[d]
			a.at(d, psh|ack, at+4, a.seq[1-d], text[4:])
			a.at(d, psh|ack, at, a.seq[1-d], text[:4])
			a.seq[d] += uint32(len(text))
		}},
		{"evasion 16: made up first bytes beyond the window", func(a *talk, d int, text string, r *rand.Rand) {
			a.at(d, psh|ack, a.seq[d]+1<<20, a.seq[1-d], "GET / HTTP/1.1\r\n")
			a.at(d, psh|ack, a.seq[d]-1<<20, a.seq[1-d], "GET / HTTP/1.1\r\n")
			a.at(d, psh, a.seq[d], a.seq[1-d], "GET / HTTP/1.1\r\n")
			a.segment(d, psh|ack, text)
		}},
	} {
		for mode, inline := range bothModes {
			t.Run(test.name+"/"+mode, func(t *testing.T) {
				s := newScript()
				s.isn = startNumbers[1]
				a := s.talk(client, server).open()
				r := rand.New(rand.NewPCG(21, 38))
				test.send(a, 1, "220 mx.example.org ESMTP\r\n", r)
				a.segment(0, ack, "")
				test.send(a, 0, "EHLO client.example.net\r\n", r)
				a.segment(1, ack, "")
				a.smtp("< 250 mx.example.org")
				a.mail("detected")
				a.close()
				f := s.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Inline: inline})
				f.check(f.one("flow"), map[string]any{"app_proto": "smtp"})
				for _, r := range f.all("smtp") {
					f.check(r, map[string]any{"smtp.helo": "client.example.net"})
				}
				if n := len(f.all("smtp")); n == 0 {
					t.Error("no mail")
				}
			})
		}
	}
}

// Counts of a flow are of its packets, whatever numbers they bear.
func TestEvasionCounts(t *testing.T) {
	for mode, inline := range bothModes {
		t.Run("evasion 28: SYN/ACK with another number behind the handshake/"+mode, func(t *testing.T) {
			s := newScript()
			a := s.talk(client, server)
			a.segment(0, syn, "")
			a.segment(1, syn|ack, "")
			a.at(1, syn|ack, a.seq[1]+1<<31-7, a.seq[0], "")
			a.segment(0, ack, "")
			a.at(1, syn|ack, a.seq[1]+1<<30, a.seq[0], "")
			a.say(1, "220 mx.example.org ESMTP\r\n")
			a.say(0, "EHLO client.example.net\r\n")
			a.close()
			var toServer, toClient, packets int
			for _, x := range s.all {
				packets++
				if [4]byte(x.data[14+12:]) == client.Addr().As4() {
					toServer += len(x.data)
				} else {
					toClient += len(x.data)
				}
			}
			f := s.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Inline: inline})
			f.check(f.one("flow"), map[string]any{"flow.bytes_toserver": toServer, "flow.bytes_toclient": toClient,
				"app_proto": "smtp", "tcp.state": "closed"})
		})
	}
}

// Lengths around powers of two are what they are.
func TestEvasionLengths(t *testing.T) {
	for mode, inline := range bothModes {
		t.Run("evasion 25: lengths of 64 KiB and more/"+mode, func(t *testing.T) {
			s := newScript()
			a := s.talk(client, server).open()
			a.greet()
			sizes := []int{65535, 65536, 65537, 131072}
			for i, size := range sizes {
				a.smtp(fmt.Sprintf("> MAIL FROM:<%d@example.net>", i), "< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok")
				head := fmt.Sprintf("Subject: %d\r\n\r\n", i)
				text := fmt.Sprintf("BDAT %d LAST\r\n", size) + head + strings.Repeat("x", size-len(head)-2) + "\r\n"
				for len(text) > 0 {
					n := min(1400, len(text))
					a.say(0, text[:n])
					text = text[n:]
				}
				a.smtp("< 250 queued")
			}
			a.close()
			f := s.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Inline: inline})
			mails := f.all("smtp")
			for i := range sizes {
				if i < len(mails) {
					f.check(mails[i], map[string]any{"smtp.mail_from": fmt.Sprintf("<%d@example.net>", i)})
				}
			}
			if len(mails) != len(sizes) {
				t.Errorf("%d mails, want %d", len(mails), len(sizes))
			}
		})
	}
}

// A flow whose parser breaks costs nothing but itself.
func TestEvasionIsolation(t *testing.T) {
	t.Run("evasion 31: one stream cannot stop the others", func(t *testing.T) {
		s := newScript()
		for i := range 50 {
			a := s.talk(addPort(client, i), server).open()
			a.greet()
			a.say(0, "BDAT 99999999999999999999\r\nMAIL FROM:<\x00\xff\r\n\r\n.\r\n")
			if i%2 == 0 {
				a.segment(0, rst, "")
			}
		}
		b := s.talk(client2, server).open()
		b.greet()
		b.mail("whole")
		b.close()
		f := s.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}})
		n := 0
		for _, r := range f.all("smtp") {
			if r.of("smtp", "mail_from") == "<ann@example.net>" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d mails of the flow that is sound, want 1", n)
		}
	})
}
