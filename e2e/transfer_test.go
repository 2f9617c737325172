//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// transfer is a file that went over the wire.
type transfer struct {
	name   string // as reknit is to report it
	toward string // the address of the end that got it
	data   []byte
	part   bool // of a form, or encoded in a mail: where it ends, or how much it is, may be among what is lost
}

// key tells two transfers apart.
func (x *transfer) key() string {
	return fmt.Sprintf("%s to %s, %d bytes, SHA-256 %s", x.name, x.toward, len(x.data), sum(x.data))
}

// compareFiles wants the files of a protocol that reknit reports to be those that were transferred, as often as they were,
// and their contents to be in the store.
func (r *report) compareFiles(t testing.TB, protocol string, want []*transfer) {
	t.Helper()
	var sent, got []string
	for _, x := range want {
		if k := x.key(); !slices.Contains(sent, k) {
			r.stored(t, x)
		}
		sent = append(sent, x.key())
	}
	for _, e := range r.of("fileinfo", 0) {
		if e.text("app_proto") != protocol {
			continue
		}
		if e.text("fileinfo.state") != "CLOSED" || e.text("fileinfo.gaps") != "false" || e.text("fileinfo.stored") != "true" {
			t.Errorf("a file is not whole: %s", e.line)
		}
		got = append(got, fmt.Sprintf("%s to %s, %d bytes, SHA-256 %s", e.text("fileinfo.filename"), e.text("dest_ip"),
			e.number("fileinfo.size"), e.text("fileinfo.sha256")))
	}
	sameLines(t, protocol+" files", got, sent)
}

// tells reports whether the record of a file tells of a transfer: what was seen are the contents without the gaps that the
// record lists, up to where it says that the file was cut off.
func (e *event) tells(x *transfer) bool {
	size := e.number("fileinfo.size")
	if x.part && e.text("fileinfo.gaps") == "true" {
		return true
	}
	if size > len(x.data) || size < len(x.data) && e.text("fileinfo.state") == "CLOSED" {
		return false
	}
	seen := slices.Clone(x.data[:size])
	gaps, _ := e.at("fileinfo.reknit.gaps").([]any)
	if len(gaps) > 0 != (e.text("fileinfo.gaps") == "true") {
		return false
	}
	for _, g := range slices.Backward(gaps) {
		gap := &event{members: g.(map[string]any)}
		from, to := gap.number("offset"), gap.number("offset")+gap.number("length")
		if from < 0 || to > len(seen) || from >= to {
			return false
		}
		seen = slices.Delete(seen, from, to)
	}
	return e.text("fileinfo.sha256") == sum(seen)
}

// stored wants the contents of a transfer to be in the store.
func (r *report) stored(t testing.TB, x *transfer) {
	t.Helper()
	hash := sum(x.data)
	got, err := os.ReadFile(filepath.Join(r.dir, "filestore", hash[:2], hash))
	if err != nil {
		t.Errorf("%s: %v", x.name, err)
	} else if !slices.Equal(got, x.data) {
		t.Errorf("%s: the store has other contents", x.name)
	}
}

// sameLines wants two lists to hold the same lines, in any order.
func sameLines(t testing.TB, what string, got, want []string) {
	t.Helper()
	count := map[string]int{}
	for _, s := range want {
		count[s]++
	}
	for _, s := range got {
		count[s]--
	}
	var wrong []string
	for s, n := range count {
		switch {
		case n > 0:
			wrong = append(wrong, fmt.Sprintf("missing %d times: %s", n, s))
		case n < 0:
			wrong = append(wrong, fmt.Sprintf("%d times too often: %s", -n, s))
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		t.Errorf("%s: %d were reported, want %d\n%s", what, len(got), len(want), strings.Join(wrong[:min(len(wrong), 20)], "\n"))
	}
}

// noise returns n bytes that cannot be compressed.
func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// prose returns about n bytes of text that can.
func prose(n int, seed uint64) []byte {
	words := strings.Fields("the quick brown fox jumps over a lazy dog and then sleeps until somebody wakes it up again")
	r := rand.New(rand.NewPCG(seed, 2))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(" \n"[r.IntN(8)/7])
	}
	return []byte(b.String())
}
