package receiver

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
