package receiver

import "encoding/binary"

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
