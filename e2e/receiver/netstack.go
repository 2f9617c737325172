package receiver

import (
	"bytes"
	"fmt"
	"time"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/faketime"
	ip "gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// netstack is gVisor's network stack in this process. Its clock moves when a schedule waits, and at no other time.
type netstack struct {
	stack    *stack.Stack
	link     *channel.Endpoint
	clock    *faketime.ManualClock
	listener tcpip.Endpoint
	conns    []tcpip.Endpoint
}

func newNetstack() (host, error) {
	h := &netstack{link: channel.New(1024, 1500, ""), clock: faketime.NewManualClock()}
	h.stack = stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
		Clock:              h.clock,
	})
	sack, delay := tcpip.TCPSACKEnabled(true), tcpip.TCPDelayEnabled(true)
	for _, o := range []tcpip.SettableTransportProtocolOption{&sack, &delay} { // as gVisor's own sandbox has them
		if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, o); err != nil {
			return nil, fmt.Errorf("%T: %v", o, err)
		}
	}
	if err := h.stack.CreateNIC(1, h.link); err != nil {
		return nil, fmt.Errorf("nic: %v", err)
	}
	address := tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: tcpip.AddrFrom4(serverAddr).WithPrefix()}
	if err := h.stack.AddProtocolAddress(1, address, stack.AddressProperties{}); err != nil {
		return nil, fmt.Errorf("address: %v", err)
	}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: ip.IPv4EmptySubnet, NIC: 1}})
	return h, nil
}

func (h *netstack) listen(s *Schedule) error {
	for h.answer() != nil { // of connections that are over
	}
	var err tcpip.Error
	if h.listener, err = h.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, new(waiter.Queue)); err != nil {
		return fmt.Errorf("endpoint: %v", err)
	}
	if n := max(s.Buffer, 2*s.Clamp); n != 0 { // it has no clamp
		h.listener.SocketOptions().SetReceiveBufferSize(int64(n), true)
	}
	h.listener.SocketOptions().SetReuseAddress(true)
	if err := h.listener.Bind(tcpip.FullAddress{Addr: tcpip.AddrFrom4(serverAddr), Port: serverPort}); err != nil {
		return fmt.Errorf("bind: %v", err)
	}
	if err := h.listener.Listen(16); err != nil {
		return fmt.Errorf("listen: %v", err)
	}
	return nil
}

func (h *netstack) inject(b []byte) error {
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(b)})
	h.link.InjectInbound(ipv4.ProtocolNumber, p)
	p.DecRef()
	h.settle()
	return nil
}

// settle waits until all segments were processed.
func (h *netstack) settle() {
	h.stack.Pause()
	h.stack.Resume()
}

func (h *netstack) answer() []byte {
	p := h.link.Read()
	if p == nil {
		return nil
	}
	defer p.DecRef()
	v := p.ToView()
	defer v.Release()
	return bytes.Clone(v.AsSlice())
}

func (h *netstack) read(streams []Stream, n int) []Stream {
	for {
		c, _, err := h.listener.Accept(nil)
		if err != nil {
			break
		}
		h.conns = append(h.conns, c)
		streams = append(streams, Stream{})
	}
	for i, c := range h.conns {
		s := &streams[i]
		var b bytes.Buffer
		for s.End == Open && n != 0 {
			w := tcpip.LimitedWriter{W: &b, N: 1 << 30}
			if n > 0 {
				w.N = int64(n - b.Len())
			}
			if w.N == 0 {
				break
			}
			_, err := c.Read(&w, tcpip.ReadOptions{})
			if _, again := err.(*tcpip.ErrWouldBlock); again {
				break
			}
			if _, over := err.(*tcpip.ErrClosedForReceive); over {
				s.End = EOF
			} else if err != nil {
				s.End = Reset
			}
		}
		s.Data = append(s.Data, b.Bytes()...)
	}
	h.settle()
	return streams
}

func (h *netstack) write(n int) {
	for _, c := range h.conns {
		c.Write(bytes.NewReader(bytes.Repeat([]byte{octet}, n)), tcpip.WriteOptions{})
	}
	h.settle()
}

func (h *netstack) shutdown() {
	for _, c := range h.conns {
		c.Shutdown(tcpip.ShutdownWrite)
	}
	h.settle()
}

func (h *netstack) wait(d time.Duration) {
	h.clock.Advance(d)
	h.settle()
}

func (h *netstack) finish() {
	for _, c := range h.conns {
		c.Abort()
	}
	h.conns = h.conns[:0]
	h.listener.Close()
	h.settle()
}

func (h *netstack) close() {
	h.stack.Close()
	h.stack.Wait()
}
