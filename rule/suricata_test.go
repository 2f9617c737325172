//go:build suricata

package rule

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/reknit/reknit/rule/payload"
)

// batch is how many rules Suricata gets at once: it tells of at most 255 for a packet.
const batch = 255

var batches = flag.Int("batches", 8, "batches of random rules to compare with Suricata")

// TestSuricata compares which rules are loaded and which match with Suricata 7: random rules over the payloads of UDP packets.
//
//	go test -tags suricata -run Suricata -v ./rule
func TestSuricata(t *testing.T) {
	program, err := exec.LookPath("suricata")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(*batches) {
		rng := rand.New(rand.NewPCG(seed, 12))
		compare(t, program, rng, "abABc12 \x00\x01\x02\x03", randomOptions)
	}
}

// TestSuricataRegexps compares regular expressions, for which Suricata has PCRE look. Its limit of 3500 calls may end a search.
func TestSuricataRegexps(t *testing.T) {
	program, err := exec.LookPath("suricata")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(*batches) {
		rng := rand.New(rand.NewPCG(seed, 13))
		compare(t, program, rng, "aAbB1_ \n\r\x00\xe9", func(rng *rand.Rand) string {
			flags := []string{"", "", "i", "s", "m", "E", "G", "A", "im", "sm"}[rng.IntN(10)]
			return fmt.Sprintf(`pcre:"/%s/%s";`, randomExpression(rng, 4), flags)
		})
	}
}

// randomExpression returns a regular expression.
func randomExpression(rng *rand.Rand, depth int) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	inner := func() string { return randomExpression(rng, depth-1) }
	if depth == 0 || rng.IntN(3) == 0 {
		return pick("a", "b", "A", "1", ".", "[ab]", "[^a]", `\w`, `\W`, `\d`, `\s`, `\S`, `\xe9`, `\n`, "^", "$", `\Z`, `\z`, `\A`, `\b`, `\B`,
			`\h`, `\R`, `\v`, `\N`, "[[:alpha:]_]", `[\w-]`, `[^\r\n]`, `\x00`, "_")
	}
	switch rng.IntN(12) {
	case 0, 1, 2:
		return inner() + inner()
	case 3:
		return "(" + inner() + "|" + inner() + ")"
	case 4:
		return "(?:" + inner() + "|" + inner() + ")"
	case 5:
		return "(" + inner() + ")" + inner() + pick("", `\1`)
	case 6:
		return pick("(?=", "(?!", "(?>") + inner() + ")" + inner()
	case 7:
		return pick("(?<=", "(?<!") + pick("a", "b1", "[ab]", "a|bb", `\w`) + ")" + inner()
	case 8:
		return pick("(?i)", "(?s)", "(?m)", "(?-i)") + inner()
	}
	return "(?:" + inner() + ")" + pick("*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}", "{0,2}?", "*+", "++", "?+")
}

// compare runs rules with random options over random payloads both ways.
func compare(t *testing.T, program string, rng *rand.Rand, letters string, options func(*rand.Rand) string) {
	var rules []string
	for sid := range batch {
		rules = append(rules, fmt.Sprintf(`alert udp any any -> any any (msg:"x"; %s sid:%d;)`, options(rng), sid+1))
	}
	var payloads [][]byte
	for range 60 {
		payloads = append(payloads, randomPayload(rng, letters))
	}
	text := strings.Join(rules, "\n") + "\n"
	loaded, alerts := runSuricata(t, program, text, payloads)
	s := testLanguage().NewSet()
	s.Load("x.rules", text)
	var e payload.Evaluator
	differ, matches := 0, 0
	for i, line := range rules {
		r := s.Find(1, uint32(i+1))
		if (r != nil) != loaded[i+1] {
			t.Errorf("loaded %v, by Suricata %v: %s", r != nil, loaded[i+1], line)
			continue
		}
		if r == nil {
			continue
		}
		for j, p := range payloads {
			ok := true
			for _, section := range r.Sections {
				ok = ok && e.Match(section.Tests, p)
			}
			if ok {
				matches++
			}
			if ok != alerts[alert{i + 1, j + 1}] {
				differ++
				t.Errorf("match %v, by Suricata %v: %q in %s", ok, !ok, p, line)
				break
			}
		}
	}
	t.Logf("%d rules loaded, %d matches, %d rules differ", len(s.Rules), matches, differ)
	if len(s.Rules) < batch/2 || matches < 1000 {
		t.Errorf("only %d rules and %d matches", len(s.Rules), matches)
	}
}

// alert is one of Suricata's.
type alert struct{ sid, packet int }

