package receiver

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
