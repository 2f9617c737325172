package detect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// generation returns rules of all kinds whose numbers tell which set they are of.
func generation(n int) string {
	var b strings.Builder
	for i, r := range []string{
		`alert tcp any any -> any any (flags:A+; sid:%d;)`,
		`alert tcp any any -> any any (content:"a"; offset:0; sid:%d;)`,
		`alert tcp any any -> any any (content:"secret"; sid:%d;)`,
		`alert tcp any any -> any any (content:"e"; sid:%d;)`,
		`alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:%d;)`,
		`alert ip any any -> any any (sid:%d;)`,
		`alert tcp:pre_flow any any -> any any (sid:%d;)`,
		`alert tcp any any -> any any (app-layer-protocol:smtp; sid:%d;)`,
	} {
		fmt.Fprintf(&b, r+"\n", n*10+i)
	}
	return b.String()
}

// mixed returns the packets whose alerts are of more than one generation.
func mixed(alerts []string) (bad []string) {
	of := map[string]int{}
	for _, a := range alerts {
		at, sid, _ := strings.Cut(a, " ")
		n, _ := strconv.Atoi(sid)
		if at == "end" {
			continue // of many flows
		}
		if g, ok := of[at]; ok && g != n/10 {
			bad = append(bad, at)
		}
		of[at] = n / 10
	}
	return bad
}

// A packet is inspected with one set alone, whenever sets are exchanged.
func TestExchange(t *testing.T) {
	for _, inline := range []bool{false, true} {
		c, n := said(3), 1
		live := detect.NewLive(compile(t, generation(1), detect.Config{}))
		o := c.live(t, live, engine.Config{Inline: inline}, func(int) {
			n++
			live.Use(compile(t, generation(n), detect.Config{Before: live.Set()}))
		})
		if bad := mixed(o.alerts); len(bad) > 0 {
			t.Errorf("inline %v: packets %v were inspected with two sets", inline, bad)
		}
		for i, a := range o.alerts {
			at, sid, _ := strings.Cut(a, " ")
			packet, err := strconv.Atoi(at)
			if g, _ := strconv.Atoi(sid); err == nil && g/10 != packet+1 {
				t.Errorf("inline %v: alert %d, packet %d, is of set %d, not of that which came before it", inline, i, packet, g/10)
			}
		}
		if len(o.alerts) < len(c.frames) {
			t.Errorf("inline %v: %d alerts", inline, len(o.alerts))
		}
	}
}

// Sets are exchanged beside several workers, and no packet is inspected with two.
func TestExchangeBeside(t *testing.T) {
	var all [][]byte
	for i := range 60 {
		for _, f := range said(2).frames {
			f = bytes.Clone(f)
			f[15] = byte(i)
			if f[12] != 192 {
				f[15], f[19] = 25, byte(i)
			}
			all = append(all, f)
		}
	}
	live := detect.NewLive(compile(t, generation(1), detect.Config{}))
	s := &sink{}
	e, err := engine.New(engine.Config{
		Workers: 3, Protocols: protocols, Sink: s, Checksums: engine.ChecksumIgnore, App: app.Config{KeepForRules: true},
		Packets: func() engine.PacketHandler { return live.Worker() },
	})
	if err != nil {
		t.Fatal(err)
	}
	refresh := func() { e.Between(func(h engine.PacketHandler) { h.(*detect.Worker).Refresh() }) }
	// The source goes on when the set was exchanged, so that several are used; workers are behind it.
	next, done := make(chan bool), make(chan int)
	go func() {
		n := 1
		for range next {
			n++
			refresh()
			if live.Settle(context.Background()) != nil {
				break
			}
			live.Use(compile(t, generation(n), detect.Config{Before: live.Set()}))
		}
		done <- n
	}()
	src := &frames{list: all}
	err = e.Run(context.Background(), &exchanging{src, next})
	close(next)
	if err != nil {
		t.Fatal(err)
	}
	if n := <-done; n < 5 {
		t.Errorf("%d sets were used", n)
	}
	if bad := mixed(s.alerts); len(bad) > 0 {
		t.Errorf("packets %v were inspected with two sets", bad)
	}
}

// exchanging is a Source that asks for another set now and then.
type exchanging struct {
	*frames
	next chan bool
}

func (s *exchanging) Next(p *packet.Packet) error {
	if s.at%100 == 50 {
		s.next <- true
	}
	return s.frames.Next(p)
}

// What flows, transactions and hosts keep outlives a set.
func TestKeptByExchange(t *testing.T) {
	three := func() *conversation {
		return talk(4000).datagram(0, "AAA").datagram(1, "BBB").datagram(0, "AAA").datagram(1, "BBB")
	}
	for _, test := range []struct {
		name          string
		of            *conversation
		at            int // before which packet
		first, second string
		want          string
	}{
		{"flowbits, by their names", three(), 2, `alert udp any any -> any any (content:"AAA"; flowbits:set,seen; noalert; sid:1;)`,
			`alert udp any any -> any any (flowbits:isset,seen; sid:2;)`, "2 2, 3 2, 4 2"},
		{"flowint", three(), 3, `alert udp any any -> any any (flowint:n,+,1; noalert; sid:1;)`,
			`alert udp any any -> any any (flowint:n,==,2; sid:2;)`, "3 2, 4 2"},
		{"xbits", three(), 2, `alert udp any any -> any any (content:"AAA"; xbits:set,x,track ip_src; noalert; sid:1;)`,
			`alert udp any any -> any any (xbits:isset,x,track ip_dst; dsize:>0; sid:2;)`, "2 2, 4 2"},
		{"a limit that stays the same", three(), 3, `alert udp any any -> any any (threshold:type limit,track by_rule,count 3,seconds 60; dsize:>0; sid:1;)`,
			`alert udp any any -> any any (dsize:>0; threshold:type limit,track by_rule,count 3,seconds 60; sid:1; rev:2;)`, "1 1, 2 1, 3 1"},
		{"a limit that does not", three(), 3, `alert udp any any -> any any (threshold:type limit,track by_rule,count 1,seconds 60; dsize:>0; sid:1;)`,
			`alert udp any any -> any any (threshold:type limit,track by_rule,count 1,seconds 61; dsize:>0; sid:1;)`, "1 1, 3 1"},
		{"a rule that told of a transaction", session(), 22,
			`alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:1;)`,
			`alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:1;)
alert smtp any any -> any any (smtp.mail_from; content:"ann@"; sid:2;)`, "21 1, 25 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			live := detect.NewLive(compile(t, test.first, detect.Config{}))
			o := test.of.live(t, live, engine.Config{}, func(n int) {
				if n == test.at {
					live.Use(compile(t, test.second, detect.Config{Before: live.Set()}))
				}
			})
			if o.String() != test.want {
				t.Errorf("alerts %q, want %q", o, test.want)
			}
		})
	}
}

// Settle waits for workers that have no packets, until it is to wait no longer.
func TestSettle(t *testing.T) {
	live := detect.NewLive(compile(t, generation(1), detect.Config{}))
	w := live.Worker()
	ctx, cancel := context.WithCancel(context.Background())
	if err := live.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	live.Use(compile(t, generation(2), detect.Config{Before: live.Set()}))
	settled := make(chan error)
	go func() { settled <- live.Settle(context.Background()) }()
	w.Refresh()
	if err := <-settled; err != nil {
		t.Error(err)
	}
	live.Use(compile(t, generation(3), detect.Config{Before: live.Set()}))
	cancel()
	if err := live.Settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Settle = %v, want that it was cancelled", err)
	}
}
