package mpm

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// words are what texts and patterns are made of.
var words = strings.Fields(`the of and to in is you that it he was for on are with as his they be at one have this from or had by
	hot but some what there we can out other were all your when up use word how said an each she which do their time if will way
	about many then them would write like so these her long make thing see him two has look more day could go come did my sound
	no most number who over know water than call first people may down side been now find any new work part take get place made
	live where after back little only round man year came show every good me give our under name very through just form much
	great think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want
	air well also play small end put home read hand port large spell add even land here must big high such follow act why ask
	men change went light kind off need house picture try us again animal point mother world near build self earth father head
	admin login index upload image search update config download script page user session token content account secure cloud
	service mail office client server static media api query report online bank verify document file shell windows system`)

// patternsOf makes n different patterns as rules have them: paths, names of hosts, header lines, commands, machine code. Half of
// them are without case.
func patternsOf(n int) []Pattern {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	word := func() string {
		if r.IntN(2) == 0 {
			return words[r.IntN(len(words))]
		}
		return syllable(r) + syllable(r)
	}
	known := map[string]bool{}
	var patterns []Pattern
	for len(patterns) < n {
		var text string
		switch r.IntN(8) {
		case 0:
			text = "/" + word() + "/" + word() + ".php"
		case 1:
			text = "/" + word() + word() + fmt.Sprint(r.IntN(100)) + "?" + word() + "="
		case 2:
			text = word() + "-" + word() + word() + "." + word()
		case 3:
			text = "." + word() + word() + ".com"
		case 4:
			text = "X-" + word() + ": " + word() + fmt.Sprint(r.IntN(1000))
		case 5:
			text = strings.ToUpper(word()) + " " + word() + word()
		default:
			b := make([]byte, 3+r.IntN(12))
			for i := range b {
				b[i] = byte(r.Uint32() >> (r.Uint32() % 8))
			}
			text = string(b)
		}
		if !known[text] {
			known[text] = true
			patterns = append(patterns, Pattern{Text: []byte(text), NoCase: len(patterns)%2 == 1, ID: uint32(len(patterns))})
		}
	}
	return patterns
}

// syllable makes up what is not in words.
func syllable(r *rand.Rand) string {
	const consonants, vowels = "bcdfghjklmnpqrstvwxz", "aeiou"
	return string([]byte{consonants[r.IntN(len(consonants))], vowels[r.IntN(len(vowels))], consonants[r.IntN(len(consonants))]})
}

const inputSize = 64 << 10

type input struct {
	name string
	data []byte
}

func inputs() []input {
	r := rand.New(rand.NewPCG(3, 4))
	return []input{{"http", httpText(r)}, {"smtp", smtpText(r)}, {"random", random(r)}, {"hostile", bytes.Repeat([]byte("a"), inputSize)}}
}

func httpText(r *rand.Rand) []byte {
	var b bytes.Buffer
	word := func() string { return words[r.IntN(len(words))] }
	for b.Len() < inputSize {
		fmt.Fprintf(&b, "GET /%s/%s%d.html?%s=%x HTTP/1.1\r\nHost: www.%s%s.com\r\n", word(), word(), r.IntN(100), word(), r.Uint64(), word(), word())
		b.WriteString("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\r\n")
		b.WriteString("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n")
		fmt.Fprintf(&b, "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nCookie: %s=%x; %s=%x\r\n\r\n", word(), r.Uint64(), word(), r.Uint64())
	}
	return b.Bytes()[:inputSize]
}

func smtpText(r *rand.Rand) []byte {
	var b bytes.Buffer
	word := func() string { return words[r.IntN(len(words))] }
	for b.Len() < inputSize {
		fmt.Fprintf(&b, "MAIL FROM:<%s@%s.example>\r\nRCPT TO:<%s@%s.example>\r\nDATA\r\n", word(), word(), word(), word())
		fmt.Fprintf(&b, "From: %s@%s.example\r\nSubject: %s %s %s\r\nMIME-Version: 1.0\r\n\r\n", word(), word(), word(), word(), word())
		for range 20 + r.IntN(20) {
			for range 8 + r.IntN(5) {
				b.WriteString(word() + " ")
			}
			b.WriteString("\r\n")
		}
		b.WriteString(".\r\n")
	}
	return b.Bytes()[:inputSize]
}

