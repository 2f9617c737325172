package event

import "time"

// Time writes a time as 2006-01-02T15:04:05.000000-0700, in the zone of the Options.
func (o *Object) Time(key string, unixNano int64) {
	o.key(key)
	o.buf = append(o.buf, '"')
	o.buf = appendTime(o.buf, unixNano, o.zone())
	o.buf = append(o.buf, '"')
}

func (o *Object) zone() *time.Location {
	if o.options == nil || o.options.Zone == nil {
		return time.Local
	}
	return o.options.Zone
}

// appendTime does what time.AppendFormat would do, in half the time.
func appendTime(dst []byte, unixNano int64, zone *time.Location) []byte {
	local := time.Unix(0, unixNano).In(zone)
	_, offset := local.Zone()
	// The clock of the zone, read as if it were UTC: the zone is looked up once, not for every part.
	clock := time.Unix(0, unixNano).Add(time.Duration(offset) * time.Second).UTC()
	year, month, day := clock.Date()
	hour, minute, second := clock.Clock()
	micro := clock.Nanosecond() / 1000

	dst = append(dst, '2', '0', '0', '6', '-', '0', '1', '-', '0', '2', 'T',
		'1', '5', ':', '0', '4', ':', '0', '5', '.', '0', '0', '0', '0', '0', '0', '-', '0', '7', '0', '0')
	b := (*[31]byte)(dst[len(dst)-31:])
	two(b[0:2], year/100)
	two(b[2:4], year%100)
	two(b[5:7], int(month))
	two(b[8:10], day)
	two(b[11:13], hour)
	two(b[14:16], minute)
	two(b[17:19], second)
	two(b[20:22], micro/10000)
	two(b[22:24], micro/100%100)
	two(b[24:26], micro%100)
	minutes := offset / 60
	b[26] = '+'
	if minutes < 0 {
		b[26], minutes = '-', -minutes
	}
	two(b[27:29], minutes/60)
	two(b[29:31], minutes%60)
	return dst
}

// two writes a number below 100 as two digits.
func two(b []byte, n int) {
	b[0] = byte('0' + n/10)
	b[1] = byte('0' + n%10)
}
