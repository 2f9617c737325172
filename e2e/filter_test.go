//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/capture/filter"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// filters are expressions that tcpdump and package filter must agree on.
var filters = strings.Split(`tcp
udp
icmp
icmp6
ip6
arp
vlan
not ip
port 80
tcp port 80
udp port 53
src port 80
dst port 80
port 80 or 443
src port 80 or 53 or 25
not port 80 and not port 53
tcp or udp and port 53
tcp port 80 and not host 10.0.0.1
portrange 1-1024
tcp portrange 20-25
dst portrange 50-100
net 10.0.0.0/8
net 10
net 192.168
src net 10.0.0.0/8 and dst net 10.0.0.0/8
src and dst net 10.0.0.0/8
net 10.0.0.0 mask 255.0.0.0
net 2001:db8::/32
ip6 net fe80::/10
ip proto 6
ip proto \tcp
ip6 proto 58
proto 17
ether proto 0x0800
ether proto \ip6
less 64
greater 100
len > 100
len = 60
ip[0] & 0xf != 5
ip[6:2] & 0x1fff != 0
ip[8] < 64
tcp[13] & 2 != 0
tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn
tcp[tcpflags] & (tcp-rst|tcp-fin) != 0
tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420
udp[4:2] > 50
icmp[icmptype] = icmp-echo
ip6[6] = 58
ip[2:2] - ((ip[0]&0xf)<<2) > 100
ether[0] & 1 = 1
ether multicast
broadcast
ip multicast
ip6 multicast
vlan and tcp
vlan 1 or tcp
not tcp[100] = 1
not (tcp or udp)
! tcp && ! udp
(tcp and port 80) or (udp and port 53)
1 = 1
ip[2:2] / 2 > 30
ip[2:2] % 4 = 0
ip[2:2] ^ 0xff > 200`, "\n")

// TestFiltersAsTcpdump counts what the filters leave of captures: those of the repository, and of the directory REKNIT_CAPTURES.
func TestFiltersAsTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("there is no tcpdump")
	}
	names := []string{"../testdata/mail.pcap"}
	if dir := os.Getenv("REKNIT_CAPTURES"); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*.pcap"))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, more...)
	}
	for _, name := range names {
		for _, text := range filters {
			want, err := tcpdumped(name, text)
			if err != nil {
				t.Logf("%s: tcpdump does not take %q: %v", name, text, err)
				continue
			}
			if got := filtered(t, name, text); got != want {
				t.Errorf("%s: %q leaves %d packets, tcpdump %d", name, text, got, want)
			}
		}
	}
}

// tcpdumped counts the packets that tcpdump writes.
func tcpdumped(name, text string) (n int, err error) {
	var errs bytes.Buffer
	c := exec.Command("tcpdump", "-n", "-r", name, "-w", "-", text)
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, errs.String())
	}
	r, err := pcapfile.NewReader(bytes.NewReader(out), name, pcapfile.Options{})
	if err != nil {
		return 0, err
	}
	for p := (packet.Packet{}); ; n++ {
		if err := r.Next(&p); err != nil {
			return n, nil
		}
	}
}

// filtered counts the packets that a filter leaves.
func filtered(t *testing.T, name, text string) (n int) {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return -1
	}
	r, err := pcapfile.Open(name, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var p packet.Packet
	for {
		switch err := r.Next(&p); {
		case err == io.EOF:
			return n
		case err != nil:
			t.Fatal(err)
		}
		if f.Match(p.Link, p.Frame, p.WireLen) {
			n++
		}
	}
}
