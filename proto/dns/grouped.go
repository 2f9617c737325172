package dns

import "github.com/reknit/reknit/event"

// groups are the types that the member grouped has.
var groups = [...]Type{
	TypeA, TypeAAAA, TypeCNAME, TypeMX, TypeNS, TypePTR, TypeTXT, TypeNULL, TypeSOA, TypeSSHFP, TypeSRV,
}

// appendGrouped writes the data of answers by their type, types in the order in which they first occur.
func appendGrouped(o *event.Object, list []RR) {
	o.Open("grouped")
	var done uint16
	for i := range list {
		r := &list[i]
		g := r.group()
		if g == 0 || done&g != 0 {
			continue
		}
		done |= g
		o.OpenArray(r.Type.eve())
		for j := i; j < len(list); j++ {
			if list[j].Type == r.Type && len(list[j].Data) > 0 {
				list[j].appendItem(o)
			}
		}
		o.CloseArray()
	}
	o.Close()
}

// group returns a bit for the type of a record with data that can be grouped, or 0.
func (r *RR) group() uint16 {
	for i, t := range groups {
		if t == r.Type && len(r.Data) > 0 {
			return 1 << i
		}
	}
	return 0
}

// appendItem writes the data as an element of an array.
func (r *RR) appendItem(o *event.Object) {
	switch r.Type {
	case TypeA, TypeAAAA:
		var room [fullLen]byte
		o.Item(r.appendAddress(room[:0]))
	case TypeCNAME, TypeNS, TypePTR, TypeMX:
		o.Item(r.Host.Text)
	case TypeNULL:
		o.Item(r.Data)
	case TypeTXT:
		for text := range r.Strings() {
			o.Item(text)
		}
	case TypeSOA:
		o.OpenItem()
		r.appendSOA(o)
		o.Close()
	case TypeSSHFP:
		o.OpenItem()
		r.appendSSHFP(o)
		o.Close()
	case TypeSRV:
		o.OpenItem()
		r.appendSRV(o)
		o.Close()
	}
}
