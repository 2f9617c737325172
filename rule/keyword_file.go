package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// fileKeywords look at files that were found in streams.
var fileKeywords = []keyword{
	{name: "filename", traits: needsTx, read: readFileName},
	{name: "fileext", traits: needsTx, read: readFileExt},
	{name: "filemagic", traits: needsTx, read: readFileMagic},
	{name: "filesize", traits: needsTx, read: readFileSize},
	{name: "filestore", traits: needsTx, value: mayHaveValue, read: readFileStore},
}

// inFile adds a content that is looked for in a buffer of the file.
func (c *compiler) inFile(buffer, value string, prefix string, end bool) error {
	text, negated := strings.CutPrefix(value, "!")
	inner, err := unquote(strings.TrimSpace(text))
	if err != nil {
		return err
	}
	if inner == "" {
		return fmt.Errorf("nothing to look for")
	}
	s := &Section{Buffer: c.lang.buffers[buffer], Dirs: Both}
	s.Tests = []payload.Test{&payload.Content{Text: []byte(prefix + inner), Negated: negated, Nocase: true, EndsWith: end}}
	c.rule.Sections = append(c.rule.Sections, s)
	return nil
}

func readFileName(c *compiler, value string) error { return c.inFile("file.name", value, "", false) }

func readFileExt(c *compiler, value string) error { return c.inFile("file.name", value, ".", true) }

func readFileMagic(c *compiler, value string) error { return c.inFile("file.magic", value, "", false) }

// FileSize compares the size of a file.
type FileSize struct{ number.Expr }

// String returns the test as a rule writes it.
func (f *FileSize) String() string { return "filesize:" + f.Expr.String() + ";" }

func readFileSize(c *compiler, value string) error {
	e, err := number.Parse(bare(value), 64)
	if err == nil {
		c.test(&FileSize{e})
	}
	return err
}

// FileStore keeps files.
type FileStore struct {
	Dirs  Dirs   // 0: the rule's
	Scope string // file, tx or flow
}

// String returns the effect as a rule writes it.
func (f *FileStore) String() string { return "filestore:" + f.Dirs.String() + "," + f.Scope + ";" }

func readFileStore(c *compiler, value string) error {
	f := &FileStore{Scope: "file"}
	dir, scope, has := strings.Cut(strings.ToLower(value), ",")
	switch strings.TrimSpace(dir) {
	case "":
	case "request", "to_server":
		f.Dirs = ToServer
	case "response", "to_client":
		f.Dirs = ToClient
	case "both":
		f.Dirs = Both
	default:
		return fmt.Errorf("want request, response or both, not %q", dir)
	}
	if has {
		if f.Scope = strings.TrimSpace(scope); f.Scope == "ssn" {
			f.Scope = "flow"
		}
		if !slices.Contains([]string{"file", "tx", "flow"}, f.Scope) {
			return fmt.Errorf("want file, tx or flow, not %q", scope)
		}
	}
	c.rule.Effects = append(c.rule.Effects, f)
	return nil
}
