package config

import (
	"fmt"
	"strings"
)

// Logging is the section logging: what the program says about itself.
type Logging struct {
	Level   Level
	Console LogOutput
	Files   []LogOutput // enabled ones; their names are relative to the log directory
}

// LogOutput is a place for messages.
type LogOutput struct {
	Enabled  bool
	Level    Level // empty: that of the section
	Filename string
	Append   bool
	Type     string // regular or json
}

// Level is the least important message that is written.
type Level string

const (
	Error   Level = "error"
	Warning Level = "warning"
	Notice  Level = "notice"
	Info    Level = "info"
	Perf    Level = "perf"
	Detail  Level = "config"
	Debug   Level = "debug"
)

var levels = []Level{Error, Warning, Notice, Info, Perf, Detail, Debug}

func level(to *Level) binding {
	known := oneOf(to, "", "not-set", "none", "emergency", "alert", "critical", Error, Warning, Notice, Info, Perf, Detail, Debug)
	const takes = "error, warning, notice, info, perf, config or debug"
	return scalar(takes, func(t string) error {
		if known.read(literal(t)) != nil {
			return fmt.Errorf("want %s, not %q%s", takes, t, didYouMean(strings.ToLower(t), levels))
		}
		return nil
	})
}

// table returns the rows of the section itself.
func (l *Logging) table() []row {
	return []row{
		{"logging.default-log-level", level(&l.Level), "notice", "",
			"The least important messages to write: error, warning, notice, info, perf, config or debug."},
	}
}

// table returns the rows of an element of logging.outputs.
func (o *LogOutput) table() []row {
	return []row{
		{"enabled", boolean(&o.Enabled), "no", "", "Write messages there."},
		{"level", level(&o.Level), "", "", "The least important messages to write there."},
		{"filename", text(&o.Filename), "suricata.log", "", "Name of the file, relative to the log directory."},
		{"append", boolean(&o.Append), "yes", "", "Append to a file that is there; otherwise it is emptied."},
		{"type", oneOf(&o.Type, "regular", "json"), "regular", "", "Write lines, or JSON objects."},
	}
}

// logging reads the section. The console is always there unless it is switched off.
func (c *Config) logging(root *Node, ps *Problems) {
	l := &c.Logging
	fill(l.table(), root, "", c.FromFile, ps)
	fill(l.Console.table(), nil, "", true, ps)
	l.Console.Enabled = true
	n := root.Find("logging.outputs")
	switch {
	case n == nil || n.Kind == Null:
		return
	case n.Kind != List:
		ps.add(BadValue, n.Pos, "logging.outputs", "logging.outputs: want a list, not %s", n.Kind)
		return
	}
	for _, i := range n.Items {
		name, body := i.titled()
		path := "logging.outputs." + i.Name + "." + name
		switch name {
		case "console":
			fill(l.Console.table(), body, path, true, ps)
		case "file":
			var o LogOutput
			if fill(o.table(), body, path, true, ps); o.Enabled {
				l.Files = append(l.Files, o)
			}
		}
	}
}
