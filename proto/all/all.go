// Package all is the only list of the protocols that reknit knows.
package all

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/smtp"
)

// Config has the settings of each protocol. The zero value is ready to use.
type Config struct {
	SMTP smtp.Config
}

// Protocols returns all protocols with these settings. The order decides when two of them claim the same bytes.
func Protocols(c Config) []app.Protocol {
	return []app.Protocol{
		smtp.New(c.SMTP),
	}
}
