package config

// AlertLog are the options of the type alert.
type AlertLog struct {
	Payload, PayloadPrintable, PayloadLength bool
	PayloadSize                              Size
	Packet                                   bool
	Verdict                                  bool
	Tagged                                   bool // write packets that rules tagged

	App, Flow, Metadata, RuleText, References bool
	Body, BodyPrintable                       bool // of HTTP
	Frame, FramePrintable                     bool // payload of a frame of WebSocket
	XFF                                       XFF
}

func (l *AlertLog) table() []row {
	return append([]row{
		{"payload", boolean(&l.Payload), "no", "", "Add what the rule looked at, in Base64."},
		{"payload-printable", boolean(&l.PayloadPrintable), "no", "", "Add it as text."},
		{"payload-length", boolean(&l.PayloadLength), "no", "", "Add its length."},
		{"payload-buffer-size", size(&l.PayloadSize), "4kb", "", "How much of a stream is added."},
		{"packet", boolean(&l.Packet), "no", "", "Add the packet, in Base64."},
		{"verdict", boolean(&l.Verdict), "no", "", "Add what becomes of the packet."},
		{"tagged-packets", boolean(&l.Tagged), "no", "", "Write a record, packet, for each packet that the keyword tag means."},
		{"metadata.app-layer", boolean(&l.App), "yes", "", "Add what the transaction is. `metadata: no` turns off this and the next two."},
		{"metadata.flow", boolean(&l.Flow), "yes", "", "Add what is counted of the flow."},
		{"metadata.rule.metadata", boolean(&l.Metadata), "yes", "", "Add the metadata of the rule."},
		{"metadata.rule.raw", boolean(&l.RuleText), "no", "", "Add the text of the rule."},
		{"metadata.rule.reference", boolean(&l.References), "no", "", "Add the references of the rule."},
		{"http-body", boolean(&l.Body), "no", "", "With metadata.app-layer: add what is kept of the bodies of HTTP for rules, in Base64."},
		{"http-body-printable", boolean(&l.BodyPrintable), "no", "", "Add it as text."},
		{"websocket-payload", boolean(&l.Frame), "no", "", "With metadata.app-layer: add the payload of a frame of WebSocket, in Base64."},
		{"websocket-payload-printable", boolean(&l.FramePrintable), "no", "", "Add it as text."},
	}, l.XFF.table("xff.")...)
}

// shorten heeds that metadata may be one word.
func (l *AlertLog) shorten(n *Node) {
	if n == nil {
		return
	}
	m := n.Find("metadata")
	var on bool
	if m != nil && m.Kind == Scalar && boolean(&on).read(m) == nil && !on {
		l.App, l.Flow, l.Metadata = false, false, false
	}
}

// Fast is an output of the name fast: a line for each alert.
type Fast struct {
	Enabled  bool
	Filename string // relative to the log directory
	Append   bool
}

func (f *Fast) table() []row {
	return []row{
		{"enabled", boolean(&f.Enabled), "no", "", "Write this output."},
		{"filename", text(&f.Filename), "fast.log", "", "Name of the file, relative to the log directory."},
		{"append", boolean(&f.Append), "yes", "", "Append to a file that is there; otherwise it is emptied."},
	}
}
