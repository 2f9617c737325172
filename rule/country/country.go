// Package country tells in which country an address is, from a database of MaxMind's format: GeoLite2-Country and the like.
package country

import (
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Code is a country as ISO 3166-1 writes it in two letters, upper case.
type Code [2]byte

// ParseCode reads a code.
func ParseCode(text string) (c Code, err error) {
	if len(text) != 2 {
		return c, fmt.Errorf("%q is not a country of two letters", text)
	}
	for i := range c {
		b := text[i]
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		if b < 'A' || b > 'Z' {
			return c, fmt.Errorf("%q is not a country of two letters", text)
		}
		c[i] = b
	}
	return c, nil
}

// String returns the two letters.
func (c Code) String() string { return string(c[:]) }

// Database is a database that is open. Any number of goroutines may use it.
type Database struct {
	reader *maxminddb.Reader
	// known is what records say, by the last bits of their places: in each word a place plus 1, and in the low 16 bits the country.
	known [numKnown]atomic.Uint64
}

// numKnown is how many records are remembered. A database of countries has a few hundred.
const numKnown = 4096

// Open opens a database, which must not be changed while it is used.
func Open(b []byte) (*Database, error) {
	r, err := maxminddb.OpenBytes(b)
	if err != nil {
		return nil, err
	}
	return &Database{reader: r}, nil
}

// Of returns the country that an address is in, or else the one that it is registered in. ok is false when neither is known. It
// allocates nothing while the record is remembered.
func (d *Database) Of(a netip.Addr) (c Code, ok bool) {
	if !a.IsValid() {
		return c, false
	}
	r := d.reader.Lookup(a.Unmap())
	if !r.Found() {
		return c, false
	}
	at := uint64(r.Offset()) + 1
	word := &d.known[at%numKnown]
	if w := word.Load(); w>>16 == at {
		c = Code{byte(w >> 8), byte(w)}
	} else {
		c = decode(r)
		word.Store(at<<16 | uint64(c[0])<<8 | uint64(c[1]))
	}
	return c, c != Code{}
}

// decode returns what a record says.
func decode(r maxminddb.Result) Code {
	for _, of := range []string{"country", "registered_country"} {
		var text string
		if err := r.DecodePath(&text, of, "iso_code"); err == nil && text != "" {
			c, _ := ParseCode(text)
			return c
		}
	}
	return Code{}
}
