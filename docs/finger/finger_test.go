package finger_test

import (
	"os"
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/docs/finger"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, finger.New(finger.Config{}), "testdata")
}

// TestPage compares the code on the page that explains this package with the package, and its length with what the page
// promises.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../new-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, name := range []string{"finger.go", "finger_test.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	blocks := strings.Split(string(page), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("no code on the page")
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(source.String(), code) {
			t.Errorf("not in the package:\n%s", code)
		}
	}
	parser, err := os.ReadFile("finger.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(parser)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines++
		}
	}
	if lines >= 100 {
		t.Errorf("the parser has %d lines of code, want less than 100", lines)
	}
}
