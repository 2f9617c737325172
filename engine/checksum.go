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

// verify reports whether a TCP packet's checksum lets it count.
func (w *Worker) verify(p *packet.Packet) bool {
	c := &w.checksum
	if c.mode == ChecksumIgnore || c.given || p.ChecksumOK() {
		if c.seen < checksumSample {
			c.seen++
		}
		return true
	}
	w.counters.InvalidChecksum++
	if c.mode == ChecksumVerify {
		return false
	}
	c.wrong++
	if c.seen < checksumSample {
		c.seen++
		if c.wrong*100 > c.seen*checksumWrong {
			// So early every wrong one counts as offloaded; whether it was shows below.
			if c.wrong >= checksumSoon {
				c.given = true
				w.notice("most checksums are wrong: the capture was made where the network card fills them in; they are not verified")
			}
			return true
		}
	}
	return false
}

func (w *Worker) notice(text string) {
	if w.config.Notice != nil {
		w.config.Notice(text)
	}
}
