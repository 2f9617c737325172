package packet

// Event is an oddity that decoding found. Its String is the name that rules and anomaly records use, without the
// prefix "decoder.".
type Event uint8

// maxEvents is how many events a packet keeps.
const maxEvents = 15

// The catalogue of events. Events of decoders that do not exist yet are here too, so that rules can name them.
const (
	EventAFPacketTruncatedPacket Event = iota

	EventIPv4PacketTooSmall
	EventIPv4HeaderLenTooSmall
	EventIPv4LenSmallerThanHeaderLen
	EventIPv4TruncatedPacket
	EventIPv4OptionInvalid
	EventIPv4OptionInvalidLen
	EventIPv4OptionMalformed
	EventIPv4OptionPadRequired
	EventIPv4OptionEOLRequired
	EventIPv4OptionDuplicate
	EventIPv4OptionUnknown
	EventIPv4WrongVersion
	EventIPv4ICMPv6
	EventIPv4UnknownProtocol
	EventIPv4FragPacketTooLarge
	EventIPv4FragOverlap
	EventIPv4FragIgnored

	EventICMPv4PacketTooSmall
	EventICMPv4UnknownType
	EventICMPv4UnknownCode
	EventICMPv4IPv4TruncatedPacket
	EventICMPv4IPv4UnknownVersion

	EventICMPv6UnknownType
	EventICMPv6UnknownCode
	EventICMPv6PacketTooSmall
	EventICMPv6IPv6UnknownVersion
	EventICMPv6IPv6TruncatedPacket
	EventICMPv6MLDMessageWithInvalidHopLimit
	EventICMPv6UnassignedType
	EventICMPv6ExperimentationType

	EventIPv6PacketTooSmall
	EventIPv6TruncatedPacket
	EventIPv6TruncatedExtHeader
	EventIPv6ExtHeaderDuplicateFrag
	EventIPv6ExtHeaderUselessFrag
	EventIPv6ExtHeaderDuplicateRouting
	EventIPv6ExtHeaderDuplicateHopByHop
	EventIPv6ExtHeaderDuplicateDestOptions
	EventIPv6ExtHeaderDuplicateAH
	EventIPv6ExtHeaderDuplicateESP
	EventIPv6ExtHeaderInvalidOptionLen
	EventIPv6WrongVersion
	EventIPv6ExtHeaderAHReservedNotNull
	EventIPv6HopByHopUnknownOption
	EventIPv6HopByHopOnlyPadding
	EventIPv6DestOptionsUnknownOption
	EventIPv6DestOptionsOnlyPadding
	EventIPv6RoutingType0
	EventIPv6ZeroLenPadN
	EventIPv6FragNonZeroReservedField
	EventIPv6DataAfterNoneHeader
	EventIPv6UnknownNextHeader
	EventIPv6ICMPv4
	EventIPv6FragPacketTooLarge
	EventIPv6FragOverlap
	EventIPv6FragInvalidLength
	EventIPv6FragIgnored
	EventIPv6IPv4InIPv6TooSmall
	EventIPv6IPv4InIPv6WrongVersion
	EventIPv6IPv6InIPv6TooSmall
	EventIPv6IPv6InIPv6WrongVersion

	EventTCPPacketTooSmall
	EventTCPHeaderLenTooSmall
	EventTCPInvalidOptionLen
	EventTCPOptionInvalidLen
	EventTCPOptionDuplicate

	EventUDPPacketTooSmall
	EventUDPHeaderLenTooSmall
	EventUDPHeaderLenInvalid
	EventUDPLenInvalid

	EventSLLPacketTooSmall

	EventSLL2PacketTooSmall

	EventEthernetPacketTooSmall
	EventEthernetUnknownEtherType

	EventPPPPacketTooSmall
	EventPPPVJUPacketTooSmall
	EventPPPIPv4PacketTooSmall
	EventPPPIPv6PacketTooSmall
	EventPPPWrongType
	EventPPPUnsupportedProtocol

	EventPPPoEPacketTooSmall
	EventPPPoEWrongCode
	EventPPPoEMalformedTags

	EventGREPacketTooSmall
	EventGREWrongVersion
	EventGREVersion0Recursion
	EventGREVersion0Flags
	EventGREVersion0HeaderTooBig
	EventGREVersion0MalformedSREHeader
	EventGREVersion1Checksum
	EventGREVersion1Route
	EventGREVersion1SSR
	EventGREVersion1Recursion
	EventGREVersion1Flags
	EventGREVersion1NoKey
	EventGREVersion1WrongProtocol
	EventGREVersion1MalformedSREHeader
	EventGREVersion1HeaderTooBig

	EventVLANHeaderTooSmall
	EventVLANUnknownType
	EventVLANTooManyLayers

	EventIEEE8021ahHeaderTooSmall

	EventVNTagHeaderTooSmall
	EventVNTagUnknownType

	EventETagHeaderTooSmall
	EventETagUnknownType

	EventIPRawInvalidIPVersion

	EventNullPacketTooSmall
	EventNullUnsupportedType

	EventSCTPPacketTooSmall
	EventSCTPChunkTooSmall
	EventSCTPChunkLenInvalid
	EventSCTPInitChunkBundled
	EventSCTPInitWithNonZeroVTag
	EventSCTPDataWithZeroVTag
	EventSCTPTooManyChunks
	EventSCTPTooManyDataChunks

	EventESPPacketTooSmall

	EventMPLSHeaderTooSmall
	EventMPLSPacketTooSmall
	EventMPLSBadLabelRouterAlert
	EventMPLSBadLabelImplicitNull
	EventMPLSBadLabelReserved
	EventMPLSUnknownPayloadType

	EventVXLANUnknownPayloadType

	EventGeneveUnknownPayloadType

	EventERSPANHeaderTooSmall
	EventERSPANUnsupportedVersion
	EventERSPANTooManyVLANLayers

	EventDCEPacketTooSmall

	EventCHDLCPacketTooSmall

	EventNSHHeaderTooSmall
	EventNSHUnsupportedVersion
	EventNSHBadHeaderLength
	EventNSHReservedType
	EventNSHUnsupportedType
	EventNSHUnknownPayload

	EventIGMPPacketTooSmall
	EventIGMPV3PacketTooSmall
	EventIGMPMalformed

	EventARPPacketTooSmall
	EventARPUnsupportedHardware
	EventARPUnsupportedProtocol
	EventARPInvalidPacket
	EventARPInvalidHardwareSize
	EventARPInvalidProtocolSize
	EventARPUnsupportedOpcode

	EventTooManyLayers

	// NumEvents is the number of events.
	NumEvents = int(iota)
)