// runSuricata returns which rules were loaded and which matched in which packet.
func runSuricata(t *testing.T, program, rules string, payloads [][]byte) (loaded map[int]bool, alerts map[alert]bool) {
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	config := write("c.yaml", []byte("%YAML 1.1\n---\noutputs:\n  - eve-log:\n      enabled: yes\n      filename: eve.json\n"+
		"      types: [alert]\npacket-alert-max: 255\nlogging:\n  outputs:\n    - file:\n        enabled: yes\n        filename: log.txt\n"+
		"        level: info\n"))
	out, err := exec.Command(program, "-c", config, "-r", write("x.pcap", udpCapture(payloads)), "-S", write("x.rules", []byte(rules)),
		"-l", dir, "-k", "none", "--runmode", "single").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	loaded, alerts = map[int]bool{}, map[alert]bool{}
	for i := range strings.Count(rules, "\n") {
		loaded[i+1] = true
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log.txt"))
	for _, m := range regexp.MustCompile(`error parsing signature .* at line (\d+)`).FindAllStringSubmatch(string(log)+string(out), -1) {
		line, _ := strconv.Atoi(m[1])
		loaded[line] = false
	}
	eve, err := os.ReadFile(filepath.Join(dir, "eve.json"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(eve) {
		var record struct {
			Packet int `json:"pcap_cnt"`
			Alert  struct {
				SID int `json:"signature_id"`
			}
		}
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatal(err)
		}
		alerts[alert{record.Alert.SID, record.Packet}] = true
	}
	return loaded, alerts
}

// udpCapture returns a capture of UDP packets over raw IPv4, each of a flow of its own.
func udpCapture(payloads [][]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 65535)
	b = binary.LittleEndian.AppendUint32(b, 101)
	for i, p := range payloads {
		n := 28 + len(p)
		b = binary.LittleEndian.AppendUint32(b, uint32(1000+i))
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = append(b, 0x45, 0, byte(n>>8), byte(n), 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
		b = binary.BigEndian.AppendUint16(b, uint16(20000+i))
		b = append(b, 0x30, 0x39, byte((n-20)>>8), byte(n-20), 0, 0)
		b = append(b, p...)
	}
	return b
}

func randomPayload(rng *rand.Rand, letters string) []byte {
	b := make([]byte, 1+rng.IntN(40))
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return b
}

// randomOptions returns options about a payload.
func randomOptions(rng *rand.Rand) string {
	var b strings.Builder
	var vars []string
	negated := false
	for range 1 + rng.IntN(4) {
		option := randomOption(rng, &vars)
		// Where Suricata 7 is known to differ: a content placed from the cursor behind a negated one is looked for as if that had
		// been found; byte_extract and byte_math in one rule share variables; of a negated content that must not be at the end only
		// the first occurrence counts.
		if negated && (strings.Contains(option, "within:") || strings.Contains(option, "distance:")) ||
			negated && strings.HasPrefix(option, "isdataat:!1,relative") ||
			strings.HasPrefix(option, "byte_math") && strings.Contains(b.String(), "byte_extract") ||
			strings.HasPrefix(option, "byte_extract") && strings.Contains(b.String(), "byte_math") {
			continue
		}
		if strings.HasPrefix(option, "content:") {
			negated = option[8] == '!'
		}
		b.WriteString(option)
		b.WriteByte(' ')
	}
	return b.String()
}

func randomOption(rng *rand.Rand, vars *[]string) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	some := func(text string) string { return pick("", text) }
	value := func(low, high int) string {
		if len(*vars) > 0 && rng.IntN(3) == 0 {
			return pick(*vars...)
		}
		return strconv.Itoa(low + rng.IntN(high-low+1))
	}
	fresh := func() string {
		name := "v" + strconv.Itoa(len(*vars))
		*vars = append(*vars, name)
		return name
	}
	switch rng.IntN(12) {
	case 0:
		return fmt.Sprintf("isdataat:%s%s%s;", some("!"), value(0, 30), some(",relative"))
	case 1:
		return fmt.Sprintf("byte_test:%d,%s%s,%s,%s%s%s;", 1+rng.IntN(2), some("!"), pick("<", ">", "=", "<=", ">=", "&", "^"), value(0, 100),
			value(-2, 12), some(",relative"), pick("", "", ",little", ",string,dec", ",string,hex", ",bitmask 0xf0"))
	case 2:
		return fmt.Sprintf("byte_jump:%d,%s%s%s%s%s;", 1+rng.IntN(2), value(-2, 12), some(",relative"), pick("", "", ",multiplier 2", ",align"),
			pick("", "", ",from_beginning", ",from_end"), pick("", "", ",post_offset 2", ",post_offset -1"))
	case 3:
		op := fmt.Sprintf("byte_extract:%d,%d,", 1+rng.IntN(2), rng.IntN(8))
		return op + fresh() + some(",relative") + pick("", ",multiplier 2", ",align 4", ",string,dec") + ";"
	case 4:
		op := fmt.Sprintf("byte_math:bytes 1, offset %d, oper %s, rvalue %s, result ", rng.IntN(8), pick("+", "-", "*", "/", "<<", ">>"), value(1, 9))
		return op + fresh() + some(", relative") + ";"
	case 5:
		return fmt.Sprintf(`pcre:%s"/%s/%s";`, pick("", "", "!"), pick("a[bc]", "^[ab]+", "1?2$", "(a|b)c", `\x01.`, "b{2,3}", "(?=a)[a-c]+", `(.)\\1`),
			pick("", "i", "R", "Ri", "s"))
	}
	text := pick("a", "b", "ab", "B", "c1", "1", "2 ", "|00|", "|01 02|", "aB|20|")
	length := len(strings.NewReplacer("|00|", "x", "|01 02|", "xy", "|20|", "x").Replace(text))
	out := fmt.Sprintf(`content:%s"%s";`, pick("", "", "", "!"), text) + some(" nocase;")
	switch rng.IntN(7) {
	case 0:
		out += fmt.Sprintf(" offset:%s;", value(0, 12)) + some(fmt.Sprintf(" depth:%s;", value(length, 12)))
	case 1:
		out += fmt.Sprintf(" depth:%s;", value(length, 12))
	case 2:
		distance := value(-4, 6)
		out += fmt.Sprintf(" distance:%s;", distance)
		if distance[0] != 'v' && distance[0] != '-' { // Suricata 7 adds a variable distance twice to the end of the window
			out += some(fmt.Sprintf(" within:%s;", value(length, 8)))
		}
	case 3:
		out += fmt.Sprintf(" within:%s;", value(length, 8))
	case 4:
		if out[8] == '!' { // Suricata 7 may refuse a negated content with endswith for an occurrence elsewhere
			return out
		}
		out += pick(" startswith;", " endswith;", " fast_pattern;")
	}
	return out
}
