package event

import "time"

// Options are what the user decides about the common part of all records. The zero value is ready to use; it gives
// what Suricata 8 gives without any of its options.
type Options struct {
	// Zone is the time zone of timestamps. When nil, it is the process's local zone.
	Zone *time.Location

	// CompressIPv6 writes IPv6 addresses in the short form of RFC 5952, and not as eight groups of four digits.
	CompressIPv6 bool

	// SensorID is written as sensor_id when HasSensorID is set. Flow records do not have it.
	SensorID    uint64
	HasSensorID bool

	// SensorName is written as host. When empty, there is no host.
	SensorName string

	// Version is written as suricata_version. When empty, there is none.
	Version string

	// Ethernet writes the link-layer addresses of records that have them, as ether.
	Ethernet bool

	// CommunityID writes community_id, which names the flow in the same way in every tool that follows version 1
	// of the Community ID specification.
	CommunityID bool

	// CommunityIDSeed separates the identifiers of networks with the same addresses.
	CommunityIDSeed uint16

	// NoVariables leaves out flow variables, such as flowbits.
	NoVariables bool

	// CaptureFile writes the name of the capture file, as pcap_filename, when the record has it.
	CaptureFile bool
}

var defaultOptions Options
