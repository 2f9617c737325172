package websocket

import (
	"strings"

	"github.com/reknit/reknit/stream"
)

// negotiate takes what the server agreed to in Sec-WebSocket-Extensions (RFC 7692, section 7.1).
func (s *Session) negotiate(extensions string) {
	for extension := range strings.SplitSeq(extensions, ",") {
		name, params, _ := strings.Cut(extension, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "permessage-deflate") {
			continue
		}
		for param := range strings.SplitSeq(params, ";") {
			switch strings.ToLower(strings.TrimSpace(param)) {
			case "client_no_context_takeover":
				s.side[stream.ToServer].messages.NoTakeover = true
			case "server_no_context_takeover":
				s.side[stream.ToClient].messages.NoTakeover = true
			}
		}
	}
}
