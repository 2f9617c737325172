package smtp

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

func TestParseReply(t *testing.T) {
	tests := []struct {
		line string
		want Reply
		ok   bool
	}{
		{"250", Reply{Code: 250}, true},
		{"250 ok", Reply{Code: 250, Text: []byte("ok")}, true},
		{"250-first", Reply{Code: 250, More: true, Text: []byte("first")}, true},
		{"250-", Reply{Code: 250, More: true}, true},
		{"250xok", Reply{Code: 250, Text: []byte("ok")}, true},
		{"554 5.7.1 no", Reply{Code: 554, Text: []byte("5.7.1 no")}, true},
		{"400 bad syntax", Reply{Code: 400, Text: []byte("bad syntax")}, false},
		{"999", Reply{Code: 999}, false},
		{"25", Reply{}, false},
		{"4.7.0 no", Reply{Code: 4}, false},
		{"ok", Reply{}, false},
		{"", Reply{}, false},
	}
	for _, tt := range tests {
		got, ok := parseReply([]byte(tt.line))
		if got.Code != tt.want.Code || got.More != tt.want.More || string(got.Text) != string(tt.want.Text) || ok != tt.ok {
			t.Errorf("parseReply(%q) = %+v, %v, want %+v, %v", tt.line, got, ok, tt.want, tt.ok)
		}
	}
}

func TestProbe(t *testing.T) {
	tests := []struct {
		head string
		want app.Guess
	}{
		{"", app.Unknown},
		{"22", app.Unknown},
		{"220", app.Unknown},
		{"220 ", app.Unknown},
		{"220 mx", app.Unknown},
		{"220 mx.example.org ", app.Yes},
		{"220-mx.example.org ESMTP\r\n", app.Yes},
		{"220 [192.0.2.1]\r\n", app.Yes},
		{"220 ****", app.Unknown},
		{"220 **** ready", app.Unknown},
		{"220 **** ready\n", app.Yes},
		{"421 busy", app.No},
		{"220x", app.No},
		{"SSH-2.0", app.No},
	}
	for _, tt := range tests {
		if got := probe(stream.ToClient, []byte(tt.head)); got != tt.want {
			t.Errorf("probe(%q) = %v, want %v", tt.head, got, tt.want)
		}
	}
}

func TestQueue(t *testing.T) {
	type step struct {
		push verb   // when not answer
		code uint16 // when answer
		want verb
		ok   bool
	}
	doubt := step{push: 255}
	push := func(v verb) step { return step{push: v} }
	answer := func(code uint16, want verb) step { return step{code: code, want: want, ok: true} }
	nobody := func(code uint16) step { return step{code: code} }
	tests := []struct {
		name  string
		steps []step
	}{
		{"in order", []step{push(helo), answer(250, helo), push(mailFrom), answer(250, mailFrom), nobody(250)}},
		{"pipelined", []step{push(mailFrom), push(rcptTo), push(data), answer(250, mailFrom), answer(550, rcptTo), answer(354, data)}},
		{"any code in order", []step{push(data), push(quit), answer(250, data), answer(250, quit)}},
		{"reply lost, then a new command", []step{push(mailFrom), doubt, push(rcptTo), answer(250, rcptTo), nobody(250)}},
		{"reply lost, none new", []step{push(mailFrom), doubt, answer(250, mailFrom)}},
		{"first of three replies lost", []step{push(mailFrom), push(rcptTo), push(data), doubt, answer(250, mailFrom), answer(354, data)}},
		{"all lost but the last", []step{push(rcptTo), push(rcptTo), push(data), doubt, answer(354, data), nobody(250)}},
		{"lost command, its reply comes", []step{push(mailFrom), push(unsure), push(data), answer(250, mailFrom), nobody(250), answer(354, data)}},
		{"lost command without a reply", []step{push(unsure), push(mailFrom), answer(250, mailFrom), nobody(250)}},
		{"blank line answered", []step{push(unsure), push(mailFrom), nobody(500), answer(250, mailFrom)}},
		{"blank line not answered", []step{push(unsure), push(mailFrom), answer(553, mailFrom)}},
		{"blank lines", []step{push(unsure), push(unsure), nobody(500), nobody(500), push(quit), answer(221, quit)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var q queue
			for i, s := range tt.steps {
				switch {
				case s == doubt:
					q.doubt()
				case s.code == 0:
					q.push(owed{verb: s.push}, 100)
				default:
					o, ok := q.answer(s.code, func(owed) {})
					if ok != s.ok || ok && o.verb != s.want {
						t.Fatalf("step %d: answer(%d) = %v, %v, want %v, %v", i, s.code, o.verb, ok, s.want, s.ok)
					}
				}
			}
		})
	}
}

func TestQueueIsBounded(t *testing.T) {
	var q queue
	for i := range 10 {
		if ok := q.push(owed{verb: other}, 4); ok != (i < 4) {
			t.Fatalf("push %d = %v", i, ok)
		}
	}
	for range 1000 {
		q.answer(250, nil)
		q.push(owed{verb: other}, 4)
	}
	if n := cap(q.more.owed); n > 16 {
		t.Errorf("four entries take room for %d", n)
	}
}
