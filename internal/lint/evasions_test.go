package lint

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// named is a test that docs/evasions.md names: [`name`](../file).
var named = regexp.MustCompile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)")

// numbered is a test that names its row.
var numbered = regexp.MustCompile(`(?m)(?:^== |")(evasion ([0-9]+):)`)

// TestEvasions wants every test that docs/evasions.md names to be there, every row that reknit answers to have one, and
// every test that bears the number of a row to be named in it.
func TestEvasions(t *testing.T) {
	root := os.DirFS("../..")
	text := func(name string) string {
		b, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	rows := map[string][]string{} // what each names
	for _, line := range strings.Split(text("docs/evasions.md"), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		row := strings.TrimSpace(cells[1])
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			name, file := m[1], m[2]
			rows[row] = append(rows[row], name+" "+file)
			if !names(text(file), path.Ext(file), name) {
				t.Errorf("row %s names %q, which is not in %s", row, name, file)
			}
			if n, ok := strings.CutPrefix(name, "evasion "); ok && n != row+":" {
				t.Errorf("row %s names %q", row, name)
			}
		}
		if len(rows[row]) == 0 && !strings.Contains(line, "---") && row != "" && !slices.Contains([]string{"Row", "Situation", "Class"}, row) &&
			!strings.Contains(line, " yet.") {
			t.Errorf("row %s names no test", row)
		}
	}
	for n := 1; n <= 38; n++ {
		if _, ok := rows[fmt.Sprint(n)]; !ok && n != 24 {
			t.Errorf("there is no row %d", n)
		}
	}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "internal/lint/") {
			return err
		}
		if !strings.HasSuffix(name, "_test.go") && path.Dir(name) != "tcp/testdata" {
			return nil
		}
		for _, m := range numbered.FindAllStringSubmatch(text(name), -1) {
			if !slices.Contains(rows[m[2]], m[1]+" "+name) {
				t.Errorf("%s has tests of row %s, which docs/evasions.md does not name", name, m[2])
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// names reports whether a file has a test of that name: a scenario, a function, or a subtest. A name that ends with a colon
// stands for all that begin with it.
func names(text, ext, name string) bool {
	if ext == ".txt" {
		return strings.Contains(text, "\n== "+name)
	}
	return strings.Contains(text, "\nfunc "+name+"(") || strings.Contains(text, `"`+name)
}
