package receiver

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// kernel is the kernel that runs the test, in a network namespace that belongs to one thread. The other end of its only
// wire is a TUN device that the test reads and writes. It must be used by the goroutine that made it. When that goroutine
// and its thread are over and the descriptors closed, nothing of it is left.
type kernel struct {
	tun      int
	listener int
	conns    []int
	buf      []byte
}

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
	if k.tun, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	if err := k.up(); err != nil {
		unix.Close(k.tun)
		return nil, err
	}
	return k, nil
}

// up makes the device and gives it its address.
func (k *kernel) up() error {
	ifr, err := unix.NewIfreq("judge0")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(k.tun, unix.TUNSETIFF, ifr); err != nil {
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
	return nil
}

func (k *kernel) listen(buffer int) error {
	for k.answer() != nil { // of connections that are over
	}
	var err error
	if k.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	if buffer != 0 {
		if err := unix.SetsockoptInt(k.listener, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer); err != nil {
			return err
		}
	}
	if err := unix.SetsockoptInt(k.listener, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if err := unix.Bind(k.listener, &unix.SockaddrInet4{Port: serverPort, Addr: serverAddr}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return unix.Listen(k.listener, 16)
}

func (k *kernel) inject(b []byte) error {
	_, err := unix.Write(k.tun, b)
	if err == unix.EINVAL { // a packet that the device itself refuses
		return nil
	}
	return err
}

func (k *kernel) answer() []byte {
	n, err := unix.Read(k.tun, k.buf)
	if n <= 0 || err != nil {
		return nil
	}
	return append([]byte(nil), k.buf[:n]...)
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

func (k *kernel) close() { unix.Close(k.tun) }