var eventNames = [NumEvents]string{
	EventAFPacketTruncatedPacket:             "afpacket.trunc_pkt",
	EventIPv4PacketTooSmall:                  "ipv4.pkt_too_small",
	EventIPv4HeaderLenTooSmall:               "ipv4.hlen_too_small",
	EventIPv4LenSmallerThanHeaderLen:         "ipv4.iplen_smaller_than_hlen",
	EventIPv4TruncatedPacket:                 "ipv4.trunc_pkt",
	EventIPv4OptionInvalid:                   "ipv4.opt_invalid",
	EventIPv4OptionInvalidLen:                "ipv4.opt_invalid_len",
	EventIPv4OptionMalformed:                 "ipv4.opt_malformed",
	EventIPv4OptionPadRequired:               "ipv4.opt_pad_required",
	EventIPv4OptionEOLRequired:               "ipv4.opt_eol_required",
	EventIPv4OptionDuplicate:                 "ipv4.opt_duplicate",
	EventIPv4OptionUnknown:                   "ipv4.opt_unknown",
	EventIPv4WrongVersion:                    "ipv4.wrong_ip_version",
	EventIPv4ICMPv6:                          "ipv4.icmpv6",
	EventIPv4UnknownProtocol:                 "ipv4.unknown_protocol",
	EventIPv4FragPacketTooLarge:              "ipv4.frag_pkt_too_large",
	EventIPv4FragOverlap:                     "ipv4.frag_overlap",
	EventIPv4FragIgnored:                     "ipv4.frag_ignored",
	EventICMPv4PacketTooSmall:                "icmpv4.pkt_too_small",
	EventICMPv4UnknownType:                   "icmpv4.unknown_type",
	EventICMPv4UnknownCode:                   "icmpv4.unknown_code",
	EventICMPv4IPv4TruncatedPacket:           "icmpv4.ipv4_trunc_pkt",
	EventICMPv4IPv4UnknownVersion:            "icmpv4.ipv4_unknown_ver",
	EventICMPv6UnknownType:                   "icmpv6.unknown_type",
	EventICMPv6UnknownCode:                   "icmpv6.unknown_code",
	EventICMPv6PacketTooSmall:                "icmpv6.pkt_too_small",
	EventICMPv6IPv6UnknownVersion:            "icmpv6.ipv6_unknown_version",
	EventICMPv6IPv6TruncatedPacket:           "icmpv6.ipv6_trunc_pkt",
	EventICMPv6MLDMessageWithInvalidHopLimit: "icmpv6.mld_message_with_invalid_hl",
	EventICMPv6UnassignedType:                "icmpv6.unassigned_type",
	EventICMPv6ExperimentationType:           "icmpv6.experimentation_type",
	EventIPv6PacketTooSmall:                  "ipv6.pkt_too_small",
	EventIPv6TruncatedPacket:                 "ipv6.trunc_pkt",
	EventIPv6TruncatedExtHeader:              "ipv6.trunc_exthdr",
	EventIPv6ExtHeaderDuplicateFrag:          "ipv6.exthdr_dupl_fh",
	EventIPv6ExtHeaderUselessFrag:            "ipv6.exthdr_useless_fh",
	EventIPv6ExtHeaderDuplicateRouting:       "ipv6.exthdr_dupl_rh",
	EventIPv6ExtHeaderDuplicateHopByHop:      "ipv6.exthdr_dupl_hh",
	EventIPv6ExtHeaderDuplicateDestOptions:   "ipv6.exthdr_dupl_dh",
	EventIPv6ExtHeaderDuplicateAH:            "ipv6.exthdr_dupl_ah",
	EventIPv6ExtHeaderDuplicateESP:           "ipv6.exthdr_dupl_eh",
	EventIPv6ExtHeaderInvalidOptionLen:       "ipv6.exthdr_invalid_optlen",
	EventIPv6WrongVersion:                    "ipv6.wrong_ip_version",
	EventIPv6ExtHeaderAHReservedNotNull:      "ipv6.exthdr_ah_res_not_null",
	EventIPv6HopByHopUnknownOption:           "ipv6.hopopts_unknown_opt",
	EventIPv6HopByHopOnlyPadding:             "ipv6.hopopts_only_padding",
	EventIPv6DestOptionsUnknownOption:        "ipv6.dstopts_unknown_opt",
	EventIPv6DestOptionsOnlyPadding:          "ipv6.dstopts_only_padding",
	EventIPv6RoutingType0:                    "ipv6.rh_type_0",
	EventIPv6ZeroLenPadN:                     "ipv6.zero_len_padn",
	EventIPv6FragNonZeroReservedField:        "ipv6.fh_non_zero_reserved_field",
	EventIPv6DataAfterNoneHeader:             "ipv6.data_after_none_header",
	EventIPv6UnknownNextHeader:               "ipv6.unknown_next_header",
	EventIPv6ICMPv4:                          "ipv6.icmpv4",
	EventIPv6FragPacketTooLarge:              "ipv6.frag_pkt_too_large",
	EventIPv6FragOverlap:                     "ipv6.frag_overlap",
	EventIPv6FragInvalidLength:               "ipv6.frag_invalid_length",
	EventIPv6FragIgnored:                     "ipv6.frag_ignored",
	EventIPv6IPv4InIPv6TooSmall:              "ipv6.ipv4_in_ipv6_too_small",
	EventIPv6IPv4InIPv6WrongVersion:          "ipv6.ipv4_in_ipv6_wrong_version",
	EventIPv6IPv6InIPv6TooSmall:              "ipv6.ipv6_in_ipv6_too_small",
	EventIPv6IPv6InIPv6WrongVersion:          "ipv6.ipv6_in_ipv6_wrong_version",
	EventTCPPacketTooSmall:                   "tcp.pkt_too_small",
	EventTCPHeaderLenTooSmall:                "tcp.hlen_too_small",
	EventTCPInvalidOptionLen:                 "tcp.invalid_optlen",
	EventTCPOptionInvalidLen:                 "tcp.opt_invalid_len",
	EventTCPOptionDuplicate:                  "tcp.opt_duplicate",
	EventUDPPacketTooSmall:                   "udp.pkt_too_small",
	EventUDPHeaderLenTooSmall:                "udp.hlen_too_small",
	EventUDPHeaderLenInvalid:                 "udp.hlen_invalid",
	EventUDPLenInvalid:                       "udp.len_invalid",
	EventSLLPacketTooSmall:                   "sll.pkt_too_small",
	EventSLL2PacketTooSmall:                  "sll2.pkt_too_small",
	EventEthernetPacketTooSmall:              "ethernet.pkt_too_small",
	EventEthernetUnknownEtherType:            "ethernet.unknown_ethertype",
	EventPPPPacketTooSmall:                   "ppp.pkt_too_small",
	EventPPPVJUPacketTooSmall:                "ppp.vju_pkt_too_small",
	EventPPPIPv4PacketTooSmall:               "ppp.ip4_pkt_too_small",
	EventPPPIPv6PacketTooSmall:               "ppp.ip6_pkt_too_small",
	EventPPPWrongType:                        "ppp.wrong_type",
	EventPPPUnsupportedProtocol:              "ppp.unsup_proto",
	EventPPPoEPacketTooSmall:                 "pppoe.pkt_too_small",
	EventPPPoEWrongCode:                      "pppoe.wrong_code",
	EventPPPoEMalformedTags:                  "pppoe.malformed_tags",
	EventGREPacketTooSmall:                   "gre.pkt_too_small",
	EventGREWrongVersion:                     "gre.wrong_version",
	EventGREVersion0Recursion:                "gre.version0_recur",
	EventGREVersion0Flags:                    "gre.version0_flags",
	EventGREVersion0HeaderTooBig:             "gre.version0_hdr_too_big",
	EventGREVersion0MalformedSREHeader:       "gre.version0_malformed_sre_hdr",
	EventGREVersion1Checksum:                 "gre.version1_chksum",
	EventGREVersion1Route:                    "gre.version1_route",
	EventGREVersion1SSR:                      "gre.version1_ssr",
	EventGREVersion1Recursion:                "gre.version1_recur",
	EventGREVersion1Flags:                    "gre.version1_flags",
	EventGREVersion1NoKey:                    "gre.version1_no_key",
	EventGREVersion1WrongProtocol:            "gre.version1_wrong_protocol",
	EventGREVersion1MalformedSREHeader:       "gre.version1_malformed_sre_hdr",
	EventGREVersion1HeaderTooBig:             "gre.version1_hdr_too_big",
	EventVLANHeaderTooSmall:                  "vlan.header_too_small",
	EventVLANUnknownType:                     "vlan.unknown_type",
	EventVLANTooManyLayers:                   "vlan.too_many_layers",
	EventIEEE8021ahHeaderTooSmall:            "ieee8021ah.header_too_small",
	EventVNTagHeaderTooSmall:                 "vntag.header_too_small",
	EventVNTagUnknownType:                    "vntag.unknown_type",
	EventETagHeaderTooSmall:                  "etag.header_too_small",
	EventETagUnknownType:                     "etag.unknown_type",
	EventIPRawInvalidIPVersion:               "ipraw.invalid_ip_version",
	EventNullPacketTooSmall:                  "ltnull.pkt_too_small",
	EventNullUnsupportedType:                 "ltnull.unsupported_type",
	EventSCTPPacketTooSmall:                  "sctp.pkt_too_small",
	EventSCTPChunkTooSmall:                   "sctp.chunk_too_small",
	EventSCTPChunkLenInvalid:                 "sctp.chunk_len_invalid",
	EventSCTPInitChunkBundled:                "sctp.init_chunk_bundled",
	EventSCTPInitWithNonZeroVTag:             "sctp.init_with_non_zero_vtag",
	EventSCTPDataWithZeroVTag:                "sctp.data_with_zero_vtag",
	EventSCTPTooManyChunks:                   "sctp.too_many_chunks",
	EventSCTPTooManyDataChunks:               "sctp.too_many_data_chunks",
	EventESPPacketTooSmall:                   "esp.pkt_too_small",
	EventMPLSHeaderTooSmall:                  "mpls.header_too_small",
	EventMPLSPacketTooSmall:                  "mpls.pkt_too_small",
	EventMPLSBadLabelRouterAlert:             "mpls.bad_label_router_alert",
	EventMPLSBadLabelImplicitNull:            "mpls.bad_label_implicit_null",
	EventMPLSBadLabelReserved:                "mpls.bad_label_reserved",
	EventMPLSUnknownPayloadType:              "mpls.unknown_payload_type",
	EventVXLANUnknownPayloadType:             "vxlan.unknown_payload_type",
	EventGeneveUnknownPayloadType:            "geneve.unknown_payload_type",
	EventERSPANHeaderTooSmall:                "erspan.header_too_small",
	EventERSPANUnsupportedVersion:            "erspan.unsupported_version",
	EventERSPANTooManyVLANLayers:             "erspan.too_many_vlan_layers",
	EventDCEPacketTooSmall:                   "dce.pkt_too_small",
	EventCHDLCPacketTooSmall:                 "chdlc.pkt_too_small",
	EventNSHHeaderTooSmall:                   "nsh.header_too_small",
	EventNSHUnsupportedVersion:               "nsh.unsupported_version",
	EventNSHBadHeaderLength:                  "nsh.bad_header_length",
	EventNSHReservedType:                     "nsh.reserved_type",
	EventNSHUnsupportedType:                  "nsh.unsupported_type",
	EventNSHUnknownPayload:                   "nsh.unknown_payload",
	EventIGMPPacketTooSmall:                  "igmp.pkt_too_small",
	EventIGMPV3PacketTooSmall:                "igmp.v3_pkt_too_small",
	EventIGMPMalformed:                       "igmp.malformed",
	EventARPPacketTooSmall:                   "arp.pkt_too_small",
	EventARPUnsupportedHardware:              "arp.unsupported_hardware",
	EventARPUnsupportedProtocol:              "arp.unsupported_protocol",
	EventARPInvalidPacket:                    "arp.invalid_pkt",
	EventARPInvalidHardwareSize:              "arp.invalid_hardware_size",
	EventARPInvalidProtocolSize:              "arp.invalid_protocol_size",
	EventARPUnsupportedOpcode:                "arp.unsupported_opcode",
	EventTooManyLayers:                       "too_many_layers",
}

// String returns the name of the event, such as "ipv4.pkt_too_small".
func (e Event) String() string {
	if int(e) < NumEvents {
		return eventNames[e]
	}
	return "unknown"
}
