package config

import "math"

// Lists says what rules look up in lists: sets of values, what is known of addresses, and where they are.
type Lists struct {
	DataDir string // of files that are written for the next run

	SetMemcap     Size
	SetHashsize   uint32
	MaxHashsize   uint32
	TotalHashsize uint32
	AllowWrite    bool
	AllowAbsolute bool
	Sets          []Dataset

	Categories     string
	ReputationPath string
	Reputation     []string

	Countries string // geoip-database
}

// Dataset is a set that the section datasets names.
type Dataset struct {
	Name, Type, Load, Save, State string
	Memcap                        Size // 0: as for all
	Hashsize                      uint32
	Pos                           Pos
}

func (l *Lists) table() []row {
	return []row{
		{"default-data-dir", text(&l.DataDir), "/var/lib/suricata", ".",
			"Directory of what is kept for the next run: sets that are saved. The option --data-dir wins."},
		{"datasets.defaults.memcap", size(&l.SetMemcap), "64mb", "",
			"Memory of a set of values that does not say: 64 bytes for each of its hashsize, 104 for each value, 1000 at least, and the bytes of " +
				"the values. What comes then is not added, and counted as `reknit.dataset_full`."},
		{"datasets.defaults.hashsize", number(&l.SetHashsize, 1, math.MaxUint32), "4096", "",
			"Hashsize of a set that does not say. It counts for memcap and for the limits; the tables grow by themselves."},
		{"datasets.limits.single-hashsize", number(&l.MaxHashsize, 1, math.MaxUint32), "262144", "", "Largest hashsize of a set."},
		{"datasets.limits.total-hashsizes", number(&l.TotalHashsize, 1, math.MaxUint32), "67108864", "", "Largest sum of all hashsizes."},
		{"datasets.rules.allow-write", boolean(&l.AllowWrite), "yes", "", "Rules may have sets saved (`save`, `state`)."},
		{"datasets.rules.allow-absolute-filenames", boolean(&l.AllowAbsolute), "no", "",
			"Rules may have sets saved outside of the data directory."},
		{"reputation-categories-file", text(&l.Categories), "", "", "Names of what can be known of addresses, for `iprep`."},
		{"default-reputation-path", text(&l.ReputationPath), "/etc/suricata/iprep", ".",
			"Directory of the files of reputation-files whose names are not absolute."},
		{"reputation-files", list("a list of files", &l.Reputation, nil), "", "", "Files that say what is known of addresses."},
		{"geoip-database", text(&l.Countries), "", "", "Database of the countries of addresses, in MaxMind's format, for `geoip`."},
	}
}

// table returns the rows of one set.
func (d *Dataset) table() []row {
	return []row{
		{"type", text(&d.Type), "", "", "What the values are: string, md5, sha256, ipv4 or ip."},
		{"load", text(&d.Load), "", "", "File that it begins with, in the data directory if it is there."},
		{"save", text(&d.Save), "", "", "File that it is written to at the end, in the data directory."},
		{"state", text(&d.State), "", "", "File for both, which need not exist."},
		{"memcap", size(&d.Memcap), "0", "", "As `defaults.memcap`. 0: that."},
		{"hashsize", number(&d.Hashsize, 0, math.MaxUint32), "0", "", "As `defaults.hashsize`. 0: that."},
	}
}

// datasets is the section of sets. Its keys that are no options name sets.
const datasets = "datasets"

// notSets are the keys of the section that name no set.
var notSets = map[string]bool{"defaults": true, "limits": true, "rules": true, "enabled": true, "save-directory": true}

// sets reads the sets of the configuration.
func (l *Lists) sets(root *Node, ps *Problems) {
	section := root.Find(datasets)
	if section == nil {
		return
	}
	for _, n := range section.Items {
		if n.Name == "" || notSets[n.Name] || n.Kind != Map {
			continue
		}
		d := Dataset{Name: n.Name, Pos: n.Key}
		fill(d.table(), n, join(datasets, n.Name), true, ps)
		l.Sets = append(l.Sets, d)
	}
}
