package ssh

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"

	"github.com/reknit/reknit/wire"
)

// parseBanner takes an identification string apart (RFC 4253, section 4.2): "SSH-2.0-OpenSSH_9.6 comment".
func parseBanner(line []byte) (version, software []byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("SSH-"))
	if !ok {
		return nil, nil, false
	}
	if version, software, ok = bytes.Cut(rest, []byte("-")); !ok || len(version) == 0 {
		return nil, nil, false
	}
	software, _, _ = bytes.Cut(software, []byte(" "))
	return version, software, true
}

const (
	lengthField = 4 // in front of a packet
	packetHead  = 6 // packet_length, padding_length and the message's number (RFC 4253, section 6)
	maxKexInit  = 1<<16 - 1

	msgKexInit = 20
	msgNewKeys = 21
)

// Offer is what a side offers for the key exchange (RFC 4253, section 7.1): names with commas between them, the best
// first.
type Offer struct {
	KeyExchange, HostKey     string
	EncryptionToServer       string
	EncryptionToClient       string
	MACToServer, MACToClient string
	CompressionToServer      string
	CompressionToClient      string
}

// parseKexInit reads a packet that holds a key exchange message.
func parseKexInit(packet []byte) (*Offer, bool) {
	const cookie = 16
	r := wire.New(packet[packetHead:])
	r.Skip(cookie)
	o := new(Offer)
	for _, to := range [...]*string{
		&o.KeyExchange, &o.HostKey, &o.EncryptionToServer, &o.EncryptionToClient, &o.MACToServer, &o.MACToClient,
		&o.CompressionToServer, &o.CompressionToClient,
	} {
		*to = string(r.Vector32())
	}
	r.Vector32() // languages
	r.Vector32()
	r.Uint8()  // first_kex_packet_follows
	r.Uint32() // reserved
	return o, r.OK()
}

// hassh returns the text of a HASSH: the algorithms of one direction.
func (o *Offer) hassh(server bool) string {
	if server {
		return o.KeyExchange + ";" + o.EncryptionToClient + ";" + o.MACToClient + ";" + o.CompressionToClient
	}
	return o.KeyExchange + ";" + o.EncryptionToServer + ";" + o.MACToServer + ";" + o.CompressionToServer
}

// hash returns the MD5 of a text, hexadecimal.
func hash(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
