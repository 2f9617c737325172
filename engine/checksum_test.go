package engine_test

import (
	"testing"

	"github.com/reknit/reknit/engine"
)

// offloaded spoils the checksums of all packets of direction d, as on the host whose network card fills them in.
func (t *talk) offloaded(d int) {
	for i := range t.all {
		if b := t.all[i].data; b[34] == byte(t.ends[d].Port()>>8) && b[35] == byte(t.ends[d].Port()) {
			b[50] ^= 0x5a
		}
	}
}

// spoilt sends a forged line with a wrong checksum, which stands where the next line will.
func (t *talk) spoilt(line string) {
	t.at(0, psh|ack, t.seq[0], t.seq[1], line)
	t.last()[50] ^= 0x5a
}

func TestChecksums(t *testing.T) {
	sound := func(mails int) *talk {
		a := newScript().talk(client, server).open()
		a.greet()
		for range mails {
			a.mail("sound")
		}
		return a
	}
	offloaded := func() *script {
		a := sound(10)
		a.close()
		a.offloaded(0)
		return a.script
	}
	forged := func() *script {
		a := sound(1)
		a.spoilt("MAIL FROM:<eve@example.net>\r\n")
		a.mail("sound")
		a.close()
		return a.script
	}
	for _, test := range []struct {
		name    string
		mode    engine.Checksums
		script  *script
		mails   int
		from    string // of the last one
		invalid uint64
		notices int
	}{
		{"auto, offloaded", engine.ChecksumAuto, offloaded(), 10, "<ann@example.net>", 20, 1},
		{"auto, one wrong", engine.ChecksumAuto, forged(), 2, "<ann@example.net>", 1, 0},
		{"verify, offloaded", engine.ChecksumVerify, offloaded(), 0, "", 117, 0},
		{"verify, one wrong", engine.ChecksumVerify, forged(), 2, "<ann@example.net>", 1, 0},
		{"ignore, offloaded", engine.ChecksumIgnore, offloaded(), 10, "<ann@example.net>", 0, 0},
		{"ignore, one wrong", engine.ChecksumIgnore, forged(), 2, "<eve@example.net>", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := withSMTP
			c.Checksums = test.mode
			f := test.script.play(t, c)
			mails := f.all("smtp")
			if len(mails) != test.mails {
				t.Fatalf("%d mails, want %d", len(mails), test.mails)
			}
			if test.mails > 0 {
				f.check(mails[len(mails)-1], map[string]any{"smtp.mail_from": test.from})
			}
			if n := f.counter("tcp.invalid_checksum"); n != test.invalid {
				t.Errorf("tcp.invalid_checksum is %d, want %d", n, test.invalid)
			}
			if len(f.notices) != test.notices {
				t.Errorf("notices %q, want %d", f.notices, test.notices)
			}
			// The packets count for the flow all the same.
			flow := f.one("flow")
			if n, m := flow.of("flow", "pkts_toserver").(float64), flow.of("flow", "pkts_toclient").(float64); int(n+m) != len(test.script.all) {
				t.Errorf("the flow has %v packets, want %d", n+m, len(test.script.all))
			}
		})
	}
}

// A capture that turns bad after a sound beginning is not taken to be offloaded.
func TestChecksumsLate(t *testing.T) {
	a := newScript().talk(client, server).open()
	a.greet()
	for range 10 {
		a.mail("sound")
	}
	sound := len(a.all)
	for range 20 {
		a.spoilt("NOOP\r\n")
	}
	a.close()
	f := a.play(t, withSMTP)
	if n := f.counter("tcp.invalid_checksum"); n != 20 || len(f.notices) != 0 {
		t.Errorf("after %d sound packets, %d are taken for wrong, want 20; notices %q", sound, n, f.notices)
	}
}
