package stats

import "strings"

// order lists counters in the order in which they are written. Others follow behind those of their group, in the
// order in which they came. Being listed does not make a counter: only what is counted is written.
var order = [...]struct{ group, names string }{
	{"capture", `kernel_packets kernel_drops kernel_ifdrops errors
		afpacket.polls afpacket.poll_data afpacket.poll_timeout afpacket.poll_signal afpacket.poll_errors
		afpacket.busy_loop_avg afpacket.send_errors`},
	{"decoder", `pkts bytes invalid ipv4 ipv6 ethernet arp unknown_ethertype chdlc raw null sll sll2 tcp udp sctp esp
		igmp icmpv4 icmpv6 ppp pppoe geneve gre vlan vlan_qinq vlan_qinqinq vxlan vntag etag ieee8021ah teredo
		ipv4_in_ipv4 ipv6_in_ipv4 ipv4_in_ipv6 ipv6_in_ipv6 mpls avg_pkt_size max_pkt_size max_mac_addrs_src
		max_mac_addrs_dst erspan nsh too_many_layers event`},
	{"tcp", `syn synack rst urg active_sessions sessions ssn_memcap_drop ssn_from_cache ssn_from_pool pseudo
		invalid_checksum midstream_pickups pkt_on_wrong_thread ack_unseen_data segment_memcap_drop
		segment_from_cache segment_from_pool stream_depth_reached reassembly_gap overlap overlap_diff_data
		insert_data_normal_fail insert_data_overlap_fail urgent_oob_data memuse reassembly_memuse`},
	{"flow", `memcap total active tcp udp icmpv4 icmpv6 tcp_reuse elephant elephant_toserver elephant_toclient
		get_used get_used_eval get_used_eval_reject get_used_eval_busy get_used_failed
		wrk.spare_sync_avg wrk.spare_sync wrk.spare_sync_incomplete wrk.spare_sync_empty
		wrk.flows_evicted_needs_work wrk.flows_evicted_pkt_inject wrk.flows_evicted wrk.flows_injected
		wrk.flows_injected_max
		end.state.new end.state.established end.state.closed end.state.local_bypassed end.state.capture_bypassed
		end.tcp_state.none end.tcp_state.syn_sent end.tcp_state.syn_recv end.tcp_state.established
		end.tcp_state.fin_wait1 end.tcp_state.fin_wait2 end.tcp_state.time_wait end.tcp_state.last_ack
		end.tcp_state.close_wait end.tcp_state.closing end.tcp_state.closed end.tcp_liberal
		mgr.full_hash_pass mgr.rows_per_sec mgr.rows_maxlen mgr.flows_checked mgr.flows_notimeout
		mgr.flows_timeout mgr.flows_evicted mgr.flows_evicted_needs_work
		spare emerg_mode_entered emerg_mode_over recycler.recycled recycler.queue_avg recycler.queue_max memuse`},
	{"defrag", `ipv4.fragments ipv4.reassembled ipv6.fragments ipv6.reassembled max_trackers_reached
		max_frags_reached tracker_soft_reuse tracker_hard_reuse wrk.tracker_timeout mgr.tracker_timeout memuse`},
	{"flow_bypassed", `local_pkts local_bytes local_capture_pkts local_capture_bytes closed pkts bytes`},
	{"exception_policy", ``},
	{"stream", ``},
	{"detect", `alert alert_queue_overflow alerts_suppressed lua`},
	{"app_layer", `flow tx error expectations`},
	{"memcap", `pressure pressure_max`},
	{"http", `memuse memcap byterange.memuse byterange.memcap`},
	{"ftp", `memuse memcap`},
	{"host", `memuse memcap`},
	{"ippair", `memuse memcap`},
	{"file_store", `open_files open_files_max_hit fs_errors`},
	{"ips", `accepted blocked rejected replaced drop_reason`},
}

// ranks numbers the names of order and their prefixes.
func ranks() map[string]int {
	rank := make(map[string]int)
	for _, o := range order {
		rank[o.group] = len(rank)
		for _, name := range strings.Fields(o.names) {
			name = o.group + "." + name
			for end := range prefixes(name) {
				if _, ok := rank[name[:end]]; !ok {
					rank[name[:end]] = len(rank)
				}
			}
		}
	}
	return rank
}

// key is what counters are sorted by.
func (g *Gatherer) key(name string) (key []int) {
	for end := range prefixes(name) {
		r, ok := g.rank[name[:end]]
		if !ok {
			r = len(g.rank)
			g.rank[name[:end]] = r
		}
		key = append(key, r)
	}
	return key
}

// prefixes yields the ends of the parts of a dotted name: 1, 3 and 5 for "a.b.c".
func prefixes(name string) func(yield func(end int) bool) {
	return func(yield func(end int) bool) {
		for i := range len(name) + 1 {
			if (i == len(name) || name[i] == '.') && !yield(i) {
				return
			}
		}
	}
}
