package dns

import (
	"strings"

	"github.com/reknit/reknit/event"
)

// appendMulticast writes the record of mDNS: that of version 3, but with types in lower case, and the data of a record
// under the name of its type.
func (m *Message) appendMulticast(o *event.Object) {
	o.Open("mdns")
	m.appendKind(o)
	m.appendHeader(o)
	o.Str("rcode", m.Flags.Rcode().String())
	if len(m.Questions) > 0 {
		o.OpenArray("queries")
		for i := range m.Questions {
			q := &m.Questions[i]
			o.OpenItem()
			q.Name.append(o, "rrname", "rrname_truncated")
			o.Str("rrtype", strings.ToLower(q.Type.eve()))
			o.Close()
		}
		o.CloseArray()
	}
	appendNamed(o, "answers", m.Answers)
	appendNamed(o, "authorities", m.Authorities)
	appendNamed(o, "additionals", m.Additionals)
	o.Close()
}

func appendNamed(o *event.Object, key string, list []RR) {
	open := false
	for i := range list {
		r := &list[i]
		if r.Type == TypeOPT && len(r.Data) == 0 {
			continue
		}
		if !open {
			o.OpenArray(key)
			open = true
		}
		o.OpenItem()
		r.Name.append(o, "rrname", "rrname_truncated")
		o.Str("rrtype", strings.ToLower(r.Type.eve()))
		o.Uint("ttl", uint64(r.TTL))
		r.appendNamed(o)
		o.Close()
	}
	if open {
		o.CloseArray()
	}
}

func (r *RR) appendNamed(o *event.Object) {
	if len(r.Data) == 0 {
		return
	}
	switch key := strings.ToLower(r.Type.eve()); r.Type {
	case TypeA, TypeAAAA:
		r.appendAddr(o, key)
	case TypeCNAME, TypeNS, TypePTR, TypeMX:
		r.Host.append(o, key, key+"_truncated")
	case TypeNULL:
		o.Bytes(key, r.Data)
	case TypeTXT:
		o.OpenArray(key)
		r.appendItem(o)
		o.CloseArray()
	default:
		r.appendData(o)
	}
}
