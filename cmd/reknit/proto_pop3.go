package main

import (
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/pop3"
)

// pop3Config turns the section app-layer.protocols.pop3, and what the outputs want, into the parser's settings. Messages are
// taken apart as those of SMTP are.
func pop3Config(c *config.Config, w wishes) pop3.Config {
	s := smtpConfig(c, w)
	return pop3.Config{
		MaxTx:     c.Protocols.POP3.MaxTx,
		Depth:     int64(c.Protocols.POP3.Depth),
		Passwords: w.pop3Passwords,
		MIME:      s.MIME, Email: s.Email,
	}
}
