package main

import (
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/websocket"
)

// websocketConfig turns the section app-layer.protocols.websocket into the parser's settings.
func websocketConfig(s *config.WebSocket, w wishes) websocket.Config {
	return websocket.Config{MaxPayload: int(min(s.MaxPayload, 1<<30)), Extensions: w.extensions}
}
