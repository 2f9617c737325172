package rule

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
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
	{name: "filemd5", traits: needsTx, read: readFileHash("filemd5", 16)},
	{name: "filesha1", traits: needsTx, read: readFileHash("filesha1", 20)},
	{name: "filesha256", traits: needsTx, read: readFileHash("filesha256", 32)},
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

// FileHash looks a file up in a list of hashes.
type FileHash struct {
	Name    string // the keyword
	Negated bool
	List    string          // name of the file with the list
	Hashes  map[string]bool // as they are, not in hexadecimal digits
}

// String returns the test as a rule writes it.
func (f *FileHash) String() string {
	if f.Negated {
		return f.Name + ":!" + f.List + ";"
	}
	return f.Name + ":" + f.List + ";"
}

// readFileHash makes the function of a keyword that names a file with hashes of so many bytes, one at the beginning of each line. A
// name that is not absolute is one in the directory of the rules.
func readFileHash(name string, size int) func(*compiler, string) error {
	return func(c *compiler, value string) error {
		if c.lang.readFile == nil {
			return notYet(name, "lists of hashes are not read here")
		}
		f := &FileHash{Name: name, Hashes: map[string]bool{}}
		f.List, f.Negated = strings.CutPrefix(bare(value), "!")
		path := f.List
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(c.file), path)
		}
		text, err := c.lang.readFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if len(line) < 2*size || line[0] == '#' {
				continue
			}
			hash, err := hex.DecodeString(line[:2*size])
			if err != nil {
				return fmt.Errorf("%s: %q is not a hash of %d bytes", path, strings.TrimSpace(line), size)
			}
			f.Hashes[string(hash)] = true
		}
		c.test(f)
		return nil
	}
}
