package receiver

import "encoding/binary"

// families lists all kinds of schedules.
var families = append(basic[:len(basic):len(basic)], family{"wrap", true, false, drawWrap}, family{"mixture", false, false, drawMixture})

// basic are the families that do not draw from others.
var basic = []family{
	{"order", true, true, drawOrder},
	{"duplicates", true, true, drawDuplicates},
	{"overlap-consistent", true, true, drawConsistent},
	{"overlap-queued", true, false, drawQueued},
	{"overlap-delivered", true, false, drawDelivered},
	{"overlap-unacked", true, false, drawUnacked},
	{"window-edge", true, false, drawWindowEdge},
	{"window-reads", false, false, drawWindowReads},
	{"window-zero", false, false, drawWindowZero},
	{"memory", false, false, drawMemory},
	{"paws", true, false, drawPAWS},
	{"fin", true, false, drawFIN},
	{"fin-data", true, false, drawFINData},
	{"rst", true, false, drawRST},
	{"syn", true, false, drawSYN},
	{"handshake", true, false, drawHandshake},
	{"acks", false, false, drawACKs},
	{"flags", true, false, drawFlags},
	{"options", true, false, drawOptions},
	{"damaged", true, false, drawDamaged},
	{"urgent-read", true, false, drawUrgentRead},
	{"urgent-late", false, false, drawUrgentLate},
	{"urgent", false, false, drawUrgent},
	{"close", true, false, drawClose},
}

func familyOf(name string) *family {
	for i := range families {
		if families[i].name == name {
			return &families[i]
		}
	}
	return nil
}

// drawOrder: the stream cut into segments that come in another order, each once.
func drawOrder(d *draft) {
	d.open()
	type cut struct{ off, n int }
	var cuts []cut
	off := 0
	for range d.between(2, 20) {
		n := d.size()
		cuts = append(cuts, cut{off, n})
		off += n
	}
	switch d.IntN(4) {
	case 0:
		d.Shuffle(len(cuts), func(i, j int) { cuts[i], cuts[j] = cuts[j], cuts[i] })
	case 1:
		for i, j := 0, len(cuts)-1; i < j; i, j = i+1, j-1 {
			cuts[i], cuts[j] = cuts[j], cuts[i]
		}
	case 2:
		for range 3 {
			i, j := d.IntN(len(cuts)), d.IntN(len(cuts))
			cuts[i], cuts[j] = cuts[j], cuts[i]
		}
	}
	for _, c := range cuts {
		d.data(c.off, c.n)
		d.maybeWait()
		if d.chance(10) {
			d.answer()
		}
	}
	d.maybeFIN()
}

// maybeFIN ends the stream in order, or not at all.
func (d *draft) maybeFIN() {
	if d.chance(2) {
		d.send(flagFIN|flagACK, d.top, nil)
	}
}

// drawDuplicates: segments that come several times, and parts of them.
func drawDuplicates(d *draft) {
	d.open()
	span := d.between(10, 120)
	for range d.between(4, 16) {
		switch off, n := d.IntN(span), d.size(); {
		case d.chance(3) && len(d.s.Steps) > 2:
			g := d.s.Steps[d.between(2, len(d.s.Steps)-1)].Segment
			if len(g.Data) > 0 {
				d.data(g.Off, len(g.Data))
			}
		case d.chance(2):
			d.data(d.top, n)
		default:
			d.data(off, n)
		}
		d.maybeWait()
	}
	d.fill()
	d.maybeFIN()
}

