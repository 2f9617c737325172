package tls

import "encoding/binary"

// contentType is the type of a record (RFC 8446, section 5.1; heartbeat: RFC 6520).
type contentType uint8

const (
	changeCipherSpec contentType = 20
	alert            contentType = 21
	handshake        contentType = 22
	applicationData  contentType = 23
	heartbeat        contentType = 24
)

// recordHead is the length of a record's header: type, version, length.
const recordHead = 5

// maxRecord is the greatest length of an encrypted record's fragment (RFC 5246, section 6.2.3).
const maxRecord = 1<<14 + 2048

// record is the header of a record.
type record struct {
	typ     contentType
	version Version
	length  int // of the fragment
}

// parseRecord reads a header; b has recordHead bytes at least.
func parseRecord(b []byte) record {
	return record{
		typ:     contentType(b[0]),
		version: Version(binary.BigEndian.Uint16(b[1:])),
		length:  int(binary.BigEndian.Uint16(b[3:])),
	}
}

// plausible reports whether the header may be one: for those who look for records among other bytes.
func (r record) plausible() bool {
	return r.typ >= changeCipherSpec && r.typ <= heartbeat && r.version >= SSL30 && r.version <= TLS13 &&
		r.length > 0 && r.length <= maxRecord
}

// whole returns the length of the record with its header.
func (r record) whole() int64 { return recordHead + int64(r.length) }
