package engine

import "github.com/reknit/reknit/app"

// Demand is what is done for a PacketHandler alone. Another one can be given to an engine while packets come.
type Demand struct {
	// Protocols are those of Config with other settings of their own.
	Protocols []app.Protocol
	// App is heeded as far as it is about frames that are wanted (FrameConfig.Wanted), KeepForRules and TellAfterRules.
	App app.Config
	// CheckOverlap is stream.Config.CheckOverlap.
	CheckOverlap bool
}

// Change has each worker heed d from its next packet on, and ask its PacketHandler again whether that is an EarlyHandler. Flows that
// there are go on to be parsed as they began. It may be called at any time, by any goroutine.
func (e *Engine) Change(d *Demand) { e.demand.Store(d) }

// change heeds the present demand.
func (w *Worker) change() {
	if d := w.wanted.Load(); d != w.demand {
		w.heedDemand(d)
	}
}

func (w *Worker) heedDemand(d *Demand) {
	w.demand = d
	w.gateway.Change(d.Protocols, &d.App)
	w.store.CheckOverlap(d.CheckOverlap)
	w.early = earlyOf(w.packets)
	if len(d.App.Frames.Wanted) > 0 {
		if w.beside == nil {
			w.beside = new(beside)
		}
		w.beside.frames = true // flows that have some may outlive the demand
	}
}
