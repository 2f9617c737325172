package receiver

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
