package dump

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/reknit/reknit/stream"
)

// extensions are what file names of each direction end in.
var extensions = [...]string{stream.ToServer: ".toserver", stream.ToClient: ".toclient"}

// FileName returns the name of the file for direction d of a stream: "192.0.2.1.40000-198.51.100.25.25.toserver". It has
// no characters that are special in file names; the colons of IPv6 are replaced by "_". nth tells the connections between
// the same ends apart: the second has the name "192.0.2.1.40000-198.51.100.25.25-2.toserver".
func FileName(client, server netip.AddrPort, nth uint32, d stream.Dir) string {
	name := end(client) + "-" + end(server)
	if nth > 1 {
		name += "-" + strconv.FormatUint(uint64(nth), 10)
	}
	return name + extensions[d]
}

func end(a netip.AddrPort) string {
	return strings.ReplaceAll(a.Addr().WithZone("").String(), ":", "_") + "." + strconv.Itoa(int(a.Port()))
}
