package rule

// later are the keywords that the language has and that are not supported yet, with the protocol that they belong to. One
// that becomes a field of its protocol is supported without a change here.
var later = []struct{ protocol, names string }{
	{"", `lua luaxform nfq_set_mark
		sctp.vtag sctp.chunk_type sctp.chunk_cnt sctp.chunk_data sctp.hdr
		igmp.type igmp.hdr igmp-csum vxlan_vni tcp.session flow.elephant vlan_id`},
	{"http2", `http2.frametype http2.errorcode http2.priority http2.window http2.size_update http2.settings http2.header_name`},
	{"smtp", `smtp.helo smtp.mail_from email.from email.to email.cc email.subject email.date email.message_id email.x_mailer`},
	{"tls", `tls.version ssl_version ssl_state tls_cert_notbefore tls_cert_notafter tls_cert_expired tls_cert_valid tls.cert_chain_len
		tls.subject tls.issuerdn tls.fingerprint tls.handshake.alpn`},
	{"dns", `dns.opcode dns.rcode dns.rrtype`},
	{"mdns", `mdns.queries.rrname mdns.answers.rrname mdns.authorities.rrname mdns.additionals.rrname mdns.response.rrname`},
	{"llmnr", `llmnr.queries.rrname llmnr.answers.rrname llmnr.authorities.rrname llmnr.additionals.rrname llmnr.response.rrname`},
	{"ftp", `ftp.command ftp.command_data ftp.reply ftp.completion_code ftp.dynamic_port ftp.mode ftp.reply_received ftpbounce`},
	{"ftp-data", `ftpdata_command`},
	{"smb", `smb.ntlmssp_user smb.ntlmssp_domain smb.version`},
	{"dcerpc", `dcerpc.iface dce_iface dcerpc.opnum dce_opnum`},
	{"sip", `sip.method sip.uri sip.protocol sip.stat_code sip.stat_msg sip.request_line sip.response_line sip.from sip.to sip.via
		sip.user_agent sip.content_type sip.content_length sdp.origin sdp.session_name sdp.session_info sdp.uri sdp.email
		sdp.phone_number sdp.connection_data sdp.bandwidth sdp.time sdp.repeat_time sdp.timezone sdp.encryption_key sdp.attribute
		sdp.media.media sdp.media.session_info sdp.media.connection_data sdp.media.encryption_key`},
	{"mqtt", `mqtt.type mqtt.flags mqtt.qos mqtt.protocol_version mqtt.reason_code mqtt.connack.return_code
		mqtt.connack.session_present mqtt.connect.clientid mqtt.connect.username mqtt.connect.password mqtt.connect.willtopic
		mqtt.connect.willmessage mqtt.connect.flags mqtt.connect.protocol_string mqtt.publish.topic mqtt.publish.message`},
	{"websocket", `websocket.payload websocket.opcode websocket.mask websocket.flags`},
	{"ldap", `ldap.request.operation ldap.request.dn ldap.request.attribute_type ldap.responses.operation ldap.responses.dn
		ldap.responses.count ldap.responses.result_code ldap.responses.message ldap.responses.attribute_type`},
	{"quic", `quic.version quic.sni quic.ua`},
	{"snmp", `snmp.version snmp.pdu_type snmp.usm snmp.trap_type snmp.trap_oid snmp.trap_address`},
	{"dhcp", `dhcp.leasetime dhcp.rebinding_time dhcp.renewal_time`},
	{"rfb", `rfb.name rfb.sectype rfb.secresult`},
	{"krb5", `krb5_msg_type krb5_err_code krb5.weak_encryption krb5.malformed_data krb5.ticket_encryption`},
	{"nfs", `nfs_procedure nfs.version nfs_version`},
	{"ike", `ike.init_spi ike.resp_spi ike.exchtype ike.chosen_sa_attribute ike.key_exchange_payload ike.key_exchange_payload_length
		ike.nonce_payload ike.nonce_payload_length`},
	{"pgsql", `pgsql.query`},
	{"ntp", `ntp.version ntp.mode ntp.stratum ntp.reference_id`},
	{"modbus", `modbus`},
	{"dnp3", `dnp3_func dnp3_ind dnp3_obj dnp3_data`},
	{"enip", `enip_command cip_service enip.status enip.product_name enip.protocol_version enip.revision enip.identity_status
		enip.state enip.serial enip.product_code enip.device_type enip.vendor_id enip.cip_attribute enip.cip_class enip.cip_instance
		enip.cip_status`},
}
