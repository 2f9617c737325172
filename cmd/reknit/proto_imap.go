package main

import (
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/imap"
)

// imapConfig turns the section app-layer.protocols.imap, and what the outputs want, into the parser's settings.
func imapConfig(i *config.IMAP, w wishes) imap.Config {
	var p imap.Config
	p.MaxTx = i.MaxTx
	p.Passwords = w.imapPasswords
	p.Email.Unwanted = !w.messages
	p.Email.Custom = w.mailFields
	return p
}
