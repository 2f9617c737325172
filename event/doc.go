// Package event writes what was found as EVE JSON: one object per line, with the keys, the key order and the value
// encoding that consumers of Suricata 8 know.
//
// A Record is one thing worth telling. Its fields are the common header; its Body writes the members that the event
// type has of its own, with the verbs of Object. Whoever makes records fills a reused Record and gives it to a Sink;
// whoever stores them calls Record.AppendJSON. Nothing is allocated on the way from one to the other.
//
//	engine, app ──▶ Record{header, Body} ──▶ Sink ──▶ AppendJSON ──▶ file, socket, …
//	                             │
//	                             └─ Body.AppendJSON(*Object): "smtp":{…},"email":{…}
//
// The bodies of this package are those that belong to no protocol: Flow and Anomaly. Protocols bring theirs.
//
// Missing on purpose: version 7 of the format, the variables of rules ("metadata", "traffic"), which come with the
// rule engine, and multi-tenancy.
package event
