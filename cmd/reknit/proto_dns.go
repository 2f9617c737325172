package main

import (
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/stream"
)

// dnsConfig turns the section app-layer.protocols.dns into the parser's settings.
func dnsConfig(d *config.DNS) dns.Config {
	return dns.Config{TCP: mode(d.EnabledTCP()), UDP: mode(d.EnabledUDP())}
}

// dnsPorts returns where DNS is looked for, or nil for its own ports.
func dnsPorts(d *config.DNS) []app.Port {
	if !d.DetectOn.Given && !d.TCP.DetectOn.Given && !d.UDP.DetectOn.Given {
		return nil
	}
	var ports []app.Port
	for _, t := range []struct {
		transport app.Transport
		enabled   string
		on        config.DetectionPorts
	}{{app.TCP, d.EnabledTCP(), d.TCP.DetectOn}, {app.UDP, d.EnabledUDP(), d.UDP.DetectOn}} {
		if t.enabled == "no" {
			continue
		}
		on := d.DetectOn
		if !on.Given {
			on = t.on
		}
		if !on.Given {
			on = config.DetectionPorts{Given: true, Destination: []uint16{53}}
		}
		if on.Source == nil { // what a server sends comes from the port that it is sent to
			on.Source = on.Destination
		}
		ports = append(ports, detectionPorts(t.transport, on)...)
	}
	return ports
}

// dnsForms turns the options of the type dns into a form of records.
func dnsForms(l *config.DNSLog, getenv func(string) string) dns.EVE {
	e := dns.EVE{
		Version:    3,
		NoRequests: !l.Requests, NoResponses: !l.Responses,
		NoDetailed: !slices.Contains(l.Formats, "detailed"), NoGrouped: !slices.Contains(l.Formats, "grouped"),
	}
	if l.Version == "2" || l.Version == "" && getenv("SURICATA_EVE_DNS_VERSION") == "2" {
		e.Version = 2
	}
	if len(l.Formats) == 0 {
		e.NoDetailed, e.NoGrouped = false, false
	}
	for _, name := range l.Types {
		if t, ok := dns.ParseType(name); ok {
			e.Types = append(e.Types, t)
		}
	}
	return e
}

// dns writes the records of a message in the form that the output wants. In version 2 the client is always the source.
func (o *eveOutput) dns(r *event.Record, m *dns.Message) {
	if r.Type != "dns" {
		o.EVE.Event(r)
		return
	}
	swap := o.forms.Version == 2 && m.Direction() == stream.ToClient
	if swap {
		swapEnds(r)
	}
	for i := range m.Forms(&o.forms) {
		if f := m.As(&o.forms, i); f != nil {
			r.Body = f
			o.EVE.Event(r)
		}
	}
	r.Body = m
	if swap {
		swapEnds(r)
	}
}

func swapEnds(r *event.Record) {
	r.Src, r.Dst = r.Dst, r.Src
	r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
	r.Ether.Src, r.Ether.Dst = r.Ether.Dst, r.Ether.Src
}
