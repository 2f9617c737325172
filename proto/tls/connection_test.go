package tls

import (
	"bytes"
	"crypto/sha1"
	"crypto/tls"
	"encoding/hex"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

// connection is a parser without an engine: what is said goes in, as it arrives.
type connection struct {
	gateway *app.Gateway
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func newConnection(p app.Protocol) *connection {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{p}, silent{})
	if err != nil {
		panic(err)
	}
	return &connection{
		gateway: g,
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 443}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

func (c *connection) say(d stream.Dir, b []byte) {
	c.store.Push(&c.pair, d, c.off[d], b, c.session)
	c.off[d] += int64(len(b))
}

func (c *connection) close() {
	c.store.Close(&c.pair, c.session)
	c.session.Close()
}

type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}

// What crypto/tls says of its handshakes is what was read of them.
func TestHandshakes(t *testing.T) {
	server, client, roots := certificates(t)
	for _, test := range []struct {
		name            string
		client, server  *tls.Config
		wantCertificate bool
	}{
		{name: "1.2", client: &tls.Config{MaxVersion: tls.VersionTLS12}},
		{name: "1.2 of one suite", client: &tls.Config{MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}}},
		{name: "1.3", client: &tls.Config{MinVersion: tls.VersionTLS13}},
		{name: "post-quantum", client: &tls.Config{CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}}},
		{name: "client certificate", client: &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{client}},
			server: &tls.Config{ClientAuth: tls.RequireAnyClientCert}, wantCertificate: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, s := test.client.Clone(), test.server.Clone()
			if s == nil {
				s = new(tls.Config)
			}
			c.RootCAs, c.ServerName, c.Time, c.NextProtos = roots, "www.example.org", at, []string{"http/1.1"}
			s.Certificates, s.Time, s.NextProtos = []tls.Certificate{server}, at, []string{"http/1.1"}
			said, state := exchange(t, c, s)
			var h *Handshake
			v := newConnection(New(Config{Keep: true, OnHandshake: func(_ *app.Conn, got *Handshake) { h = got }}))
			for _, x := range said {
				v.say(x.dir, x.data)
			}
			v.close()
			if h == nil {
				t.Fatal("no handshake")
			}
			if h.SNI() != "www.example.org" || uint16(h.Version()) != state.Version || h.Server.Ciphers[0] != state.CipherSuite {
				t.Errorf("server name %q, version %v, cipher %x, want those of %+v", h.SNI(), h.Version(), h.Server.Ciphers, state)
			}
			if state.Version == tls.VersionTLS13 {
				if k := h.Server.KeyShare; len(k) < 4 || tls.CurveID(k[0])<<8|tls.CurveID(k[1]) != state.CurveID || len(h.Client.KeyShare) < 32 {
					t.Errorf("key shares %x and %x, want those of %v", h.Client.KeyShare, k, state.CurveID)
				}
				return
			}
			if len(h.ClientKey) < 32 || len(h.ServerKey) < 32 {
				t.Errorf("keys %x and %x", h.ClientKey, h.ServerKey)
			}
			chain := h.Chain(stream.ToClient)
			if len(chain.DER) != 2 || !bytes.Equal(chain.DER[0], state.PeerCertificates[0].Raw) {
				t.Errorf("%d certificates, want %d", len(chain.DER), len(state.PeerCertificates))
			}
			sum := sha1.Sum(state.PeerCertificates[0].Raw)
			if got := strings.ReplaceAll(chain.First.Fingerprint, ":", ""); got != hex.EncodeToString(sum[:]) {
				t.Errorf("fingerprint %s, want %x", got, sum)
			}
			if got := h.Chain(stream.ToServer).First; (got != nil) != test.wantCertificate || got != nil && got.Subject != "CN=ann" {
				t.Errorf("certificate of the client: %+v", got)
			}
			if got := h.Server.ALPN; len(got) != 1 || got[0] != state.NegotiatedProtocol {
				t.Errorf("protocols %q, want %q", got, state.NegotiatedProtocol)
			}
		})
	}
}

