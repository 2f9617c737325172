// Package stats gathers counters and writes them: as stats records, and as the table of stats.log.
//
// Whoever counts does so in a plain struct that it owns; a tag names what a field counts:
//
//	type Counters struct {
//		Packets uint64 `stat:"decoder.pkts"`
//		Largest uint64 `stat:"decoder.max_pkt_size,max"`
//		Memory  uint64 `stat:"tcp.memuse,gauge"`
//
//		Wait [2]uint64 `stat:"flow.recycler.queue_avg,avg"` // sum and number
//		_    struct{}  `stat:"decoder.avg_pkt_size,avg=decoder.bytes/decoder.pkts"`
//
//		Events EventCounts // [N]uint64 with StatName(i int) string, or anything with Each
//	}
//
// Fields without a tag are not counters; nested structs are looked into. The values of all threads are added; of a
// maximum the largest counts, and an average is taken over all of them.
//
//	counters ──▶ Thread.Collect ──▶ Gatherer.Snapshot ──▶ Body (EVE), AppendLog (stats.log)
//	 the owner's goroutine           any goroutine
package stats
