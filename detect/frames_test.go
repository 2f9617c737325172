package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
)

// playFrames is play with the frames that the rules look at.
func (c *conversation) playFrames(t testing.TB, rules string, conf engine.Config) *outcome {
	set := compile(t, rules, detect.Config{Prevent: conf.Prevent})
	conf.App.Frames.Wanted = set.Frames()
	conf.Stream.Inline = conf.Inline
	return c.with(t, set, conf)
}

func TestNamedFrames(t *testing.T) {
	for _, test := range []struct{ name, rule, want, inline string }{
		{"a command", `frame:smtp.command_line; content:"MAIL FROM"; startswith; content:">|0d 0a|"; endswith;`, "13 1", "10 1"},
		{"its size", `frame:smtp.command_line; bsize:6; content:"QUIT";`, "29 1", "26 1"},
		{"another size", `frame:smtp.command_line; bsize:5; content:"QUIT";`, "", ""},
		{"no other place", `frame:smtp.command_line; content:"FROM"; startswith;`, "", ""},
		{"what is not there", `frame:smtp.command_line; content:"ann"; content:!"bob";`, "13 1", "10 1"},
		{"replies, each", `frame:response_line; content:"250"; startswith;`, "11 1, 15 1, 19 1, 27 1", "8 1, 12 1, 16 1, 24 1"},
		{"a text", `frame:smtp.data; content:"Subject"; startswith; content:"there|0d 0a|"; endswith;`, "25 1", "22 1"},
		{"not what is around it", `frame:smtp.data; content:"DATA";`, "", ""},
		{"a stream", `frame:smtp.stream; content:"secret";`, "32 1", "22 1"},
		{"a stream to its end", `frame:smtp.stream; content:"QUIT|0d 0a|"; endswith;`, "32 1", "30 1"},
		{"a transform", `frame:smtp.command_line; to_lowercase; content:"mail from";`, "13 1", "10 1"},
		{"base64", `frame:smtp.data; base64_decode:bytes 8, offset 11; base64_data; content:"|b1 e7|";`, "25 1", "22 1"},
		{"a direction", `flow:to_client; frame:smtp.stream; content:"QUIT";`, "", ""},
		{"two sections", `frame:smtp.command_line; content:"RCPT"; frame:smtp.command_line; strip_whitespace; content:"TO:<bob";`, "17 1", "14 1"},
	} {
		rule := "alert smtp any any -> any any (" + test.rule + " sid:1;)"
		if got := session().playFrames(t, rule, engine.Config{}).String(); got != test.want {
			t.Errorf("%s: alerts %s, want %s", test.name, got, test.want)
		}
		if got := session().playFrames(t, rule, engine.Config{Inline: true}).String(); got != test.inline {
			t.Errorf("%s, inline: alerts %s, want %s", test.name, got, test.inline)
		}
	}
}

// long is a mail with a long text, in segments of n bytes.
func long(n int, text string) *conversation {
	c := talk(25).open().say(1, "220 hello\r\n").say(0, "EHLO me\r\n").say(1, "250 hi\r\n").
		say(0, "MAIL FROM:<ann@example.net>\r\n").say(1, "250 ok\r\n").say(0, "RCPT TO:<bob@example.org>\r\n").say(1, "250 ok\r\n").
		say(0, "DATA\r\n").say(1, "354 go on\r\n")
	for rest := "Subject: long\r\n\r\n" + text + ".\r\n"; rest != ""; {
		k := min(n, len(rest))
		c.say(0, rest[:k])
		rest = rest[k:]
	}
	return c.say(1, "250 queued\r\n").say(0, "QUIT\r\n").say(1, "221 bye\r\n").
		segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
}

