package rule

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// defaultInflated and maxInflated are how many bytes gunzip and zlib_deflate make at most.
const (
	defaultInflated = 1024
	maxInflated     = 1 << 20
)

// inflating makes the row of a transform that decompresses.
func inflating(name string) keyword {
	return keyword{name: name, value: mayHaveValue, read: func(c *compiler, value string) error {
		t := Transform{Name: name, Bytes: defaultInflated}
		if value == "" {
			return c.transforms(t)
		}
		word, arg, _ := strings.Cut(value, " ")
		n, err := strconv.ParseUint(strings.TrimSpace(arg), 10, 32)
		switch {
		case word != "max-size" || err != nil:
			return errors.New("want max-size and a number of bytes")
		case n == 0 || n > maxInflated:
			return fmt.Errorf("max-size %d is not from 1 to %d", n, maxInflated)
		}
		t.Bytes = int(n)
		return c.transforms(t)
	}}
}

// inflate appends what compressed bytes stand for: up to the limit, or to where they cannot be read.
func (t *Transform) inflate(dst, src []byte) []byte {
	var r io.Reader
	var err error
	if t.Name == "gunzip" {
		r, err = gzip.NewReader(bytes.NewReader(src))
	} else {
		r, err = zlib.NewReader(bytes.NewReader(src))
	}
	if err != nil {
		return dst
	}
	out := bytes.NewBuffer(dst)
	io.Copy(out, io.LimitReader(r, int64(t.Bytes))) // what came before an error counts
	return out.Bytes()
}

// appendDomain appends the public suffix of a host's name (tld), or that and the label before it (domain). A name without stays
// as it is.
func (t *Transform) appendDomain(dst, src []byte) []byte {
	name := strings.ToLower(string(src))
	var part string
	if t.Name == "tld" {
		part, _ = publicsuffix.PublicSuffix(name)
	} else if d, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		part = d
	}
	if part == "" {
		return append(dst, src...)
	}
	return append(dst, src[len(src)-len(part):]...)
}
