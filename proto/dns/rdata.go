package dns

import (
	"encoding/binary"
	"iter"
	"net/netip"
)

// data reads the data of r, from d.off to end; there is some. What cannot be taken apart is a fault.
func (d *decoder) data(r *RR, end int) (f fault) {
	b := d.b[d.off:end]
	if !d.dry {
		d.text = append(d.text, b...)
		r.Data = d.text[len(d.text)-len(b) : len(d.text) : len(d.text)]
	}
	switch r.Type {
	case TypeCNAME, TypeNS, TypePTR:
		r.Host, f = d.name(end)
	case TypeMX:
		r.Host, f = d.nameBehind(2, end)
	case TypeSRV:
		r.Host, f = d.nameBehind(6, end)
	case TypeSOA:
		if r.Host, f = d.name(end); f == none {
			r.Mail, f = d.name(end)
		}
		if f == none && end-d.off < soaLen {
			f = bad
		}
		if !d.dry && f == none { // the numbers, for SOA
			r.Data = r.Data[len(b)-(end-d.off):]
		}
	case TypeTXT:
		if int(b[0]) >= len(b) {
			f = bad
		}
	case TypeSSHFP:
		if len(b) < 2 {
			f = bad
		}
	case TypeOPT:
		if !wholeOptions(b) {
			f = bad
		}
	}
	if f != none {
		return bad
	}
	return none
}

// nameBehind reads a name behind n bytes of other data.
func (d *decoder) nameBehind(n, end int) (Name, fault) {
	if end-d.off < n {
		return Name{}, bad
	}
	d.off += n
	return d.name(end)
}

// Addr returns the address in the data of A and AAAA. It is not valid if the data has neither 4 nor 16 bytes.
func (r *RR) Addr() netip.Addr {
	a, _ := netip.AddrFromSlice(r.Data)
	return a
}

// Strings yields the texts in the data of TXT. One that is cut off is left out.
func (r *RR) Strings() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for b := r.Data; len(b) > 0 && int(b[0]) < len(b); b = b[1+int(b[0]):] {
			if !yield(b[1 : 1+int(b[0])]) {
				return
			}
		}
	}
}

// soaLen is the length of the numbers in the data of SOA.
const soaLen = 20

// SOA is the data of a start of authority, besides RR.Host and RR.Mail. Times are seconds.
type SOA struct{ Serial, Refresh, Retry, Expire, Minimum uint32 }

// SOA returns the numbers of a record of that type.
func (r *RR) SOA() (s SOA) {
	if r.Type != TypeSOA || len(r.Data) < soaLen {
		return s
	}
	for i, to := range [...]*uint32{&s.Serial, &s.Refresh, &s.Retry, &s.Expire, &s.Minimum} {
		*to = binary.BigEndian.Uint32(r.Data[4*i:])
	}
	return s
}

// SRV is the data of a service's location, besides RR.Host.
type SRV struct{ Priority, Weight, Port uint16 }

// SRV returns the numbers of a record of that type.
func (r *RR) SRV() (s SRV) {
	if r.Type != TypeSRV || len(r.Data) < 6 {
		return s
	}
	for i, to := range [...]*uint16{&s.Priority, &s.Weight, &s.Port} {
		*to = binary.BigEndian.Uint16(r.Data[2*i:])
	}
	return s
}

// SSHFP is the fingerprint of an SSH host key (RFC 4255).
type SSHFP struct {
	Algorithm, Type uint8
	Fingerprint     []byte
}

// SSHFP returns the data of a record of that type.
func (r *RR) SSHFP() (s SSHFP) {
	if r.Type != TypeSSHFP || len(r.Data) < 2 {
		return s
	}
	return SSHFP{r.Data[0], r.Data[1], r.Data[2:]}
}

// Option is an option of EDNS (RFC 6891): 8 client subnet, 10 cookie, 15 extended error and so on.
type Option struct {
	Code uint16
	Data []byte
}

// Options yields the options of OPT.
func (r *RR) Options() iter.Seq[Option] {
	return func(yield func(Option) bool) {
		for b := r.Data; r.Type == TypeOPT; {
			o, rest, ok := option(b)
			if !ok || !yield(o) {
				return
			}
			b = rest
		}
	}
}

// option cuts an option off b.
func option(b []byte) (o Option, rest []byte, ok bool) {
	if len(b) < 4 {
		return o, b, false
	}
	n := 4 + int(binary.BigEndian.Uint16(b[2:]))
	if n > len(b) {
		return o, b, false
	}
	return Option{binary.BigEndian.Uint16(b), b[4:n]}, b[n:], true
}

// wholeOptions reports whether b consists of options.
func wholeOptions(b []byte) bool {
	for ok := true; len(b) > 0; {
		if _, b, ok = option(b); !ok {
			return false
		}
	}
	return true
}