// What rules find in frames does not depend on how their bytes come, wherever it stands in them.
func TestFrameSegments(t *testing.T) {
	line := strings.Repeat("a", 70) + "\r\n"
	text := strings.Repeat(line, 30) + "first needle\r\n" + strings.Repeat(line, 200) + "second\r\n" + strings.Repeat(line, 500) + "the end\r\n"
	rules := `alert smtp any any -> any any (frame:smtp.data; content:"first needle"; sid:1;)
		alert smtp any any -> any any (frame:smtp.data; content:"second"; sid:2;)
		alert smtp any any -> any any (frame:smtp.data; content:"the end|0d 0a|"; endswith; sid:3;)
		alert smtp any any -> any any (frame:smtp.data; content:"Subject"; startswith; sid:4;)
		alert smtp any any -> any any (frame:smtp.data; content:"second"; startswith; sid:5;)
		alert smtp any any -> any any (frame:smtp.data; content:"aaaa"; sid:6;)
		alert smtp any any -> any any (frame:smtp.data; content:"Subject"; bsize:<100; sid:7;)
		alert smtp any any -> any any (frame:smtp.stream; content:"second"; sid:8;)
		alert smtp any any -> any any (frame:smtp.stream; content:"EHLO"; startswith; sid:9;)`
	want := map[string]int{"1": 1, "2": 1, "3": 1, "4": 1, "6": 1, "8": 1, "9": 1}
	for _, inline := range []bool{false, true} {
		for _, n := range []int{50, 700, 1460, 5000, 60000} {
			got := map[string]int{}
			for _, a := range long(n, text).playFrames(t, rules, engine.Config{Inline: inline}).alerts {
				_, sid, _ := strings.Cut(a, " ")
				got[sid]++
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("inline %v, segments of %d bytes: alerts %v, want %v", inline, n, got, want)
			}
		}
	}
}

// An alert shows the frame, and its transaction.
func TestFrameAlert(t *testing.T) {
	o := session().playFrames(t, `alert smtp any any -> any any (frame:smtp.data; content:"secret"; sid:1;)`, engine.Config{})
	text := strings.Join(o.records, "\n")
	for _, want := range []string{
		`"frame":{"type":"data","id":1,"direction":"toserver","stream_offset":71,"length":32,`,
		`"payload_printable":"Subject: a secret\r\n\r\nsee there\r\n","complete":true,"tx_id":0}`,
		`"smtp":{"helo":"me"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, `"event_type":"frame"`) {
		t.Errorf("a frame is told that nobody asked for:\n%s", text)
	}
}

// Inline the packet in which a frame shows what a rule drops does not pass.
func TestFrameDrop(t *testing.T) {
	c := session()
	o := c.playFrames(t, `drop smtp any any -> any any (frame:smtp.data; content:"secret"; sid:1;)`, engine.Config{Inline: true, Prevent: true})
	for i, v := range o.verdicts {
		if dropped := i >= 21; (v != 0) != dropped {
			t.Errorf("packet %d: verdict %v, want it to be dropped: %v", i+1, v, dropped)
		}
	}
}

// All frames are told, with their packets.
func TestFrameRecords(t *testing.T) {
	set := compile(t, `alert tcp any any -> any any (content:"no such thing"; sid:1;)`, detect.Config{})
	o := session().with(t, set, engine.Config{App: app.Config{Frames: app.FrameConfig{Tell: true}}})
	var got []string
	for _, r := range o.records {
		if strings.Contains(r, `"event_type":"frame"`) {
			got = append(got, r)
		}
	}
	if len(got) != 7+5+1+2 { // replies, commands, the text and the streams
		t.Fatalf("%d frames are told:\n%s", len(got), strings.Join(got, "\n"))
	}
	if first := got[0]; !strings.Contains(first, `"pcap_cnt":7,`) || !strings.Contains(first, `"payload_printable":"220 hello\r\n"`) ||
		!strings.Contains(first, `"src_port":25,`) || !strings.Contains(first, `"app_proto":"smtp","frame":{`) {
		t.Errorf("the first frame is %s", first)
	}
}
