package config

// WebSocket is the section app-layer.protocols.websocket.
type WebSocket struct {
	Enabled    string // yes, no or detection-only
	MaxPayload Size
}

func (w *WebSocket) table() []row {
	at := func(key string) string { return "app-layer.protocols.websocket." + key }
	return []row{
		{at("enabled"), enabled(&w.Enabled), "yes", "", "Parse WebSocket, to which HTTP connections switch; detection-only: name it."},
		{at("max-payload-size"), size(&w.MaxPayload), "64 KiB", "",
			"Bytes that are kept of a frame and of a message; the rest is passed over."},
	}
}
