// Package certstore keeps certificates in a directory, as Suricata's output tls-store does: for each chain a file with the certificates, in
// PEM (RFC 7468), and one that tells where they were seen.
package certstore

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/reknit/reknit/event"
)

// Config describes a Store. Only Dir is needed.
type Config struct {
	// Dir is the directory; it is made if it is not there.
	Dir string
	// MaxFiles is the number of chains that are kept in a run; more are counted. When zero, it is 1048576.
	MaxFiles int
	// Report is told the first error of the file system. When nil, errors are only counted.
	Report func(error)
}

const defaultMaxFiles = 1 << 20

// Store is a directory of certificates. It is safe for concurrent use.
type Store struct {
	config                  Config
	number                  atomic.Int64
	stored, refused, errors atomic.Uint64
	report                  sync.Once
}

// Open makes the directory.
func Open(c Config) (*Store, error) {
	if c.MaxFiles <= 0 {
		c.MaxFiles = defaultMaxFiles
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("tls-store: %w", err)
	}
	return &Store{config: c}, nil
}

// Each calls yield for each counter.
func (s *Store) Each(yield func(name string, value uint64)) {
	yield("reknit.tls_store.stored", s.stored.Load())
	yield("reknit.tls_store.refused", s.refused.Load())
	yield("reknit.tls_store.errors", s.errors.Load())
}

// Chain is what is kept.
type Chain struct {
	Client                       bool // of the client; else of the server
	DER                          [][]byte
	Subject, Issuer, Fingerprint string // of the first one
}

// Put keeps a chain that was seen with the packet, or the end of the flow, that r tells.
func (s *Store) Put(r *event.Record, c *Chain) {
	n := s.number.Add(1)
	if n > int64(s.config.MaxFiles) {
		s.refused.Add(1)
		return
	}
	name := fmt.Sprintf("%d.%06d-%d", r.Time/1e9, r.Time%1e9/1e3, n)
	if c.Client {
		name = "client-" + name
	}
	name = filepath.Join(s.config.Dir, name)
	var certificates bytes.Buffer
	for _, der := range c.DER {
		pem.Encode(&certificates, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	err := os.WriteFile(name+".pem", certificates.Bytes(), 0o640)
	if err == nil {
		err = os.WriteFile(name+".meta", about(r, c), 0o640)
	}
	if err != nil {
		s.errors.Add(1)
		s.report.Do(func() {
			if s.config.Report != nil {
				s.config.Report(fmt.Errorf("tls-store: %w", err))
			}
		})
		return
	}
	s.stored.Add(1)
}

// about tells where a chain was seen.
func about(r *event.Record, c *Chain) []byte {
	var b bytes.Buffer
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-18s "+format+"\n", append([]any{name}, args...)...)
	}
	line("TIME:", "%s", time.Unix(0, r.Time).Format("01/02/2006-15:04:05.000000"))
	if r.Number > 0 {
		line("PCAP PKT NUM:", "%d", r.Number)
	}
	line("SRC IP:", "%s", address(r.Src))
	line("DST IP:", "%s", address(r.Dst))
	line("PROTO:", "%d", r.Protocol)
	line("SRC PORT:", "%d", r.SrcPort)
	line("DST PORT:", "%d", r.DstPort)
	line("TLS SUBJECT:", "%s", c.Subject)
	line("TLS ISSUERDN:", "%s", c.Issuer)
	line("TLS FINGERPRINT:", "%s", c.Fingerprint)
	return b.Bytes()
}

func address(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	return a.StringExpanded()
}
