package ident_test

import (
	"os"
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/docs/ident"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, ident.New(ident.Config{}), "testdata")
}

// TestPage compares the code on the page that explains this package with the package.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../new-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, name := range []string{"ident.go", "query.go", "ident_test.go"} {
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
}
