package main

import (
	"bytes"

	"github.com/reknit/reknit"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// assembleLayer is the whole: the streams of a reknit.Assembler, read in pieces.
type assembleLayer struct {
	assembler           reknit.Assembler
	tcpPackets, payload int64
	n                   struct{ streams, octets, lines, lost int64 }
}

func newAssembleLayer() *assembleLayer {
	l := &assembleLayer{}
	l.assembler = reknit.Assembler{
		OnStream:  l.read,
		OnGap:     func(_ *reknit.Flow, _ stream.Dir, lost stream.Loss) { l.n.lost += lost.Lost; l.piece(lost.Held) },
		OnEnd:     func(_ *reknit.Flow, _ stream.Dir, rest []byte) { l.n.streams++; l.piece(rest) },
		Checksums: engine.ChecksumIgnore, // as the programs that it is compared with
		Flow:      flow.Config{Memory: tableMemory},
	}
	return l
}

func (l *assembleLayer) packet(p *packet.Packet) {
	l.assembler.Captured(p)
	if p.Flags.Has(packet.HasTCP) { // decoded on the way
		l.tcpPackets++
		l.payload += int64(len(p.Payload))
	}
}

func (l *assembleLayer) read(_ *reknit.Flow, _ stream.Dir, in *stream.Cursor) {
	for {
		p, ok := in.Piece(1 << 62)
		if !ok {
			return
		}
		l.n.lost += p.Lost
		l.piece(p.Data)
	}
}

var lineFeed = []byte{'\n'}

func (l *assembleLayer) piece(b []byte) {
	l.n.octets += int64(len(b))
	l.n.lines += int64(bytes.Count(b, lineFeed))
}

func (l *assembleLayer) finish(r *result) {
	r.TCPPackets, r.TCPPayload = l.tcpPackets, l.payload
	l.assembler.Close()
	r.Streams, r.Delivered, r.Lines, r.Skipped = l.n.streams, l.n.octets, l.n.lines, l.n.lost
}
