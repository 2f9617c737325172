package http

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/coding"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxLine is the length of the longest start line, header field (with what is folded into it) and chunk-size line. Of
	// a longer one the beginning is used and the rest is passed over, with the event request_field_too_long or
	// response_field_too_long. When zero, it is 18000.
	MaxLine int
	// MaxFields is the number of header fields of a message that are read; further ones are passed over, with the event
	// request_too_many_headers or response_too_many_headers. When zero, it is 1024.
	MaxFields int
	// MaxHead is the number of bytes that are kept of the head of a message. Fields that do not fit are read for what
	// they say about the body, and forgotten. When zero, it is 256 KiB.
	MaxHead int

	// MaxTx is the number of incomplete transactions of a connection; with more the oldest ends.
	// When zero, it is 512.
	MaxTx int
	// MaxPending is the number of bytes that are kept of the heads of requests without an answer; with more the oldest are
	// let go of, and their answers are read without a record. When zero, it is 1 MiB.
	MaxPending int
	// MaxFiles is the number of files of a request (parts of multipart/form-data) that wait for the end of the transaction
	// to be told; further ones are told at their end. When zero, it is 64.
	MaxFiles int

	// RequestBody and ResponseBody are the numbers of bytes that are kept of decoded bodies, for rules. Of the files that are in
	// them nothing is kept besides.
	RequestBody, ResponseBody int

	// MaxCodings is the number of content codings of a body that are undone, at most 8; with more, the event
	// too_many_encoding_layers. When zero, it is 2; negative: bodies stay as they are.
	MaxCodings int
	Coding     coding.Config // limits of decoding

	// Inspect is the number of bytes of each direction that stay held behind the parser where streams are inspected, so that who
	// finds something in a body is shown what came before it. It is at most 255 KiB.
	Inspect [2]int

	Files file.Config // what is computed of bodies
	// MaxUpload and MaxDownload are the numbers of bytes after which a file in a request or in a response counts as truncated.
	// When zero, there is no limit but that of Files.
	MaxUpload, MaxDownload int64

	URI URI // how targets are normalised

	// Ranges says how files that come in ranges are put together.
	Ranges Ranges
	// RangeTable has their parts, which several configurations may share. When nil, one is made of Ranges.
	RangeTable *RangeTable

	EVE EVE // see Exchange.As for records in other forms
	XFF XFF

	// Servers are settings for servers in some networks. The longest network that holds an address counts.
	Servers []Server

	// Handler is told what every session reads. When nil, nobody is.
	Handler *Handler

	files [2]file.Config // of each direction
	*pools
}

// pools have what serves one message after the other, of whatever connection.
type pools struct {
	exchanges sync.Pool // of *Exchange
	bodies    sync.Pool // of *body
	heads     sync.Pool // of *builder
}

// Server has the settings for connections to servers of a network. Those about memory, records and files are those of the whole.
type Server struct {
	Network netip.Prefix
	Config  Config
}

// EVE says what EVE records show.
type EVE struct {
	Brief    bool     // leave out the extended set: method, protocol, status, length and so on
	Custom   []string // names of header fields, in lower case, that are listed
	Request  bool     // list all header fields of requests
	Response bool     // list all header fields of responses

	Body, BodyText bool // what is kept of bodies for rules, in Base64 and as text
}

// XFF says how the address of a client behind a proxy is found.
type XFF struct {
	Enabled bool
	Header  string // name of the header field; empty: X-Forwarded-For
	Forward bool   // the first address counts, not the last
}

// withDefaults returns c with every limit set.
func (c Config) withDefaults() *Config {
	app.SetLimits(
		app.Limit{Field: &c.MaxLine, Default: 18000},
		app.Limit{Field: &c.MaxFields, Default: 1024},
		app.Limit{Field: &c.MaxHead, Default: 256 << 10},
		app.Limit{Field: &c.MaxTx, Default: 512},
		app.Limit{Field: &c.MaxPending, Default: 1 << 20},
		app.Limit{Field: &c.MaxFiles, Default: 64},
	)
	if c.MaxCodings == 0 {
		c.MaxCodings = 2
	}
	if c.Coding.Pool == nil {
		c.Coding.Pool = new(coding.Pool)
	}
	if c.XFF.Header == "" {
		c.XFF.Header = "X-Forwarded-For"
	}
	for d, limit := range [2]int64{stream.ToServer: c.MaxUpload, stream.ToClient: c.MaxDownload} {
		c.files[d] = c.Files
		c.files[d].Keep = 0 // the body is kept: see RequestBody
		if limit > 0 && (c.Files.MaxSize == 0 || limit < c.Files.MaxSize) {
			c.files[d].MaxSize = limit
		}
	}
	c.pools = new(pools)
	if c.RangeTable == nil {
		c.RangeTable = NewRangeTable(c.Ranges)
	}
	return &c
}

// server is a Server whose settings are complete.
type server struct {
	network netip.Prefix
	config  *Config
}

// servers returns the settings for servers, the longest network first.
func (c *Config) servers() []server {
	list := make([]server, 0, len(c.Servers))
	for i := range c.Servers {
		s := &c.Servers[i]
		own := *c
		own.MaxLine, own.MaxFields, own.MaxHead, own.MaxCodings = s.Config.MaxLine, s.Config.MaxFields, s.Config.MaxHead, s.Config.MaxCodings
		own.URI = s.Config.URI
		own.RequestBody, own.ResponseBody = s.Config.RequestBody, s.Config.ResponseBody
		own.MaxUpload, own.MaxDownload = s.Config.MaxUpload, s.Config.MaxDownload
		own.Coding.BombSize, own.Coding.BombRatio = s.Config.Coding.BombSize, s.Config.Coding.BombRatio
		set := own.withDefaults()
		set.pools = c.pools
		list = append(list, server{s.Network.Masked(), set})
	}
	slices.SortStableFunc(list, func(a, b server) int { return b.network.Bits() - a.network.Bits() })
	return list
}

// of returns the settings for a connection.
func (c *Config) of(conn *app.Conn, servers []server) *Config {
	if len(servers) == 0 {
		return c
	}
	_, address := conn.Addresses()
	for _, s := range servers {
		if s.network.Contains(address.Unmap()) {
			return s.config
		}
	}
	return c
}

// New returns the protocol with these settings.
func New(c Config) app.Protocol {
	config := c.withDefaults()
	servers := config.servers()
	return app.Protocol{
		Name: "http",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 80, Dir: stream.ToServer},
			{Transport: app.TCP, Number: 8080, Dir: stream.ToServer},
		},
		Patterns:  patterns(),
		Probe:     probe,
		NewStream: func(c *app.Conn) app.StreamParser { return &Session{conn: c, config: config.of(c, servers)} },
		Fields:    fields,
		Events:    events,
		Frames:    frames,
		Complete:  [2]app.Progress{complete, complete},
		States:    [2][]app.State{states("request_"), states("response_")},
		MaxTx:     config.MaxTx,
		Inspect:   config.Inspect,
	}
}
