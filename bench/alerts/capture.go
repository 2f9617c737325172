package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// capture is a file of packets.
type capture struct {
	path string // absolute
	id   string // of its content
}

// endings of the files that are captures.
var endings = []string{".pcap", ".pcapng", ".cap"}

// find returns the captures below roots whose path matches, in the order of their paths, each content once.
func find(roots []string, match *regexp.Regexp) ([]capture, error) {
	var found []capture
	seen := map[string]bool{}
	for _, root := range roots {
		root, err := filepath.Abs(root)
		if err != nil {
			return nil, err
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !slices.Contains(endings, filepath.Ext(path)) || !match.MatchString(path) {
				return err
			}
			id, err := contentID(path)
			if err != nil || seen[id] {
				return err
			}
			seen[id] = true
			found = append(found, capture{path, id})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// contentID is the beginning of a file's hash.
func contentID(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
