// Package countrytest makes databases of countries for tests.
package countrytest

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// Build makes a database of IPv6, with IPv4 below ::/96, in which each network has a record (MaxMind DB file format, version 2.0).
func Build(records map[netip.Prefix]string) []byte {
	var t tree
	t.nodes = append(t.nodes, node{})
	for p, record := range records {
		t.add(p, record)
	}
	out := t.search()
	out = append(out, make([]byte, separator)...)
	out = append(out, t.data...)
	out = append(out, "\xab\xcd\xefMaxMind.com"...)
	return append(out, Map(Text("node_count"), number(uint32(len(t.nodes))), Text("record_size"), number(32), Text("ip_version"), number(6),
		Text("binary_format_major_version"), number(2), Text("binary_format_minor_version"), number(0),
		Text("build_epoch"), number(1), Text("database_type"), Text("test"))...)
}

// Country makes a record that has a country as its member of a name.
func Country(member, code string) string { return Map(Text(member), Map(Text("iso_code"), Text(code))) }

// Text encodes a text of fewer than 29 bytes.
func Text(s string) string { return string([]byte{byte(2<<5 | len(s))}) + s }

// Map encodes a map of fewer than 29 members, each a name and its value.
func Map(members ...string) string {
	return string([]byte{byte(7<<5 | len(members)/2)}) + strings.Join(members, "")
}

// number encodes a number of 32 bits.
func number(n uint32) string { return "\xc4" + string(binary.BigEndian.AppendUint32(nil, n)) }

// node says where the bits 0 and 1 lead: above 0 to a node, below 0 to a record, which begins at -1-n; 0: to nothing.
type node [2]int

type tree struct {
	nodes []node
	data  string
}

// separator is how many bytes are between the tree and the data.
const separator = 16

// add adds a network.
func (t *tree) add(p netip.Prefix, record string) {
	bits, length := p.Addr().As16(), p.Bits()
	if p.Addr().Is4() {
		clear(bits[:12])
		length += 96
	}
	at := 0
	for i := range length {
		side := bits[i/8] >> (7 - i%8) & 1
		if i == length-1 {
			t.nodes[at][side] = -1 - len(t.data)
			break
		}
		if t.nodes[at][side] <= 0 {
			t.nodes = append(t.nodes, node{})
			t.nodes[at][side] = len(t.nodes) - 1
		}
		at = t.nodes[at][side]
	}
	t.data += record
}

// search encodes the tree.
func (t *tree) search() (out []byte) {
	for _, n := range t.nodes {
		for _, to := range n {
			switch {
			case to == 0:
				to = len(t.nodes)
			case to < 0:
				to = len(t.nodes) + separator + (-1 - to)
			}
			out = binary.BigEndian.AppendUint32(out, uint32(to))
		}
	}
	return out
}
