package event_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every member of the records in testdata is named in the documentation.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/eve.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	var check func(v any)
	check = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				check(item)
			}
		case map[string]any:
			for name, member := range v {
				if !strings.Contains(doc, "`"+name+"`") {
					t.Errorf("docs/eve.md does not mention %s", name)
				}
				if name != "stats" { // the names of counters are documented where they are counted
					check(member)
				}
			}
		}
	}
	for i := range goldens {
		var v any
		if err := json.Unmarshal(golden(i), &v); err != nil {
			t.Fatal(err)
		}
		check(v)
	}
}
