package filestore

import (
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"github.com/reknit/reknit/event"
)

// XFF says where in a request a proxy tells for whom it asks.
type XFF struct {
	Header string // field of the header
	First  bool   // the first address of a list counts, not the last
}

// forwarding is the body of a record of a file that may have come through a proxy.
type forwarding interface {
	Forwarded(header string, first bool) []byte
	ShowForwarded(addr []byte)
}

// Show has the record of a file show for whom a proxy asked, until the function that it returns is called.
func (x *XFF) Show(r *event.Record) (done func()) {
	b, ok := r.Body.(forwarding)
	if x == nil || !ok {
		return func() {}
	}
	b.ShowForwarded(b.Forwarded(x.Header, x.First))
	return func() { b.ShowForwarded(nil) }
}

var _ event.ConcurrentSink = (*Store)(nil)

// Concurrent reports that Event may be called by several goroutines at once.
func (s *Store) Concurrent() bool { return true }

// Event writes the record of a file that is in the store beside it, if records are wanted.
func (s *Store) Event(r *event.Record) {
	if !s.config.Fileinfo || r.Type != "fileinfo" {
		return
	}
	b, ok := r.Body.(interface{ File() event.Appender })
	if !ok {
		return
	}
	f, ok := b.File().(interface {
		Stored() bool
		SHA256() []byte
	})
	if !ok || !f.Stored() {
		return
	}
	if err := s.write(r, hex.EncodeToString(f.SHA256())); err != nil {
		s.failed(err)
	}
}

// write writes a record beside the file with a hash. It gets its name when it is whole.
func (s *Store) write(r *event.Record, hash string) error {
	f, tmp, err := s.temporary()
	if err != nil {
		return err
	}
	defer s.config.XFF.Show(r)()
	_, err = f.Write(append(r.AppendJSON(nil, nil), '\n'))
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(tmp, s.path(hash[:2], s.recordName(r, hash)))
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}

func (s *Store) recordName(r *event.Record, hash string) string {
	return fmt.Sprintf("%s.%d.%d.json", hash, time.Unix(0, r.Time).Unix(), s.record.Add(1))
}
