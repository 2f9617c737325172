package engine_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/tcp"
)

const urg = 32

// urgent adds a segment with the urgent pointer.
func (t *talk) urgent(d int, text string, pointer uint16) {
	t.segment(d, ack|urg, text)
	binary.BigEndian.PutUint16(t.last()[14+20+18:], pointer)
}

// Urgent bytes are left out of the stream and counted, each direction for itself.
func TestUrgentApart(t *testing.T) {
	for _, inline := range []bool{false, true} {
		s := newScript()
		a := s.talk(client, server).open()
		a.urgent(1, "220 !mail.example.org ESMTP\r\n", 5)
		a.segment(0, ack, "")
		a.urgent(0, "HELO joe\r!\n", 10)
		a.segment(1, ack, "")
		a.urgent(0, "!", 1)
		a.segment(1, ack, "")
		a.smtp("< 250 ok", "> MAIL FROM:<ann@example.net>", "< 250 ok", "> QUIT", "< 221 bye")
		a.close()
		f := s.play(t, engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Inline: inline,
			Checksums: engine.ChecksumIgnore, TCP: tcp.Config{Urgent: tcp.UrgentApart}})
		f.check(f.one("flow"), map[string]any{"tcp.ts_urgent_oob_data": 2, "tcp.tc_urgent_oob_data": 1, "app_proto": "smtp"})
		f.check(f.one("smtp"), map[string]any{"smtp.helo": "joe", "smtp.mail_from": "<ann@example.net>"})
		if n := f.counter("tcp.urgent_oob_data"); n != 3 {
			t.Errorf("inline %v: tcp.urgent_oob_data is %d, want 3", inline, n)
		}
	}
}

// Inline, what no receiver would take is dropped if that is wanted, and urgent segments if that is wanted; nothing else is.
func TestDropInvalid(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.at(0, syn, a.seq[0], 0, "")
	invalid := len(s.all) - 1
	a.urgent(0, "x", 1)
	urgent := len(s.all) - 1
	a.smtp("> MAIL FROM:<ann@example.net>")
	for _, test := range []struct {
		inline, invalid bool
		urgent          tcp.Urgent
		want            []int
	}{
		{true, true, tcp.UrgentInline, []int{invalid}},
		{true, false, tcp.UrgentRefused, []int{urgent}},
		{true, true, tcp.UrgentRefused, []int{invalid, urgent}},
		{true, false, tcp.UrgentApart, nil},
		{false, true, tcp.UrgentRefused, nil},
	} {
		f := s.play(t, engine.Config{Prevent: true, Inline: test.inline, KeepInvalid: !test.invalid, Checksums: engine.ChecksumIgnore,
			TCP: tcp.Config{Urgent: test.urgent}})
		var got []int
		for i, v := range f.verdicts {
			if v == packet.Drop {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: packets %v are dropped", test, got)
		}
	}
}
