package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/reknit/reknit/internal/config"
)

// logger writes what the program has to say about itself, in the form of Suricata's messages. It may be used by several
// goroutines.
type logger struct {
	mu      sync.Mutex
	console logOutput
	alarm   io.Writer // takes the errors of the console
	files   []logOutput
	now     func() time.Time
}

// logOutput is where messages of some levels go.
type logOutput struct {
	w     io.Writer
	level config.Level
	form  func(m message) []byte
	open  func() (*os.File, error) // nil: it is no file
}

// message is one of them.
type message struct {
	at    time.Time
	level config.Level
	from  string // the part of the program
	text  string
}

// levels, from the most to the least important.
var levels = []config.Level{config.Error, config.Warning, config.Notice, config.Info, config.Perf, config.Detail, config.Debug}

// newLogger returns a logger that writes notices, and what is more important, to the console.
func newLogger(console io.Writer) *logger {
	return &logger{console: logOutput{w: console, level: config.Notice, form: short}, alarm: console, now: time.Now}
}

func (l *logger) error(from, format string, args ...any) { l.log(config.Error, from, format, args...) }
func (l *logger) warning(from, format string, args ...any) {
	l.log(config.Warning, from, format, args...)
}
func (l *logger) notice(from, format string, args ...any) {
	l.log(config.Notice, from, format, args...)
}
func (l *logger) info(from, format string, args ...any) { l.log(config.Info, from, format, args...) }

func (l *logger) log(level config.Level, from, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := message{l.now(), level, from, printable(fmt.Sprintf(format, args...))}
	console := l.console
	if level == config.Error {
		console.w = l.alarm
	}
	console.write(m)
	for i := range l.files {
		l.files[i].write(m)
	}
}

func (o *logOutput) write(m message) {
	if heeds(o.level, m.level) {
		o.w.Write(o.form(m)) // a message that cannot be written is lost
	}
}

// heeds reports whether an output of one level takes messages of another.
func heeds(output, message config.Level) bool {
	return slices.Index(levels, message) <= slices.Index(levels, output)
}

// divert has everything but errors written elsewhere.
func (l *logger) divert(console io.Writer) { l.console.w = console }

// configure applies the section logging. verbose raises the levels. A file that cannot be opened is told, and left out.
func (l *logger) configure(c *config.Config, verbose int, openFile func(name string, append bool) (*os.File, error)) {
	level := leastOf(c.Logging.Level)
	if !c.FromFile {
		level = config.Warning // the summary says the rest
	}
	if verbose > 0 {
		level = levels[min(slices.Index(levels, config.Notice)+verbose, len(levels)-1)]
	}
	l.console.level = level
	if own := c.Logging.Console.Level; own != "" && verbose == 0 {
		l.console.level = leastOf(own)
	}
	if !c.Logging.Console.Enabled {
		l.console.level = config.Error
	}
	for _, o := range c.Logging.Files {
		f, err := openFile(o.Filename, o.Append)
		if err != nil {
			l.warning("logging", "%v", err)
			continue
		}
		to := logOutput{f, level, long, func() (*os.File, error) { return openFile(o.Filename, true) }}
		if o.Level != "" {
			to.level = leastOf(o.Level)
		}
		if verbose > 0 && heeds(level, to.level) {
			to.level = level
		}
		if o.Type == "json" {
			to.form = object
		}
		l.mu.Lock()
		l.files = append(l.files, to)
		l.mu.Unlock()
	}
}

// leastOf maps syslog's levels, which Suricata accepts, to those that are used.
func leastOf(level config.Level) config.Level {
	switch level {
	case "", "not-set", "none":
		return config.Notice
	case "emergency", "alert", "critical":
		return config.Error
	}
	return level
}

// reopen opens the files anew, after they were moved away.
func (l *logger) reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for i := range l.files {
		o := &l.files[i]
		f, err := o.open()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		o.w.(*os.File).Close() // what could not be written is lost
		o.w = f
	}
	return errors.Join(errs...)
}

// close closes the files.
func (l *logger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.files {
		o.w.(*os.File).Close()
	}
	l.files = nil
}

// title is a level as messages have it.
func title(l config.Level) string { return string(l[0]-'a'+'A') + string(l[1:]) }

// short is the form of messages on the console.
func short(m message) []byte { return fmt.Appendf(nil, "%s: %s: %s\n", title(m.level), m.from, m.text) }

// long is the form in files.
func long(m message) []byte {
	return fmt.Appendf(nil, "[%d] %s %s: %s: %s\n", os.Getpid(), m.at.Format("2006-01-02 15:04:05"), title(m.level), m.from, m.text)
}

// object is the form in files of type json: EVE records of the type engine.
func object(m message) []byte {
	type engine struct {
		Message string `json:"message"`
		Thread  string `json:"thread_name"`
		Module  string `json:"module"`
	}
	b, err := json.Marshal(struct {
		Timestamp string `json:"timestamp"`
		Level     string `json:"log_level"`
		Type      string `json:"event_type"`
		Engine    engine `json:"engine"`
	}{m.at.Format("2006-01-02T15:04:05.000000-0700"), title(m.level), "engine", engine{m.text, "main", m.from}})
	if err != nil {
		return nil
	}
	return append(b, '\n')
}
