package engine

import "github.com/reknit/reknit/packet"

// checksum decides whether checksums are verified.
type checksum struct {
	mode        Checksums
	seen, wrong int
	given       bool // up: the capture's checksums were never filled in
}

// In automatic mode, the capture is taken to be offloaded when this share of its first TCP packets is wrong.
const (
	checksumSample = 1000
	checksumWrong  = 10 // percent
	checksumSoon   = 20 // wrong ones in a row at the very beginning are enough
)

// off reports whether checksums are not looked at.
func (c *checksum) off() bool { return c.mode == ChecksumIgnore || c.given }

// sampling reports whether it is still to be found out if the capture's checksums were filled in.
func (c *checksum) sampling() bool {
	return c.mode == ChecksumAuto && !c.given && c.seen < checksumSample
}

// right takes a packet whose checksum is right, or was not looked at.
func (c *checksum) right() {
	if c.seen < checksumSample {
		c.seen++
	}
}

// mistake takes a packet with a wrong checksum. It reports whether the packet counts nevertheless, and whether it is the one
// that shows that checksums were not filled in.
func (c *checksum) mistake() (excused, shown bool) {
	if c.mode == ChecksumVerify {
		return false, false
	}
	c.wrong++
	if c.seen == checksumSample {
		return false, false
	}
	c.seen++
	if c.wrong*100 <= c.seen*checksumWrong {
		return false, false
	}
	// So early every wrong one counts as offloaded; whether it was shows below.
	c.given = c.wrong >= checksumSoon
	return true, c.given
}

const checksumsGiven = "most checksums are wrong: the capture was made where the network card fills them in; they are not verified"

// sums is what was found out about a TCP packet's checksum before the packet was handed over to a worker: while it is open
// whether the capture's checksums were filled in, which takes all packets to tell.
type sums uint8

const (
	sumsOwn     sums = iota // nothing: the worker verifies it
	sumsOff                 // it is right, or not looked at
	sumsWrong               // it is wrong
	sumsExcused             // it is wrong, but the packet counts
)

// verify reports whether a TCP packet's checksum lets it count.
func (w *Worker) verify(p *packet.Packet) bool {
	if w.handed != nil {
		return w.verified(p)
	}
	c := &w.checksum
	if c.off() || p.ChecksumOK() {
		c.right()
		return true
	}
	w.counters.InvalidChecksum++
	excused, shown := c.mistake()
	if shown {
		w.notice(checksumsGiven)
	}
	return excused
}

// verified is verify for a packet that was handed over: there is nothing to be found out any more.
func (w *Worker) verified(p *packet.Packet) bool {
	s := w.handed.sums
	if s == sumsOff || s == sumsOwn && (w.checksum.mode == ChecksumIgnore || p.ChecksumOK()) {
		return true
	}
	w.counters.InvalidChecksum++
	return s == sumsExcused
}

func (w *Worker) notice(text string) {
	if w.config.Notice != nil {
		w.config.Notice(text)
	}
}
