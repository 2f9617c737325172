package rule

import (
	"fmt"
	"strings"

	"github.com/reknit/reknit/rule/payload"
)

// tlsKeywords are old ones, which look for a text in a certificate.
var tlsKeywords = []keyword{
	{name: "tls.subject", old: "tls_subject", traits: needsTx, read: inCertificate("tls.cert_subject", false)},
	{name: "tls.issuerdn", old: "tls_issuerdn", traits: needsTx, read: inCertificate("tls.cert_issuer", false)},
	{name: "tls.fingerprint", old: "tls_fingerprint", traits: needsTx, read: inCertificate("tls.cert_fingerprint", true)},
	{name: "tls.store", old: "tls_store", traits: needsTx | afterMatch, value: noValue, read: func(c *compiler, _ string) error {
		c.rule.Effects = append(c.rule.Effects, TLSStore{})
		return nil
	}},
}

// TLSStore keeps the certificates that were sent in the direction of the rule.
type TLSStore struct{}

// String returns the effect as a rule writes it.
func (TLSStore) String() string { return "tls.store;" }

// inCertificate returns how the value of a keyword is read that looks for a text in a buffer, whatever its case if fold is set.
func inCertificate(buffer string, fold bool) func(c *compiler, value string) error {
	return func(c *compiler, value string) error {
		b := c.lang.buffers[buffer]
		if len(b.Fields) == 0 {
			return notYet("the buffer "+buffer, "no parser gives it")
		}
		text, negated := strings.CutPrefix(value, "!")
		inner, err := unquote(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		if inner == "" {
			return fmt.Errorf("nothing to look for")
		}
		s := &Section{Buffer: b, Dirs: Both}
		s.Tests = []payload.Test{&payload.Content{Text: []byte(inner), Negated: negated, Nocase: fold}}
		c.rule.Sections = append(c.rule.Sections, s)
		return nil
	}
}