// Every field has what it should of a handshake that has everything.
func TestFields(t *testing.T) {
	server, client, roots := certificates(t)
	said, _ := exchange(t,
		&tls.Config{RootCAs: roots, ServerName: "www.example.org", Time: at, MaxVersion: tls.VersionTLS12, NextProtos: []string{"h2", "x"},
			Certificates: []tls.Certificate{client}},
		&tls.Config{Certificates: []tls.Certificate{server}, Time: at, NextProtos: []string{"h2"}, ClientAuth: tls.RequestClientCert})
	var h *Handshake
	v := newConnection(New(Config{Keep: true, OnHandshake: func(_ *app.Conn, got *Handshake) { h = got }}))
	for _, x := range said {
		v.say(x.dir, x.data)
	}
	want := map[string][2]string{ // client, server
		"tls.sni":              {"www.example.org", ""},
		"tls.alpn":             {"h2,x", "h2"},
		"tls.cert_subject":     {"CN=ann", "C=FR, ST=Île-de-France, CN=www.example.org, Email=root@example.org"},
		"tls.cert_issuer":      {"C=FR, O=Example, Inc., CN=Example CA", "C=FR, O=Example, Inc., CN=Example CA"},
		"tls.cert_serial":      {"07", "12:34:56:78:9A"},
		"tls.cert_fingerprint": {h.Chain(stream.ToServer).First.Fingerprint, h.Chain(stream.ToClient).First.Fingerprint},
		"tls.subjectaltname":   {"", "www.example.org,*.example.org,192.0.2.1,2001:db8::1"},
		"tls.certs":            {string(client.Certificate[0]) + "," + string(client.Certificate[1]), string(server.Certificate[0]) + "," + string(server.Certificate[1])},
		"tls.random":           {string(h.Client.Random[:]), string(h.Server.Random[:])},
		"tls.random_time":      {string(h.Client.Random[:4]), string(h.Server.Random[:4])},
		"tls.random_bytes":     {string(h.Client.Random[4:]), string(h.Server.Random[4:])},
		"ja3.hash":             {h.JA3().Hash, ""}, "ja3.string": {h.JA3().Text, ""},
		"ja3s.hash": {"", h.JA3S().Hash}, "ja3s.string": {"", h.JA3S().Text},
		"ja4.hash":    {h.JA4(), ""},
		"tls.version": {"771", "771"}, "ssl_version": {"tls1.2", "tls1.2"}, "tls.cert_chain_len": {"", "2"},
		"tls_cert_notbefore": {"", "1709208000"}, "tls_cert_notafter": {"", "2871860645"},
		"tls_cert_valid": {"", "1709208000-2871860645"}, "tls_cert_expired": {"", "1709208000-2871860645"},
	}
	for _, f := range fields {
		if f.Name == "ssl_state" {
			continue // see TestLastSaid
		}
		var got []string
		for i := 0; ; i++ {
			b, ok := f.Get(h, i)
			if !ok {
				break
			}
			got = append(got, string(b))
		}
		if text := strings.Join(got, ","); text != want[f.Name][f.Dir] || text == "" {
			t.Errorf("%s %v = %q, want %q", f.Name, f.Dir, text, want[f.Name][f.Dir])
		}
		if f.At > h.Progress(f.Dir) {
			t.Errorf("%s %v is ready at %d, and the handshake came to %d", f.Name, f.Dir, f.At, h.Progress(f.Dir))
		}
	}
	v.close()
}

