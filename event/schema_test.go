package event

import (
	"testing"

	"github.com/reknit/reknit/event/eventtest"
)

func TestSchema(t *testing.T) {
	schema := eventtest.Load(t)
	options := &Options{
		SensorName: "probe", Version: "8.0.7",
		Ethernet: true, CommunityID: true, CaptureFile: true,
	}
	full := fullFlow()
	full.HasResponse = true
	for _, body := range []struct {
		event  string
		layout Layout
		body   Appender
	}{
		{"flow", LayoutFlow, mailFlow().Body},
		{"flow", LayoutFlow, &full},
		{"anomaly", LayoutPacket, mailAnomaly().Body},
		{"anomaly", LayoutPacket, &Anomaly{Type: AnomalyDecode, Event: "decoder.x", Frame: &Frame{Data: []byte{1}}}},
		{"anomaly", LayoutPacket, &Anomaly{Code: 3}},
		{"smtp", LayoutPacket, nil},
		{"netflow", LayoutNetflow, nil},
		{"stats", LayoutBare, nil},
	} {
		for _, protocol := range []uint8{protoTCP, protoUDP, protoICMP, protoESP} {
			r := mailPacket()
			r.Type, r.Layout, r.Body, r.Protocol = body.event, body.layout, body.body, protocol
			r.ParentID, r.Interface, r.CaptureFile, r.VLANs = 2, "eth0", "x.pcap", 3
			r.Ether = Ether{Type: 0x800, Src: []MAC{{1}, {2}}, Dst: []MAC{{3}}}
			line := r.AppendJSON(nil, options)
			if err := schema.Validate(line); err != nil {
				t.Errorf("%s: %v\n%s", body.event, err, line)
			}
		}
	}
}
