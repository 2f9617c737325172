// Package flow finds the flow that a packet belongs to, and ends flows that are over.
//
//	packet ─▶ Key ─▶ index ─▶ Entry (in a slab, addressed by a Handle)
//	                             │
//	 time of the packet ─▶ hand ─┴─▶ end callback ─▶ free list
//
// A Key is the two endpoints in sorted order, the protocol, the VLAN identifiers, the IP version and the depth of
// tunnels; one bit tells which endpoint sent the packet, so both directions of a flow have the same key. An Entry is
// the key, the times, counters and state of a flow, and a value of the caller's type. Entries live in slabs of fixed
// size and never move; they hold no pointers (unless the caller's type does), so the garbage collector has nothing to
// follow. With a value of 24 bytes a flow costs at most 128 bytes, the index included.
//
// The index is a linear hash table: it grows by one bucket at a time, so no packet ever waits for a rehash. A bucket is a
// cache line of handles with some bits of the hash, so a packet of a new flow costs one access to memory that is not in a
// cache, and a packet of an old one two. The hash is keyed with random numbers, one set per table.
//
// The time is that of the packets; nobody has to flush. A hand goes around the slabs once every ten seconds of packet
// time and ends what has timed out; besides, a flow found by Find is checked exactly. Each slab remembers the
// earliest time at which anything in it can time out, so that the hand passes slabs with nothing to do at the cost of
// one comparison.
//
// When the memory is used up the table enters emergency mode: shorter timeouts, a faster hand, and a new flow takes
// the place of one that has been idle. It stays there until enough of the table is free again.
//
// A Table belongs to one goroutine. It reads no clock and allocates only when it grows.
//
// The behaviour follows Suricata's flow engine; one difference: identifiers of flows do not depend on the random hash
// keys, so that the same capture gives the same identifiers.
package flow
