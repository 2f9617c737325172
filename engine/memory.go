package engine

// memory is what a worker uses of what it may use.
type memory struct {
	TCP uint64 `stat:"tcp.memuse,gauge"` // bytes of connections that are followed

	FromCache uint64 `stat:"tcp.ssn_from_cache"` // connections in the place of one that ended
	FromPool  uint64 `stat:"tcp.ssn_from_pool"`  // … and in a new place

	// How much of its limit is used by that which is nearest to it, in percent: flows, connections or streams.
	Pressure    uint64 `stat:"memcap.pressure,max"`
	PressureMax uint64 `stat:"memcap.pressure_max,max"`
}

// gauge sets the counters that tell what is in use now.
func (w *Worker) gauge() {
	m, s := &w.memory, &w.store.Counters
	w.store.Gauge()
	m.TCP = w.conns.memory() + uint64(w.tracker.MemoryUse())
	m.FromCache, m.FromPool = w.conns.again, uint64(w.conns.next)
	w.flows.Gauge()
	f := w.flows.Counters()
	m.Pressure = max(percent(f.Memory, w.flows.Memory()), percent(m.TCP, uint64(w.config.ConnectionMemory)),
		percent(s.MemoryUse, uint64(w.store.Config().MemoryCap)))
	if s.Refused+s.RefusedOverlap+f.Memcap+w.counters.ConnectionsRefused > 0 {
		m.PressureMax = 100
	}
	m.PressureMax = max(m.PressureMax, m.Pressure)
}

// percent returns how much of a limit is used; 0 without a limit.
func percent(used, limit uint64) uint64 {
	if limit == 0 {
		return 0
	}
	return min(used*100/limit, 100)
}

// needless are counters of what works otherwise here and so never happens. They are written because consumers look for them.
type needless struct {
	Busy uint64 `stat:"flow.get_used_eval_busy"` // no flow is locked

	SyncIncomplete uint64 `stat:"flow.wrk.spare_sync_incomplete"` // a block of spare flows is had, or not
	QueueAverage   uint64 `stat:"flow.recycler.queue_avg"`        // flows are freed at once
	QueueMax       uint64 `stat:"flow.recycler.queue_max"`
	ManagerFound   uint64 `stat:"defrag.mgr.tracker_timeout"` // workers find what timed out

	// Stream events that Suricata names and does not raise, or that tell of failures that a Go program does not see.
	AnswerResent  uint64 `stat:"stream.3whs_synack_resend_with_diff_seq"`
	InsertMemcap  uint64 `stat:"stream.reassembly_insert_memcap"`
	InsertInvalid uint64 `stat:"stream.reassembly_insert_invalid"`
	BeforeBase    uint64 `stat:"stream.reassembly_segment_before_base_seq"`

	// Without a store of files.
	FilesOpen  uint64 `stat:"file_store.open_files"`
	FilesMost  uint64 `stat:"file_store.open_files_max_hit"`
	FileErrors uint64 `stat:"file_store.fs_errors"`

	// Sources do not bypass flows yet.
	CaptureBypassedPackets uint64 `stat:"flow_bypassed.local_capture_pkts"`
	CaptureBypassedBytes   uint64 `stat:"flow_bypassed.local_capture_bytes"`
	CaptureClosed          uint64 `stat:"flow_bypassed.closed"`
	CapturePackets         uint64 `stat:"flow_bypassed.pkts"`
	CaptureBytes           uint64 `stat:"flow_bypassed.bytes"`
}
