package event

// AppProto is what detection found out about a flow's application protocol. An empty name is an unknown one;
// "failed" says that detection gave up.
type AppProto struct {
	Name     string // of the flow
	ToServer string // found in what the client sent
	ToClient string // found in what the server sent
	Original string // before the protocol changed (STARTTLS, CONNECT)
	Expected string // announced by another connection
}

// AppendJSON writes app_proto and, of the others, those that say something else.
func (p *AppProto) AppendJSON(o *Object) {
	if p.Name != "" {
		o.Str("app_proto", p.Name)
	}
	p.differs(o, "app_proto_ts", p.ToServer)
	p.differs(o, "app_proto_tc", p.ToClient)
	p.differs(o, "app_proto_orig", p.Original)
	p.differs(o, "app_proto_expected", p.Expected)
}

func (p *AppProto) differs(o *Object, key, name string) {
	if name != "" && name != p.Name {
		o.Str(key, name)
	}
}