// What a side said is forgotten when the other one says something, or encrypts.
func TestLastSaid(t *testing.T) {
	s := &Session{tx: &Handshake{}}
	for _, step := range []struct {
		dir  stream.Dir
		typ  byte
		want string
	}{
		{stream.ToServer, typeClientHello, "client_hello"},
		{stream.ToClient, typeServerHello, "server_hello"},
		{stream.ToClient, typeCertificate, "server_hello"},
		{stream.ToClient, typeServerKeyExchange, "server_hello server_keyx"},
		{stream.ToServer, typeCertificate, ""},
		{stream.ToServer, typeClientKeyExchange, "client_keyx"},
		{stream.ToServer, 0, "client_keyx"},
		{stream.ToClient, 0, ""},
	} {
		s.said(step.dir, step.typ)
		var got []string
		for i := 0; ; i++ {
			b, ok := lastSaid(stream.ToServer).Get(s.tx, i)
			if !ok {
				break
			}
			got = append(got, string(b))
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("%v said %d: %q, want %q", step.dir, step.typ, got, step.want)
		}
	}
}

func TestVersionString(t *testing.T) {
	for v, want := range map[Version]string{
		0: "UNDETERMINED", SSL20: "SSLv2", SSL30: "SSLv3", TLS10: "TLSv1", TLS11: "TLS 1.1", TLS12: "TLS 1.2", TLS13: "TLS 1.3",
		0x7f0e: "TLS 1.3 draft-<16", 0x7f10: "TLS 1.3 draft-16", 0x7f1c: "TLS 1.3 draft-28", 0xfb1a: "TLS 1.3 draft-fb", 0x0305: "0x0305",
	} {
		if got := v.String(); got != want {
			t.Errorf("Version(%#x) = %q, want %q", uint16(v), got, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, test := range []struct {
		tag  byte
		text string
		want string // empty: none
	}{
		{tagUTCTime, "181005013817Z", "2018-10-05T01:38:17Z"},
		{tagUTCTime, "491231235959Z", "2049-12-31T23:59:59Z"},
		{tagUTCTime, "500101000000Z", "1950-01-01T00:00:00Z"},
		{tagUTCTime, "1810050138Z", "2018-10-05T01:38:00Z"},
		{tagUTCTime, "181005013817+0200", "2018-10-04T23:38:17Z"},
		{tagUTCTime, "1", ""},
		{tagUTCTime, "181305013817Z", ""},
		{tagGeneralizedTime, "20501231235959Z", "2050-12-31T23:59:59Z"},
		{tagGeneralizedTime, "99991231235959Z", "9999-12-31T23:59:59Z"},
		{tagGeneralizedTime, "", ""},
	} {
		got, ok := parseTime(test.tag, test.text)
		if text := got.Format(time.RFC3339); ok != (test.want != "") || ok && text != test.want {
			t.Errorf("parseTime(%q) = %s, %v, want %q", test.text, text, ok, test.want)
		}
	}
}

func TestProbe(t *testing.T) {
	const ts, tc = stream.ToServer, stream.ToClient
	for _, test := range []struct {
		dir  stream.Dir
		head string
		want app.Guess
	}{
		{ts, "", app.Unknown},
		{ts, "\x16", app.Unknown},
		{ts, "\x16\x03\x01", app.Yes},
		{ts, "\x16\x03\x04", app.No},
		{ts, "\x17\x03\x03", app.No},
		{tc, "\x17\x03\x03", app.Yes},
		{tc, "\x15\x03\x00", app.Yes},
		{ts, "\x80\x2e\x01\x03\x01", app.Yes},
		{ts, "\x80\x2e\x01\x00\x02", app.Yes},
		{ts, "\x80\x2e\x01\x00", app.Unknown},
		{ts, "\x80\x2e\x02", app.No},
		{tc, "\x84\x2e\x04\x00\x01\x00\x02", app.Yes},
		{tc, "HTTP", app.No},
	} {
		if got := probe(test.dir, []byte(test.head)); got != test.want {
			t.Errorf("probe(%v, %q) = %v, want %v", test.dir, test.head, got, test.want)
		}
		apptest.CheckMonotone(t, "probe", probe, test.dir, []byte(test.head+"\x03\x02\x00\x01"))
	}
}

func TestNextRecord(t *testing.T) {
	for _, test := range []struct {
		text string
		want int
	}{
		{"a", 1}, {"abcd", 3}, {"ab\x17\x03", 2}, {"a\x03\x16\x03x", 2}, {"\x17\x03x\x18\x03", 3}, {"abc\x17", 3}, {"ab\x03\x03c", 4},
	} {
		if got := nextRecord([]byte(test.text)); got != test.want {
			t.Errorf("nextRecord(%q) = %d, want %d", test.text, got, test.want)
		}
	}
}

// established returns a connection whose handshake is over.
func established(t testing.TB) *connection {
	v := newConnection(New(Config{}))
	v.say(stream.ToServer, fragmentOf(handshake, 0x0303, "\x01\x00\x00\x2b\x03\x03"+strings.Repeat("r", 32)+"\x00\x00\x02\x13\x01\x01\x00\x00\x00"))
	v.say(stream.ToClient, fragmentOf(handshake, 0x0303, "\x02\x00\x00\x2e\x03\x03"+strings.Repeat("R", 32)+"\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"))
	v.say(stream.ToClient, fragmentOf(applicationData, 0x0303, strings.Repeat("x", 900)))
	v.say(stream.ToServer, fragmentOf(applicationData, 0x0303, strings.Repeat("x", 50)))
	if p := v.session.Protocol(); p != "tls" || !v.session.Opaque(stream.ToServer) || !v.session.Opaque(stream.ToClient) {
		t.Fatalf("the connection is not established: %s", p)
	}
	return v
}

func fragmentOf(typ contentType, version uint16, text string) []byte {
	b := []byte{byte(typ), byte(version >> 8), byte(version), byte(len(text) >> 8), byte(len(text))}
	return append(b, text...)
}

// TestIdleSession holds what the budget of an idle connection needs: little, and nothing of the handshake.
func TestIdleSession(t *testing.T) {
	if n := unsafe.Sizeof(Session{}) + unsafe.Sizeof(Handshake{}); n > 512 {
		t.Errorf("a Session and its transaction take %d bytes", n)
	}
	var h *Handshake
	for tx := range established(t).session.Transactions() {
		h = tx.(*Handshake)
	}
	if h == nil || h.Client != nil || h.Server != nil || h.chain[0].DER != nil || h.Version() != TLS13 {
		t.Errorf("after the handshake the transaction is %+v", h)
	}
}

func TestDataDoesNotAllocate(t *testing.T) {
	v := established(t)
	var flight []byte
	for range 20 {
		flight = append(flight, fragmentOf(applicationData, 0x0303, strings.Repeat("x", 700))...)
	}
	pieces := [][]byte{flight[:1460], flight[1460:2920], flight[2920:4380], flight[4380:]}
	if n := testing.AllocsPerRun(1000, func() {
		for _, p := range pieces {
			v.say(stream.ToClient, p)
		}
	}); n != 0 {
		t.Errorf("records of application data take %v allocations", n)
	}
	v.close()
}

// What becomes of the flow once both sides encrypt.
func TestEncryptionHandling(t *testing.T) {
	for _, test := range []struct {
		handling         Handling
		opaque, bypassed bool
	}{{Track, true, false}, {Full, false, false}, {Bypass, true, true}} {
		for _, name := range []string{"tls12", "tls12-resumed", "tls13", "tls13-retry"} {
			told := false
			v := newConnection(New(Config{Encrypted: test.handling, OnHandshake: func(*app.Conn, *Handshake) { told = true }}))
			for _, s := range load(t, name) {
				if v.session.Bypassed() && !told {
					t.Errorf("%s: bypassed before it was told", name)
				}
				v.say(s.dir, s.data)
			}
			opaque := v.session.Opaque(stream.ToServer) && v.session.Opaque(stream.ToClient)
			if test.handling == Bypass {
				opaque = v.session.Opaque(stream.ToServer) || v.session.Opaque(stream.ToClient)
			}
			if opaque != test.opaque || v.session.Bypassed() != test.bypassed || !told {
				t.Errorf("%s, handling %d: opaque %v, bypassed %v, told %v", name, test.handling, opaque, v.session.Bypassed(), told)
			}
			v.close()
		}
	}
}
