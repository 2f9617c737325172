package main

import (
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/ftp"
)

// ftpConfig turns the section app-layer.protocols.ftp, and what the outputs want, into the parsers' settings.
func ftpConfig(c *config.Config, w wishes) ftp.Config {
	var p ftp.Config
	p.MaxTx = c.Protocols.FTP.MaxTx
	p.MaxLine = int(c.Protocols.FTP.MaxLine)
	p.Extensions = w.extensions
	p.Memory = w.ftpMemory
	return p
}
