package config

import "fmt"

// FileStore is the output of the name file-store: the contents of files.
type FileStore struct {
	Enabled      bool
	Version      int
	Dir          string // relative to the log directory
	Fileinfo     bool   // write-fileinfo
	Force        bool   // store all files, not only those that rules ask for
	ForceHash    []string
	StreamDepth  Size // 0: no limit, if DepthGiven
	DepthGiven   bool
	MaxOpenFiles int
	XFF          XFF // of the records beside the files
}

func (s *FileStore) table() []row {
	return append([]row{
		{"enabled", boolean(&s.Enabled), "no", "", "Write this output."},
		{"version", number(&s.Version, 1, 2), "1", "", "Version of the layout. There is only 2, and it must be given."},
		{"dir", text(&s.Dir), "filestore", "", "Name of the directory, relative to the log directory."},
		{"write-fileinfo", boolean(&s.Fileinfo), "no", "", "Write the record of each file beside it."},
		{"force-filestore", boolean(&s.Force), "no", "",
			"Store all files. Otherwise those that rules ask for are stored."},
		{"force-hash", hashes(&s.ForceHash), "[]", "",
			"Log these hashes of each file, too: md5, sha1. SHA-256 is always computed, as it names the files."},
		{"stream-depth", s.depth(), "", "", "Bytes of a connection that are looked at if its protocol carries files, when that is " +
			"more than `stream.reassembly.depth`; 0: all."},
		{"max-open-files", number(&s.MaxOpenFiles, 0, 1<<20), "0", "",
			"Files that are held open while they are written; others are opened for each write."},
	}, s.XFF.table("xff.")...)
}

func (s *FileStore) depth() binding {
	b := size(&s.StreamDepth)
	read := b.read
	b.read = func(n *Node) error {
		if n.Kind == Null {
			return nil
		}
		err := read(n)
		s.DepthGiven = s.DepthGiven || err == nil
		return err
	}
	return b
}

// hashes is for lists of hash algorithms.
func hashes(to *[]string) binding {
	return list("a list of md5, sha1 and sha256", to, func(w string) error {
		if err := oneWord(w, "md5", "sha1", "sha256"); err != nil {
			//lint:ignore ST1005 these are Suricata's words, which tools look for
			return fmt.Errorf("Invalid configuration: force-hash algorithm: %w", err)
		}
		return nil
	})
}
