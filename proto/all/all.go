// Package all is the only list of the protocols that reknit knows.
package all

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/imap"
	"github.com/reknit/reknit/proto/ntp"
	"github.com/reknit/reknit/proto/pop3"
	"github.com/reknit/reknit/proto/smb"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/proto/ssh"
	"github.com/reknit/reknit/proto/tftp"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/proto/websocket"
)

// Config has the settings of each protocol. The zero value is ready to use.
type Config struct {
	SMTP      smtp.Config
	HTTP      http.Config
	WebSocket websocket.Config
	DNS       dns.Config
	MDNS      dns.Config
	POP3      pop3.Config
	FTP       ftp.Config
	TFTP      tftp.Config
	IMAP      imap.Config
	TLS       tls.Config
	SSH       ssh.Config

	// Files says what is done with files, in place of the settings of each protocol that carries some.
	// When nil, those count.
	Files *file.Config
	// FileDepth is the number of bytes of each direction that are wanted of protocols that carry files, when that is more
	// than the engine's own and the protocol's; file.Unlimited: all.
	FileDepth int64
}

// files gives all protocols that carry files the same settings for them.
func (c *Config) files() {
	if c.Files == nil {
		return
	}
	for _, f := range []*file.Config{
		&c.SMTP.Files,
		&c.POP3.Files,
		&c.HTTP.Files,
		&c.FTP.Files,
		&c.IMAP.Files,
	} {
		*f = *c.Files
	}
}

// carrier returns a protocol that carries files, with what is wanted of its streams.
func (c *Config) carrier(p app.Protocol) app.Protocol {
	p.Depth = max(p.Depth, c.FileDepth)
	return p
}

// Protocols returns all protocols with these settings. The order decides when two of them claim the same bytes.
func Protocols(c Config) []app.Protocol {
	c.files()
	return []app.Protocol{
		c.carrier(smtp.New(c.SMTP)),
		c.carrier(http.New(c.HTTP)),
		websocket.New(c.WebSocket),
		dns.New(c.DNS),
		dns.NewMulticast(c.MDNS),
		c.carrier(pop3.New(c.POP3)),
		ftp.New(c.FTP),
		c.carrier(ftp.NewData(c.FTP)),
		tftp.New(c.TFTP),
		ntp.New(),
		c.carrier(imap.New(c.IMAP)),
		tls.New(c.TLS),
		ssh.New(c.SSH),
		smb.New(),
	}
}
