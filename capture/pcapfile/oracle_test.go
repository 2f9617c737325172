package pcapfile

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/reknit/reknit/packet"
)

// gopacketReader is what gopacket's readers have in common.
type gopacketReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// TestOracle reads files that gopacket wrote, and has gopacket read files of ours: both must agree.
func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	files := map[string]*bytes.Buffer{}
	writers := map[string]interface {
		WritePacket(gopacket.CaptureInfo, []byte) error
	}{}
	create := func(name string) *bytes.Buffer {
		files[name] = new(bytes.Buffer)
		return files[name]
	}
	micro := pcapgo.NewWriter(create("pcap, microseconds"))
	micro.WriteFileHeader(65535, layers.LinkTypeEthernet)
	writers["pcap, microseconds"] = micro
	nano := pcapgo.NewWriterNanos(create("pcap, nanoseconds"))
	nano.WriteFileHeader(65535, layers.LinkTypeEthernet)
	writers["pcap, nanoseconds"] = nano
	pcapng, err := pcapgo.NewNgWriter(create("pcapng"), layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pcapng.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeLinuxSLL}); err != nil {
		t.Fatal(err)
	}
	writers["pcapng"] = pcapng
	ours := NewWriter(create("our pcap"), packet.LinkEthernet)
	o := ng{orders["big-endian"]}
	blocks := create("our pcapng")
	blocks.Write(o.section())
	resolutions := []byte{3, 6, 9, 0x80 | 1, 0x80 | 9} // finer ones of 2^-n are not exact in gopacket
	for _, v := range resolutions {
		blocks.Write(o.iface(1, 0, o.option(optionTSResol, v), o.option(optionTSOffset, o.AppendUint64(nil, 1000)...)))
	}

	for range 2000 {
		frame := make([]byte, r.IntN(2000))
		for i := range frame {
			frame[i] = byte(r.Uint32())
		}
		when := base + r.Int64N(1000*second)
		wire := len(frame) + r.IntN(2)*100
		for name, w := range writers {
			info := gopacket.CaptureInfo{Timestamp: time.Unix(0, when), CaptureLength: len(frame), Length: wire}
			if name == "pcapng" {
				info.InterfaceIndex = r.IntN(2)
			}
			if err := w.WritePacket(info, frame); err != nil {
				t.Fatal(err)
			}
		}
		ours.Write(when, frame, wire)
		blocks.Write(o.enhanced(uint32(r.IntN(len(resolutions))), r.Uint64()>>30, string(frame), wire))
	}
	ours.Flush()
	pcapng.Flush()

	for name, file := range files {
		var theirs gopacketReader
		var err error
		if strings.HasSuffix(name, "pcapng") {
			theirs, err = pcapgo.NewNgReader(bytes.NewReader(file.Bytes()), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		} else {
			theirs, err = pcapgo.NewReader(bytes.NewReader(file.Bytes()))
		}
		if err != nil {
			t.Fatal(name, err)
		}
		x, err := NewReader(file, name, Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		var p packet.Packet
		for n := 1; ; n++ {
			frame, info, err := theirs.ReadPacketData()
			if got := x.Next(&p); got != err {
				t.Fatalf("%s, packet %d: %v, gopacket: %v", name, n, got, err)
			}
			if err == io.EOF {
				break
			}
			if p.Time != info.Timestamp.UnixNano() || !bytes.Equal(p.Frame, frame) || p.WireLen != info.Length {
				t.Fatalf("%s, packet %d: time %d, %d of %d bytes; gopacket: %+v", name, n, p.Time, len(p.Frame), p.WireLen, info)
			}
		}
	}
}
