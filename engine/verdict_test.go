package engine_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
)

// blocking is SMTP that blocks connections on which ann says that she sends mail, or somebody else.
func blocking(others ...string) app.Protocol {
	return smtp.New(smtp.Config{Handler: &smtp.Handler{OnMailFrom: func(at smtp.At, p *smtp.Path) app.Verdict {
		if a := string(p.Address()); a == "ann@example.net" || slices.Contains(others, a) {
			return app.Block
		}
		return app.Continue
	}}})
}

// The packet that completes what is not wanted is dropped, and all later ones of the flow. Inline that is the packet with
// its last byte; otherwise it is the one whose acknowledgement says that the receiver has it.
func TestDrop(t *testing.T) {
	for _, test := range []struct {
		name   string
		inline bool
		first  int // packet after the command's last segment that is dropped
	}{{"inline", true, 0}, {"acknowledged", false, 1}} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			a := s.talk(client, server).open()
			a.greet()
			a.segment(0, ack, "MAIL FROM:<ann@exam")
			a.segment(0, psh|ack, "ple.net>\r\n")
			at := len(s.all) - 1 + test.first
			a.segment(1, ack, "")
			a.smtp("< 250 ok", "> RCPT TO:<bob@example.org>", "< 250 ok", "> DATA", "< 354 go on", "> Subject: never seen", "> .",
				"< 250 queued")
			a.spoilt("QUIT\r\n") // the verdict holds for whatever belongs to the flow
			a.close()
			c := engine.Config{Protocols: []app.Protocol{blocking()}, Inline: test.inline}
			f := s.start(t, c)
			for i, v := range f.verdicts {
				want := packet.Pass
				if i >= at {
					want = packet.Drop
				}
				if v != want {
					t.Errorf("verdict on packet %d is %v, want %v", i+1, v, want)
				}
			}
			if n := f.counter("tcp.reassembly_memuse"); n != 0 {
				t.Errorf("%d bytes are held for the dropped flow", n)
			}
			if len(f.all("smtp")) != 0 {
				t.Errorf("%d mails before the flow ended, want 0", len(f.all("smtp")))
			}
			f.engine.Close()
			f.check(f.one("flow"), map[string]any{"flow.action": "drop", "app_proto": "smtp", "flow.tx_cnt": 1})
			r := f.one("smtp")
			f.check(r, map[string]any{"smtp.mail_from": "<ann@example.net>", "smtp.rcpt_to": nil, "email": nil})
		})
	}
}

// A dropped flow does not keep others from passing, and its addresses are free again when it has timed out.
func TestDropOthers(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.smtp("> MAIL FROM:<ann@example.net>")
	begin := len(s.all)
	b := s.talk(client2, server).open()
	b.greet()
	b.smtp("> MAIL FROM:<joe@example.net>", "< 250 ok")
	b.close()
	f := s.play(t, engine.Config{Protocols: []app.Protocol{blocking()}, Inline: true})
	if slices.Contains(f.verdicts[begin:], packet.Drop) {
		t.Error("packets of another flow are dropped")
	}
	if len(f.all("smtp")) != 2 || len(f.all("flow")) != 2 {
		t.Errorf("%d mails, %d flows, want 2 and 2", len(f.all("smtp")), len(f.all("flow")))
	}
}
