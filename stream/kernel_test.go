//go:build kernel && linux

package stream_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reknit/reknit/stream"
)

// The policy Linux6 against the kernel that runs the test: a client made of raw packets plays random schedules of
// overlapping segments, and what the listener's application reads must be what a Stream delivers. It needs root and a
// kernel that is not older than 6.1:
//
//	go test -tags kernel -run Kernel ./stream

var schedules = flag.Int("schedules", 2000, "number of schedules that TestKernel plays")

// kernel is a listener in a network namespace of its own, and the other end of the wire.
type kernel struct {
	tun, listener int
	port          uint16 // of the next client
}

var (
	here  = netip.MustParseAddr("10.99.0.1")
	there = netip.MustParseAddr("10.99.0.2")
)

const serverPort = 4242

func newKernel(t *testing.T) *kernel {
	runtime.LockOSThread() // for good: the thread's namespace changes
	must := func(what string, err error) {
		if err != nil {
			t.Skipf("%s: %v", what, err)
		}
	}
	must("unshare", unix.Unshare(unix.CLONE_NEWNET))
	k := &kernel{port: 1025}
	var err error
	k.tun, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK, 0)
	must("open tun", err)
	ifr, err := unix.NewIfreq("reknit0")
	must("ifreq", err)
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	must("TUNSETIFF", unix.IoctlIfreq(k.tun, unix.TUNSETIFF, ifr))
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	must("socket", err)
	defer unix.Close(s)
	a := here.As4()
	must("address", ifr.SetInet4Addr(a[:]))
	must("SIOCSIFADDR", unix.IoctlIfreq(s, unix.SIOCSIFADDR, ifr))
	must("mask", ifr.SetInet4Addr([]byte{255, 255, 255, 0}))
	must("SIOCSIFNETMASK", unix.IoctlIfreq(s, unix.SIOCSIFNETMASK, ifr))
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	must("SIOCSIFFLAGS", unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr))
	k.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	must("socket", err)
	must("bind", unix.Bind(k.listener, &unix.SockaddrInet4{Port: serverPort, Addr: a}))
	must("listen", unix.Listen(k.listener, 100))
	return k
}

func sum(b []byte, s uint32) uint32 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

const (
	fin = 1
	syn = 2
	rst = 4
	ack = 16
)

func (k *kernel) send(t *testing.T, seq, acked uint32, flags byte, payload []byte) {
	p := make([]byte, 40, 40+len(payload))
	p[0], p[8], p[9] = 0x45, 64, unix.IPPROTO_TCP
	binary.BigEndian.PutUint16(p[2:], uint16(40+len(payload)))
	copy(p[12:], there.AsSlice())
	copy(p[16:], here.AsSlice())
	binary.BigEndian.PutUint16(p[10:], fold(sum(p[:20], 0)))
	h := p[20:40]
	binary.BigEndian.PutUint16(h[0:], k.port)
	binary.BigEndian.PutUint16(h[2:], serverPort)
	binary.BigEndian.PutUint32(h[4:], seq)
	binary.BigEndian.PutUint32(h[8:], acked)
	h[12], h[13] = 5<<4, flags
	binary.BigEndian.PutUint16(h[14:], 65535)
	p = append(p, payload...)
	pseudo := sum(p[12:20], unix.IPPROTO_TCP+uint32(20+len(payload)))
	binary.BigEndian.PutUint16(p[36:], fold(sum(p[20:], pseudo)))
	if _, err := unix.Write(k.tun, p); err != nil {
		t.Fatal(err)
	}
}

// receive waits for a segment to the current client that has all the flags, and returns its number.
func (k *kernel) receive(t *testing.T, flags byte) uint32 {
	b := make([]byte, 2000)
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); {
		n, err := unix.Read(k.tun, b)
		if err != nil || n < 40 || b[9] != unix.IPPROTO_TCP {
			continue
		}
		if binary.BigEndian.Uint16(b[22:]) == k.port && b[33]&flags == flags {
			return binary.BigEndian.Uint32(b[24:])
		}
	}
	t.Fatal("no answer")
	return 0
}

// drain forgets what the kernel sent.
func (k *kernel) drain() {
	b := make([]byte, 2000)
	for {
		if n, err := unix.Read(k.tun, b); n <= 0 || err != nil {
			return
		}
	}
}

// piece is a segment of a schedule.
type piece struct {
	off  int
	data []byte
	fin  bool
}

func (p piece) String() string {
	s := fmt.Sprintf("[%d,%d)%s", p.off, p.off+len(p.data), p.data)
	if p.fin {
		s += " FIN"
	}
	return s
}

