package receiver

// drawMixture: everything that the other families do, one after the other in one connection.
func drawMixture(d *draft) {
	if d.chance(4) {
		d.small()
	}
	d.open()
	for range d.between(4, 24) {
		off, n := d.top, d.size()
		switch d.IntN(3) {
		case 0:
			off = d.between(max(0, d.top-12), d.top)
		case 1:
			off = d.top + d.between(0, 12)
		}
		g := d.conflict(off, n)
		switch d.IntN(40) {
		case 0:
			g.Flags |= flagFIN
		case 1:
			g.Flags |= flagSYN
		case 2:
			g.Flags, g.Data = flagRST, nil
		case 3:
			g.Flags, g.Data, g.At, g.Off = flagRST, nil, Expect, d.between(1, 3000)
		case 4:
			g.Flags &^= flagACK
		case 5:
			g.Ack = d.between(-10, 5)
		case 6:
			g.Ack = d.between(-100000, 100000)
		case 7:
			g.Window = uint16(d.IntN(2) * d.IntN(2000))
		case 8:
			g.Options = d.oddOptions()
		case 9:
			g.Damage = Checksum
		case 10:
			g.Stamp -= d.between(0, 5)
		case 11:
			g.Stamp -= d.between(0, 1<<30)
		case 12:
			g.NoStamp = true
		case 13:
			g.At, g.Off = Edge, d.between(-20, 5)
		case 14:
			g.At, g.Off = Expect, d.between(-5, 5)
		case 15:
			d.do(Read, -1)
		case 16:
			d.do(Read, d.between(1, 100))
		case 17, 18:
			d.do(Write, d.between(1, 400))
		case 19:
			d.do(Wait, 50)
		case 20:
			if d.chance(3) {
				d.do(Shutdown, 0)
			}
		case 21:
			g.Flags |= flagURG
			g.Urgent = uint16(d.between(0, n+1))
		}
	}
	d.fill()
	d.maybeFIN()
}
