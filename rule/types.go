package rule

import (
	"github.com/reknit/reknit/rule/payload"
)

// typeOf decides by what the rule is evaluated.
func (r *Rule) typeOf() Type {
	raw := r.rawSection()
	switch {
	case r.inTx():
		return Transaction
	case r.onlyDecodeEvents():
		return DecodeEventOnly
	case raw != nil:
		return r.rawType()
	case r.onlyDetection():
		return DetectionOnly
	case r.onlyAddresses():
		if r.Src.negated || r.Dst.negated {
			return LikeIPOnly
		}
		return IPOnly
	case r.Protocol.App != nil && len(r.Tests) == 0 && len(r.Sections) == 0:
		return AppLayer
	}
	return PacketRule
}

// Raw reports whether the rule looks at packets or streams as they are.
func (r *Rule) Raw() bool { return r.rawSection() != nil }

// rawSection returns the first section that looks at packets or streams as they are, or nil.
func (r *Rule) rawSection() *Section {
	for _, s := range r.Sections {
		if s.Buffer.Source == FromPayload {
			return s
		}
	}
	return nil
}

// rawType decides whether a rule with raw contents looks at packets, at streams or at both.
func (r *Rule) rawType() Type {
	p := r.Protocol
	switch {
	case p.Transports != 0 && p.Transports&TCP == 0, p.Packets, r.Flow.Stream == NotIt, r.traits&needsPacket != 0:
		return PacketRule
	case p.Stream, r.Flow.Stream == OnlyIt:
		return StreamRule
	}
	for _, s := range r.Sections {
		for _, t := range s.Tests {
			if c, ok := t.(*payload.Content); ok && c.Anchored() {
				return PacketStream
			}
		}
	}
	return StreamRule
}

func (r *Rule) onlyDecodeEvents() bool {
	if r.Protocol.App != nil || r.Protocol.Transports != 0 || r.Protocol.ARP || r.Protocol.Ethernet || len(r.Sections) > 0 || len(r.Tests) == 0 {
		return false
	}
	for _, t := range r.Tests {
		if e, ok := t.(*Event); !ok || e.Stream {
			return false
		}
	}
	return true
}

// onlyDetection reports whether nothing but the protocol of the flow is asked for.
func (r *Rule) onlyDetection() bool {
	if r.Flow.Established || r.Flow.NotYet || r.Protocol.App != nil || len(r.Sections) > 0 || len(r.Tests) == 0 {
		return false
	}
	for _, t := range r.Tests {
		if _, ok := t.(*AppProtocol); !ok {
			return false
		}
	}
	return true
}

// onlyAddresses reports whether the first packet of each direction of a flow tells everything.
func (r *Rule) onlyAddresses() bool {
	const more = needsPacket | needsTx | needsDetected
	if r.Protocol.App != nil || r.Protocol.Packets || r.Protocol.Stream || r.Protocol.Headers || r.Protocol.ARP || r.Protocol.Ethernet || len(r.Sections) > 0 ||
		r.Flow.Given || r.traits&more != 0 {
		return false
	}
	for _, t := range r.Tests {
		switch t.(type) {
		case *Xbits, *Hostbits, *IPRep, *Numeric: // ip_proto
		default:
			return false
		}
	}
	return true
}

// Cost says how often a rule is evaluated, roughly.
type Cost uint8

const (
	CostPattern Cost = iota // when its fast pattern was found
	CostFlow                // once or twice in a flow
	CostTx                  // for every transaction of its protocols
	CostPacket              // for every packet that fits its header
)

// String describes the cost.
func (c Cost) String() string {
	return [...]string{"low: when the fast pattern was found", "low: once or twice in a flow", "high: for every transaction",
		"high: for every packet that fits the header"}[c]
}

// Cost returns how often the rule is evaluated.
func (r *Rule) Cost() Cost {
	switch {
	case r.Fast != nil:
		return CostPattern
	case r.Type == IPOnly || r.Type == LikeIPOnly || r.Type == DetectionOnly:
		return CostFlow
	case r.Type == Transaction:
		return CostTx
	}
	return CostPacket
}
