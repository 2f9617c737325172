package pcapfile

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/reknit/reknit/packet"
)

// sample is a packet that tests write, or have read.
type sample struct {
	time  int64
	link  packet.LinkType
	frame string
	wire  int
}

const second = int64(1e9)

// base is the time of the first packet in most tests.
const base = 1_700_000_000 * second

// order is a byte order with the methods for writing and appending.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little-endian": binary.LittleEndian, "big-endian": binary.BigEndian}

// pcapHead makes the header of a pcap file.
func pcapHead(o order, magic uint32, link packet.LinkType) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, 65535)
	return o.AppendUint32(b, uint32(link))
}

// record makes a record of a pcap file; unit is what the fraction of a second is counted in.
func record(o order, magic uint32, s sample) []byte {
	unit := int64(1000)
	if magic == magicNano {
		unit = 1
	}
	b := o.AppendUint32(nil, uint32(s.time/second))
	b = o.AppendUint32(b, uint32(s.time%second/unit))
	b = o.AppendUint32(b, uint32(len(s.frame)))
	b = o.AppendUint32(b, uint32(s.wire))
	if magic == magicModified {
		b = append(b, "ifindexx"...)
	}
	return append(b, s.frame...)
}

// ng writes pcapng blocks.
type ng struct{ order }

func (o ng) block(kind uint32, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	n := uint32(len(b) + 12)
	return o.AppendUint32(append(o.AppendUint32(o.AppendUint32(nil, kind), n), b...), n)
}

func (o ng) u16(v ...uint16) (b []byte) {
	for _, v := range v {
		b = o.AppendUint16(b, v)
	}
	return b
}

func (o ng) u32(v ...uint32) (b []byte) {
	for _, v := range v {
		b = o.AppendUint32(b, v)
	}
	return b
}

func (o ng) section() []byte {
	return o.block(blockSection, o.u32(byteOrderMagic), o.u16(1, 0), o.u32(0xffffffff, 0xffffffff))
}

// option makes an option of a block.
func (o ng) option(code uint16, value ...byte) []byte {
	b := append(o.u16(code, uint16(len(value))), value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (o ng) iface(link packet.LinkType, snap uint32, options ...[]byte) []byte {
	body := [][]byte{o.u16(uint16(link), 0), o.u32(snap)}
	body = append(body, options...)
	if len(options) > 0 {
		body = append(body, o.option(optionEnd))
	}
	return o.block(blockInterface, body...)
}

func (o ng) enhanced(id uint32, ts uint64, frame string, wire int, options ...[]byte) []byte {
	b := append([]byte(frame), make([]byte, -len(frame)&3)...)
	body := [][]byte{o.u32(id, uint32(ts>>32), uint32(ts), uint32(len(frame)), uint32(wire)), b}
	return o.block(blockEnhancedPacket, append(body, options...)...)
}

func (o ng) simple(frame string, wire int) []byte {
	return o.block(blockSimplePacket, o.u32(uint32(wire)), []byte(frame))
}

func (o ng) obsolete(id uint16, ts uint64, frame string, wire int) []byte {
	return o.block(blockPacketObsolete, o.u16(id, 7), o.u32(uint32(ts>>32), uint32(ts), uint32(len(frame)), uint32(wire)), []byte(frame))
}

// capture makes a pcap file of packets in microseconds.
func capture(packets ...sample) []byte {
	b := pcapHead(binary.LittleEndian, magicMicro, packet.LinkEthernet)
	for _, s := range packets {
		b = append(b, record(binary.LittleEndian, magicMicro, s)...)
	}
	return b
}

// write makes a file in a directory of the test.
func write(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
