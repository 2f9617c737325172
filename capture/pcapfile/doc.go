// Package pcapfile reads capture files: pcap and pcapng, in both byte orders, plain or compressed with gzip or
// Zstandard. What a file is, is found by its content, not by its name.
//
//	names ─▶ files, directories, "-" ─▶ first packet time of each ─▶ Reader ─▶ packet.Packet
//	                                                  merged by time ─┘
//
// Of pcapng it knows sections, interfaces with their time resolution and offset, and enhanced, simple and obsolete packet
// blocks; other blocks are skipped. A simple packet block has no time; it gets that of the packet before it.
//
// Files are read in large blocks, and a packet's bytes are handed out where they were read. (A mapping is not faster,
// and kills the process when somebody shortens the file.) Nothing is allocated per packet, and a length from a file never
// causes a large allocation.
//
// What is wrong with a file is told by an *Error, which names the file and the offset of the record:
//
//	at Open          missing, unreadable, empty, not a capture, or of a link type that is not supported
//	to Options.Warn  the last record is incomplete, or something is left out: the packets read are good
//	by Next          a record is corrupt: the rest of the file is lost. The packets of other files come first
package pcapfile
