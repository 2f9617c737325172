package main

import (
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/ssh"
)

// sshConfig turns the section app-layer.protocols.ssh into the parser's settings.
func sshConfig(s *config.SSH) ssh.Config {
	return ssh.Config{HASSH: s.HASSH.On(false), Encrypted: sshHandling[s.Encrypted]}
}

var sshHandling = map[string]ssh.Handling{"full": ssh.Full, "bypass": ssh.Bypass}
