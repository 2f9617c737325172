package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

var capture = flag.Bool("capture", false, "make the conversations of crypto/tls in testdata anew")

// said is what one side sent in one call.
type said struct {
	dir  stream.Dir
	data []byte
}

// pipe holds what was sent in one direction and not read yet. Writing never blocks.
type pipe struct {
	mu   sync.Mutex
	cond *sync.Cond
	buf  bytes.Buffer
	done bool
}

func newPipe() *pipe {
	p := new(pipe)
	p.cond = sync.NewCond(&p.mu)
	return p
}

// end is one end of a connection that notes what it sends.
type end struct {
	net.Conn // nil: deadlines are not used
	in, out  *pipe
	note     func(b []byte)
}

func (e *end) Read(b []byte) (int, error) {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	for e.in.buf.Len() == 0 && !e.in.done {
		e.in.cond.Wait()
	}
	return e.in.buf.Read(b)
}

func (e *end) Write(b []byte) (int, error) {
	e.note(b)
	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	e.out.cond.Broadcast()
	return e.out.buf.Write(b)
}

func (e *end) Close() error {
	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	e.out.done = true
	e.out.cond.Broadcast()
	return nil
}

func (e *end) SetWriteDeadline(time.Time) error { return nil }

// exchange lets a client and a server of crypto/tls make a handshake and send some bytes, and returns what they sent.
func exchange(t *testing.T, client, server *tls.Config) ([]said, tls.ConnectionState) {
	t.Helper()
	var list []said
	var mu sync.Mutex
	note := func(d stream.Dir) func([]byte) {
		return func(b []byte) {
			mu.Lock()
			defer mu.Unlock()
			list = append(list, said{d, bytes.Clone(b)})
		}
	}
	up, down := newPipe(), newPipe()
	c := tls.Client(&end{in: down, out: up, note: note(stream.ToServer)}, client)
	s := tls.Server(&end{in: up, out: down, note: note(stream.ToClient)}, server)
	failed := make(chan error, 1)
	go func() {
		_, err := io.ReadFull(s, make([]byte, len("question")))
		if err == nil {
			_, err = s.Write([]byte("answer"))
		}
		failed <- err
	}()
	if _, err := c.Write([]byte("question")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, len("answer"))); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	state := c.ConnectionState()
	c.Close()
	s.Close()
	return list, state
}

// issue makes a certificate, signed by parent or by itself.
func issue(t *testing.T, template *x509.Certificate, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, above := key, template
	if parent != nil {
		signer, above = parent.PrivateKey.(*ecdsa.PrivateKey), parent.Leaf
	}
	der, err := x509.CreateCertificate(rand.Reader, template, above, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	if parent != nil {
		c.Certificate = append(c.Certificate, parent.Certificate...)
	}
	return c
}

// certificates returns that of a server, with an authority above it, and that of a client.
func certificates(t *testing.T) (server, client tls.Certificate, roots *x509.CertPool) {
	t.Helper()
	from := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	to := time.Date(2061, 1, 2, 3, 4, 5, 0, time.UTC)
	authority := issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(0x80), NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		Subject: pkix.Name{Country: []string{"FR"}, Organization: []string{"Example, Inc."}, CommonName: "Example CA"},
	}, nil)
	server = issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(0x123456789a), NotBefore: from, NotAfter: to,
		Subject: pkix.Name{
			Country: []string{"FR"}, Province: []string{"Île-de-France"}, CommonName: "www.example.org",
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "root@example.org"}},
		},
		DNSNames:    []string{"www.example.org", "*.example.org"},
		IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1), net.ParseIP("2001:db8::1")},
	}, &authority)
	client = issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: from, NotAfter: to, Subject: pkix.Name{CommonName: "ann"},
	}, &authority)
	roots = x509.NewCertPool()
	roots.AddCert(authority.Leaf)
	return server, client, roots
}

// at is the time of all handshakes.
func at() time.Time { return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestCapture makes conversations; with the flag -capture it writes those that are in testdata.
func TestCapture(t *testing.T) {
	if !*capture {
		t.Skip("only with -capture")
	}
	server, client, roots := certificates(t)
	base := func() (c, s *tls.Config) {
		c = &tls.Config{RootCAs: roots, ServerName: "www.example.org", Time: at, NextProtos: []string{"h2", "http/1.1"}}
		s = &tls.Config{Certificates: []tls.Certificate{server}, Time: at, NextProtos: []string{"h2"}}
		return c, s
	}
	for _, v := range []struct {
		name    string
		version uint16
	}{{"tls10", tls.VersionTLS10}, {"tls11", tls.VersionTLS11}, {"tls12", tls.VersionTLS12}, {"tls13", tls.VersionTLS13}} {
		c, s := base()
		c.MinVersion, c.MaxVersion = v.version, v.version
		s.MinVersion = v.version
		list, _ := exchange(t, c, s)
		keep(t, v.name, "A whole handshake of crypto/tls.", list)

		c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		exchange(t, c, s)
		list, _ = exchange(t, c, s)
		keep(t, v.name+"-resumed", "The session of an earlier connection is resumed.", list)

		c.ClientSessionCache = nil
		c.Certificates = []tls.Certificate{client}
		s.ClientAuth, s.ClientCAs = tls.RequireAndVerifyClientCert, roots
		list, _ = exchange(t, c, s)
		keep(t, v.name+"-client-certificate", "The server wants a certificate of the client.", list)
	}
	c, s := base()
	s.CurvePreferences = []tls.CurveID{tls.CurveP521}
	list, _ := exchange(t, c, s)
	keep(t, "tls13-retry", "The server wants a key of another group: HelloRetryRequest.", list)
	c, s = base()
	c.MaxVersion = tls.VersionTLS12
	s.ClientAuth = tls.RequestClientCert
	list, _ = exchange(t, c, s)
	keep(t, "tls12-no-client-certificate", "The server asks for a certificate of the client, which has none.", list)
}

// keep writes a conversation.
func keep(t *testing.T, name, comment string, list []said) {
	text := "# " + comment + "\n" + conversation(list) + "fin\n"
	if err := os.WriteFile(filepath.Join("testdata", name+".txt"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// conversation returns what was sent as lines of a conversation.
func conversation(list []said) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString([]string{">| ", "<| "}[s.dir])
		for _, c := range s.data {
			switch {
			case c == '\\':
				b.WriteString(`\\`)
			case c > ' ' && c < 0x7f:
				b.WriteByte(c)
			default:
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// load returns what is said in a conversation in testdata.
func load(t testing.TB, name string) []said {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := apptest.Parse(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	var list []said
	for _, s := range c.Steps {
		if s.Kind == apptest.Data {
			list = append(list, said{s.Dir, s.Data})
		}
	}
	return list
}
