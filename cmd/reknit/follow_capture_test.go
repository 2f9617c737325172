package main

import (
	"encoding/binary"
	"net/netip"
	"os"
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// Control bits.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// wire writes a capture of TCP connections, a millisecond from packet to packet. Checksums are not filled in.
type wire struct {
	t    *testing.T
	w    *pcapfile.Writer
	time int64
}

func newWire(t *testing.T, name string) *wire {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	x := &wire{t: t, w: pcapfile.NewWriter(f, packet.LinkRaw), time: 1_700_000_000e9}
	t.Cleanup(func() { f.Close() })
	return x
}

func (x *wire) close() {
	if err := x.w.Flush(); err != nil {
		x.t.Fatal(err)
	}
}

// talk is a connection. Numbers are counted from the first byte of each side.
type talk struct {
	x              *wire
	client, server netip.AddrPort
	isn            [2]uint32
	sent           [2]uint32 // what each side sent, as far as say tells; client first
}

func (x *wire) talk(client, server string) *talk {
	return &talk{x: x, client: netip.MustParseAddrPort(client), server: netip.MustParseAddrPort(server), isn: [2]uint32{1000, 5000}}
}

// open is the handshake.
func (k *talk) open() *talk {
	k.packet(0, syn, k.isn[0], 0, "")
	k.packet(1, syn|ack, k.isn[1], k.isn[0]+1, "")
	k.packet(0, ack, k.isn[0]+1, k.isn[1]+1, "")
	return k
}

// say sends text from side, which the other side acknowledges.
func (k *talk) say(side int, text string) *talk {
	k.send(side, k.sent[side], text)
	k.sent[side] += uint32(len(text))
	return k.ack(1 - side)
}

// lose is say with a packet that is not in the capture.
func (k *talk) lose(side int, n int) *talk {
	k.sent[side] += uint32(n)
	return k.ack(1 - side)
}

// send sends text at an offset, which may be anything.
func (k *talk) send(side int, at uint32, text string) *talk {
	k.packet(side, ack|psh, k.isn[side]+1+at, k.isn[1-side]+1+k.sent[1-side], text)
	return k
}

// ack acknowledges what the other side sent.
func (k *talk) ack(side int) *talk { return k.send(side, k.sent[side], "") }

// close is the end: the client's FIN, the server's, and their acknowledgements.
func (k *talk) close() {
	c, s := k.isn[0]+1+k.sent[0], k.isn[1]+1+k.sent[1]
	k.packet(0, fin|ack, c, s, "")
	k.packet(1, fin|ack, s, c+1, "")
	k.packet(0, ack, c+1, s+1, "")
}

func (k *talk) packet(side int, flags byte, seq, number uint32, text string) {
	k.x.t.Helper()
	src, dst := k.client, k.server
	if side == 1 {
		src, dst = dst, src
	}
	var b []byte
	be := binary.BigEndian
	length := 20 + len(text)
	if src.Addr().Is4() {
		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, uint16(20+length))
		b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, uint16(length))
		b = append(b, 6, 64)
	}
	b = append(append(b, src.Addr().AsSlice()...), dst.Addr().AsSlice()...)
	if src.Addr().Is4() {
		sum := uint32(0)
		for i := 0; i < 20; i += 2 {
			sum += uint32(be.Uint16(b[i:]))
		}
		be.PutUint16(b[10:], ^uint16(sum+sum>>16))
	}
	b = be.AppendUint16(be.AppendUint16(b, src.Port()), dst.Port())
	b = be.AppendUint32(be.AppendUint32(b, seq), number)
	b = append(b, 5<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
	b = append(b, text...)
	if err := k.x.w.Write(k.x.time, b, len(b)); err != nil {
		k.x.t.Fatal(err)
	}
	k.x.time += 1e6
}
