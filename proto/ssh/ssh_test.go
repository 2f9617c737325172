package ssh

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{HASSH: true}), "testdata")
}

func TestWithoutHASSH(t *testing.T) {
	apptest.Run(t, New(Config{MaxPacket: 2000}), "testdata/limits")
}

func TestParseBanner(t *testing.T) {
	for _, test := range []struct {
		line, version, software string
		ok                      bool
	}{
		{"SSH-2.0-OpenSSH_9.6", "2.0", "OpenSSH_9.6", true},
		{"SSH-2.0-OpenSSH_9.6 Debian-1", "2.0", "OpenSSH_9.6", true},
		{"SSH-1.99-Cisco-1.25", "1.99", "Cisco-1.25", true},
		{"SSH-2.0-", "2.0", "", true},
		{"SSH-2.0- comment", "2.0", "", true},
		{"SSH-2.0", "", "", false},
		{"SSH--x", "", "", false},
		{"ssh-2.0-x", "", "", false},
		{"", "", "", false},
	} {
		version, software, ok := parseBanner([]byte(test.line))
		if ok != test.ok || ok && (string(version) != test.version || string(software) != test.software) {
			t.Errorf("parseBanner(%q) = %q, %q, %v, want %q, %q, %v", test.line, version, software, ok, test.version, test.software, test.ok)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, head := range []string{"", "SSH", "SSH-2.0-x", "SSL", "HTTP/1.1"} {
		for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
			apptest.CheckMonotone(t, "probe", probe, d, []byte(head))
		}
	}
}

// packet returns a packet with 4 bytes of padding.
func packet(code byte, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(2+len(body)+4))
	b = append(b, 4, code)
	b = append(b, body...)
	return append(b, 0, 0, 0, 0)
}

// kexInit returns a key exchange message with these lists.
func kexInit(lists ...string) []byte {
	body := strings.Repeat("c", 16)
	for _, l := range lists {
		body += string(binary.BigEndian.AppendUint32(nil, uint32(len(l)))) + l
	}
	return packet(msgKexInit, body+"\x00\x00\x00\x00\x00")
}