// drawConsistent: segments at random, all of the same stream.
func drawConsistent(d *draft) {
	d.open()
	span := d.between(10, 300)
	for range d.between(4, 24) {
		d.data(d.IntN(span), d.size())
		d.maybeWait()
		if d.chance(10) {
			d.answer()
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawQueued: segments at random, each with content of its own, before the first octet comes.
func drawQueued(d *draft) {
	d.open()
	span := d.between(8, 60)
	for range d.between(3, 18) {
		d.conflict(d.between(1, span), d.between(1, 1+d.between(1, 14)))
		if d.chance(12) {
			d.conflict(d.IntN(3), d.between(3, 7))
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawDelivered: other content for what was delivered, acknowledged or not.
func drawDelivered(d *draft) {
	d.open()
	d.answer()
	for range d.between(3, 14) {
		switch d.IntN(5) {
		case 0, 1:
			d.data(d.top, d.size())
		case 2:
			d.conflict(d.between(0, d.top), d.size())
		case 3:
			d.conflict(d.between(max(0, d.top-20), d.top+2), d.size())
		case 4:
			d.do(Wait, 50)
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawUnacked: the same while the receiver holds its acknowledgements back, as it does in a dialogue.
func drawUnacked(d *draft) {
	d.open()
	for range d.between(2, 5) {
		d.data(d.top, d.size())
		d.do(Write, d.between(1, 50))
		d.send(flagACK, d.top, nil)
		for range d.between(1, 4) {
			switch d.IntN(4) {
			case 0:
				d.data(d.top, d.size())
			case 1:
				d.conflict(d.between(max(0, d.top-10), d.top), d.size())
			case 2:
				d.conflict(d.between(d.top, d.top+6), d.size())
			case 3:
				d.send(flagACK|flagPSH, max(0, d.top-d.between(0, 8)), d.other(d.between(1, 12)))
			}
		}
		d.maybeWait()
	}
	d.fill()
	d.maybeFIN()
}

// small gives the listener a window that is soon full.
func (d *draft) small() { d.s.Clamp = d.between(1200, 6000) }

// drawWindowEdge: segments around the right edge of a small window, while nobody reads.
func drawWindowEdge(d *draft) {
	d.small()
	d.open()
	for range d.between(4, 20) {
		switch d.IntN(6) {
		case 0, 1:
			g := d.conflict(0, d.between(1, 700))
			g.At, g.Off = Edge, d.between(-900, 3)
		case 2:
			n := d.between(1, 60)
			g := d.conflict(0, n)
			g.At, g.Off = Edge, -n+d.between(-1, 1)
		case 3:
			g := d.conflict(0, d.between(100, 1400))
			g.At, g.Off = Expect, d.between(-100, 0)
		case 4:
			g := d.conflict(0, d.between(1, 1400))
			g.At, g.Off = Expect, d.between(0, 700)
		case 5:
			g := d.conflict(0, d.between(1, 100))
			g.At = Expect
		}
		d.maybeWait()
	}
	d.flush(2)
}

// flush sends the next octets of what the receiver expects, n times, so that what is queued comes to light.
func (d *draft) flush(n int) {
	for range n {
		g := d.conflict(0, d.between(1, 300))
		g.At = Expect
	}
}

// drawWindowReads: the same while the application reads.
func drawWindowReads(d *draft) {
	d.small()
	d.open()
	for range d.between(6, 26) {
		switch d.IntN(7) {
		case 0:
			g := d.conflict(0, d.between(1, 700))
			g.At, g.Off = Edge, d.between(-900, 3)
		case 1:
			n := d.between(1, 60)
			g := d.conflict(0, n)
			g.At, g.Off = Edge, -n+d.between(-1, 1)
		case 2, 3:
			g := d.conflict(0, d.between(100, 1400))
			g.At, g.Off = Expect, d.between(-100, 0)
		case 4:
			g := d.conflict(0, d.between(1, 1400))
			g.At, g.Off = Expect, d.between(0, 700)
		case 5:
			d.do(Read, d.between(1, 2000))
		case 6:
			d.do(Read, -1)
		}
		d.maybeWait()
	}
	d.flush(2)
}

// drawMemory: the same with a receive buffer that is soon full, so that segments within the window may be dropped.
func drawMemory(d *draft) {
	drawWindowReads(d)
	d.s.Buffer, d.s.Clamp = d.s.Clamp, 0
}

// drawWindowZero: a window that is full, probes of it, and an application that reads at last.
func drawWindowZero(d *draft) {
	d.small()
	d.open()
	for range d.between(6, 12) {
		g := d.conflict(0, d.between(300, 1400))
		g.At = Expect
	}
	for range d.between(1, 6) {
		switch d.IntN(6) {
		case 0:
			g := d.conflict(0, 1)
			g.At = Expect
		case 1:
			g := d.conflict(0, 1)
			g.At, g.Off = Expect, -1
		case 2:
			g := d.conflict(0, d.between(1, 50))
			g.At = Edge
		case 3:
			g := d.send(flagFIN|flagACK, 0, nil)
			g.At = Expect
		case 4:
			d.do(Read, d.between(1, 6000))
		case 5:
			g := d.send(flagACK, 0, nil)
			g.At = Expect
		}
	}
	d.do(Read, -1)
	d.flush(3)
	d.maybeEndExpected()
}

func (d *draft) maybeEndExpected() {
	if d.chance(2) {
		d.send(flagFIN|flagACK, 0, nil).At = Expect
	}
}

// drawPAWS: timestamps that go back, stand still, jump, or are missing.
func drawPAWS(d *draft) {
	d.s.Stamped = true
	d.open()
	d.stamp = 10
	for range d.between(3, 16) {
		off, n := d.top, d.size()
		switch d.IntN(4) {
		case 0:
			off = d.between(0, d.top+10)
		case 1:
			off = d.between(max(0, d.top-10), d.top)
		}
		flags := byte(flagACK)
		if d.chance(15) {
			flags |= flagFIN
		}
		g := d.send(flags, off, d.other(n))
		switch d.IntN(9) {
		case 0:
			g.Stamp -= 1
		case 1:
			g.Stamp -= 2
		case 2:
			g.Stamp -= d.between(1, 30)
		case 3:
			g.Stamp -= 1 << d.between(5, 31)
		case 4:
			g.Stamp += d.between(1, 1000)
			d.stamp = g.Stamp
		case 5:
			g.NoStamp = true
		case 6:
			g.Echo = d.between(-3000, 3000)
		}
		if d.chance(20) {
			d.send(flagRST, d.top, nil).Stamp = d.stamp - d.between(0, 50)
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawFIN: FINs anywhere: before their time, within data, several.
func drawFIN(d *draft) {
	d.open()
	span := d.between(8, 50)
	for range d.between(3, 14) {
		g := d.conflict(d.between(0, span), d.between(0, d.between(1, 14)))
		if d.chance(4) {
			g.Flags |= flagFIN
		}
		if d.chance(12) {
			g.Off = d.IntN(3)
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawFINData: data after, across and instead of a FIN that was taken.
func drawFINData(d *draft) {
	d.open()
	d.answer()
	n := d.size()
	d.data(0, n)
	if d.chance(3) {
		d.conflict(n+d.between(1, 5), d.size())
	}
	d.send(flagFIN|flagACK, n, d.other(d.between(0, 5)))
	for range d.between(1, 8) {
		g := d.conflict(d.between(max(0, d.top-10), d.top+4), d.size())
		if d.chance(4) {
			g.Flags |= flagFIN
		}
		if d.chance(10) {
			d.send(flagRST, d.top, nil)
		}
		d.maybeWait()
	}
}

// drawRST: RSTs at, near and far from the number that the receiver expects, and data after them.
func drawRST(d *draft) {
	d.open()
	d.answer()
	for range d.between(2, 8) {
		d.conflict(d.between(max(0, d.top-4), d.top+d.IntN(2)*d.between(0, 8)), d.size())
	}
	for range d.between(1, 3) {
		g := d.send(flagRST|byte(d.IntN(2)*flagACK), 0, nil)
		switch d.IntN(8) {
		case 0, 1:
			g.At = Expect
		case 2:
			g.At, g.Off = Expect, d.between(-2, 2)
		case 3:
			g.Off = d.top
		case 4:
			g.Off = d.top + d.between(-1, 1)
		case 5:
			g.At, g.Off = Edge, d.between(-2, 1)
		case 6:
			g.Off = d.between(0, d.top)
		case 7:
			g.At, g.Off = Expect, d.between(1, 60000)
		}
		if d.chance(3) {
			d.oddRST(g)
		}
		for range d.between(0, 3) {
			d.conflict(d.between(max(0, d.top-6), d.top+3), d.size())
		}
	}
	d.fill()
	d.maybeFIN()
}

// oddRST gives an RST what does not belong to it.
func (d *draft) oddRST(g *Segment) {
	switch d.IntN(7) {
	case 0:
		g.Data = d.other(d.between(1, 20))
	case 1:
		g.AckAt, g.Ack = Sent, d.between(-100000, 100000)
	case 2:
		g.Flags |= flagFIN
	case 3:
		g.Flags |= flagURG
		g.Urgent = uint16(d.IntN(5))
	case 4:
		g.Stamp -= d.between(1, 1000)
	case 5:
		g.Options = append([]byte{optMD5, 18}, make([]byte, 16)...)
	case 6:
		g.Damage = Checksum
	}
}

// drawSYN: SYNs within the connection, with and without data, FIN, RST.
func drawSYN(d *draft) {
	d.open()
	d.answer()
	for range d.between(3, 10) {
		if d.chance(2) {
			d.conflict(d.between(max(0, d.top-4), d.top+d.IntN(2)*4), d.size())
			continue
		}
		g := d.send(flagSYN, d.between(-1, d.top+2), nil)
		switch d.IntN(4) {
		case 0:
			g.Off = -1
		case 1:
			g.At, g.Off = Expect, d.between(-1, 1)
		case 2:
			g.At, g.Off = Edge, d.between(-10, 10)
		}
		if d.chance(2) {
			g.Flags |= flagACK
			g.AckAt = Sent
		}
		if d.chance(3) {
			g.Data = d.other(d.size())
		}
		if d.chance(8) {
			g.Flags |= flagFIN
		}
		if d.chance(3) {
			g.Options = []byte{optMSS, 4, 2, 0}
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawHandshake: what comes before a connection is established.
func drawHandshake(d *draft) {
	d.s.Stamped = d.chance(3)
	syn := func() *Segment {
		g := d.send(flagSYN, -1, nil)
		g.Options = d.synOptions()
		return g
	}
	if d.chance(6) { // before everything
		d.conflict(d.IntN(3), d.size())
	}
	g := syn()
	if d.chance(4) {
		g.Data = d.other(d.size())
	}
	if d.chance(8) {
		g.Ack = d.IntN(1000)
	}
	if d.chance(10) {
		g.Options = append(g.Options, optFastOpen, 2)
	}
	if d.chance(12) {
		g.Flags |= flagECE | flagCWR
	}
	for range d.IntN(4) {
		switch d.IntN(12) {
		case 0:
			syn()
		case 1:
			syn().Off += d.between(-3, 3)
		case 2:
			g := d.send(flagRST|byte(d.IntN(2)*flagACK), d.between(-1, 1), nil)
			g.AckAt = Sent
		case 3:
			d.send(flagFIN|flagACK, d.between(-1, 2), d.other(d.IntN(5)))
		case 4:
			d.send(flagACK, d.between(-1, 2), d.other(d.IntN(8))).Ack = d.between(-2, 2)
		case 5:
			d.conflict(d.between(1, 10), d.size())
		case 6:
			d.send(byte(d.IntN(2)*flagFIN), 0, d.other(d.size()))
		case 7:
			d.send(flagSYN|flagACK, -1, nil).AckAt = Sent
		case 8:
			if d.s.Stamped {
				d.send(flagACK, 0, d.other(d.IntN(8))).Echo = d.between(-100, 100)
			}
		case 9:
			if d.s.Stamped {
				d.send(flagACK, 0, d.other(d.IntN(8))).Stamp -= d.between(1, 10)
			}
		case 10:
			d.send(flagACK, 0, d.other(d.IntN(8))).Window = 0
		case 11:
			g := d.send(flagACK, 0, d.other(d.IntN(8)))
			g.At, g.Off = Edge, d.between(-8, 2)
		}
	}
	d.send(flagACK, 0, d.other(d.IntN(2)*d.size()))
	for range d.between(1, 4) {
		d.conflict(d.between(max(0, d.top-3), d.top), d.size())
	}
	d.fill()
	d.maybeFIN()
}

// drawACKs: acknowledgements of what was not sent, of long ago, and none.
func drawACKs(d *draft) {
	d.open()
	for range d.between(3, 12) {
		g := d.conflict(d.between(max(0, d.top-3), d.top+d.IntN(2)*4), d.size())
		switch d.IntN(12) {
		case 0:
			g.Ack = d.between(1, 3)
		case 1:
			g.Ack = 1 << d.between(1, 30)
		case 2:
			g.Ack = -d.between(1, 3)
		case 3:
			g.Ack = -d.between(1, 70000)
		case 4:
			g.Ack = -(1 << d.between(5, 31))
		case 5:
			g.Flags &^= flagACK
		case 6:
			g.Window = uint16(d.IntN(3000))
		case 7, 8:
			d.do(Write, d.between(1, 900))
		case 9:
			g.AckAt = Start
		}
		if d.chance(12) {
			g.Flags |= flagFIN
		}
		d.maybeWait()
	}
	d.fill()
	d.maybeFIN()
}

// drawFlags: any combination of control bits but RST, with data.
func drawFlags(d *draft) {
	d.open()
	for range d.between(3, 12) {
		flags := byte(d.IntN(256)) &^ (flagRST | flagURG)
		if d.chance(2) {
			flags = flagACK
		}
		if !d.chance(6) {
			flags &^= flagFIN
		}
		g := d.send(flags, d.between(max(0, d.top-3), d.top+d.IntN(2)*4), d.other(d.IntN(12)))
		if flags&flagACK == 0 && d.chance(2) {
			g.AckAt = Sent
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawOptions: options that are odd, malformed, or not for this connection.
func drawOptions(d *draft) {
	d.open()
	for range d.between(3, 10) {
		g := d.conflict(d.between(max(0, d.top-3), d.top+d.IntN(2)*4), d.size())
		if d.chance(2) {
			g.Options = d.oddOptions()
		}
		if d.chance(20) {
			g.Flags |= flagFIN
		}
	}
	d.fill()
	d.maybeFIN()
}

func (d *draft) oddOptions() []byte {
	switch d.IntN(12) {
	case 0:
		return append([]byte{optMD5, 18}, make([]byte, 16)...)
	case 1:
		return append([]byte{optAO, 16}, make([]byte, 14)...)
	case 2:
		return []byte{byte(d.between(60, 250)), 4, 1, 2}
	case 3:
		return []byte{byte(d.between(2, 250)), byte(d.IntN(2))} // of impossible length
	case 4:
		return []byte{byte(d.between(2, 250)), 40, 1, 2} // beyond the header
	case 5:
		return stamp(firstStamp+uint32(d.stamp+d.between(-3, 3)), uint32(d.IntN(5)))
	case 6:
		return []byte{optScale, 3, byte(d.IntN(20)), optNop}
	case 7:
		b := binary.BigEndian.AppendUint32([]byte{optNop, optNop, optSACK, 10}, d.Uint32())
		return binary.BigEndian.AppendUint32(b, d.Uint32())
	case 8:
		return []byte{optFastOpen, 10, 1, 2, 3, 4, 5, 6, 7, 8}
	case 9:
		return []byte{optMD5, byte(d.between(2, 17)), 0, 0}
	case 10:
		return []byte{0, 0xff, 0xff, 0xff}
	}
	return []byte{optMSS, 4, 0, byte(d.IntN(255)), optSACKPerm, 2, optNop, optNop}
}

// drawDamaged: wrong checksums and impossible header lengths.
func drawDamaged(d *draft) {
	d.open()
	for range d.between(3, 12) {
		g := d.conflict(d.between(max(0, d.top-3), d.top+d.IntN(2)*4), d.size())
		if d.chance(3) {
			g.Damage = Damage(d.between(int(Checksum), int(LongHeader)))
			if d.chance(4) {
				g.Flags |= flagFIN
			} else if d.chance(4) {
				g.Flags |= flagRST
			}
		}
	}
	d.fill()
	d.maybeFIN()
}

// drawUrgentRead: urgent data, read as it comes.
func drawUrgentRead(d *draft) { d.urgent(func() { d.do(Read, -1) }) }

// drawUrgentLate: urgent data, read at the end.
func drawUrgentLate(d *draft) { d.urgent(func() {}) }

// drawUrgent: urgent data, read now and then.
func drawUrgent(d *draft) {
	d.urgent(func() {
		if d.chance(3) {
			d.do(Read, -1)
		}
	})
}

func (d *draft) urgent(read func()) {
	d.open()
	for range d.between(2, 10) {
		off, n := d.top, d.size()
		if d.chance(4) {
			off = d.between(max(0, d.top-6), d.top+6)
		}
		g := d.send(flagACK, off, text(off, n))
		if d.chance(2) {
			g.Flags |= flagURG
			switch d.IntN(5) {
			case 0:
				g.Urgent = uint16(d.IntN(3))
			case 1:
				g.Urgent = uint16(n + d.between(-1, 3))
			case 2:
				g.Urgent = uint16(n + d.IntN(100))
			default:
				g.Urgent = uint16(d.between(1, n))
			}
		} else if d.chance(10) {
			g.Urgent = uint16(d.IntN(10))
		}
		read()
	}
	d.fill()
	d.maybeFIN()
}

// drawClose: the application ends its own direction, or both ends do.
func drawClose(d *draft) {
	d.open()
	at := d.IntN(6)
	for i := range d.between(3, 12) {
		if i == at {
			d.do(Shutdown, 0)
		}
		g := d.conflict(d.between(max(0, d.top-4), d.top+d.IntN(2)*6), d.size())
		switch d.IntN(8) {
		case 0:
			g.Flags |= flagFIN
		case 1:
			g.Ack = -1 // without the FIN
		case 2:
			g.Data = nil
		case 3:
			g.Stamp -= d.IntN(3)
		}
		d.maybeWait()
	}
	d.fill()
	d.maybeFIN()
}

// drawWrap: any other family of which the capture tells all, while the sequence numbers wrap.
func drawWrap(d *draft) {
	d.wrap()
	for {
		if f := &basic[d.IntN(len(basic))]; f.plain {
			f.draw(d)
			return
		}
	}
}