// play sends a schedule and returns what the application reads, and whether it read the end.
func (k *kernel) play(t *testing.T, schedule []piece) (read []byte, end bool) {
	k.port++
	k.drain()
	const isn = 1000
	k.send(t, isn, 0, syn, nil)
	peer := k.receive(t, syn|ack) + 1
	k.send(t, isn+1, peer, ack, nil)
	fd, _, err := unix.Accept4(k.listener, unix.SOCK_NONBLOCK)
	for deadline := time.Now().Add(time.Second); err != nil && time.Now().Before(deadline); {
		fd, _, err = unix.Accept4(k.listener, unix.SOCK_NONBLOCK)
	}
	if err != nil {
		t.Fatal("accept:", err)
	}
	for _, p := range schedule {
		flags := byte(ack)
		if p.fin {
			flags |= fin
		}
		k.send(t, isn+1+uint32(p.off), peer, flags, p.data)
	}
	b := make([]byte, 1000)
	for {
		n, err := unix.Read(fd, b)
		if n == 0 && err == nil {
			end = true
			break
		}
		if n <= 0 {
			break
		}
		read = append(read, b[:n]...)
	}
	k.send(t, isn+1+uint32(len(read)), peer, rst, nil)
	unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(fd)
	return read, end
}

// collector reads everything.
type collector struct {
	b   []byte
	end bool
}

func (r *collector) Read(d stream.Dir, in *stream.Cursor) {
	for {
		p, ok := in.Piece(1000)
		if !ok {
			return
		}
		r.b = append(r.b, p.Data...)
	}
}
func (r *collector) Gap(stream.Dir, *stream.Cursor, stream.Loss) {}
func (r *collector) End(stream.Dir, []byte)                      { r.end = true }

func deliver(schedule []piece, immediate bool) (read []byte, end bool) {
	st := stream.NewStore(stream.Config{Immediate: immediate})
	var p stream.Pair
	p[0].SetPolicy(stream.Linux6)
	var r collector
	for _, s := range schedule {
		switch {
		case s.fin:
			st.InsertLast(&p[0], int64(s.off), s.data)
			st.Deliver(&p, stream.ToServer, &r)
		case immediate:
			st.Push(&p, stream.ToServer, int64(s.off), s.data, &r)
		default:
			st.Insert(&p[0], int64(s.off), s.data)
		}
	}
	p[0].Ack(p[0].Contiguous())
	st.Deliver(&p, stream.ToServer, &r)
	off, known := p[0].Finished() // the end itself may be told later: other bytes may stand where the FIN does
	return r.b, r.end || known && p[0].Contiguous() >= off
}

// draw makes a schedule: segments out of order, most of them overlapping, and then what fills the holes between them
// one by one.
func draw(r *rand.Rand, fins bool) []piece {
	var schedule []piece
	letter := byte('a')
	segment := func(from, to int) piece {
		p := piece{off: from, data: bytes.Repeat([]byte{letter}, to-from)}
		if letter++; letter > 'z' {
			letter = 'A'
		}
		return p
	}
	span := 12 + r.IntN(30)
	for range 3 + r.IntN(15) {
		from := r.IntN(span) + 1
		p := segment(from, min(span+6, from+1+r.IntN(1+r.IntN(12))))
		if r.IntN(12) == 0 { // in order, or nearly
			p = segment(r.IntN(3), 3+r.IntN(5))
		}
		p.fin = fins && r.IntN(6) == 0
		if p.fin && r.IntN(3) == 0 {
			p.data = nil
		}
		schedule = append(schedule, p)
	}
	have := make([]bool, 100)
	for _, p := range schedule {
		for i := range p.data {
			have[p.off+i] = true
		}
	}
	for from := 0; from < span; {
		if have[from] {
			from++
			continue
		}
		to := from
		for to < span && !have[to] {
			to++
		}
		p := segment(from, to)
		p.data = bytes.Repeat([]byte{'.'}, to-from)
		schedule = append(schedule, p)
		from = to
	}
	return schedule
}

func TestKernel(t *testing.T) {
	k := newKernel(t)
	for _, fins := range []bool{false, true} {
		equal := 0
		shown := 0
		for i := range *schedules {
			seed := uint64(i)
			schedule := draw(rand.New(rand.NewPCG(seed, 1)), fins)
			want, wantEnd := k.play(t, schedule)
			good := true
			for _, immediate := range []bool{true, false} {
				got, gotEnd := deliver(schedule, immediate)
				if bytes.Equal(got, want) && gotEnd == wantEnd {
					continue
				}
				good = false
				if shown++; shown < 8 {
					var s []string
					for _, p := range schedule {
						s = append(s, p.String())
					}
					t.Errorf("schedule %d, immediate %v: %s\ngot  %s %v\nwant %s %v", i, immediate, strings.Join(s, " "),
						got, gotEnd, want, wantEnd)
				}
			}
			if good {
				equal++
			}
		}
		t.Logf("FIN %v: %d of %d schedules equal", fins, equal, *schedules)
	}
}