// connection is a parser without an engine: what is said goes in, as it arrives.
type connection struct {
	events  []string
	gateway *app.Gateway
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func (*connection) Transaction(*app.Session, app.Transaction) {}
func (c *connection) Anomaly(_ *app.Session, a *app.Anomaly)  { c.events = append(c.events, a.Name) }
func (*connection) Detected(*app.Session)                     {}

func newConnection(config Config) *connection {
	c := &connection{store: stream.NewStore(stream.Config{Immediate: true})}
	var err error
	if c.gateway, err = app.NewGateway(app.Config{}, []app.Protocol{New(config)}, c); err != nil {
		panic(err)
	}
	c.session = c.gateway.NewSession(app.Info{Transport: app.TCP, ServerPort: 22})
	return c
}

func (c *connection) say(d stream.Dir, b []byte) {
	c.store.Push(&c.pair, d, c.off[d], b, c.session)
	c.off[d] += int64(len(b))
}

func (c *connection) close() {
	c.store.Close(&c.pair, c.session)
	c.session.Close()
}

func greeted(config Config) *connection {
	c := newConnection(config)
	c.say(stream.ToServer, []byte("SSH-2.0-OpenSSH_9.6 x\r\n"))
	c.say(stream.ToClient, []byte("SSH-2.0-libssh_0.10\r\n"))
	return c
}

func TestLongKeyExchange(t *testing.T) {
	c := greeted(Config{HASSH: true})
	c.say(stream.ToServer, kexInit(strings.Repeat("x", 1<<16), "", "", "", "", "", "", "", "", ""))
	c.say(stream.ToServer, packet(msgNewKeys, ""))
	c.close()
	if !slices.Equal(c.events, []string{"long_kex_record"}) {
		t.Errorf("events %q", c.events)
	}
}

// Every field has what it should.
func TestFields(t *testing.T) {
	var x *Exchange
	c := greeted(Config{Keep: true, OnExchange: func(_ *app.Conn, got *Exchange) { x = got }})
	lists := []string{"kex", "key", "e1", "e2", "m1", "m2", "c1", "c2", "", ""}
	c.say(stream.ToServer, kexInit(lists...))
	c.say(stream.ToClient, kexInit(lists...))
	want := map[string][2]string{ // client, server
		"ssh.proto":               {"2.0", "2.0"},
		"ssh.software":            {"OpenSSH_9.6", "libssh_0.10"},
		"ssh.hassh":               {hash("kex;e1;m1;c1"), ""},
		"ssh.hassh.string":        {"kex;e1;m1;c1", ""},
		"ssh.hassh.server":        {"", hash("kex;e2;m2;c2")},
		"ssh.hassh.server.string": {"", "kex;e2;m2;c2"},
	}
	for _, f := range fields {
		b, ok := f.Get(x, 0)
		if !ok || string(b) != want[f.Name][f.Dir] {
			t.Errorf("%s %v = %q, %v, want %q", f.Name, f.Dir, b, ok, want[f.Name][f.Dir])
		}
		if _, again := f.Get(x, 1); again || f.At > x.Progress(f.Dir) {
			t.Errorf("%s: a second one %v; ready at %d of %d", f.Name, again, f.At, x.Progress(f.Dir))
		}
	}
	c.close()
}

// floods are conversations of any length that must not take memory, or more time than their length is worth.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"lines before", func(n int) string { return client + strings.Repeat("< Welcome!\n", n) }},
	{"endless line before", func(n int) string { return client + strings.Repeat("<| xxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless identification", func(n int) string { return ">| SSH-2.0-x\n" + strings.Repeat(">| xxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"packets", func(n int) string { return client + strings.Repeat(">| \\x00\\x00\\x00\\x08\\x04\\x02aaaaaa\n", n) }},
	{"key exchanges", func(n int) string {
		return client + strings.Repeat(">| \\x00\\x00\\x00\\x08\\x04\\x14aaaaaa\n", n)
	}},
	{"encrypted", func(n int) string {
		return client + ">| \\x00\\x00\\x00\\x08\\x04\\x15aaaaaa\n" + strings.Repeat(">| xxxxxxxxxxxxxxxxxxxxx\n", n)
	}},
}

const client = "> SSH-2.0-OpenSSH_9.6\n"

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{HASSH: true})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestTimeIsLinear(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{HASSH: true})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}

// established returns a connection that both sides encrypt.
func established() *connection {
	c := greeted(Config{})
	c.say(stream.ToServer, packet(msgNewKeys, ""))
	c.say(stream.ToClient, packet(msgNewKeys, ""))
	return c
}

func TestIdleSession(t *testing.T) {
	if n := unsafe.Sizeof(Session{}) + unsafe.Sizeof(Exchange{}); n > 320 {
		t.Errorf("a Session and its transaction take %d bytes", n)
	}
	c := established()
	if !c.session.Opaque(stream.ToServer) || !c.session.Opaque(stream.ToClient) {
		t.Error("the connection is not encrypted")
	}
	b := make([]byte, 1400)
	if n := testing.AllocsPerRun(1000, func() { c.say(stream.ToClient, b) }); n != 0 {
		t.Errorf("encrypted bytes take %v allocations", n)
	}
	c.close()
}

// BenchmarkExchange reads connections up to the encryption, with HASSH.
func BenchmarkExchange(b *testing.B) {
	lists := []string{"curve25519-sha256,diffie-hellman-group14-sha256", "ssh-ed25519", "aes128-ctr,aes256-ctr", "aes128-ctr,aes256-ctr",
		"hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""}
	kex, keys := kexInit(lists...), packet(msgNewKeys, "")
	banner := []byte("SSH-2.0-OpenSSH_9.6 x\r\n")
	c := newConnection(Config{HASSH: true})
	b.SetBytes(int64(2 * (len(banner) + len(kex) + len(keys))))
	b.ReportAllocs()
	for b.Loop() {
		c.session = c.gateway.NewSession(app.Info{Transport: app.TCP, ServerPort: 22})
		c.pair, c.off = stream.Pair{}, [2]int64{}
		for _, said := range [][]byte{banner, kex, keys} {
			c.say(stream.ToServer, said)
			c.say(stream.ToClient, said)
		}
		c.close()
	}
}

// BenchmarkEncrypted passes over encrypted bytes in segments of 1460: parser and stream, without TCP.
func BenchmarkEncrypted(b *testing.B) {
	c := established()
	segment := make([]byte, 1460)
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	for b.Loop() {
		c.say(stream.ToClient, segment)
	}
}

// What becomes of the flow once both sides encrypt.
func TestEncryptionHandling(t *testing.T) {
	for _, test := range []struct {
		handling         Handling
		opaque, bypassed bool
	}{{Track, true, false}, {Full, false, false}, {Bypass, true, true}} {
		c := greeted(Config{Encrypted: test.handling})
		c.say(stream.ToServer, packet(msgNewKeys, ""))
		if c.session.Opaque(stream.ToServer) || c.session.Bypassed() {
			t.Errorf("handling %d: only one side encrypts", test.handling)
		}
		c.say(stream.ToClient, packet(msgNewKeys, ""))
		for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
			if c.session.Opaque(d) != test.opaque {
				t.Errorf("handling %d: opaque %v is %v", test.handling, d, !test.opaque)
			}
		}
		if c.session.Bypassed() != test.bypassed {
			t.Errorf("handling %d: bypassed is %v", test.handling, !test.bypassed)
		}
		c.close()
	}
}
