package packet

// LinkType is the type of a frame's link header, as numbered in capture files (LINKTYPE_ values).
type LinkType uint32

const (
	LinkNull     LinkType = 0
	LinkEthernet LinkType = 1
	LinkRaw      LinkType = 101 // also written as 12 and 14
	LinkLoop     LinkType = 108
	LinkSLL      LinkType = 113 // Linux cooked
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkSLL2     LinkType = 276 // Linux cooked, version 2
)