func random(r *rand.Rand) []byte {
	b := make([]byte, inputSize)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

var sizes = []int{1, 10, 100, 1000, 10000}

// hostile adds patterns that end with one another and fail late in hostile data.
func hostile(patterns []Pattern) []Pattern {
	for n := range len(patterns) / 10 {
		text := bytes.Repeat([]byte("a"), n%255+1)
		if n >= 255 {
			text = append(text, byte(n), byte(n>>8))
		}
		patterns[n].Text = text
	}
	return patterns
}

// eachCase runs f over sets and inputs.
func eachCase(b *testing.B, sizes []int, f func(b *testing.B, patterns []Pattern, data []byte)) {
	for _, n := range sizes {
		for _, in := range inputs() {
			b.Run(fmt.Sprintf("patterns=%d/%s", n, in.name), func(b *testing.B) {
				patterns := patternsOf(n)
				if in.name == "hostile" {
					patterns = hostile(patterns)
				}
				f(b, patterns, in.data)
			})
		}
	}
}

func BenchmarkScan(b *testing.B) {
	eachCase(b, sizes, func(b *testing.B, patterns []Pattern, data []byte) {
		s := compile(b, patterns)
		var sc Scratch
		loop(b, data, func() {
			var st State
			s.Scan(&st, data, &sc)
		})
	})
}

// BenchmarkScanSegments scans 64 bytes at a time.
func BenchmarkScanSegments(b *testing.B) {
	eachCase(b, []int{1, 100, 10000}, func(b *testing.B, patterns []Pattern, data []byte) {
		s := compile(b, patterns)
		var sc Scratch
		loop(b, data, func() {
			var st State
			for i := 0; i < len(data); i += 64 {
				s.Scan(&st, data[i:i+64], &sc)
			}
		})
	})
}

// BenchmarkIndex is one bytes.Index for each pattern: with case, which is less than what Scan does.
func BenchmarkIndex(b *testing.B) {
	eachCase(b, sizes[:4], func(b *testing.B, patterns []Pattern, data []byte) {
		loop(b, data, func() {
			for i := range patterns {
				bytes.Index(data, patterns[i].Text)
			}
		})
	})
}

// BenchmarkDense is an automaton with a full row of 256 for each node, over lower-cased data: without telling case apart, and
// without reporting more than that something ended.
func BenchmarkDense(b *testing.B) {
	eachCase(b, sizes, func(b *testing.B, patterns []Pattern, data []byte) {
		rows, ends := dense(patterns)
		low := foldText(data, &lower)
		loop(b, data, func() {
			found, s := 0, uint32(0)
			for _, c := range low {
				s = rows[s][c]
				if ends[s] {
					found++
				}
			}
		})
	})
}

// dense makes the rows of patterns in lower case.
func dense(patterns []Pattern) (rows [][256]uint32, ends []bool) {
	for i := range patterns {
		patterns[i].NoCase = true
	}
	var a automaton
	if err := a.build(append([]Pattern(nil), patterns...), &lower); err != nil {
		panic(err)
	}
	rows, ends = make([][256]uint32, len(a.nodes)), make([]bool, len(a.nodes))
	for s := range rows {
		ends[s] = a.out[s] != 0
		for c := range 256 {
			rows[s][c] = a.step(uint32(s), byte(c))
		}
	}
	return rows, ends
}

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{1000, 25000} {
		b.Run(fmt.Sprintf("patterns=%d", n), func(b *testing.B) {
			patterns := patternsOf(n)
			b.ReportAllocs()
			for b.Loop() {
				compile(b, patterns)
			}
		})
	}
}
