package websocket

import (
	"strconv"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// The anomalies.
const (
	skipEndOfPayload app.EventID = iota
	reassemblyLimitReached
)

// events are their names.
var events = []app.EventInfo{
	skipEndOfPayload:       {Name: "skip_end_of_payload"},
	reassemblyLimitReached: {Name: "reassembly_limit_reached"},
}

// fields are what rules can inspect, under Suricata's names. Numbers are in decimal.
var fields = func() (list []app.Field) {
	for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
		add := func(name string, get func(f *Frame) ([]byte, bool)) {
			list = append(list, app.Field{Name: name, Dir: d, At: complete, Get: func(tx app.Transaction, i int) ([]byte, bool) {
				f, ok := tx.(*Frame)
				if !ok || i > 0 || f.Dir != d {
					return nil, false
				}
				return get(f)
			}})
		}
		add("websocket.payload", func(f *Frame) ([]byte, bool) { return f.Payload, true })
		add("websocket.opcode", func(f *Frame) ([]byte, bool) { return number(uint64(f.Opcode)), true })
		add("websocket.mask", func(f *Frame) ([]byte, bool) { return number(uint64(f.Mask)), f.Masked })
		add("websocket.flags", func(f *Frame) ([]byte, bool) { return number(f.flags()), true })
	}
	return list
}()

func number(n uint64) []byte { return strconv.AppendUint(nil, n, 10) }

// flags returns FIN and RSV1 as the frame has them: bits 7 and 6 of its first byte.
func (f *Frame) flags() uint64 {
	var n uint64
	if f.Fin {
		n |= 0x80
	}
	if f.Compressed {
		n |= 0x40
	}
	return n
}
