package packet

import "strconv"

// LinkType is the type of a frame's link header, as numbered in capture files (LINKTYPE_ values).
type LinkType uint32

// Link types that Decode knows.
const (
	LinkNull     LinkType = 0
	LinkEthernet LinkType = 1
	LinkPPP      LinkType = 9
	LinkRaw      LinkType = 101 // also written as 12 and 14
	LinkCHDLC    LinkType = 104 // Cisco HDLC
	LinkLoop     LinkType = 108
	LinkSLL      LinkType = 113 // Linux cooked
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkSLL2     LinkType = 276 // Linux cooked, version 2
)

// What some systems write for raw IP: their own DLT_RAW, not mapped to the number for files.
const (
	linkRawBSD     LinkType = 12
	linkRawOpenBSD LinkType = 14
)

// Supported reports whether Decode knows the link type.
func (l LinkType) Supported() bool {
	switch l {
	case LinkNull, LinkEthernet, linkRawBSD, linkRawOpenBSD, LinkRaw, LinkLoop, LinkSLL, LinkIPv4, LinkIPv6, LinkSLL2,
		LinkPPP, LinkCHDLC:
		return true
	}
	return false
}

// String returns the name of the link type, such as "EN10MB", as libpcap's tools print it, or its number.
func (l LinkType) String() string {
	if name, ok := linkNames[l]; ok {
		return name
	}
	return strconv.FormatUint(uint64(l), 10)
}

// linkNames are from the registry of link types (https://www.tcpdump.org/linktypes.html).
var linkNames = map[LinkType]string{
	LinkNull:       "NULL",
	LinkEthernet:   "EN10MB",
	2:              "EN3MB",
	3:              "AX25",
	4:              "PRONET",
	5:              "CHAOS",
	6:              "IEEE802",
	7:              "ARCNET",
	8:              "SLIP",
	LinkPPP:        "PPP",
	10:             "FDDI",
	11:             "ATM_RFC1483",
	linkRawBSD:     "RAW",
	linkRawOpenBSD: "RAW",
	50:             "PPP_SERIAL",
	51:             "PPP_ETHER",
	99:             "SYMANTEC_FIREWALL",
	100:            "ATM_RFC1483",
	LinkRaw:        "RAW",
	LinkCHDLC:      "C_HDLC",
	105:            "IEEE802_11",
	107:            "FRELAY",
	LinkLoop:       "LOOP",
	109:            "ENC",
	LinkSLL:        "LINUX_SLL",
	114:            "LTALK",
	117:            "PFLOG",
	119:            "PRISM_HEADER",
	122:            "IP_OVER_FC",
	123:            "SUNATM",
	127:            "IEEE802_11_RADIO",
	129:            "ARCNET_LINUX",
	138:            "APPLE_IP_OVER_IEEE1394",
	139:            "MTP2_WITH_PHDR",
	140:            "MTP2",
	141:            "MTP3",
	142:            "SCCP",
	143:            "DOCSIS",
	144:            "LINUX_IRDA",
	147:            "USER0",
	163:            "IEEE802_11_RADIO_AVS",
	166:            "PPP_PPPD",
	169:            "GPRS_LLC",
	177:            "LINUX_LAPD",
	182:            "MFR",
	187:            "BLUETOOTH_HCI_H4",
	189:            "USB_LINUX",
	192:            "PPI",
	195:            "IEEE802_15_4_WITHFCS",
	197:            "ERF",
	201:            "BLUETOOTH_HCI_H4_WITH_PHDR",
	203:            "LAPD",
	204:            "PPP_WITH_DIR",
	205:            "C_HDLC_WITH_DIR",
	206:            "FRELAY_WITH_DIR",
	220:            "USB_LINUX_MMAPPED",
	224:            "FC_2",
	226:            "IPNET",
	227:            "CAN_SOCKETCAN",
	LinkIPv4:       "IPv4",
	LinkIPv6:       "IPv6",
	230:            "IEEE802_15_4_NOFCS",
	231:            "DBUS",
	239:            "NFLOG",
	240:            "NETANALYZER",
	242:            "IPOIB",
	243:            "MPEG_2_TS",
	247:            "INFINIBAND",
	248:            "SCTP",
	249:            "USBPCAP",
	251:            "BLUETOOTH_LE_LL",
	252:            "WIRESHARK_UPPER_PDU",
	253:            "NETLINK",
	254:            "BLUETOOTH_LINUX_MONITOR",
	258:            "PKTAP",
	259:            "EPON",
	266:            "USB_DARWIN",
	271:            "VSOCK",
	272:            "NORDIC_BLE",
	274:            "ETHERNET_MPACKET",
	LinkSLL2:       "LINUX_SLL2",
	278:            "OPENVIZSLA",
	283:            "IEEE802_15_4_TAP",
	289:            "ETW",
}
