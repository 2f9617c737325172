package http

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// methods are those by which a client is recognised, and which begin a request for certain: RFC 9110, section 9.3, RFC
// 5789, and those of WebDAV (RFC 4918, RFC 3253).
var methods = [...]string{
	"GET", "PUT", "POST", "HEAD", "TRACE", "OPTIONS", "CONNECT", "DELETE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",
	"LOCK", "UNLOCK", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL", "REPORT", "MKWORKSPACE", "MKACTIVITY", "MERGE",
	"INVALID", "VERSION-CONTROL", "BASELINE-CONTROL",
}

// patterns are the beginnings of a request and of a response.
func patterns() []app.Pattern {
	var list []app.Pattern
	for _, m := range methods {
		for _, blank := range [...]string{" ", "\t"} {
			p := app.Pattern{Dir: stream.ToServer, Text: m + blank, Fold: true, Transport: app.TCP}
			if m == "OPTIONS" {
				p.Check = notSIP
			}
			list = append(list, p)
		}
	}
	for _, version := range [...]string{"HTTP/0.9", "HTTP/1.0", "HTTP/1.1"} {
		list = append(list, app.Pattern{Dir: stream.ToClient, Text: version, Fold: true, Transport: app.TCP})
	}
	return list
}

// notSIP says No to OPTIONS with the URI of a telephone (RFC 3261).
func notSIP(_ stream.Dir, head []byte) app.Guess {
	const method = len("OPTIONS ")
	if len(head) < method {
		return app.Unknown
	}
	uri := bytes.ToLower(head[method:min(len(head), method+len("sips:"))])
	for _, scheme := range [...]string{"sip:", "sips:"} {
		if len(uri) >= len(scheme) && string(uri[:len(scheme)]) == scheme {
			return app.No
		}
		if len(uri) < len(scheme) && string(uri) == scheme[:len(uri)] {
			return app.Unknown
		}
	}
	return app.Yes
}

// maxProbe is the number of bytes in which a request line must end to be recognised on a port.
const maxProbe = 1024

// probe wants a line with a known method that ends in a version of HTTP, after blank lines, or a status line.
func probe(d stream.Dir, head []byte) app.Guess {
	line := bytes.TrimLeft(head, "\r\n")
	switch {
	case len(head)-len(line) > maxProbe:
		return app.No
	case len(line) == 0:
		return app.Unknown
	}
	if d == stream.ToClient {
		const version = "HTTP/1."
		n := min(len(line), len(version))
		switch {
		case !foldEqual(line[:n], version[:n]):
			return app.No
		case n < len(version):
			return app.Unknown
		}
		return app.Yes
	}
	n := bytes.IndexByte(line, '\n')
	if c := line[0]; !isToken(c) || n > maxProbe || n < 0 && len(line) > maxProbe {
		return app.No
	}
	if n < 0 {
		return app.Unknown
	}
	words := bytes.Fields(line[:n])
	if len(words) >= 3 && isVersion(words[len(words)-1]) && knownMethod(bytes.ToUpper(words[0])) {
		return app.Yes
	}
	return app.No
}

// knownMethod reports whether m is one of methods.
func knownMethod(m []byte) bool {
	for _, k := range methods {
		if string(m) == k {
			return true
		}
	}
	return false
}
