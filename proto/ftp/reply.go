package ftp

import "slices"

// reply is a line of a reply (RFC 959, section 4.2).
type reply struct {
	code uint16 // 0: the line has none
	more bool   // the code is followed by a hyphen: lines of the same reply follow
}

// parseReply reads the beginning of a reply line.
func parseReply(line []byte) (r reply) {
	if len(line) < 3 || line[0] < '1' || line[0] > '6' || !isDigit(line[1]) || !isDigit(line[2]) {
		return r
	}
	if len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return r
	}
	r.code = uint16(line[0]-'0')*100 + uint16(line[1]-'0')*10 + uint16(line[2]-'0')
	r.more = len(line) > 3 && line[3] == '-'
	return r
}

// preliminary reports whether another reply to the same command follows (RFC 959, section 4.2.1).
func (r reply) preliminary() bool { return r.code >= 100 && r.code < 200 }

// positive reports whether the command was carried out.
func (r reply) positive() bool { return r.code >= 200 && r.code < 300 }

// splitReply splits a reply line as EVE shows it: three digits, a blank and a text, or all text.
func splitReply(line []byte) (code, text []byte) {
	if len(line) > 4 && line[3] == ' ' && countDigits(line[:3]) == 3 {
		return line[:3], line[4:]
	}
	return nil, line
}

// usual are the codes below 300 and 300 to 399 with which commands are answered (RFC 959, section 5.4), for those that have
// codes of their own.
var usual = map[string][]uint16{
	"USER": {230, 232, 331, 332, 336}, "PASS": {202, 230, 232, 332}, "ACCT": {202, 230},
	"CWD": {200, 250}, "CDUP": {200, 250}, "DELE": {200, 250}, "RMD": {200, 250}, "RNTO": {200, 250}, "SMNT": {202, 250},
	"MKD": {257}, "PWD": {257}, "RNFR": {350}, "REST": {350}, "SYST": {215}, "SIZE": {213}, "MDTM": {213}, "QUIT": {221},
	"STAT": {211, 212, 213}, "HELP": {211, 214}, "PASV": {227}, "EPSV": {229}, "PORT": {200}, "EPRT": {200},
	"TYPE": {200}, "STRU": {200}, "MODE": {200}, "NOOP": {200, 220}, "ALLO": {200, 202}, "AUTH TLS": {234, 334},
}

// fits reports whether r can be the reply to c. It is asked only behind lost bytes: otherwise order alone decides.
func fits(c *command, r reply) bool {
	if r.code >= 400 {
		return true
	}
	if c.verb.transfers() {
		return r.preliminary() || r.code == 200 || r.code == 226 || r.code == 250
	}
	codes, ok := usual[c.name]
	return !ok && !r.preliminary() || slices.Contains(codes, r.code)
}
