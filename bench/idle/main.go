// Idle writes a capture of connections that are opened and then say nothing, to measure the memory of a flow.
//
//	idle [-flows N] [-syn] [-6] CAPTURE
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

func main() {
	flows := flag.Int("flows", 100_000, "number of connections")
	half := flag.Bool("syn", false, "only SYN and nothing else: half-open connections")
	six := flag.Bool("6", false, "IPv6")
	flag.Parse()
	if flag.NArg() != 1 || *flows < 1 || *flows > 1<<24 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(flag.Arg(0), *flows, *half, *six); err != nil {
		fmt.Fprintln(os.Stderr, "idle:", err)
		os.Exit(1)
	}
}

// segment is a TCP segment without data between client i and the server.
type segment struct {
	client   int
	toServer bool
	seq, ack uint32
	flags    byte
}

const (
	syn = 0x02
	ack = 0x10

	clientISN = 0x10000000
	serverISN = 0x20000000
)

// write makes the capture: all first packets, then all second ones, then all third ones, a microsecond apart.
func write(name string, flows int, half, six bool) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := pcapfile.NewWriter(f, packet.LinkEthernet)
	now := int64(1_700_000_000_000_000_000)
	handshake := []segment{
		{toServer: true, seq: clientISN, flags: syn},
		{seq: serverISN, ack: clientISN + 1, flags: syn | ack},
		{toServer: true, seq: clientISN + 1, ack: serverISN + 1, flags: ack},
	}
	if half {
		handshake = handshake[:1]
	}
	for _, s := range handshake {
		for s.client = range flows {
			if err := w.Write(now, frame(&s, six), 0); err != nil {
				return err
			}
			now += 1000
		}
	}
	return w.Flush()
}

// frame makes an Ethernet frame with right checksums.
func frame(s *segment, six bool) []byte {
	client, server := endpoints(s.client, six)
	src, dst := client, server
	if !s.toServer {
		src, dst = server, client
	}
	tcp := make([]byte, 20)
	binary.BigEndian.PutUint16(tcp[0:], src.port)
	binary.BigEndian.PutUint16(tcp[2:], dst.port)
	binary.BigEndian.PutUint32(tcp[4:], s.seq)
	binary.BigEndian.PutUint32(tcp[8:], s.ack)
	tcp[12], tcp[13] = 5<<4, s.flags
	binary.BigEndian.PutUint16(tcp[14:], 65535)
	pseudo := append(append(append([]byte{}, src.addr...), dst.addr...), 0, 6, 0, byte(len(tcp)))
	binary.BigEndian.PutUint16(tcp[16:], checksum(append(pseudo, tcp...)))

	eth := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	if six {
		ip := make([]byte, 8, 40)
		ip[0], ip[5], ip[6], ip[7] = 6<<4, byte(len(tcp)), 6, 64
		ip = append(append(ip, src.addr...), dst.addr...)
		return append(append(append(eth, 0x86, 0xdd), ip...), tcp...)
	}
	ip := make([]byte, 12, 20)
	ip[0], ip[3], ip[8], ip[9] = 4<<4|5, byte(20+len(tcp)), 64, 6
	ip = append(append(ip, src.addr...), dst.addr...)
	binary.BigEndian.PutUint16(ip[10:], checksum(ip))
	return append(append(append(eth, 0x08, 0x00), ip...), tcp...)
}

type endpoint struct {
	addr []byte
	port uint16
}

// endpoints of connection i: 50 000 ports of each client address.
func endpoints(i int, six bool) (client, server endpoint) {
	host, port := i/50_000, uint16(10_000+i%50_000)
	if six {
		prefix := []byte{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		return endpoint{append(prefix[:14:14], byte(host>>8), byte(host)), port}, endpoint{append(prefix[:14:14], 0xff, 1), 25}
	}
	return endpoint{[]byte{10, 0, byte(host >> 8), byte(host)}, port}, endpoint{[]byte{192, 0, 2, 1}, 25}
}

// checksum is that of RFC 1071.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
