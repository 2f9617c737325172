package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// setup is what both programs are run with.
type setup struct {
	suricata, reknit string
	config, rules    string
	work             string
}

// output is the directory that a program writes to for a capture.
func (s *setup) output(program string, c capture) string { return filepath.Join(s.work, program, c.id) }

// arguments are those that both programs have.
func (s *setup) arguments(dir string) []string {
	return []string{"--runmode", "single", "-k", "none", "-c", s.config, "-S", s.rules, "-l", dir}
}

// runReknit runs a process for each capture.
func (s *setup) runReknit(captures []capture) error {
	for _, c := range captures {
		if err := s.runAlone("reknit", s.reknit, c); err != nil {
			return err
		}
	}
	return nil
}

// runAlone has a program read one capture.
func (s *setup) runAlone(name, program string, c capture) error {
	dir := s.output(name, c)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	told, err := exec.Command(program, append(s.arguments(dir), "-r", c.path)...).CombinedOutput()
	if err := os.WriteFile(filepath.Join(dir, "told"), told, 0o644); err != nil {
		return err
	}
	// A capture that ends in the middle of a packet is an error, and its alerts are there.
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		return err
	}
	return nil
}

// findings are what both found in a capture.
func (s *setup) findings(c capture) (theirs, ours *findings, err error) {
	if theirs, err = readEVE(filepath.Join(s.output("suricata", c), "eve.json")); err != nil {
		return nil, nil, err
	}
	ours, err = readEVE(filepath.Join(s.output("reknit", c), "eve.json"))
	return theirs, ours, err
}

// runSuricata lets one process read the captures that have no output yet.
func (s *setup) runSuricata(captures []capture) error {
	var todo []capture
	for _, c := range captures {
		if _, err := os.Stat(filepath.Join(s.output("suricata", c), "eve.json")); err != nil {
			todo = append(todo, c)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	home, err := os.MkdirTemp("", "alerts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	socket := filepath.Join(home, "socket")
	told, err := os.Create(filepath.Join(s.work, "suricata.told"))
	if err != nil {
		return err
	}
	defer told.Close()
	process := exec.Command(s.suricata, append(s.arguments(home), "--unix-socket="+socket)...)
	process.Stdout, process.Stderr = told, told
	if err := process.Start(); err != nil {
		return err
	}
	defer process.Wait()
	defer process.Process.Kill()
	control, err := dial(socket, 10*time.Minute)
	if err != nil {
		return err
	}
	defer control.conn.Close()
	for _, c := range todo {
		dir, err := filepath.Abs(s.output("suricata", c))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if _, err := control.ask("pcap-file", map[string]any{"filename": c.path, "output-dir": dir}); err != nil {
			return fmt.Errorf("%s: %w", c.path, err)
		}
	}
	return control.wait()
}

// control speaks to Suricata's control socket: a JSON object for each command and each answer.
type control struct {
	conn net.Conn
	in   *json.Decoder
	out  *json.Encoder
}

// dial connects as soon as the socket is there, which is when the rules have been read.
func dial(socket string, limit time.Duration) (*control, error) {
	end := time.Now().Add(limit)
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			c := &control{conn: conn, in: json.NewDecoder(conn), out: json.NewEncoder(conn)}
			return c, c.greet()
		}
		if time.Now().After(end) {
			return nil, err
		}
		time.Sleep(time.Second)
	}
}

// answer is what the program says to a command.
type answer struct {
	Return  string          `json:"return"`
	Message json.RawMessage `json:"message"`
}

func (c *control) greet() error {
	if err := c.out.Encode(map[string]string{"version": "0.2"}); err != nil {
		return err
	}
	_, err := c.read()
	return err
}

func (c *control) ask(command string, arguments map[string]any) (string, error) {
	q := map[string]any{"command": command}
	if arguments != nil {
		q["arguments"] = arguments
	}
	if err := c.out.Encode(q); err != nil {
		return "", err
	}
	return c.read()
}

func (c *control) read() (string, error) {
	var a answer
	if err := c.in.Decode(&a); err != nil {
		return "", err
	}
	if a.Return != "OK" {
		return "", errors.New(string(a.Message))
	}
	return string(a.Message), nil
}

// wait returns when no capture is waiting or being read.
func (c *control) wait() error {
	for {
		left, err := c.ask("pcap-file-number", nil)
		if err != nil {
			return err
		}
		current, err := c.ask("pcap-current", nil)
		if err != nil {
			return err
		}
		if left == "0" && current == `"None"` {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
}
