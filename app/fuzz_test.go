package app_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

// watched checks what a parser may rely on: offsets grow, turns are taken for one direction at a time, and nothing is
// called after the end of a direction.
type watched struct {
	app.StreamParser
	t    *testing.T
	at   [2]int64
	busy bool
	over [2]bool
}

func (w *watched) turn(d stream.Dir, in *stream.Cursor, call func(*stream.Cursor) error) error {
	if w.busy || w.over[d] {
		w.t.Errorf("turn of %s: within another %v, after its end %v", d, w.busy, w.over[d])
	}
	if in.Offset() < w.at[d] {
		w.t.Errorf("offset of %s went from %d to %d", d, w.at[d], in.Offset())
	}
	w.busy = true
	defer func() { w.busy = false }()
	err := call(in)
	w.at[d] = in.Offset()
	return err
}

func (w *watched) Client(in *stream.Cursor) error {
	return w.turn(stream.ToServer, in, w.StreamParser.Client)
}

func (w *watched) Server(in *stream.Cursor) error {
	return w.turn(stream.ToClient, in, w.StreamParser.Server)
}

func (w *watched) Gap(d stream.Dir, l stream.Loss) {
	if l.Lost <= 0 {
		w.t.Errorf("gap of %d bytes", l.Lost)
	}
	if h, ok := w.StreamParser.(app.GapHandler); ok {
		h.Gap(d, l)
	}
}

func (w *watched) End(d stream.Dir, rest []byte) {
	if w.over[d] {
		w.t.Errorf("%s ended twice", d)
	}
	w.over[d] = true
	if e, ok := w.StreamParser.(app.Ender); ok {
		e.End(d, rest)
	}
}

// FuzzDriver sends random words of the toy protocols with random losses, acknowledgements and ends. Nothing panics,
// each transaction is told once, and memory is given back.
func FuzzDriver(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(seed), []byte("NOTE x\nTEXT\nGO\nSAY\n.\n"))
	}
	words := strings.Split("NOTE x\r\n|SAY one\r\n|TEXT\r\n|GO\r\n|OK\r\n|NO\r\n|.\r\n|BODY 30\r\n|UP note\r\n|UP shout\r\n|SHOUT\r\n|"+
		"ECHO\r\n|PLAIN\r\n|HUSH\r\n|BAD\r\n|BOOM\r\n|LEAVE\r\n|UP tls\r\n|CALL shout\r\n|UP plain\r\n|x|\r\n|012345678901234567890123456789", "|")
	f.Fuzz(func(t *testing.T, seed uint64, mode uint8, extra []byte) {
		r := rand.New(rand.NewPCG(seed, 1))
		toy := note(noteConfig{noGap: mode&1 != 0, maxTx: 3})
		made := toy.NewStream
		toy.NewStream = func(c *app.Conn) app.StreamParser { return &watched{StreamParser: made(c), t: t} }
		l := dial(t, app.Config{
			Inline: mode&2 != 0, KeepForRules: mode&4 != 0, Reverse: mode&8 != 0, MaxWait: 40, DetectLimit: 60, SwitchLimit: 30,
		}, app.Info{Midstream: mode&8 != 0, OneSided: mode&16 != 0, ClientPort: uint16(mode>>6&1) * 7777}, toy, shout(), plain())
		if mode&128 != 0 {
			l.notes.announced = "shout"
		}
		l.notes.txs = map[app.Transaction]int{}
		immediate := mode&32 != 0
		l.store = stream.NewStore(stream.Config{Immediate: immediate})

		type segment struct {
			d    stream.Dir
			off  int64
			data string
		}
		var late []segment
		send := func(s segment) {
			if immediate {
				l.store.Push(&l.pair, s.d, s.off, []byte(s.data), l.session)
			} else {
				l.store.Insert(&l.pair[s.d], s.off, []byte(s.data))
			}
		}
		for range 60 {
			d := stream.Dir(r.IntN(2))
			word := words[r.IntN(len(words))]
			if len(extra) > 0 && r.IntN(4) == 0 {
				word = string(extra[:1+r.IntN(len(extra))])
			}
			switch r.IntN(12) {
			case 0:
				l.sent[d] += int64(r.IntN(20)) // lost
			case 1:
				l.pair[d].Finish(l.sent[d])
			case 2:
				l.session.Inspected(d)
			case 3:
				l.session.OneSided()
			case 4:
				for _, s := range late {
					send(s)
				}
				late = nil
			case 5:
				late = append(late, segment{d, l.sent[d], word})
				l.sent[d] += int64(len(word))
			default:
				for word != "" {
					n := 1 + r.IntN(len(word))
					send(segment{d, l.sent[d], word[:n]})
					l.sent[d] += int64(n)
					word = word[n:]
				}
			}
			if r.IntN(2) == 0 {
				l.ack(stream.Dir(r.IntN(2)))
			}
		}
		turns := l.gateway.Counters().Turns
		txs := l.session.TxCount()
		l.close()
		if most := uint64(l.sent[0]+l.sent[1])*4 + 1000; turns > most {
			t.Errorf("%d turns for %d and %d bytes", turns, l.sent[0], l.sent[1])
		}
		told := 0
		for tx, n := range l.notes.txs {
			if told += n; n != 1 {
				t.Errorf("%T %d was told %d times", tx, tx.Head().ID, n)
			}
		}
		if told < int(txs) {
			t.Errorf("%d of %d transactions were told", told, txs)
		}
		if n := l.store.MemoryUse(); n != 0 {
			t.Errorf("%d bytes still in use", n)
		}
		for _, e := range l.notes.errors {
			if e.Cause == app.CauseInternal && !strings.Contains(e.Err.Error(), "boom") {
				t.Errorf("%v\n%s", e, e.Stack)
			}
		}
	})
}

// FuzzSegmentation checks that what is recorded does not depend on how bytes are cut, ordered and doubled. The server
// greets, so that the protocol is known before anything else is said, and it stays: which of the bytes that are held
// while a protocol is looked for came first is not known, and a reply that came before its command is another thing.
func FuzzSegmentation(f *testing.F) {
	f.Add([]byte("SAY a\r\nTEXT\r\nb\r\n.\r\nBODY 3\r\n123"), []byte("OK\r\nGO\r\nOK\r\nOK\r\n"), uint8(9))
	f.Add([]byte("TEXT\r\nSAY\r\n"), []byte("NO\r\nOK\r\n"), uint8(6))
	f.Add([]byte("HUSH\r\nSA"), []byte("x"), uint8(3))
	f.Fuzz(func(t *testing.T, client, server []byte, size uint8) {
		suite := apptest.Suite{Protocol: note(noteConfig{maxTx: 1000}), Others: others(), Cuts: 8, Shuffles: 3}
		if len(client)+len(server) > 2000 || bytes.Contains(bytes.ToUpper(client), []byte("UP ")) {
			return
		}
		c := apptest.Chat(client, server, 1+int(size))
		greeting := apptest.Step{Dir: stream.ToClient, Data: []byte("NOTE ready\r\n")}
		c.Steps = append([]apptest.Step{greeting}, c.Steps...)
		for _, c.Inline = range []bool{false, true} {
			c.IDSOnly = !c.Inline
			var err error
			if c.Want, err = suite.Record(c); err != nil {
				t.Fatal(err)
			}
			suite.Check(t, c)
		}
	})
}
