//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// nginxConf is the configuration of a server that serves files, packs texts, and stores what is put.
const nginxConf = `
daemon off;
user root;
pid DIR/nginx.pid;
error_log DIR/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
	types { text/plain txt; application/pdf pdf; application/octet-stream bin; }
	log_format facts escape=json '{"port":$remote_port,"n":$connection_requests,"method":"$request_method","uri":"$request_uri",'
		'"status":$status,"body":$body_bytes_sent,"agent":"$http_user_agent","type":"$sent_http_content_type"}';
	access_log DIR/access.log facts;
	client_body_temp_path DIR/tmp;
	proxy_temp_path DIR/tmp;
	fastcgi_temp_path DIR/tmp;
	uwsgi_temp_path DIR/tmp;
	scgi_temp_path DIR/tmp;
	client_max_body_size 100m;
	keepalive_requests 10000;
	if_modified_since before;
	gzip on;
	gzip_min_length 1;
	gzip_types text/plain;
	server {
		listen ADDR:80;
		listen [ADDR6]:80;
		root DIR/www;
		location /put/ { dav_methods PUT; create_full_put_path on; }
		location /form { proxy_pass http://127.0.0.1:8080; }
		location /moved { return 302 /a.txt; }
	}
	server {
		listen 127.0.0.1:8080;
		access_log off;
		location / { return 200 "thank you"; }
	}
}
`

// nginx is a web server.
type nginx struct {
	*lab
	dir  string
	have map[string][]byte // served files, by path

	mu   sync.Mutex
	sent []*transfer
}

func (l *lab) startNginx() *nginx {
	l.t.Helper()
	l.tools("nginx", "curl")
	n := &nginx{lab: l, dir: l.directory("nginx"), have: map[string][]byte{
		"/a.txt":        prose(20_000, 1),
		"/b.txt":        prose(300, 2),
		"/empty.bin":    {},
		"/report.pdf":   pdf(60_000, 3),
		"/large.bin":    noise(3<<20, 4),
		"/many/one.bin": noise(1000, 5),
	}}
	for i := range 100 {
		n.have[fmt.Sprintf("/many/%d.bin", i)] = noise(10*i+1, uint64(100+i))
	}
	for name, data := range n.have {
		n.directory("nginx", "www", filepath.Dir(name))
		n.write(filepath.Join(n.dir, "www", name), data)
	}
	n.directory("nginx", "tmp")
	conf := strings.NewReplacer("DIR", n.dir, "ADDR6", serverAddr6, "ADDR", serverAddr).Replace(nginxConf)
	n.serve("80", "nginx", "-c", n.write(filepath.Join(n.dir, "nginx.conf"), []byte(conf)))
	return n
}

func (n *nginx) name() string { return "http" }

func (n *nginx) files() []*transfer { return n.sent }

// got notes that a file was transferred to a client, put that a client sent one.
func (n *nginx) got(name string) {
	n.note(&transfer{name: name, toward: clientAddr, data: n.have[name]})
}
func (n *nginx) put(name string, data []byte) {
	n.note(&transfer{name: name, toward: serverAddr, data: data})
}

func (n *nginx) note(x *transfer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, x)
}

func (n *nginx) play() {
	var wait sync.WaitGroup
	for _, f := range []func(){n.keepAlive, n.packed, n.uploads, n.forms, n.odd, n.part, n.pipelined, n.version6, n.large} {
		wait.Go(f)
	}
	wait.Wait()
}

const web = "http://" + serverAddr

// curl runs curl without anything else than what is asked for.
func (l *lab) curl(args ...string) string {
	l.t.Helper()
	return l.in(l.client, "curl", append([]string{"-q", "-s", "-S", "-m", "50"}, args...)...)
}

// keepAlive asks for many files in one connection.
func (n *nginx) keepAlive() {
	n.curl("-o", "/dev/null", web+"/many/[0-99].bin")
	for i := range 100 {
		n.got(fmt.Sprintf("/many/%d.bin", i))
	}
	n.curl("-A", "agent with \"quotes\"", "-o", n.dir+"/x", web+"/report.pdf", "-o", n.dir+"/y", web+"/b.txt", "-o", n.dir+"/z", web+"/empty.bin")
	n.got("/report.pdf")
	n.got("/b.txt")
	n.same("x", "/report.pdf")
}

// same wants what a client wrote to be a served file.
func (n *nginx) same(name, path string) {
	got, err := os.ReadFile(filepath.Join(n.dir, name))
	if err != nil || !slices.Equal(got, n.have[path]) {
		n.t.Errorf("the client got another %s: %v", path, err)
	}
}

// packed asks for texts that nginx packs while it sends them in chunks.
func (n *nginx) packed() {
	n.curl("--compressed", "-o", n.dir+"/packed", web+"/a.txt", "-o", "/dev/null", web+"/b.txt", "-o", "/dev/null", web+"/report.pdf")
	for _, name := range []string{"/a.txt", "/b.txt", "/report.pdf"} {
		n.got(name)
	}
	n.same("packed", "/a.txt")
}

// uploads puts files: with a length, in chunks, and one for which the client waits for 100 (Continue).
func (n *nginx) uploads() {
	for i, size := range []int{1, 5000, 1_500_000} {
		name, data := fmt.Sprintf("/put/up%d.bin", i), noise(size, uint64(10+i))
		file := n.write(filepath.Join(n.dir, fmt.Sprintf("up%d.bin", i)), data)
		n.curl("-T", file, web+name)
		n.put(name, data)
		n.curl("-T", file, "-H", "Transfer-Encoding: chunked", web+"/put/chunked"+fmt.Sprint(i))
		n.put("/put/chunked"+fmt.Sprint(i), data)
		for _, name := range []string{name, "/put/chunked" + fmt.Sprint(i)} {
			if got, err := os.ReadFile(filepath.Join(n.dir, "www", name)); err != nil || !slices.Equal(got, data) {
				n.t.Errorf("the server got another %s: %v", name, err)
			}
		}
	}
}

