// Package filter has the capture filters of libpcap's tools: "tcp port 25 and not host 192.0.2.1".
//
// A Filter is compiled into functions over the bytes of a frame; there is no virtual machine. It means what tcpdump means by it (the manual
// page pcap-filter(7) describes the language): and/or have the same precedence, an address or a port without a word before it is of
// the kind of the last one, and a frame that is too short for what is looked at does not match, whatever else is true.
//
// There are: host, net, port, portrange and proto, each with src, dst and a protocol before it; ether host, ether proto; ip, ip6, arp, rarp, tcp,
// udp, sctp, icmp, icmp6, igmp, pim, vrrp, ah, esp; broadcast, multicast; vlan; less, greater, len; bytes of headers, ip[2:2], with
// arithmetic. Not here: names of hosts and networks, gateway, protochain, mpls, pppoe and what is about wireless networks.
package filter
