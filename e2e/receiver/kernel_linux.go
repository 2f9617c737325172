package receiver

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is the kernel that runs the test, in a network namespace that belongs to one thread. The other end of its only
// wire is a TAP device that the test reads and writes. It must be used by the goroutine that made it. When that goroutine
// and its thread are over and the descriptors closed, nothing of it is left.
type kernel struct {
	tap      int
	listener int
	conns    []int
	buf      []byte
}

// The ends of the wire.
var (
	hostMAC   = [6]byte{2, 0, 0, 0, 0, 1}
	clientMAC = [6]byte{2, 0, 0, 0, 0, 2}
)

const (
	device   = "judge0"
	etherLen = 14

	complete, permanent = 2, 4 // ATF_COM, ATF_PERM of linux/if_arp.h
)

// newKernel makes a namespace for the calling goroutine, which keeps its thread for good.
func newKernel() (host, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("a network namespace needs root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	k := &kernel{listener: -1, buf: make([]byte, 128<<10)}
	var err error
	if k.tap, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	if err := k.up(); err != nil {
		unix.Close(k.tap)
		return nil, err
	}
	return k, nil
}

// up makes the device and gives it its address.
func (k *kernel) up() error {
	ifr, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(k.tap, unix.TUNSETIFF, ifr); err != nil {
		return fmt.Errorf("TUNSETIFF: %w", err)
	}
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	for _, c := range []struct {
		name string
		call uint
		set  func() error
	}{
		{"SIOCSIFHWADDR", unix.SIOCSIFHWADDR, func() error { return setHardware(ifr, hostMAC) }},
		{"SIOCSIFADDR", unix.SIOCSIFADDR, func() error { return ifr.SetInet4Addr(serverAddr[:]) }},
		{"SIOCSIFNETMASK", unix.SIOCSIFNETMASK, func() error { return ifr.SetInet4Addr([]byte{255, 255, 255, 0}) }},
		{"SIOCSIFFLAGS", unix.SIOCSIFFLAGS, func() error { ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil }},
	} {
		if err := c.set(); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(s, c.call, ifr); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return setNeighbour(s, clientAddr, clientMAC)
}

// setHardware puts a hardware address into an interface request.
func setHardware(ifr *unix.Ifreq, mac [6]byte) error {
	r := (*struct {
		name   [unix.IFNAMSIZ]byte
		family uint16
		data   [14]byte
	})(unsafe.Pointer(ifr))
	r.family = unix.ARPHRD_ETHER
	copy(r.data[:], mac[:])
	return nil
}

// setNeighbour tells the kernel where an address is, so that it need not ask.
func setNeighbour(s int, addr [4]byte, mac [6]byte) error {
	r := struct {
		protocol, hardware struct {
			family uint16
			data   [14]byte
		}
		flags   int32
		netmask [16]byte
		device  [unix.IFNAMSIZ]byte
	}{flags: complete | permanent}
	r.protocol.family, r.hardware.family = unix.AF_INET, unix.ARPHRD_ETHER
	copy(r.protocol.data[2:], addr[:])
	copy(r.hardware.data[:], mac[:])
	copy(r.device[:], device)
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCSARP, uintptr(unsafe.Pointer(&r))); e != 0 {
		return fmt.Errorf("SIOCSARP: %w", e)
	}
	return nil
}

func (k *kernel) listen(s *Schedule) error {
	for k.answer() != nil { // of connections that are over
	}
	var err error
	if k.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	for _, o := range []struct{ level, option, value int }{
		{unix.SOL_SOCKET, unix.SO_RCVBUF, s.Buffer},
		{unix.IPPROTO_TCP, unix.TCP_WINDOW_CLAMP, s.Clamp},
		{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
	} {
		if o.value == 0 {
			continue
		}
		if err := unix.SetsockoptInt(k.listener, o.level, o.option, o.value); err != nil {
			return fmt.Errorf("socket option %d: %w", o.option, err)
		}
	}
	if err := unix.Bind(k.listener, &unix.SockaddrInet4{Port: serverPort, Addr: serverAddr}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return unix.Listen(k.listener, 16)
}

func (k *kernel) inject(b []byte) error {
	frame := append(append(append(make([]byte, 0, etherLen+len(b)), hostMAC[:]...), clientMAC[:]...), 0x08, 0x00)
	_, err := unix.Write(k.tap, append(frame, b...))
	return err
}

func (k *kernel) answer() []byte {
	for {
		n, err := unix.Read(k.tap, k.buf)
		if n < etherLen || err != nil {
			return nil
		}
		if k.buf[12] == 0x08 && k.buf[13] == 0 { // IPv4
			return append([]byte(nil), k.buf[etherLen:n]...)
		}
	}
}

func (k *kernel) read(streams []Stream, n int) []Stream {
	for {
		fd, _, err := unix.Accept4(k.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			break
		}
		unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		k.conns = append(k.conns, fd)
		streams = append(streams, Stream{})
	}
	for i, fd := range k.conns {
		s := &streams[i]
		for left := n; s.End == Open && left != 0; {
			b := k.buf
			if left > 0 && left < len(b) {
				b = b[:left]
			}
			m, err := unix.Read(fd, b)
			switch {
			case m > 0:
				s.Data = append(s.Data, b[:m]...)
				if left > 0 {
					left -= m
				}
				continue
			case m == 0 && err == nil:
				s.End = EOF
			case err != unix.EAGAIN:
				s.End = Reset
			}
			left = 0
		}
	}
	return streams
}

func (k *kernel) write(n int) {
	b := make([]byte, n)
	for i := range b {
		b[i] = octet
	}
	for _, fd := range k.conns {
		unix.SendmsgN(fd, b, nil, nil, unix.MSG_NOSIGNAL)
	}
}

func (k *kernel) shutdown() {
	for _, fd := range k.conns {
		unix.Shutdown(fd, unix.SHUT_WR)
	}
}

func (k *kernel) wait(d time.Duration) { time.Sleep(d) }

func (k *kernel) finish() {
	for _, fd := range k.conns {
		unix.Close(fd)
	}
	k.conns = k.conns[:0]
	unix.Close(k.listener)
}

func (k *kernel) close() { unix.Close(k.tap) }