// forms posts a form with two files.
func (n *nginx) forms() {
	one, two := pdf(30_000, 20), noise(777, 21)
	n.curl("-o", "/dev/null", "-F", "name=somebody", "-F", "one=@"+n.write(filepath.Join(n.dir, "one.pdf"), one),
		"-F", "two=@"+n.write(filepath.Join(n.dir, "two.bin"), two)+";type=image/png", web+"/form")
	n.note(&transfer{name: "one.pdf", toward: serverAddr, data: one, part: true})
	n.note(&transfer{name: "two.bin", toward: serverAddr, data: two, part: true})
	n.note(&transfer{name: "/form", toward: clientAddr, data: []byte("thank you")})
}

// odd asks for what has no body, or another one.
func (n *nginx) odd() {
	n.curl("-I", web+"/report.pdf")
	n.have["/missing"] = []byte(n.curl(web + "/missing"))
	n.got("/missing")
	n.have["/moved"] = []byte(n.curl(web + "/moved"))
	n.got("/moved")
	n.curl("-o", "/dev/null", "-z", "31 Dec 2037", web+"/b.txt") // 304
}

// part asks for a part of a file.
func (n *nginx) part() {
	n.curl("-o", "/dev/null", "-r", "1000-1999", web+"/large.bin")
	n.note(&transfer{name: "/large.bin", toward: clientAddr, data: n.have["/large.bin"][1000:2000]})
}

// pipelinedPort is the client's.
const pipelinedPort = 42000

// pipelined sends many requests at once (RFC 9112, section 9.3.2).
func (n *nginx) pipelined() {
	const requests = 50
	conn, err := n.dial(fmt.Sprintf("%s:%d", clientAddr, pipelinedPort), serverAddr+":80")
	if err != nil {
		n.t.Errorf("connect: %v", err)
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	var b strings.Builder
	for i := range requests {
		fmt.Fprintf(&b, "GET /many/%d.bin HTTP/1.1\r\nHost: %s\r\nUser-Agent: pipeline/%d\r\n\r\n", i, serverAddr, i)
	}
	if _, err := io.WriteString(conn, b.String()); err != nil {
		n.t.Errorf("write: %v", err)
	}
	in := bufio.NewReader(conn)
	for i := range requests {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			n.t.Errorf("response %d: %v", i, err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		if name := fmt.Sprintf("/many/%d.bin", i); err != nil || !slices.Equal(body, n.have[name]) {
			n.t.Errorf("response %d: %d bytes, %v", i, len(body), err)
		} else {
			n.got(name)
		}
	}
}

// version6 asks over IPv6.
func (n *nginx) version6() {
	n.curl("-g", "-o", "/dev/null", "http://["+serverAddr6+"]/b.txt")
	n.note(&transfer{name: "/b.txt", toward: "2001:0db8:0000:0000:0000:0000:0000:0010", data: n.have["/b.txt"]})
}

func (n *nginx) large() {
	n.curl("-o", n.dir+"/large", web+"/large.bin")
	n.got("/large.bin")
	n.same("large", "/large.bin")
}

// access is a line of the access log.
type access struct {
	Port, N, Status, Body    int
	Method, URI, Agent, Type string
}

// key tells what a request and its response were.
func (a *access) key() string {
	return fmt.Sprintf("port %d: %s %s by %s: %d, type %s", a.Port, a.Method, a.URI, a.Agent, a.Status, a.Type)
}

func (n *nginx) compare(t *testing.T, r *report) {
	logged := map[int][]*access{} // by the client's port
	requests := 0
	for _, line := range n.logLines(filepath.Join(n.dir, "access.log"), "{") {
		a := new(access)
		if err := json.Unmarshal([]byte(line), a); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		a.Type, _, _ = strings.Cut(a.Type, ";")
		logged[a.Port] = append(logged[a.Port], a)
		requests++
	}
	got := map[int][]*event{}
	for _, e := range r.of("http", 80) {
		got[e.number("src_port")] = append(got[e.number("src_port")], e)
	}
	t.Logf("%d requests in %d connections, %d files", requests, len(logged), len(n.sent))
	for port, want := range logged {
		var have, expect []string
		for _, a := range want {
			expect = append(expect, a.key())
		}
		for i, e := range got[port] {
			a := access{Port: port, Status: e.number("http.status"), Method: e.text("http.http_method"), URI: e.text("http.url"),
				Agent: e.text("http.http_user_agent"), Type: e.text("http.http_content_type")}
			have = append(have, a.key())
			if i >= len(want) || e.number("tx_id") != i {
				t.Errorf("port %d: transaction %d of %d is %s", port, i, len(want), e.line)
			} else if // nginx counts what it packed, and the 100 (Continue)
			a.Type != "text/plain" && a.Method != "HEAD" && a.Method != "PUT" && e.number("http.length") != want[i].Body {
				t.Errorf("port %d: %d bytes, want %d: %s", port, e.number("http.length"), want[i].Body, e.line)
			}
		}
		if !slices.Equal(have, expect) {
			t.Errorf("port %d: requests are\n%s\nwant\n%s", port, strings.Join(have, "\n"), strings.Join(expect, "\n"))
		}
	}
	if len(got) != len(logged) {
		t.Errorf("requests in %d connections, want %d", len(got), len(logged))
	}
	r.compareFiles(t, "http", n.sent)
}
