package defrag

import (
	"net/netip"
	"time"
)

// Config limits a Table. The zero value is ready to use.
type Config struct {
	// Memory is the number of bytes that incomplete datagrams may take.
	// When zero, it is 32 MiB; the least that works is 128 KiB.
	Memory int64

	// MaxTrackers is the number of incomplete datagrams held at once. When zero, it is 65535.
	MaxTrackers int

	// MaxFragments is the number of fragments held at once; further ones are ignored. When zero, it is 65535.
	MaxFragments int

	// Timeout is how long after its first fragment an incomplete datagram is given up. When zero, it is 60 seconds.
	Timeout time.Duration

	// TimeoutOf returns the time for datagrams to one host, or 0 where Timeout applies. It may be nil.
	TimeoutOf func(netip.Addr) time.Duration

	// Policy returns the policy of a receiving host. When nil, every host has Linux6.
	Policy func(netip.Addr) Policy

	// IgnoreVLAN puts fragments with different VLAN tags together, IgnoreDepth those inside different numbers of tunnels.
	IgnoreVLAN, IgnoreDepth bool
}

const (
	defaultMemory  = 32 << 20
	minMemory      = 128 << 10 // a datagram of the largest size, with its owners
	defaultMax     = 65535
	defaultTimeout = 60 * time.Second
)

func (c *Config) complete() {
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	c.Memory = max(c.Memory, minMemory)
	if c.MaxTrackers <= 0 {
		c.MaxTrackers = defaultMax
	}
	if c.MaxFragments <= 0 {
		c.MaxFragments = defaultMax
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
}

// Counters count what a Table did. The tags are the names in stats records.
type Counters struct {
	IPv4Fragments   uint64 `stat:"defrag.ipv4.fragments"`
	IPv4Reassembled uint64 `stat:"defrag.ipv4.reassembled"`
	IPv6Fragments   uint64 `stat:"defrag.ipv6.fragments"`
	IPv6Reassembled uint64 `stat:"defrag.ipv6.reassembled"`

	TrackersReached  uint64 `stat:"defrag.max_trackers_reached"` // a fragment had to be ignored for want of memory
	FragmentsReached uint64 `stat:"defrag.max_frags_reached"`    // or because too many were held
	SoftReuse        uint64 `stat:"defrag.tracker_soft_reuse"`   // the identification of one that timed out was used again
	HardReuse        uint64 `stat:"defrag.tracker_hard_reuse"`   // an incomplete datagram was given up for another
	Timeouts         uint64 `stat:"defrag.wrk.tracker_timeout"`
	MemoryUse        uint64 `stat:"defrag.memuse"` // bytes
}
