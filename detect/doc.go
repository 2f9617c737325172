// Package detect evaluates rules over packets, streams and transactions, and makes alerts of what they find.
//
//	rule.Set ── New ──▶ Set (compiled, read-only, shared) ── Worker ──▶ Worker, one for each of the engine's
//
//	engine ── Inspect: bytes of streams ──▶ found: rules whose contents are there
//	       ── Anomaly: odd, but of no transaction ──▶ odd
//	       ── Packet ──▶ rules for addresses, packets and streams, the protocol, transactions, events
//	                     ──▶ queue of matches ──▶ limits ──▶ alert records, and an engine.Action
//
// A rule is compiled into a signature: a list of checks, functions of what the Worker is at (its scene), sections with tests
// of buffers, and effects. Rules are looked for where their type says: lists for classes of packets, for streams, and for
// the transactions of a protocol. A rule that has something that cannot be evaluated yet is refused by New.
//
// # State
//
// What rules keep of a flow (flowbits, flowints) is in kept, of a transaction in its app.Inspection, of hosts in hosts, which all
// workers share: thresholds, xbits and hostbits. Each has a limit.
//
// # Another set
//
// Live has the set that is used, and can be given another one while packets come. A worker takes it up between two packets. What flows
// and hosts have is kept by name, or by the text of the rule (marks).
//
// # When
//
// Stream rules look at chunks as the engine gives them, and alert with the packet that brings them. A rule for transactions
// is evaluated when the packet's direction of a transaction came to the progress that its fields need, once; it alerts once
// for a transaction and direction. One with a hook is evaluated while the transaction is in that state or as it comes past it, not
// later. Rules for packets can come before the stations: see early.
package detect
