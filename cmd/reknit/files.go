package main

import (
	"errors"
	"slices"

	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/sink/filestore"
)

// filesConfig returns what is done with files, for all protocols alike.
func filesConfig(w wishes) file.Config {
	return file.Config{Unwanted: !w.messages, MD5: w.md5, SHA1: w.sha1, SHA256: w.sha256, Type: w.magic, Extensions: w.extensions, Store: w.store, Keep: w.keep, OnDemand: w.onDemand}
}

// fileDepth returns how much of a connection is looked at if its protocol carries files: what file-store.stream-depth says,
// if files are stored and it is more than what is looked at anyway; 0: that will do.
func fileDepth(c *config.Config, w wishes) int64 {
	depth := int64(c.Stream.Reassembly.Depth)
	if w.stores == nil || !w.stores.DepthGiven || depth == 0 {
		return 0
	}
	switch d := int64(w.stores.StreamDepth); {
	case d == 0:
		return file.Unlimited
	case d > depth:
		return d
	}
	return 0
}

// addHashes adds algorithms that a force-hash names.
func (w *wishes) addHashes(names []string) {
	w.md5 = w.md5 || slices.Contains(names, "md5")
	w.sha1 = w.sha1 || slices.Contains(names, "sha1")
	w.sha256 = w.sha256 || slices.Contains(names, "sha256")
}

// openStore opens the output file-store and adds what it wants; nil: there is none.
func (j *job) openStore(w *wishes) (*filestore.Store, error) {
	if len(j.conf.FileStores) == 0 || j.dir == "" {
		return nil, nil
	}
	c := &j.conf.FileStores[0]
	s, err := j.newStore(c)
	if err != nil {
		if j.initFatal {
			return nil, err
		}
		j.log.warning("output-filestore", "%v", err)
		return nil, nil
	}
	w.stores = c
	w.sha256, w.messages = true, true
	w.addHashes(c.ForceHash)
	force := c.Force || slices.ContainsFunc(j.conf.EVE, func(e config.EVE) bool {
		return e.Logs("files") && e.Files.ForceFilestore
	})
	if force {
		j.log.info("output-filestore", "forcing filestore of all files")
		w.store = s
	}
	w.demanded = s
	if depth := j.conf.Stream.Reassembly.Depth; c.DepthGiven && c.StreamDepth > 0 && depth > 0 && c.StreamDepth <= depth {
		j.log.warning("output-filestore", "file-store.stream-depth value %d has no effect since it's less than "+
			"stream.reassembly.depth value.", uint64(c.StreamDepth)) // tools look for it
	}
	return s, nil
}

// xff turns a section xff into what records of files show, nil if it is not enabled.
func xff(x *config.XFF) *filestore.XFF {
	if !x.Enabled {
		return nil
	}
	return &filestore.XFF{Header: x.Header, First: x.Deployment == "forward"}
}

// newStore opens the directory that a configuration names.
func (j *job) newStore(c *config.FileStore) (*filestore.Store, error) {
	if c.Version != 2 {
		//lint:ignore ST1005 these are Suricata's words, which tools look for
		return nil, errors.New("File-store v1 has been removed. Please update to file-store v2.")
	}
	return filestore.Open(filestore.Config{
		Dir:      within(j.dir, c.Dir),
		Fileinfo: c.Fileinfo,
		XFF:      xff(&c.XFF),
		MaxOpen:  c.MaxOpenFiles,
		Report:   func(err error) { j.log.error("output-filestore", "%v", err) },
	})
}
