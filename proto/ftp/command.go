package ftp

import "bytes"

// verb is the keyword of a command that has a meaning here; the others are only known by name.
type verb uint8

const (
	unknown verb = iota // not in the list of commands: no transaction until it is answered
	plain               // nothing but a name
	port                // PORT
	eprt                // EPRT
	pasv                // PASV
	epsv                // EPSV
	authTLS             // AUTH TLS
	rest                // REST
	retr                // RETR
	stor                // STOR
	stou                // STOU
	appe                // APPE
	list                // LIST
	nlst                // NLST
	mlsd                // MLSD
)

// transfers reports whether v needs a data connection.
func (v verb) transfers() bool { return v >= retr }

// listing reports whether what is transferred is no file.
func (v verb) listing() bool { return v >= list }

// uploads reports whether the client sends what is transferred.
func (v verb) uploads() bool { return v >= stor && v <= appe }

// announces reports whether v, or the reply to it, tells the port of a data connection.
func (v verb) announces() bool { return v >= port && v <= epsv }

// active reports whether the server opens the data connection that v announces.
func (v verb) active() bool { return v == port || v == eprt }

// command is a command that has transactions: those of RFC 959 and 765, and a few later ones.
type command struct {
	name string // in upper case, as EVE shows it
	verb verb
}

// commands are the commands by their names.
var commands = func() map[string]*command {
	m := map[string]*command{}
	for name, v := range map[string]verb{
		"PORT": port, "EPRT": eprt, "PASV": pasv, "EPSV": epsv, "REST": rest, "RETR": retr, "STOR": stor, "STOU": stou,
		"APPE": appe, "LIST": list, "NLST": nlst, "MLSD": mlsd,
	} {
		m[name] = &command{name, v}
	}
	for _, name := range []string{
		"ABOR", "ACCT", "ALLO", "CDUP", "CHMOD", "CWD", "DELE", "HELP", "IDLE", "MAIL", "MDTM", "MKD", "MLFL", "MODE", "MRCP",
		"MRSQ", "MSAM", "MSND", "MSOM", "NOOP", "PASS", "PWD", "QUIT", "REIN", "RMD", "RNFR", "RNTO", "SITE", "SIZE", "SMNT",
		"STAT", "STRU", "SYST", "TYPE", "UMASK", "USER",
	} {
		m[name] = &command{name, plain}
	}
	for _, name := range []string{"CDUP", "CWD", "MKD", "PWD", "RMD"} {
		m["X"+name] = m[name] // RFC 1123, section 4.1.3.1
	}
	m["XCUP"] = m["CDUP"]
	return m
}()

// secure is AUTH TLS; AUTH with another mechanism is a command without a transaction.
var secure = &command{"AUTH TLS", authTLS}

// longest is the length of the longest name in commands.
const longest = 5

// parseCommand splits a command line into the command and the text behind its name and one blank (RFC 959, section 5.3.1).
// Letters match in either case. What Telnet puts before a command (RFC 854: ABOR comes behind IP and Synch) and blanks are
// passed over. c is nil when there is no such command; name is then its first word.
func parseCommand(line []byte) (c *command, name, arg []byte) {
	line = trimTelnet(line)
	name, arg = cutBlank(line)
	if len(name) <= longest {
		var upper [longest]byte
		for i, b := range name {
			if 'a' <= b && b <= 'z' {
				b -= 'a' - 'A'
			}
			upper[i] = b
		}
		if c = commands[string(upper[:len(name)])]; c != nil {
			return c, name, arg
		}
	}
	if equalFold(name, "AUTH") {
		if mechanism, more := cutBlank(arg); isTLS(mechanism) {
			return secure, name, more
		}
	}
	return nil, name, arg
}

// isTLS reports whether AUTH with this mechanism leads to TLS (RFC 4217, section 17).
func isTLS(mechanism []byte) bool {
	return equalFold(mechanism, "TLS") || equalFold(mechanism, "TLS-C") || equalFold(mechanism, "SSL") ||
		equalFold(mechanism, "TLS-P")
}

// trimTelnet drops Telnet commands and blanks before a command.
func trimTelnet(line []byte) []byte {
	const iac, dm, will, dont = 255, 242, 251, 254
	for len(line) > 0 {
		switch c := line[0]; {
		case c == iac && len(line) > 2 && line[1] >= will && line[1] <= dont:
			line = line[3:]
		case c == iac && len(line) > 1 && line[1] != iac:
			line = line[2:]
		case c == ' ' || c == '\t' || c == dm:
			line = line[1:]
		default:
			return line
		}
	}
	return line
}

// cutBlank returns what is before the first blank, and what is behind it.
func cutBlank(b []byte) (word, after []byte) {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// trimRight drops white space at the end.
func trimRight(b []byte) []byte { return bytes.TrimRight(b, " \t\r\n\v\f") }

// equalFold reports whether b is the upper-case ASCII word w in any case.
func equalFold(b []byte, w string) bool {
	if len(b) != len(w) {
		return false
	}
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != w[i] {
			return false
		}
	}
	return true
}
