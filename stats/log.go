package stats

import (
	"fmt"
	"time"
)

const rule = "------------------------------------------------------------------------------------\n"

// AppendLog appends the snapshot as the table that stats.log holds, with the date in the given zone.
func (s *Snapshot) AppendLog(dst []byte, o Options, zone *time.Location) []byte {
	t := time.Unix(0, s.Time).In(zone)
	up := int64(s.Uptime / time.Second)
	dst = append(dst, rule...)
	dst = fmt.Appendf(dst, "Date: %s (uptime: %dd, %02dh %02dm %02ds)\n",
		t.Format("1/2/2006 -- 15:04:05"), up/86400, up/3600%24, up/60%60, up%60)
	dst = append(dst, rule...)
	dst = fmt.Appendf(dst, "%-45s | %-25s | %s\n", "Counter", "TM Name", "Value")
	dst = append(dst, rule...)
	if !o.NoTotals {
		dst = s.Total.appendLog(dst, o)
	}
	if o.Threads {
		for i := range s.Threads {
			dst = s.Threads[i].appendLog(dst, o)
		}
	}
	return dst
}

func (t *Table) appendLog(dst []byte, o Options) []byte {
	for _, r := range t.Rows {
		if r.Value != 0 || !o.NoZeros {
			dst = fmt.Appendf(dst, "%-45s | %-25s | %d\n", r.Name, t.Name, r.Value)
		}
	}
	return dst
}
