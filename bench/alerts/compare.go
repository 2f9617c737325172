package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// alert is what alerts are compared by.
type alert struct {
	sid              int
	proto            string
	source, dest     string
	srcPort, dstPort int
}

func (a alert) String() string {
	return fmt.Sprintf("%d %s %s:%d -> %s:%d", a.sid, a.proto, a.source, a.srcPort, a.dest, a.dstPort)
}

// findings are what a program found in a capture.
type findings struct {
	alerts map[alert]int
	names  map[int]string  // of signatures
	protos map[string]bool // of flows
}

// readEVE reads the alerts of a file; one that is not there has none.
func readEVE(path string) (*findings, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return parseEVE(strings.NewReader(""))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := parseEVE(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// record are the fields of a line of EVE that are compared.
type record struct {
	Type     string `json:"event_type"`
	Proto    string `json:"proto"`
	AppProto string `json:"app_proto"`
	SrcIP    string `json:"src_ip"`
	DestIP   string `json:"dest_ip"`
	SrcPort  int    `json:"src_port"`
	DestPort int    `json:"dest_port"`
	Alert    struct {
		ID        int    `json:"signature_id"`
		Signature string `json:"signature"`
	} `json:"alert"`
}

func parseEVE(in io.Reader) (*findings, error) {
	found := &findings{map[alert]int{}, map[int]string{}, map[string]bool{}}
	d := json.NewDecoder(bufio.NewReader(in))
	for {
		var r record
		if err := d.Decode(&r); err == io.EOF {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		switch r.Type {
		case "alert":
			found.alerts[alert{r.Alert.ID, r.Proto, r.SrcIP, r.DestIP, r.SrcPort, r.DestPort}]++
			found.names[r.Alert.ID] = r.Alert.Signature
		case "flow":
			found.protos[r.AppProto] = true
		}
	}
}

// tally sums up captures.
type tally struct {
	without      []string // protocols
	explanations []explanation

	captures, equal, alerts   int
	explained                 int // captures of which all that is different is
	alerting                  int // captures with alerts, of either
	otherCaptures, otherEqual int // without these protocols
	signatures                map[int]*signature
	reasons                   map[string]int // captures by what explains them
}

// signature sums up what is different in one signature's alerts.
type signature struct {
	name           string
	captures       int
	missing, extra int
}

// shown is how many differences of a signature are printed of a capture.
const shown = 10

// add compares the findings in a capture and prints what is different.
func (t *tally) add(out io.Writer, path string, theirs, ours *findings) {
	changed := difference(theirs.alerts, ours.alerts)
	t.captures++
	if len(theirs.alerts)+len(ours.alerts) > 0 {
		t.alerting++
	}
	for _, n := range theirs.alerts {
		t.alerts += n
	}
	plain := !slices.ContainsFunc(t.without, func(p string) bool { return theirs.protos[p] || ours.protos[p] })
	if plain {
		t.otherCaptures++
	}
	if len(changed) == 0 {
		t.equal++
		if plain {
			t.otherEqual++
		}
		return
	}
	protos := slices.Sorted(maps.Keys(theirs.protos))
	fmt.Fprintf(out, "%s (%s)\n", path, strings.Join(protos, " "))
	counted, reasons := map[int]int{}, map[string]bool{} // how many of a signature there are
	for _, a := range slices.SortedFunc(maps.Keys(changed), func(a, b alert) int {
		return cmp.Or(cmp.Compare(a.sid, b.sid), cmp.Compare(a.String(), b.String()))
	}) {
		name := cmp.Or(theirs.names[a.sid], ours.names[a.sid])
		reason := t.explain(path, a.sid)
		if counted[a.sid] < shown {
			fmt.Fprintf(out, "  %+d of %d  %v  %s%s\n", changed[a], theirs.alerts[a], a, name, because(reason))
		}
		reasons[reason] = true
		t.count(a.sid, name, changed[a], counted[a.sid] == 0)
		counted[a.sid]++
	}
	for _, sid := range slices.Sorted(maps.Keys(counted)) {
		if more := counted[sid] - shown; more > 0 {
			fmt.Fprintf(out, "  and %d more of %d\n", more, sid)
		}
	}
	t.settle(reasons)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// settle counts a capture that is different for some reasons, of which "" is none.
func (t *tally) settle(reasons map[string]bool) {
	if !reasons[""] {
		t.explained++
	}
	delete(reasons, "")
	if t.reasons == nil {
		t.reasons = map[string]int{}
	}
	for r := range reasons {
		t.reasons[r]++
	}
}

// count adds n alerts that are too many, or if it is negative that are missing, to a signature.
func (t *tally) count(sid int, name string, n int, first bool) {
	if t.signatures == nil {
		t.signatures = map[int]*signature{}
	}
	s := t.signatures[sid]
	if s == nil {
		s = &signature{name: name}
		t.signatures[sid] = s
	}
	if first {
		s.captures++
	}
	if n < 0 {
		s.missing -= n
	} else {
		s.extra += n
	}
}

// difference returns how many alerts more ours has than theirs; less than zero are missing.
func difference(theirs, ours map[alert]int) map[alert]int {
	d := map[alert]int{}
	for a, n := range theirs {
		if m := ours[a]; m != n {
			d[a] = m - n
		}
	}
	for a, n := range ours {
		if _, ok := theirs[a]; !ok {
			d[a] = n
		}
	}
	return d
}

// print tells the sums.
func (t *tally) print(out io.Writer) {
	if len(t.signatures) > 0 {
		fmt.Fprintln(out, "\nsignature  captures  missing  extra")
		for _, sid := range slices.SortedFunc(maps.Keys(t.signatures), func(a, b int) int {
			return cmp.Or(cmp.Compare(t.signatures[b].captures, t.signatures[a].captures), cmp.Compare(a, b))
		}) {
			s := t.signatures[sid]
			fmt.Fprintf(out, "%9d  %8d  %7d  %5d  %s\n", sid, s.captures, s.missing, s.extra, s.name)
		}
	}
	if len(t.reasons) > 0 {
		fmt.Fprintln(out, "\ncaptures  reason")
		for _, r := range slices.SortedFunc(maps.Keys(t.reasons), func(a, b string) int {
			return cmp.Or(cmp.Compare(t.reasons[b], t.reasons[a]), cmp.Compare(a, b))
		}) {
			fmt.Fprintf(out, "%8d  %s\n", t.reasons[r], r)
		}
	}
	different := t.captures - t.equal
	fmt.Fprintf(out, "%d captures, %d of them with alerts, %d alerts: %d equal (%.1f %%), %d different\n",
		t.captures, t.alerting, t.alerts, t.equal, percent(t.equal, t.captures), different)
	if len(t.explanations) > 0 {
		fmt.Fprintf(out, "%d of those that are different are explained, %d are not\n", t.explained, different-t.explained)
	}
	if len(t.without) > 0 {
		fmt.Fprintf(out, "%d captures without %s: %d equal (%.1f %%), %d different\n", t.otherCaptures, strings.Join(t.without, ", "),
			t.otherEqual, percent(t.otherEqual, t.otherCaptures), t.otherCaptures-t.otherEqual)
	}
}

func percent(n, all int) float64 {
	if all == 0 {
		return 100
	}
	return 100 * float64(n) / float64(all)
}
