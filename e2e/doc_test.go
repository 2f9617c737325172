// Package e2e runs the command reknit and compares what it reports with what was sent.
//
// Without a build tag it does so for testdata/mail.pcap. With the tag e2e it makes the traffic: a lab is two network
// namespaces joined by a veth pair, clients in one, servers in the other, and tcpdump on the clients' end. Nothing
// leaves the two namespaces. Those tests need root and the tools that README.md lists; they are skipped without them.
package e2e
